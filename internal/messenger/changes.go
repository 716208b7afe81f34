package messenger

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// CheckEmoji says whether a text can be a reaction: "" or one emoji, at most
// wire.MaxEmojiBytes of UTF-8 without white space and control characters.
// ErrBadEmoji. Whoever shows one shows one character of it.
func CheckEmoji(text string) error {
	unfit := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	if len(text) > wire.MaxEmojiBytes || !utf8.ValidString(text) || strings.ContainsFunc(text, unfit) {
		return ErrBadEmoji
	}
	return nil
}

func checkChange(c Change) error {
	switch c.Kind {
	case KindReact:
		return CheckEmoji(c.Text)
	case KindEdit:
		if err := CheckText(c.Text); err != nil {
			return err
		}
	case KindDelete:
	default:
		return store.ErrInvalid
	}
	if !c.Of.Mine {
		return ErrNotYours
	}
	return nil
}

// Change edits a message, takes it back, or puts an emoji to it; see Service.
func (m *Messenger) Change(ctx context.Context, c Change) (Message, error) {
	if err := checkChange(c); err != nil {
		return Message{}, err
	}
	if c.Of.ID.IsZero() || c.Of.Peer.IsZero() || c.Of.Peer == m.cfg.Self {
		return Message{}, ErrUnknownMessage
	}
	if m.Level(c.Of.Peer) == trust.Blocked {
		return Message{}, ErrBlocked
	}
	if c.ID.IsZero() {
		c.ID = msgid.New(m.now())
	}
	if c.Of.Mine {
		old, err := m.db.Message(ctx, m.cfg.Self, c.Of.ID)
		if err == nil && old.State == Failed {
			err = ErrCancelled
		}
		if err != nil {
			return Message{}, unknownMessage(err)
		}
	}
	msg, added, err := m.db.EnqueueChange(ctx, store.NewChange{
		ID: c.ID, Peer: c.Of.Peer, Kind: c.Kind, Target: c.Of.ID, TargetMine: c.Of.Mine, Text: c.Text,
		HLC: m.clock.next(), At: m.now(), Sending: m.delivers(c.Of.Peer),
	})
	if err != nil {
		return Message{}, unknownMessage(err)
	}
	msg = m.overlay([]Message{msg})[0]
	if added {
		m.hub.publish(Event{Kind: EventChanged, Message: &msg})
		m.pokeDevice(c.Of.Peer)
		m.reach(c.Of.Peer, reasonWrite)
	}
	return msg, nil
}

// unknownMessage gives the store's "not found" the name it has in Service.
func unknownMessage(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrUnknownMessage
	}
	return err
}

// checkReply refuses an answer to what is not in the conversation.
func (m *Messenger) checkReply(ctx context.Context, out Outgoing) error {
	if out.ReplyTo.IsZero() {
		return nil
	}
	for _, sender := range []identity.DeviceID{out.To, m.cfg.Self} {
		msg, err := m.db.Message(ctx, sender, out.ReplyTo)
		if err == nil && msg.Peer == out.To && !msg.Kind.IsChange() {
			return nil
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return ErrUnknownMessage
}

// Cancel takes a message out of the outbox; see Service.
func (m *Messenger) Cancel(ctx context.Context, of Ref) (Message, error) {
	if !of.Mine {
		return Message{}, ErrNotWaiting
	}
	msg, err := m.db.Cancel(ctx, of.Peer, of.ID)
	if err != nil {
		return Message{}, unknownMessage(err)
	}
	m.mu.Lock()
	if d := m.devices[of.Peer]; d != nil {
		for _, l := range d.links {
			delete(l.inflight, of.ID)
			l.poke()
		}
	}
	m.mu.Unlock()
	m.hub.publish(Event{Kind: EventState, Message: &msg})
	return msg, nil
}

// Remove deletes a message from this device; see Service.
func (m *Messenger) Remove(ctx context.Context, of Ref) error {
	err := m.db.Remove(ctx, of.Peer, of.ID, of.Mine)
	if errors.Is(err, store.ErrNotFound) { // so is what was asked for
		return nil
	}
	if err != nil {
		return err
	}
	m.hub.publish(Event{Kind: EventRemoved, Message: &Message{Peer: of.Peer, ID: of.ID, Outgoing: of.Mine}})
	return nil
}

// Clear deletes a conversation from this device; see Service.
func (m *Messenger) Clear(ctx context.Context, peer identity.DeviceID) (int, error) {
	cleared, err := m.db.Clear(ctx, peer)
	if cleared.Removed > 0 { // also when it failed halfway
		m.hub.publish(Event{Kind: EventHistory, Peer: &Peer{ID: peer}})
	}
	return cleared.Kept, err
}

// Find returns the messages with an ID; see Service.
func (m *Messenger) Find(ctx context.Context, id msgid.ID) ([]Message, error) {
	msgs, err := m.db.Find(ctx, id)
	return m.overlay(msgs), err
}
