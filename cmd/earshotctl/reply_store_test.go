package main

import (
	"context"
	"slices"
	"sync"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// replyStore is the Service of a bot: conversations in memory that outlive it.
type replyStore struct {
	messenger.Service // what a bot does not call

	mu       sync.Mutex
	peers    []messenger.Peer
	messages []messenger.Message // of all conversations, in the order of display
	events   chan messenger.Event
	deaf     bool // events are lost
	sendErr  error
	op       func(name string, before bool) error // hook of each call that changes something
}

func newReplyStore(peers ...messenger.Peer) *replyStore { return &replyStore{peers: peers} }

// receive stores a message of a peer and tells of it.
func (s *replyStore) receive(from identity.DeviceID, kind messenger.Kind, text string) messenger.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := messenger.Message{ID: msgid.Now(), Peer: from, Kind: kind, Text: text, State: messenger.Received}
	s.messages = append(s.messages, m)
	s.tell(m)
	return m
}

func (s *replyStore) tell(m messenger.Message) {
	if s.events != nil && !s.deaf {
		s.events <- messenger.Event{Kind: messenger.EventMessage, Message: &m}
	}
}

func (s *replyStore) hook(name string, before bool) error {
	if s.op == nil {
		return nil
	}
	return s.op(name, before)
}

func (s *replyStore) Self(context.Context) (messenger.Self, error) {
	return messenger.Self{ID: deviceID("self")}, nil
}

func (s *replyStore) Peers(context.Context) ([]messenger.Peer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.peers), nil
}

func (s *replyStore) Conversations(context.Context) ([]messenger.Conversation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []messenger.Conversation
	for _, p := range s.peers {
		c := messenger.Conversation{Contact: messenger.Contact{ID: p.ID, Name: p.Name, Level: p.Level}}
		for _, m := range s.messages {
			if m.Peer == p.ID && m.State == messenger.Received {
				c.Unread++
			}
		}
		all = append(all, c)
	}
	return all, nil
}

func (s *replyStore) History(_ context.Context, page messenger.Page) ([]messenger.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &fakeDevice{messages: s.messages}
	return f.History(context.Background(), page)
}

func (s *replyStore) Send(ctx context.Context, out messenger.Outgoing) (messenger.Message, error) {
	if err := s.hook("send", true); err != nil {
		return messenger.Message{}, err
	}
	s.mu.Lock()
	m := messenger.Message{ID: out.ID, Peer: out.To, Outgoing: true, Kind: out.Kind, Text: out.Text}
	err := s.sendErr
	if !slices.ContainsFunc(s.messages, func(o messenger.Message) bool { return o.Outgoing && o.ID == m.ID }) && err == nil {
		s.messages = append(s.messages, m)
		s.tell(m)
	}
	s.mu.Unlock()
	if err == nil {
		err = s.hook("send", false)
	}
	return m, err
}

func (s *replyStore) MarkMessageRead(_ context.Context, peer identity.DeviceID, id msgid.ID) error {
	if err := s.hook("mark", true); err != nil {
		return err
	}
	s.mu.Lock()
	for i, m := range s.messages {
		if m.Peer == peer && m.ID == id && m.State == messenger.Received {
			s.messages[i].State = messenger.Read
		}
	}
	s.mu.Unlock()
	return s.hook("mark", false)
}

func (s *replyStore) Subscribe(context.Context) (<-chan messenger.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = make(chan messenger.Event, 2048) // never full in a test
	return s.events, nil
}

// told returns what went to a peer, in order.
func (s *replyStore) told(peer identity.DeviceID) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var texts []string
	for _, m := range s.messages {
		if m.Outgoing && m.Peer == peer {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// unread returns the texts of a peer that are not marked, in order.
func (s *replyStore) unread(peer identity.DeviceID) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var texts []string
	for _, m := range s.messages {
		if m.Peer == peer && m.State == messenger.Received {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

func (s *replyStore) change(id identity.DeviceID, level trust.Level) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.peers {
		if s.peers[i].ID == id {
			s.peers[i].Level = level
		}
	}
}

// bot is a replier at work in the bubble of a test.
type bot struct {
	notes []string
	end   func() error
}

type callFunc func(context.Context, string, ...string) (reply, error)

func startBot(t *testing.T, s *replyStore, call callFunc) *bot {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	b := &bot{}
	r := newReplier(s, call, func(n string) { b.notes = append(b.notes, n) })
	go func() { done <- r.run(ctx) }()
	b.end = func() error {
		cancel()
		return <-done
	}
	return b
}

// loud answers a text with the same and an exclamation mark.
func loud(_ context.Context, text string, _ ...string) (reply, error) {
	return reply{text: text + "!"}, nil
}
