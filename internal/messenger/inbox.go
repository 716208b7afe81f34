package messenger

import (
	"errors"
	"slices"
	"sync"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/netcore/wire"
)

const (
	// inboxQueue is how many messages wait for the next commit. When it is full
	// the links stop reading, and TCP slows the senders.
	inboxQueue = 256
	// maxAckIDs is how many IDs one Ack carries (docs/PROTOCOL.md §5.8).
	maxAckIDs = 256
	// refusedPause is how long a link stays on which a message was not stored: a
	// full disk costs one handshake in this time.
	refusedPause = 5 * time.Second
)

// arrival is one message on its way into the store.
type arrival struct {
	in   store.Incoming
	link *link
}

func (m *Messenger) handleMsg(l *link, f *wire.Msg) error {
	in := m.incoming(l, f.ID, f.Epoch, f.Seq, f.HLC)
	in.Kind, in.Text = store.Kind(f.Kind), f.Text
	if f.After != nil {
		in.After = msgid.ID(*f.After)
	}
	if f.ReplyTo != nil {
		in.ReplyTo = msgid.ID(*f.ReplyTo)
	}
	m.arrive(l, in)
	return nil
}

// incoming is what messages and changes have in common.
func (m *Messenger) incoming(l *link, id wire.ID, epoch, seq, hlc uint64) store.Incoming {
	now := m.now()
	return store.Incoming{
		Peer: l.Peer(), ID: msgid.ID(id), Epoch: epoch, Seq: seq, HLC: hlc, Clamped: m.clock.clamp(hlc),
		SentAt: shownTime(hybridTime(hlc), now), At: now,
	}
}

// arrive queues what came for the next commit; a full queue slows the peer.
func (m *Messenger) arrive(l *link, in store.Incoming) {
	select {
	case <-l.acks.room():
	case <-l.ctx.Done():
		return
	}
	select {
	case m.inbox <- arrival{in, l}:
	case <-l.ctx.Done():
	}
}

// storeArrivals commits what came, acknowledges it and then shows it. It
// commits at once when idle; what comes during that commit is the next group,
// so one fsync serves a burst.
func (m *Messenger) storeArrivals() {
	for {
		var group []arrival
		select {
		case <-m.ctx.Done():
			return
		case a := <-m.inbox:
			group = append(group, a)
		}
		for more := true; more && len(group) < inboxQueue; {
			select {
			case a := <-m.inbox:
				group = append(group, a)
			default:
				more = false
			}
		}
		m.storeGroup(group)
	}
}

func (m *Messenger) storeGroup(group []arrival) {
	m.storing <- struct{}{}
	defer func() { <-m.storing }()
	m.mu.Lock()
	group = slices.DeleteFunc(group, func(a arrival) bool {
		return a.link.refused || a.link.anew && !a.link.dev.level.IsContact() // a contact no more
	})
	m.mu.Unlock()
	if len(group) == 0 {
		return
	}
	in := make([]store.Incoming, len(group))
	for i, a := range group {
		in[i] = a.in
	}
	receipts, err := m.receive(m.ctx, in)
	if err != nil {
		if m.ctx.Err() != nil {
			return
		}
		m.log.Error("messages were not stored and not acknowledged; their senders keep them", "count", len(in), "err", err)
		for _, a := range group {
			m.refuse(a.link)
		}
		return
	}
	for i, r := range receipts {
		group[i].link.acks.add(group[i].in.ID, wire.AckStored)
		switch {
		case r.Changed != nil:
			m.hub.publish(Event{Kind: EventChanged, Message: r.Changed})
		case r.New && !r.Message.Kind.IsChange():
			m.handleTyping(group[i].link, false) // it is written
			m.hub.publish(Event{Kind: EventMessage, Message: &r.Message})
		}
	}
}

// refuse takes no more messages of a link on which one was not stored: those
// behind it would be shown before it. The link ends in a while, and on the next
// one the sender begins with what it still has.
func (m *Messenger) refuse(l *link) {
	if l.refused {
		return
	}
	l.refused = true
	l.acks.complain()
	m.wg.Go(func() {
		select {
		case <-time.After(refusedPause):
			l.Close(wire.ByeDone)
		case <-l.ctx.Done():
		}
	})
}

// maxQueuedAcks is how many acknowledgements wait for one link before it stops
// reading. An honest peer has 64 messages on the way; one that sends without
// reading fills no memory.
const maxQueuedAcks = 1024

