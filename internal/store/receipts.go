package store

import (
	"context"
	"errors"
	"slices"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// notToTell is 0 when the writer of a message that is read now is to know: a
// contact that the person has not excepted.
const notToTell = `coalesce((SELECT 1 - receipts FROM contact WHERE id = ?1), 1)`

// MarkRead notes that a person saw everything in the conversation, and returns
// the messages that were Received and are Read now, oldest first.
func (d *DB) MarkRead(ctx context.Context, peer identity.DeviceID) ([]Message, error) {
	var read []Message
	err := d.write(ctx, "mark as read", func(ctx context.Context, t *tx) error {
		rows, err := all(ctx, t, scanRow, selectMessage+`WHERE m.peer = ? AND m.outgoing = 0 AND m.state = 6`+shownOrder, peer[:])
		if err != nil || len(rows) == 0 {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE message SET state = 4, told = `+notToTell+` WHERE peer = ?1 AND outgoing = 0 AND state = 6`, peer[:]); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE conversation SET unread = 0 WHERE peer = ?`, peer[:]); err != nil {
			return err
		}
		slices.Reverse(rows)
		for i := range rows {
			rows[i].State = Read
		}
		read = messages(rows)
		return d.quotes(ctx, t, read)
	})
	if err != nil {
		return nil, err
	}
	return read, nil
}

// MarkMessageRead notes that one message of peer was seen, whatever came before
// and after it, and returns it when it was Received and is Read now. Any other
// ID changes nothing.
func (d *DB) MarkMessageRead(ctx context.Context, peer identity.DeviceID, id msgid.ID) (*Message, error) {
	var read *Message
	err := d.write(ctx, "mark as read", func(ctx context.Context, t *tx) error {
		read = nil
		r, err := findMessage(ctx, t, peer, id)
		if errors.Is(err, ErrNotFound) || err == nil && r.State != Received {
			return nil
		}
		if err != nil {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE message SET state = 4, told = `+notToTell+` WHERE num = ?2`, peer[:], r.num); err != nil {
			return err
		}
		r.State = Read
		read = &r.Message
		if _, err := t.exec(ctx, `UPDATE conversation SET unread = unread - 1 WHERE peer = ?`, peer[:]); err != nil {
			return err
		}
		return d.quote(ctx, t, read)
	})
	if err != nil {
		return nil, err
	}
	return read, nil
}

// SetReceipts stores whether a device is told what was read here. What was read
// before is not told when this is switched on later. ErrNotFound when the device
// has no row.
func (d *DB) SetReceipts(ctx context.Context, id identity.DeviceID, on bool) error {
	return d.write(ctx, "store receipts", func(ctx context.Context, t *tx) error {
		n, err := t.exec(ctx, `UPDATE contact SET receipts = ? WHERE id = ?`, on, id[:])
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		if err == nil && !on {
			_, err = t.exec(ctx, `UPDATE message SET told = 1 WHERE peer = ? AND told = 0`, id[:])
		}
		return err
	})
}

// Untold returns messages of peer that were read here and that it has not been
// told of, at most limit (MaxPage).
func (d *DB) Untold(ctx context.Context, peer identity.DeviceID, limit int) ([]msgid.ID, error) {
	return d.ids(ctx, "read receipts", `SELECT id FROM message WHERE peer = ? AND told = 0 ORDER BY num LIMIT ?`, peer[:], pageLimit(limit))
}

// toldWindow is how many of the newest messages NewestTold looks at: older ones
// were told of on many links.
const toldWindow = 256

// NewestTold returns the last limit (MaxPage) messages of peer that it was told
// were read here, so that it is told again on a new link: nothing acknowledges
// that it knows. None when it is not to know.
func (d *DB) NewestTold(ctx context.Context, peer identity.DeviceID, limit int) ([]msgid.ID, error) {
	return d.ids(ctx, "read receipts", `SELECT id FROM (SELECT m.id, m.told FROM message m WHERE m.peer = ?1 AND`+shown+shownOrder+`LIMIT ?2)
		WHERE told = 2 AND (SELECT receipts FROM contact WHERE id = ?1) LIMIT ?3`, peer[:], toldWindow, pageLimit(limit))
}

// MarkTold notes that peer was told of messages that were read here.
func (d *DB) MarkTold(ctx context.Context, peer identity.DeviceID, ids []msgid.ID) error {
	return d.write(ctx, "note receipts", func(ctx context.Context, t *tx) error {
		for _, id := range ids {
			if _, err := t.exec(ctx, `UPDATE message SET told = 2 WHERE sender = ? AND id = ? AND told = 0`, peer[:], id[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *DB) ids(ctx context.Context, op, query string, args ...any) ([]msgid.ID, error) {
	var out []msgid.ID
	err := d.read(ctx, op, func(q querier) (err error) {
		out, err = all(ctx, q, func(s scanner) (msgid.ID, error) {
			var b []byte
			err := s.Scan(&b)
			return toID(b), err
		}, query, args...)
		return err
	})
	return out, err
}
