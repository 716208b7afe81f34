package messenger

import (
	"slices"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/netcore/wire"
)

// takes reports whether the other side can take a message: changes only if it
// said so. What it cannot take waits in the outbox for a later version there.
func (l *link) takes(msg store.Message) bool { return l.changes || !msg.Kind.IsChange() }

// delivers reports whether a link is there that what is written to a device now
// goes out on at once.
func (m *Messenger) delivers(id identity.DeviceID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[id]
	return d != nil && slices.ContainsFunc(d.links, func(l *link) bool { return l.delivers })
}

// frameOf returns the frame that carries a message or change of this device.
func frameOf(msg store.Message) wire.Message {
	id, target := wire.ID(msg.ID), wire.ID(msg.Target)
	switch msg.Kind {
	case KindEdit:
		return &wire.Edit{ID: id, Epoch: msg.Epoch, Seq: msg.Seq, HLC: msg.HLC, Target: target, Text: msg.Text}
	case KindDelete:
		return &wire.Delete{ID: id, Epoch: msg.Epoch, Seq: msg.Seq, HLC: msg.HLC, Target: target}
	case KindReact:
		return &wire.React{ID: id, Epoch: msg.Epoch, Seq: msg.Seq, HLC: msg.HLC, Target: target, Emoji: msg.Text, Yours: !msg.TargetMine}
	}
	return &wire.Msg{
		ID: id, Epoch: msg.Epoch, Seq: msg.Seq, HLC: msg.HLC, Kind: wire.MsgKind(msg.Kind), Text: msg.Text,
		ReplyTo: optionalID(msg.ReplyTo), After: optionalID(msg.After),
	}
}

func (m *Messenger) handleEdit(l *link, f *wire.Edit) error {
	in := m.incoming(l, f.ID, f.Epoch, f.Seq, f.HLC)
	in.Kind, in.Target, in.Text = KindEdit, msgid.ID(f.Target), f.Text
	m.arrive(l, in)
	return nil
}

func (m *Messenger) handleDelete(l *link, f *wire.Delete) error {
	in := m.incoming(l, f.ID, f.Epoch, f.Seq, f.HLC)
	in.Kind, in.Target = KindDelete, msgid.ID(f.Target)
	m.arrive(l, in)
	return nil
}

func (m *Messenger) handleReact(l *link, f *wire.React) error {
	in := m.incoming(l, f.ID, f.Epoch, f.Seq, f.HLC)
	in.Kind, in.Target, in.TargetMine, in.Text = KindReact, msgid.ID(f.Target), f.Yours, f.Emoji
	m.arrive(l, in)
	return nil
}
