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
// again when a link is new or another one has ended: what went with the last
// moments of that (docs/PROTOCOL.md §8).
const retellReads = 64

// tellRead sends Ack(read) for what was read since it was last told.
func (c *courier) tellRead() error {
	m, l := c.m, c.l
	m.mu.Lock()
	retell, due := l.retell, l.reads
	l.retell, l.reads = false, false
	m.mu.Unlock()
	if retell {
		ids, err := m.db.NewestTold(l.ctx, l.Peer(), retellReads)
		if err != nil {
			return err
		}
		if err := c.ackRead(ids); err != nil {
			return err
		}
	}
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

// pokeReads wakes the couriers of a device's links because messages of the device
// were read. All of them: one may not have been opened yet.
func (m *Messenger) pokeReads(id identity.DeviceID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.devices[id]; d != nil {
		for _, l := range d.links {
			l.reads = true
			l.poke()
		}
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
