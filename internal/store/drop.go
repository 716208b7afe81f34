package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

// droppingKey begins the settings that name the devices which are being dropped;
// the ID in hex follows. The value is the number of the last message that goes.
const droppingKey = "dropping/"

// DropContact ends what there is of a device: it is a stranger at once and what
// waited for it is cancelled; then its conversation is deleted from this device
// and its row goes, with its addresses, its request and the rows of devices that
// it had replaced. From the copies the conversation goes later (CopiesOutdated).
// What was seen of it and which numbers it was given stay known, so that nothing
// comes again.
// When it fails halfway, FinishDrops or another call does the rest. ErrNotFound
// when nothing is known of the device.
func (d *DB) DropContact(ctx context.Context, id identity.DeviceID) error {
	const op = "forget device"
	err := d.write(ctx, op, func(ctx context.Context, t *tx) error {
		var known bool
		if err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM contact WHERE id = ?1)
			OR EXISTS (SELECT 1 FROM address WHERE device = ?1) OR EXISTS (SELECT 1 FROM conversation WHERE peer = ?1)
			OR EXISTS (SELECT 1 FROM request WHERE peer = ?1 AND refused_at = 0)`, id[:]).Scan(&known); err != nil {
			return err
		}
		if !known {
			return ErrNotFound
		}
		return beginDrop(ctx, t, id)
	})
	if err != nil {
		return err
	}
	wake(d.outdated)
	return d.finishDrop(ctx, op, id)
}

// beginDrop does what must not be seen half done.
func beginDrop(ctx context.Context, t *tx, id identity.DeviceID) error {
	err := t.execAll(ctx,
		statement{`UPDATE message SET state = ? WHERE kind < 2 AND num IN (SELECT message FROM outbox WHERE peer = ?)`, []any{Failed, id[:]}},
		statement{`DELETE FROM outbox WHERE peer = ?`, []any{id[:]}},
		statement{`DELETE FROM address WHERE device = ?`, []any{id[:]}},
		statement{`DELETE FROM request WHERE peer = ? AND refused_at = 0`, []any{id[:]}},
		statement{`UPDATE contact SET level = ?, level_before = 0, accepts_me = 0, requested_at = 0, presence_key = NULL, nick = x''
			WHERE id = ?`, []any{trust.Stranger, id[:]}},
		statement{`INSERT INTO setting (key, value) VALUES (?, (SELECT coalesce(max(num), 0) FROM message))
			ON CONFLICT (key) DO UPDATE SET value = excluded.value`, []any{droppingKey + hex.EncodeToString(id[:])}})
	if err != nil {
		return err
	}
	return outdate(ctx, t)
}

// FinishDrops goes on with what a DropContact began before the end of the program.
func (d *DB) FinishDrops(ctx context.Context) error {
	const op = "finish forgetting devices"
	var keys []string
	err := d.read(ctx, op, func(q querier) (err error) {
		keys, err = all(ctx, q, scanText, `SELECT key FROM setting WHERE key GLOB ?`, droppingKey+"*")
		return err
	})
	for _, key := range keys {
		if err != nil {
			break
		}
		var b []byte
		if b, err = hex.DecodeString(strings.TrimPrefix(key, droppingKey)); err == nil {
			err = d.finishDrop(ctx, op, toDevice(b))
		}
	}
	return err
}

// finishDrop deletes the messages of a device that is being dropped, up to the
// last one of that moment, and then its row. A device that was let in again since
// keeps its row and what came since.
func (d *DB) finishDrop(ctx context.Context, op string, id identity.DeviceID) error {
	hexID := hex.EncodeToString(id[:])
	after := int64(0)
	for more := true; more; {
		err := d.write(ctx, op, func(ctx context.Context, t *tx) error {
			top, err := one(ctx, t, scanText, `SELECT value FROM setting WHERE key = ?`, droppingKey+hexID)
			if err != nil {
				return err
			}
			last, err := strconv.ParseInt(top, 10, 64)
			if err != nil {
				return err
			}
			nums, err := all(ctx, t, scanNum, `SELECT num FROM message WHERE num > ? AND num <= ? AND peer = ? AND kind <> 255
				AND num NOT IN (SELECT message FROM outbox) ORDER BY num LIMIT ?`, after, last, id[:], removeBatch)
			if err != nil {
				return err
			}
			if err := d.removeRows(ctx, t, id, nums); err != nil {
				return err
			}
			if more = len(nums) == removeBatch; more {
				after = nums[len(nums)-1]
				return nil
			}
			return endDrop(ctx, t, id)
		})
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil && more {
			return fmt.Errorf("%s: %w", op, err)
		}
	}
	return nil
}

// endDrop deletes the row of a device whose messages are gone.
func endDrop(ctx context.Context, t *tx, id identity.DeviceID) error {
	name := hex.EncodeToString(id[:])
	return t.execAll(ctx,
		statement{`DELETE FROM contact WHERE retired_by = ? AND level = ?`, []any{id[:], trust.Stranger}},
		statement{`DELETE FROM contact WHERE id = ? AND level = ?`, []any{id[:], trust.Stranger}},
		statement{`DELETE FROM setting WHERE key = ? OR key GLOB ? OR key GLOB ?`,
			[]any{droppingKey + name, noticeKey + "*" + name, noticedKey + "*" + name}})
}
