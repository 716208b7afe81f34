package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// fakeDevice is a device in memory. Hooks that are nil do nothing.
type fakeDevice struct {
	messenger.Service // what no test here calls

	self     messenger.Self
	peers    []messenger.Peer
	found    []messenger.Peer // come into earshot once somebody subscribes
	requests []messenger.Request
	messages []messenger.Message // of all conversations, oldest first
	runErr   error
	state    messenger.State // what becomes of a text that is sent
	announce bool            // tell the state in an event, not in the answer of Send
	failed   error           // of Send, Change and Remove
	changed  func(*messenger.Message)
	kept     int    // by Clear
	two      string // value of a setting
	silent   bool   // no receipts
	reads    int    // of History
	told     []messenger.Notice
	pairs    fakePairing
	terminal func() (io.ReadCloser, error)
	columns  int // of the screen, 0: none

	mu     sync.Mutex
	events []chan messenger.Event
	opened []options
	added  []string
	did    []string
	closed int
}

func (f *fakeDevice) open(_ context.Context, o options) (device, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened = append(f.opened, o)
	return f, nil
}

func (f *fakeDevice) Run(ctx context.Context) error {
	if f.runErr != nil {
		return f.runErr
	}
	<-ctx.Done()
	return nil
}

func (f *fakeDevice) Ready() <-chan struct{} {
	c := make(chan struct{})
	if f.runErr == nil {
		close(c)
	}
	return c
}

func (f *fakeDevice) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed++
	return nil
}

func (f *fakeDevice) Self(context.Context) (messenger.Self, error) { return f.self, nil }

func (f *fakeDevice) Rename(_ context.Context, name string) error {
	if name == "" {
		return messenger.ErrBadName
	}
	f.self.Name = name
	return nil
}

func (f *fakeDevice) Peers(context.Context) ([]messenger.Peer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.peers), nil
}

func (f *fakeDevice) Add(_ context.Context, address string) (messenger.Peer, error) {
	f.added = append(f.added, address)
	if len(f.peers) == 0 {
		return messenger.Peer{}, messenger.ErrUnreachable
	}
	return f.peers[0], nil
}

func (f *fakeDevice) Send(_ context.Context, out messenger.Outgoing) (messenger.Message, error) {
	if f.failed != nil {
		return messenger.Message{}, f.failed
	}
	m := messenger.Message{ID: out.ID, Peer: out.To, Outgoing: true, Kind: out.Kind, Text: out.Text, ReplyTo: out.ReplyTo, State: f.state}
	if f.announce {
		other := m
		other.ID, other.State = msgid.New(time.Now()), messenger.Failed // somebody else's
		f.emit(messenger.Event{Kind: messenger.EventState, Message: &other})
		done := m
		f.emit(messenger.Event{Kind: messenger.EventState, Message: &done})
		m.State = messenger.Queued
	}
	f.messages = append(f.messages, m)
	return m, nil
}

func (f *fakeDevice) Outbox(context.Context) ([]messenger.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var got []messenger.Message
	for _, m := range f.messages {
		if m.Outgoing && !settled(m) {
			got = append(got, m)
		}
	}
	return got, nil
}

func (f *fakeDevice) Requests(context.Context) ([]messenger.Request, error) { return f.requests, nil }

func (f *fakeDevice) Allow(_ context.Context, id identity.DeviceID) error {
	f.did = append(f.did, "allow "+id.Short())
	return nil
}

func (f *fakeDevice) Refuse(_ context.Context, id identity.DeviceID) error {
	f.did = append(f.did, "refuse "+id.Short())
	if len(f.requests) == 0 {
		return messenger.ErrNoRequest
	}
	return nil
}

func (f *fakeDevice) Block(_ context.Context, id identity.DeviceID) error {
	f.did = append(f.did, "block "+id.Short())
	return nil
}

func (f *fakeDevice) MarkRead(context.Context, identity.DeviceID) error { return nil }

func (f *fakeDevice) MarkMessageRead(context.Context, identity.DeviceID, msgid.ID) error { return nil }

func (f *fakeDevice) Subscribe(ctx context.Context) (<-chan messenger.Event, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := make(chan messenger.Event, 16)
	f.events = append(f.events, c)
	for _, p := range f.found {
		f.peers = append(f.peers, p)
		c <- messenger.Event{Kind: messenger.EventPeerFound, Peer: &p}
	}
	f.found = nil
	return c, nil
}

func (f *fakeDevice) emit(ev messenger.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.events {
		c <- ev
	}
}

// call runs the program on the fake and returns what it printed and its code.
func (f *fakeDevice) call(t *testing.T, in string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	home := t.TempDir()
	env := func(k string) string { return map[string]string{"EARSHOT_HOME": home}[k] }
	code = run(t.Context(), args, stdio{strings.NewReader(in), &out, &errs, env, f.terminal, func() int { return f.columns }}, f.open)
	if f.closed != len(f.opened) {
		t.Errorf("%q: opened %d times, closed %d times", args, len(f.opened), f.closed)
	}
	return out.String(), errs.String(), code
}

func deviceID(seed string) identity.DeviceID { return sha256.Sum256([]byte(seed)) }

func peer(name string, id identity.DeviceID, level trust.Level) messenger.Peer {
	return messenger.Peer{ID: id, Name: name, Level: level, Online: true}
}

func newFake(peers ...messenger.Peer) *fakeDevice {
	return &fakeDevice{self: messenger.Self{ID: deviceID("self"), Name: "Me"}, peers: peers}
}
