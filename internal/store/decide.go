package store

import (
	"context"
	"fmt"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

// SetNick stores what a device is shown as instead of the name that it says; ""
// takes that back. ErrNotFound when the device has no row.
func (d *DB) SetNick(ctx context.Context, id identity.DeviceID, nick string) error {
	return d.write(ctx, "store name of a contact", func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `UPDATE contact SET nick = ? WHERE id = ?`, []byte(nick), id[:])
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// Unblock makes a blocked device what it was before it was blocked, but a verified
// one accepted: whoever blocked it had a reason to compare the code again. It
// returns the level that the device has now and whether this call changed it. A
// device that is not blocked stays what it is. ErrNotFound when it has no row.
func (d *DB) Unblock(ctx context.Context, id identity.DeviceID) (level trust.Level, changed bool, err error) {
	err = d.write(ctx, "unblock device", func(ctx context.Context, t *tx) error {
		changed = false
		var before trust.Level
		level, before, err = levels(ctx, t, id)
		if err != nil || level != trust.Blocked {
			return err
		}
		if level = trust.Stranger; before.IsContact() {
			level = trust.Accepted
		}
		changed = true
		_, err := t.exec(ctx, `UPDATE contact SET level = ?, level_before = 0 WHERE id = ?`, level, id[:])
		return err
	})
	if err != nil {
		return trust.Stranger, false, err
	}
	return level, changed, nil
}

// levels returns the level of a device, and of a blocked one what it was before.
func levels(ctx context.Context, q querier, id identity.DeviceID) (now, before trust.Level, err error) {
	now, err = one(ctx, q, func(s scanner) (l trust.Level, err error) {
		err = s.Scan(&l, &before)
		return l, err
	}, `SELECT level, level_before FROM contact WHERE id = ?`, id[:])
	if before > trust.Verified {
		err = fmt.Errorf("%w: level before %d", ErrInvalid, before)
	}
	return now, before, err
}
