package store

import (
	"context"
	"fmt"
	"time"

	"earshot/internal/identity"
)

// youngRun ends a Forget: so many rows in a row that are too young to go. Rows
// lie in the order of their arrival, except where the clock was wrong.
const youngRun = 10 * removeBatch

// Forget deletes messages that were stored before a moment from this device,
// except what waits in the outbox, and returns the devices in whose
// conversations something was deleted. From the copies it goes within days, as
// they are replaced; a restored one is forgotten anew. What was seen stays known.
// A message that was stored under a clock which had gone back counts as no older
// than what was stored before it.
func (d *DB) Forget(ctx context.Context, before time.Time) ([]identity.DeviceID, error) {
	const op = "forget messages"
	peers := map[identity.DeviceID]bool{}
	for w := (forgetWalk{before: toMs(before), now: max(toMs(before), toMs(d.now()))}); w.young < youngRun; {
		scanned := 0
		err := d.write(ctx, op, func(ctx context.Context, t *tx) error {
			old, n, err := w.next(ctx, t)
			if err != nil {
				return err
			}
			scanned = n
			for peer, nums := range old {
				if err := d.removeRows(ctx, t, peer, nums); err != nil {
					return err
				}
				peers[peer] = true
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if scanned == 0 {
			break
		}
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
	}
	out := make([]identity.DeviceID, 0, len(peers))
	for p := range peers {
		out = append(out, p)
	}
	return out, nil
}

// forgetWalk goes through the rows in the order of their arrival. Times are
// milliseconds since 1970.
type forgetWalk struct {
	before, now int64
	last        int64 // row number that it has come to
	latest      int64 // when the latest of the rows up to last was stored
	young       int   // rows in a row that are too young to go
}

// next looks at removeBatch rows and returns those that may go, by conversation,
// and how many it looked at.
func (w *forgetWalk) next(ctx context.Context, t *tx) (map[identity.DeviceID][]int64, int, error) {
	type line struct {
		num, stored int64
		peer        identity.DeviceID
		stays       bool
	}
	lines, err := all(ctx, t, func(s scanner) (l line, err error) {
		var peer []byte
		err = s.Scan(&l.num, &peer, &l.stored, &l.stays)
		l.peer = toDevice(peer)
		return l, err
	}, `SELECT num, peer, stored_at, kind = 255 OR num IN (SELECT message FROM outbox) FROM message WHERE num > ? ORDER BY num LIMIT ?`,
		w.last, removeBatch)
	if err != nil {
		return nil, 0, err
	}
	old := map[identity.DeviceID][]int64{}
	for _, l := range lines {
		w.last = l.num
		if l.stored > w.now { // its clock was ahead, and says nothing of the rows below
			continue
		}
		w.latest = max(w.latest, l.stored)
		switch {
		case w.latest >= w.before:
			w.young++
		case !l.stays:
			old[l.peer], w.young = append(old[l.peer], l.num), 0
		}
	}
	return old, len(lines), nil
}
