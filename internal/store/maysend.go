package store

import (
	"context"
	"errors"

	"earshot/internal/identity"
)

// MaySend says that the messages to a peer which wait now may leave this device,
// and returns the highest number of the present epoch that may. No higher one may
// be sent before it is called again. What it notes tells a restored copy of this
// store, which finds that the peer has numbers that never left it, from the store
// itself (docs/PROTOCOL.md §8).
func (d *DB) MaySend(ctx context.Context, peer identity.DeviceID) (uint64, error) {
	const op = "note what is sent"
	var now EpochTop
	err := d.read(ctx, op, func(q querier) (err error) {
		now, err = presentNumbers(ctx, q, peer)
		return err
	})
	if err != nil || now.Sent == now.Top {
		return now.Sent, err
	}
	err = d.write(ctx, op, func(ctx context.Context, t *tx) (err error) {
		if now, err = presentNumbers(ctx, t, peer); err != nil {
			return err
		}
		_, err = t.exec(ctx, `UPDATE numbering SET sent = top WHERE peer = ? AND epoch = ?`, peer[:], int64(now.Epoch))
		return err
	})
	return now.Top, err
}

// presentNumbers returns the numbering of a peer in the present epoch.
func presentNumbers(ctx context.Context, q querier, peer identity.DeviceID) (EpochTop, error) {
	_, epoch, err := storedEpoch(ctx, q)
	if err != nil {
		return EpochTop{}, err
	}
	n, err := one(ctx, q, scanNumbering, `SELECT epoch, top, sent FROM numbering WHERE peer = ? AND epoch = ?`, peer[:], int64(epoch))
	if errors.Is(err, ErrNotFound) {
		return EpochTop{Epoch: epoch}, nil
	}
	return n, err
}