// ackQueue collects what is to be acknowledged on one link. It never blocks the
// store; a reader waits for room instead.
type ackQueue struct {
	mu     sync.Mutex
	wake   chan struct{} // capacity 1
	free   chan struct{} // closed while there is room
	ids    map[wire.AckState][]wire.ID
	count  int
	failed bool
}

func (q *ackQueue) init() {
	q.wake = make(chan struct{}, 1)
	q.free = make(chan struct{})
	close(q.free)
	q.ids = map[wire.AckState][]wire.ID{}
}

// room returns a channel that is closed when there is room.
func (q *ackQueue) room() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.free
}

func (q *ackQueue) add(id msgid.ID, state wire.AckState) {
	q.mu.Lock()
	q.ids[state] = append(q.ids[state], wire.ID(id))
	if q.count++; q.count == maxQueuedAcks {
		q.free = make(chan struct{})
	}
	q.mu.Unlock()
	q.poke()
}

// complain tells the peer that its messages were not stored.
func (q *ackQueue) complain() {
	q.mu.Lock()
	q.failed = true
	q.mu.Unlock()
	q.poke()
}

func (q *ackQueue) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take returns the frames that are due.
func (q *ackQueue) take() []wire.Message {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []wire.Message
	for state, ids := range q.ids {
		for len(ids) > 0 {
			n := min(len(ids), maxAckIDs)
			out = append(out, &wire.Ack{IDs: ids[:n:n], State: state})
			ids = ids[n:]
		}
		delete(q.ids, state)
	}
	if q.count >= maxQueuedAcks {
		close(q.free)
	}
	q.count = 0
	if q.failed {
		q.failed = false
		out = append(out, &wire.Error{Code: wire.CodeInternal, RefersTo: wire.TypeMsg, Text: "not stored"})
	}
	return out
}

// sendAcks sends a link's acknowledgements until it ends. They have a goroutine
// of their own so that a peer that does not read cannot hold up the store.
func (m *Messenger) sendAcks(l *link) {
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-l.Done():
			return
		case <-l.acks.wake:
		}
		for _, f := range l.acks.take() {
			if l.Send(l.ctx, f) != nil {
				return
			}
		}
	}
}

func (m *Messenger) handleAck(l *link, f *wire.Ack) error {
	ids := make([]msgid.ID, len(f.IDs))
	for i, id := range f.IDs {
		ids[i] = msgid.ID(id)
	}
	if f.State == wire.AckAsked {
		return m.requestKept(l)
	}
	state := Delivered
	if f.State == wire.AckRead {
		state = Read
	}
	changed, err := m.db.Acked(m.ctx, l.Peer(), ids, state)
	if err != nil {
		return m.storeTrouble("an acknowledgement was not stored; the messages go again", err)
	}
	m.mu.Lock()
	for _, other := range l.dev.links {
		for _, id := range ids {
			delete(other.inflight, id)
		}
		other.poke()
	}
	m.mu.Unlock()
	for i := range changed {
		m.hub.publish(Event{Kind: EventState, Message: &changed[i]})
	}
	return nil
}

// publishWaiting tells that messages which were on their way wait again. Those
// that were acknowledged meanwhile are left alone.
func (m *Messenger) publishWaiting(ids map[msgid.ID]time.Time) {
	for id := range ids {
		msg, err := m.db.Message(m.ctx, m.cfg.Self, id)
		if errors.Is(err, store.ErrNotFound) { // removed since
			continue
		}
		if err != nil {
			if m.ctx.Err() == nil {
				m.log.Error("a message cannot be read", "err", err)
			}
			return
		}
		if !msg.Kind.IsChange() && (msg.State == Queued || msg.State == Waiting) {
			m.hub.publish(Event{Kind: EventState, Message: &msg})
		}
	}
}

// overlay marks messages that are on their way right now as sent. That state
// lives only as long as the link, so it is not stored.
func (m *Messenger) overlay(msgs []Message) []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range msgs {
		msg := &msgs[i]
		if !msg.Outgoing || msg.State != Queued && msg.State != Waiting {
			continue
		}
		if d := m.devices[msg.Peer]; d != nil {
			for _, l := range d.links {
				if _, ok := l.inflight[msg.ID]; ok {
					msg.State = Sent
				}
			}
		}
	}
	return msgs
}
