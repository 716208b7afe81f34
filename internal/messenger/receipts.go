package messenger

import (
	"context"
	"errors"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/netcore/wire"
)

// retellReads is how many of the newest messages that were read here are said
// again on a new link: what went with the last moments of the link before
// (docs/PROTOCOL.md §8).
const retellReads = 64

// tellRead sends Ack(read) for what was read since it was last told.
func (c *courier) tellRead() error {
	m, l := c.m, c.l
	if !c.retold {
		ids, err := m.db.NewestTold(l.ctx, l.Peer(), retellReads)
		if err != nil {
			return err
		}
		if err := c.ackRead(ids); err != nil {
			return err
		}
		c.retold = true
	}
	m.mu.Lock()
	due := l.reads
	l.reads = false
	m.mu.Unlock()
	for due {
		ids, err := m.db.Untold(l.ctx, l.Peer(), maxAckIDs)
		if err != nil {
			return err
		}
		if err := c.ackRead(ids); err != nil || len(ids) == 0 {
			return err
		}
		if err := m.db.MarkTold(l.ctx, l.Peer(), ids); err != nil {
			return err
		}
		due = len(ids) == maxAckIDs
	}
	return nil
}

func (c *courier) ackRead(ids []msgid.ID) error {
	if len(ids) == 0 {
		return nil
	}
	f := &wire.Ack{State: wire.AckRead}
	for _, id := range ids {
		f.IDs = append(f.IDs, wire.ID(id))
	}
	return c.l.Send(c.l.ctx, f)
}

// pokeReads wakes the courier of a device's newest link because messages of the
// device were read.
func (m *Messenger) pokeReads(id identity.DeviceID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.devices[id]; d != nil && len(d.links) > 0 {
		l := d.links[len(d.links)-1]
		l.reads = true
		l.poke()
	}
}

// SetReceipts chooses whether a contact learns what was read here; see Service.
func (m *Messenger) SetReceipts(ctx context.Context, peer identity.DeviceID, on bool) error {
	err := m.db.SetReceipts(ctx, peer, on)
	if errors.Is(err, store.ErrNotFound) {
		return ErrUnknownPeer
	}
	if err == nil {
		err = m.reload(ctx, peer)
	}
	if err == nil {
		m.publishPeer(EventPeerUpdated, peer)
	}
	return err
}
