package store

import (
	"context"
	"fmt"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// removeBatch is how many rows one transaction removes: others wait for it a
// few milliseconds at most.
const removeBatch = 500

// Cancel takes a message of this device out of the outbox: it is Failed and
// stays in the history. Changes of it that wait go with it. Its number is
// answered with Gone (docs/PROTOCOL.md §8). One that is Failed already is
// returned as it is. ErrNotFound, ErrNotWaiting.
func (d *DB) Cancel(ctx context.Context, peer identity.DeviceID, id msgid.ID) (Message, error) {
	var out Message
	err := d.write(ctx, "cancel message", func(ctx context.Context, t *tx) error {
		r, err := d.findTarget(ctx, t, peer, id, true)
		if err != nil {
			return err
		}
		n, err := t.exec(ctx, `DELETE FROM outbox WHERE message = ?`, r.num)
		if out = r.Message; err == nil && n == 0 && r.State != Failed {
			err = ErrNotWaiting
		}
		if err != nil || n == 0 {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE message SET state = ? WHERE num = ?`, Failed, r.num); err != nil {
			return err
		}
		if err := dropChanges(ctx, t, r, `outgoing = 1`); err != nil {
			return err
		}
		r.State = Failed
		settled, _, err := d.settle(ctx, t, r)
		if out = settled.Message; err != nil {
			return err
		}
		return d.quote(ctx, t, &out)
	})
	return out, err
}

// Remove deletes one message from this device alone, whoever wrote it. Its
// number stays seen, so that it does not come again. ErrNotFound, ErrWaits.
func (d *DB) Remove(ctx context.Context, peer identity.DeviceID, id msgid.ID, mine bool) error {
	return d.write(ctx, "remove message", func(ctx context.Context, t *tx) error {
		r, err := d.findTarget(ctx, t, peer, id, mine)
		if err != nil {
			return err
		}
		var waits bool
		if err := t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM outbox WHERE message = ?)`, r.num).Scan(&waits); err != nil {
			return err
		}
		if waits {
			return ErrWaits
		}
		return d.removeRows(ctx, t, peer, []int64{r.num})
	})
}

// maxRemoved is how many removed messages of others are remembered, the newest:
// about 10 MB. Who removes more at once has little to fear of a copy that old.
const maxRemoved = 100_000

// removeRows deletes rows of one conversation that are not in the outbox.
func (d *DB) removeRows(ctx context.Context, t *tx, peer identity.DeviceID, nums []int64) error {
	if _, err := t.exec(ctx, `DELETE FROM conversation WHERE peer = ?`, peer[:]); err != nil {
		return err
	}
	for _, num := range nums {
		// Edits hold the text too.
		if _, err := t.exec(ctx, `DELETE FROM message WHERE kind >= 2 AND peer = ?1
			AND (target, target_mine) = (SELECT id, outgoing FROM message WHERE num = ?2 AND kind < 2)
			AND num NOT IN (SELECT message FROM outbox)`, peer[:], num); err != nil {
			return err
		}
		if err := rememberRemoved(ctx, t, num); err != nil {
			return err
		}
		n, err := t.exec(ctx, `UPDATE message SET kind = ?, text = x'', state = ?, react_mine = x'', react_theirs = x''
			WHERE num = ? AND outgoing = 0 AND seq = 0`, kindHusk, Read, num)
		if err == nil && n == 0 {
			_, err = t.exec(ctx, `DELETE FROM message WHERE num = ?`, num)
		} else if err == nil {
			_, err = t.exec(ctx, `DELETE FROM message_words WHERE rowid = ?`, num)
		}
		if err != nil {
			return err
		}
	}
	if _, err := t.exec(ctx, `DELETE FROM removed WHERE num <= (SELECT max(num) FROM removed) - ?`, maxRemoved); err != nil {
		return err
	}
	return rebuildConversation(ctx, t, peer)
}

// rememberRemoved keeps the ID of another device's message that is about to go.
func rememberRemoved(ctx context.Context, t *tx, num int64) error {
	_, err := t.exec(ctx, `INSERT INTO removed (sender, id) SELECT sender, id FROM message
		WHERE num = ? AND outgoing = 0 AND (kind < 2 AND seq <> 0 OR kind = ?) ON CONFLICT DO NOTHING`, num, kindHusk)
	return err
}

// wasRemoved reports whether a message of another device was removed here.
func wasRemoved(ctx context.Context, t *tx, sender identity.DeviceID, id msgid.ID) (removed bool, err error) {
	err = t.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM removed WHERE sender = ? AND id = ?)`, sender[:], id[:]).Scan(&removed)
	return removed, err
}

// rebuildConversation makes the row of a conversation anew, if there is
// anything in it.
func rebuildConversation(ctx context.Context, t *tx, peer identity.DeviceID) error {
	_, err := t.exec(ctx, `INSERT INTO conversation (peer, last, unread)
		SELECT ?1, num, (SELECT count(*) FROM message WHERE peer = ?1 AND outgoing = 0 AND state = 6)
		FROM (SELECT m.num FROM message m WHERE m.peer = ?1 AND`+shown+shownOrder+`LIMIT 1)`, peer[:])
	return err
}

// Cleared is what came of a Clear.
type Cleared struct {
	Removed int // messages and changes of them that are gone
	Kept    int // messages that stay because they wait in the outbox
}

// Clear deletes the conversation with peer from this device, except what waits
// in the outbox; from the copies it goes later (CopiesOutdated). What was seen
// stays known, so that nothing of it comes again.
// When it fails halfway a part is gone, which Removed says; calling it again
// removes the rest.
func (d *DB) Clear(ctx context.Context, peer identity.DeviceID) (Cleared, error) {
	const op = "delete conversation"
	var out Cleared
	last := int64(0)
	for more := true; more; {
		var nums []int64
		err := d.write(ctx, op, func(ctx context.Context, t *tx) (err error) {
			nums, err = all(ctx, t, scanNum, `SELECT num FROM message WHERE num > ? AND peer = ? AND kind <> 255
				AND num NOT IN (SELECT message FROM outbox) ORDER BY num LIMIT ?`, last, peer[:], removeBatch)
			if err == nil && len(nums) > 0 {
				err = outdate(ctx, t)
			}
			if err != nil {
				return err
			}
			return d.removeRows(ctx, t, peer, nums)
		})
		if err != nil {
			return out, err
		}
		if len(nums) > 0 {
			wake(d.outdated)
		}
		out.Removed += len(nums)
		if more = len(nums) == removeBatch; more {
			last = nums[len(nums)-1]
		}
		if err := ctx.Err(); err != nil {
			return out, fmt.Errorf("%s: %w", op, err)
		}
	}
	err := d.read(ctx, op, func(q querier) error {
		return q.QueryRowContext(ctx, `SELECT count(*) FROM message m WHERE m.peer = ? AND`+shown, peer[:]).Scan(&out.Kept)
	})
	return out, err
}

func scanNum(s scanner) (n int64, err error) {
	err = s.Scan(&n)
	return n, err
}
