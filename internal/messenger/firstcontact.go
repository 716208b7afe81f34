package messenger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// Level returns how far a person let a device in. It never blocks on the store.
func (m *Messenger) Level(id identity.DeviceID) trust.Level {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.devices[id]; d != nil {
		return d.level
	}
	return trust.Stranger
}

// requestPause is the least time between two Requests on one link. An honest
// device asks once, and again after minutes if there was no room (§5.5).
const requestPause = time.Minute

// handleRequest keeps a stranger's first text for a person to decide on. A
// contact that asks has missed that it was accepted, and is told again.
func (m *Messenger) handleRequest(l *link, f *wire.Request) error {
	m.mu.Lock()
	if !l.askedAt.IsZero() && time.Since(l.askedAt) < requestPause {
		m.mu.Unlock()
		return fmt.Errorf("a second Request within %v", requestPause)
	}
	level, met, replacedBy := l.dev.level, l.dev.online(), l.dev.replacedBy
	l.askedAt = time.Now()
	if level.IsContact() {
		l.told = false
		l.poke()
	}
	m.mu.Unlock()
	if level != trust.Stranger {
		return nil
	}
	kind := EventPeerUpdated // it is linked now
	if !met {
		kind = EventPeerFound
	}
	m.publishPeer(kind, l.Peer())
	hello, now := l.Hello(), m.now()
	r := Request{
		ID: msgid.ID(f.ID), Peer: l.Peer(), Name: hello.Name, Kind: hello.Kind,
		Text: f.Text, Cut: f.Cut, HLC: f.HLC,
		SentAt: shownTime(hybridTime(f.HLC), now), At: now, Source: l.Remote().Addr(),
		ReplacedBy: replacedBy,
	}
	if m.cfg.Origin != nil {
		r.Source = m.cfg.Origin(r.Source)
	}
	added, err := m.db.AddRequest(m.ctx, r)
	if errors.Is(err, store.ErrTooManyRequests) {
		m.log.Info("a request was not kept: too many wait", "device", l.Peer())
		return nil // not acknowledged: the sender asks again later
	}
	if errors.Is(err, store.ErrNotStranger) { // decided while the request was on its way
		return nil
	}
	if err != nil {
		return m.storeTrouble("a request was not stored", err)
	}
	l.acks.add(r.ID, wire.AckAsked)
	if added {
		m.hub.publish(Event{Kind: EventRequest, Request: &r})
	}
	return nil
}

// requestKept notes that a stranger keeps our request until its person decides.
// Who was not asked has nothing to say: to take it in costs a commit and a look
// through the outbox.
func (m *Messenger) requestKept(l *link) error {
	id := l.Peer()
	m.mu.Lock()
	asked := l.asking
	l.asking = false
	m.mu.Unlock()
	if !asked {
		return nil
	}
	if err := m.db.SetRequested(m.ctx, id, m.now()); err != nil {
		return m.storeTrouble("that a request arrived was not stored", err)
	}
	if err := m.reload(m.ctx, id); err != nil {
		return m.storeTrouble("a contact cannot be read", err)
	}
	m.publishPeer(EventPeerUpdated, id)
	return m.publishPending(id)
}

// publishPending tells the state of all that waits for a device.
func (m *Messenger) publishPending(id identity.DeviceID) error {
	rows, err := m.db.Pending(m.ctx, id, 0, MaxPage)
	if err != nil {
		return m.storeTrouble("the outbox cannot be read", err)
	}
	for i := range rows {
		if !rows[i].Kind.IsChange() {
			m.hub.publish(Event{Kind: EventState, Message: &rows[i].Message})
		}
	}
	return nil
}

// handleAccepted opens delivery to a device whose person let this one in. A
// stranger's word changes nothing.
func (m *Messenger) handleAccepted(l *link) error {
	id := l.Peer()
	m.mu.Lock()
	l.accepted = true
	contact, known := l.dev.level.IsContact(), l.dev.acceptsMe
	m.mu.Unlock()
	l.poke()
	if !contact || known {
		return nil
	}
	if err := m.db.SetAcceptsMe(m.ctx, id, true); err != nil {
		return m.storeTrouble("an acceptance was not stored", err)
	}
	if err := m.reload(m.ctx, id); err != nil {
		return m.storeTrouble("a contact cannot be read", err)
	}
	m.publishPeer(EventPeerUpdated, id)
	return m.publishPending(id)
}

