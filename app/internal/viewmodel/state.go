package viewmodel

import (
	"slices"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// stale says what has to be read again.
type stale uint16

const (
	staleSelf stale = 1 << iota
	stalePeers
	staleConversations
	staleRequests
	staleThread   // the window on the open chat
	staleOlder    // the page above what is in memory
	staleNewer    // the page below it
	staleSettings // what a person has chosen
	staleNotices
	stalePairing

	staleAll = stalePairing | staleNotices | staleSelf | stalePeers | staleConversations | staleRequests | staleThread | staleSettings
)

// state is what the snapshots are made of. Only the controller's loop touches it.
type state struct {
	ready         bool
	self          messenger.Self
	peers         map[identity.DeviceID]messenger.Peer
	order         []identity.DeviceID // peers as they came, so that the strip does not jump
	conversations []messenger.Conversation
	requests      []messenger.Request
	notices       []messenger.Notice // about the history
	thread        *thread            // nil: no chat is open
	drafts        map[identity.DeviceID]*draft
	focused       bool                       // the window has the keyboard
	above         bool                       // the newest message of the open chat is not in view
	sending       []sending                  // in the order in which they were written
	resent        map[messenger.Ref]bool     // cancelled messages whose text is on its way again, or went
	places        int                        // so often the view was sent somewhere
	refused       map[identity.DeviceID]bool // their request was refused here, since the start
	notice        string                     // what went wrong with the last action
	stay          string                     // why the window did not close
	silent        bool                       // the service did not answer the last reading
	marked        mark                       // the last MarkRead that was asked for
	settings      []messenger.Setting
	typing        typing  // what others were told
	search        *search // nil: nothing is looked for
	pair          pairing
	searches      uint64 // so many were begun
}

// draft is an unsent text.
type draft struct {
	text string
	rev  int
	err  string
	mode mode
	kept string // what it was before a message was edited in its place
}

// mark names a moment of a conversation, so that it is marked read once.
type mark struct {
	peer   identity.DeviceID
	last   msgid.ID
	unread int
}

func newState() *state {
	return &state{
		peers:   make(map[identity.DeviceID]messenger.Peer),
		drafts:  make(map[identity.DeviceID]*draft),
		refused: make(map[identity.DeviceID]bool),
		resent:  make(map[messenger.Ref]bool),
	}
}

func (s *state) draft(id identity.DeviceID) *draft {
	d := s.drafts[id]
	if d == nil {
		d = &draft{}
		s.drafts[id] = d
	}
	return d
}

// apply changes the state by one event and returns what has to be read again.
func (s *state) apply(e messenger.Event) stale {
	switch {
	case e.Kind == messenger.EventLagged:
		return staleAll
	case e.Kind == messenger.EventNotices:
		return staleNotices
	case e.Kind == messenger.EventPairing && e.Pairing != nil:
		return s.pair.tell(*e.Pairing)
	case e.Kind == messenger.EventSelf && e.Self != nil:
		s.self = *e.Self
		return staleSelf | staleSettings // who sees this device is one
	case e.Kind == messenger.EventHistory && e.Peer != nil: // nothing but the ID
		s.searchAgain()
		if s.thread != nil && s.thread.peer == e.Peer.ID {
			return staleConversations | staleThread
		}
		return staleConversations
	case e.Peer != nil:
		return s.applyPeer(*e.Peer, e.Kind)
	case e.Request != nil:
		if s.thread != nil && s.thread.peer == e.Request.Peer {
			return staleRequests | staleThread // its text may have become a message
		}
		return staleRequests
	case e.Message != nil:
		if e.Kind == messenger.EventChanged || e.Kind == messenger.EventRemoved {
			s.searchAgain()
		}
		if e.Kind == messenger.EventRemoved {
			s.drop(e.Message.Peer, keyOf(*e.Message))
		}
		if s.thread != nil && s.thread.peer == e.Message.Peer {
			s.applyMessage(*e.Message, e.Kind)
		}
		return staleConversations
	}
	return 0
}

// applyMessage changes the open chat by a message of it.
func (s *state) applyMessage(m messenger.Message, kind messenger.EventKind) {
	t := s.thread
	switch kind {
	case messenger.EventRemoved:
		t.remove(keyOf(m))
	case messenger.EventMessage: // a state that came before it knows more
		if !m.Outgoing && s.away() && t.index[keyOf(m)] == nil {
			t.missed++
		}
		t.putSent(m)
	default:
		t.put(m)
	}
}

// trim forgets the oldest messages of a chat that is open for long, unless a
// person may be reading there.
func (s *state) trim() {
	if !s.away() && len(s.thread.messages) > windowMost+pageSize {
		s.thread.trimAbove(windowMost)
	}
}

func (s *state) applyPeer(p messenger.Peer, kind messenger.EventKind) stale {
	if kind == messenger.EventPeerLost {
		p.Online, p.Linked, p.Typing = false, false, false
	}
	old, known := s.peers[p.ID]
	s.setPeer(p)
	if kind == messenger.EventPeerLost {
		s.forget()
	}
	if !known || old.Name != p.Name || old.Level != p.Level || old.AcceptsMe != p.AcceptsMe {
		return staleConversations | staleRequests
	}
	return 0
}

func (s *state) setPeer(p messenger.Peer) {
	if _, known := s.peers[p.ID]; !known {
		s.order = append(s.order, p.ID)
	}
	s.peers[p.ID] = p
}

// setPeers replaces all peers; one that is not listed any more has gone.
func (s *state) setPeers(list []messenger.Peer) {
	for id, p := range s.peers {
		p.Online, p.Linked, p.Typing = false, false, false
		s.peers[id] = p
	}
	for _, p := range list {
		s.setPeer(p)
	}
	s.forget()
}

// forget drops the strangers that went and that nothing on the screen is about,
// so that a window that is open for weeks does not collect a whole airport.
func (s *state) forget() {
	s.order = slices.DeleteFunc(s.order, func(id identity.DeviceID) bool {
		p := s.peers[id]
		if p.Online || p.Level != trust.Stranger || s.thread != nil && s.thread.peer == id {
			return false
		}
		_, talked := s.conversation(id)
		_, asked := s.request(id)
		if talked || asked {
			return false
		}
		delete(s.peers, id)
		if d := s.drafts[id]; d != nil && d.text == "" {
			delete(s.drafts, id)
		}
		return true
	})
}

// open makes the chat with id the one on the screen. It returns what to read.
func (s *state) open(id identity.DeviceID) stale {
	if s.thread != nil && s.thread.peer == id {
		return 0
	}
	s.thread = newThread(id)
	s.thread.places = &s.places
	s.notice, s.above = "", false
	s.forget()
	return staleThread
}

// toMark returns the conversation that is on the screen of a person and holds
// something unread, once for each change.
func (s *state) toMark() (identity.DeviceID, bool) {
	if !s.focused || s.away() {
		return identity.DeviceID{}, false
	}
	c, ok := s.conversation(s.thread.peer)
	if !ok || c.Unread == 0 {
		return identity.DeviceID{}, false
	}
	m := mark{c.Contact.ID, c.Last.ID, c.Unread}
	if m == s.marked {
		return identity.DeviceID{}, false
	}
	s.marked = m
	return m.peer, true
}

func (s *state) conversation(id identity.DeviceID) (messenger.Conversation, bool) {
	for _, c := range s.conversations {
		if c.Contact.ID == id {
			return c, true
		}
	}
	return messenger.Conversation{}, false
}

func (s *state) request(id identity.DeviceID) (messenger.Request, bool) {
	for _, r := range s.requests {
		if r.Peer == id {
			return r, true
		}
	}
	return messenger.Request{}, false
}

// refuse puts a text that could not be sent back into the composer, above what
// was typed since.
func (s *state) refuse(p sending, why string) {
	d := s.draft(p.out.To)
	text := &d.text
	if d.mode.kind == ModeEdit {
		text = &d.kept
	}
	if *text != "" {
		*text = "\n" + *text
	}
	*text = p.out.Text + *text
	if d.mode.kind == ModeNew && p.mode.kind == ModeReply {
		d.mode = p.mode.again(d.mode.rev)
	}
	d.err = why
	d.rev++
}

// shownAt is when a message was written, as far as that can be believed: a
// sender's clock that runs ahead does not put messages into the future.
func shownAt(m messenger.Message) time.Time {
	if m.SentAt.IsZero() || m.SentAt.After(m.StoredAt) && !m.StoredAt.IsZero() {
		return m.StoredAt
	}
	return m.SentAt
}

func tickOf(m messenger.Message) Tick {
	if !m.Outgoing {
		return TickNone
	}
	switch m.State {
	case messenger.Queued:
		return TickQueued
	case messenger.Waiting:
		return TickWaiting
	case messenger.Sent:
		return TickSent
	case messenger.Delivered:
		return TickDelivered
	case messenger.Read:
		return TickRead
	}
	return TickFailed
}
