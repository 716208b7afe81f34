package messenger

import (
	"context"
	"errors"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
)

// Send stores a text and its outbox row and then sees to its delivery; see
// Service.
func (m *Messenger) Send(ctx context.Context, out Outgoing) (Message, error) {
	if err := CheckText(out.Text); err != nil {
		return Message{}, err
	}
	switch {
	case out.To.IsZero():
		return Message{}, ErrUnknownPeer
	case out.To == m.cfg.Self:
		return Message{}, ErrSelf
	}
	if err := m.checkReply(ctx, out); err != nil {
		return Message{}, err
	}
	level := m.Level(out.To)
	switch level {
	case trust.Blocked:
		return Message{}, ErrBlocked
	case trust.Stranger:
		// Writing to a stranger that asks is an answer.
		if err := m.Allow(ctx, out.To); err != nil && !errors.Is(err, ErrNoRequest) {
			return Message{}, err
		}
	}
	if out.ID.IsZero() {
		out.ID = msgid.New(m.now())
	}
	msg, added, err := m.db.Enqueue(ctx, store.NewMessage{
		ID: out.ID, Peer: out.To, Kind: out.Kind, Text: out.Text, ReplyTo: out.ReplyTo,
		HLC: m.clock.next(), At: m.now(), Sending: m.delivers(out.To),
	})
	if err != nil {
		return Message{}, err
	}
	if !added {
		return m.overlay([]Message{msg})[0], nil
	}
	if level == trust.Stranger {
		// Writing to a stranger lets it answer.
		if err := m.becomeContact(ctx, out.To); err != nil {
			return msg, err
		}
		m.publishPeer(EventPeerUpdated, out.To)
	}
	m.hub.publish(Event{Kind: EventMessage, Message: &msg})
	m.pokeDevice(out.To)
	m.reach(out.To, reasonWrite)
	return msg, nil
}

// History returns a page of a conversation; see Service.
func (m *Messenger) History(ctx context.Context, page Page) ([]Message, error) {
	limit := page.Limit
	if limit <= 0 || limit > MaxPage {
		limit = MaxPage
	}
	var msgs []Message
	var err error
	switch {
	case !page.After.IsZero():
		msgs, err = m.db.HistoryAfter(ctx, page.Peer, page.After, limit)
	case !page.Around.IsZero():
		msgs, err = m.db.HistoryAround(ctx, page.Peer, page.Around, limit)
	default:
		msgs, err = m.db.History(ctx, page.Peer, page.Before, limit)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrUnknownMessage
	}
	return m.overlay(msgs), err
}

// Search returns the messages in which words stand; see Service.
func (m *Messenger) Search(ctx context.Context, q Query) ([]Hit, error) {
	if q.Limit <= 0 || q.Limit > MaxPage {
		q.Limit = MaxPage
	}
	hits, err := m.db.Search(ctx, q)
	for i := range hits {
		hits[i].Message = m.overlay([]Message{hits[i].Message})[0]
	}
	return hits, err
}

// Conversations returns the list of conversations; see Service.
func (m *Messenger) Conversations(ctx context.Context) ([]Conversation, error) {
	cs, err := m.db.Conversations(ctx)
	if err != nil {
		return nil, err
	}
	for i := range cs {
		cs[i].Last = m.overlay([]Message{cs[i].Last})[0]
	}
	return cs, nil
}

// Outbox returns what still waits; see Service.
func (m *Messenger) Outbox(ctx context.Context) ([]Message, error) {
	msgs, err := m.db.Outbox(ctx)
	return m.overlay(msgs), err
}

// MarkRead says that a person saw a conversation; see Service.
func (m *Messenger) MarkRead(ctx context.Context, id identity.DeviceID) error {
	changed, err := m.db.MarkRead(ctx, id)
	m.pokeReads(id)
	for i := range changed {
		m.hub.publish(Event{Kind: EventState, Message: &changed[i]})
	}
	return err
}

// MarkMessageRead says that one message was seen; see Service.
func (m *Messenger) MarkMessageRead(ctx context.Context, peer identity.DeviceID, id msgid.ID) error {
	changed, err := m.db.MarkMessageRead(ctx, peer, id)
	if changed != nil {
		m.pokeReads(peer)
		m.hub.publish(Event{Kind: EventState, Message: changed})
	}
	return err
}

// Subscribe returns events from now on; see Service.
func (m *Messenger) Subscribe(ctx context.Context) (<-chan Event, error) {
	return m.hub.subscribe(ctx), nil
}
