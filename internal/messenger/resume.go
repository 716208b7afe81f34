package messenger

import (
	"fmt"
	"time"

	"earshot/internal/store"
	"earshot/netcore/wire"
)

const (
	// resumeBatch is how many messages of history are read at once to answer a
	// Resume.
	resumeBatch = 64
	// goneBatch is how many ranges one Gone frame carries.
	goneBatch = 64
)

// answer sends from history what the peer said it lacks, and says which of its
// gaps will never be filled. The outbox is not touched: only an Ack does that
// (docs/PROTOCOL.md §5.9). Messages that still wait in the outbox are left to
// deliver.
func (c *courier) answer(r *wire.Resume) error {
	m, l := c.m, c.l
	have := map[uint64]wire.Have{}
	for _, h := range r.Have {
		have[h.Epoch] = h
	}
	epochs, err := m.db.OwnEpochs(l.ctx, l.Peer())
	if err != nil {
		return err
	}
	stale, err := c.rolledBack(epochs, have)
	if err != nil {
		return err
	}
	if stale && c.mayBeginEpoch() {
		// The peer has seen numbers that this store never gave out: the home
		// folder is an older copy. New numbers must not collide with those.
		if _, err := m.db.NewEpoch(l.ctx); err != nil {
			return fmt.Errorf("begin a new epoch: %w", err)
		}
		m.log.Warn("this home folder is older than what a contact has of it: numbering begins anew")
		m.rewindAll()
		m.notify(store.OlderCopy(), 0)
	}
	for _, e := range epochs {
		if err := c.fill(e.Epoch, lacking(have[e.Epoch], e.Top)); err != nil {
			return err
		}
	}
	return nil
}

// rolledBack reports whether the peer has numbers of the current epoch that never
// left this store, or knows one as another message: then this home folder is an
// older copy, which would give numbers out a second time.
func (c *courier) rolledBack(epochs []store.EpochTop, have map[uint64]wire.Have) (bool, error) {
	current := c.m.db.Epoch()
	h := have[current]
	sent := uint64(0)
	for _, e := range epochs {
		if e.Epoch == current {
			sent = e.Sent
		}
	}
	if h.Top > sent {
		return true, nil
	}
	if h.TopID == nil {
		return false, nil
	}
	rows, err := c.m.db.OwnHistory(c.l.ctx, c.l.Peer(), current, []store.Range{{Lo: h.Top, Hi: h.Top}}, 1)
	return err == nil && len(rows) == 1 && wire.ID(rows[0].ID) != *h.TopID, err
}

// epochPause is the least time between two new epochs at the word of one peer. A
// copy is restored once in years; a peer that says so all the time lies, and only
// makes everybody's outbox be numbered anew.
const epochPause = time.Hour

func (c *courier) mayBeginEpoch() bool {
	m, d := c.m, c.l.dev
	m.mu.Lock()
	defer m.mu.Unlock()
	if d.epochAt.IsZero() || time.Since(d.epochAt) >= epochPause {
		d.epochAt = time.Now()
		return true
	}
	return false
}

// fill sends history rows of the ranges and a Gone for what is not there.
func (c *courier) fill(epoch uint64, ranges []store.Range) error {
	m, l := c.m, c.l
	var gone []store.Range
	for len(ranges) > 0 {
		rows, err := m.db.OwnHistory(l.ctx, l.Peer(), epoch, ranges, resumeBatch)
		if err != nil {
			return err
		}
		var there []uint64
		for _, msg := range rows {
			there = append(there, msg.Seq)
			if msg.State == Queued || msg.State == Waiting || !l.takes(msg) {
				continue
			}
			if err := l.Send(l.ctx, frameOf(msg)); err != nil {
				return err
			}
		}
		missing := without(ranges, there)
		if len(rows) < resumeBatch {
			gone = append(gone, missing...)
			break
		}
		last := there[len(there)-1]
		before, after := split(missing, last)
		gone, ranges = append(gone, before...), after
	}
	if len(gone) > 0 && epoch == m.db.Epoch() { // the peer has these numbers then, like those of messages
		if err := c.mayLeave(epoch, gone[len(gone)-1].Hi); err != nil {
			return err
		}
	}
	for len(gone) > 0 {
		n := min(len(gone), goneBatch)
		if err := l.Send(l.ctx, &wire.Gone{Epoch: epoch, Ranges: wireRanges(gone[:n])}); err != nil {
			return err
		}
		gone = gone[n:]
	}
	return nil
}

// split parts ranges at a number: up to it, and above it.
func split(ranges []store.Range, at uint64) (upTo, above []store.Range) {
	for _, r := range ranges {
		switch {
		case r.Hi <= at:
			upTo = append(upTo, r)
		case r.Lo > at:
			above = append(above, r)
		default:
			upTo = append(upTo, store.Range{Lo: r.Lo, Hi: at})
			above = append(above, store.Range{Lo: at + 1, Hi: r.Hi})
		}
	}
	return upTo, above
}

// rewindAll makes every courier send its outbox from the beginning: its rows
// have new numbers.
func (m *Messenger) rewindAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range m.devices {
		for _, l := range d.links {
			l.rewind = true
			l.poke()
		}
	}
}

func storeRanges(in []wire.Range) []store.Range {
	out := make([]store.Range, len(in))
	for i, r := range in {
		out[i] = store.Range{Lo: r.Lo, Hi: r.Hi}
	}
	return out
}

func wireRanges(in []store.Range) []wire.Range {
	out := make([]wire.Range, len(in))
	for i, r := range in {
		out[i] = wire.Range{Lo: r.Lo, Hi: r.Hi}
	}
	return out
}