// Allow makes a device a contact; see Service.
func (m *Messenger) Allow(ctx context.Context, id identity.DeviceID) error {
	if id == m.cfg.Self {
		return ErrSelf
	}
	switch level := m.Level(id); {
	case level.IsContact():
		return nil
	case level == trust.Stranger:
		asked, err := m.asks(ctx, id)
		if err != nil {
			return err
		}
		if !asked {
			return ErrNoRequest
		}
	}
	first, err := m.db.Accept(ctx, id)
	if err != nil {
		return err
	}
	return m.letIn(m.ctx, id, first)
}

// letIn does what follows when the store has made a device a contact, or a
// contact verified: first is its request as the first message, or nil. ctx is the
// messenger's own, because nothing may end between the two.
func (m *Messenger) letIn(ctx context.Context, id identity.DeviceID, first *Message) error {
	if err := m.becomeContact(ctx, id); err != nil {
		return err
	}
	m.hub.publish(Event{Kind: EventRequestGone, Request: &Request{Peer: id}})
	if first != nil {
		m.clock.clamp(first.HLC)
		m.hub.publish(Event{Kind: EventMessage, Message: first})
	}
	m.publishPeer(EventPeerUpdated, id)
	m.reach(id, reasonWrite)
	return nil
}

// becomeContact lifts the limits of a device's links and tells it. The store has
// the decision already: what it refuses now is said again on the next link, and is
// no reason to let the device in only after a restart.
func (m *Messenger) becomeContact(ctx context.Context, id identity.DeviceID) error {
	// The name a stranger gave in Hello was said under its own key.
	m.mu.Lock()
	var name, kind string
	if d := m.devices[id]; d != nil {
		name, kind = d.said, d.kind
	}
	network := m.net
	m.mu.Unlock()
	if err := m.db.SetProfile(ctx, id, name, kind, nil); err != nil {
		_ = m.storeTrouble("a contact's name was not stored", err)
	}
	if network != nil { // before the couriers know, or the answer would be refused
		network.SetContact(id, true)
	}
	if err := m.reload(ctx, id); err != nil {
		return err
	}
	m.mu.Lock()
	accepted := false
	for _, l := range m.devices[id].links {
		accepted = accepted || l.accepted
	}
	m.mu.Unlock()
	if accepted {
		err := m.db.SetAcceptsMe(ctx, id, true)
		if err == nil {
			err = m.reload(ctx, id)
		}
		if err != nil {
			_ = m.storeTrouble("an acceptance was not stored", err)
		}
	}
	m.vouch(id)
	m.pokeDevice(id)
	return nil
}

func (m *Messenger) asks(ctx context.Context, id identity.DeviceID) (bool, error) {
	rs, err := m.db.Requests(ctx)
	if err != nil {
		return false, err
	}
	for _, r := range rs {
		if r.Peer == id {
			return true, nil
		}
	}
	return false, nil
}

// Refuse drops a device's request; see Service.
func (m *Messenger) Refuse(ctx context.Context, id identity.DeviceID) error {
	err := m.db.Refuse(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return ErrNoRequest
	}
	if err == nil {
		m.hub.publish(Event{Kind: EventRequestGone, Request: &Request{Peer: id}})
	}
	return err
}

// Block silences a device; see Service.
func (m *Messenger) Block(ctx context.Context, id identity.DeviceID) error {
	if id == m.cfg.Self {
		return ErrSelf
	}
	if id.IsZero() {
		return ErrUnknownPeer
	}
	m.mu.Lock()
	var name, kind string
	if d := m.devices[id]; d != nil {
		name, kind = d.said, d.kind
	}
	m.mu.Unlock()
	if err := m.db.SetLevel(ctx, id, trust.Blocked); err != nil {
		return err
	}
	// It is blocked from here on, whoever asked for it waits or not.
	err := m.db.SetProfile(m.ctx, id, name, kind, nil)
	err = errors.Join(err, m.reload(m.ctx, id), m.partWith(m.ctx, id))
	m.hub.publish(Event{Kind: EventRequestGone, Request: &Request{Peer: id}})
	m.publishPeer(EventPeerUpdated, id)
	return err
}

// Requests returns the strangers that ask; see Service.
func (m *Messenger) Requests(ctx context.Context) ([]Request, error) { return m.db.Requests(ctx) }
