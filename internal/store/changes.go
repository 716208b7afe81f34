package store

import (
	"context"
	"errors"
	"fmt"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// EnqueueChange stores a change that a person here made to a message, applies
// it, and puts it into the outbox. It returns the message as it is now, and
// whether this call did anything: not when the change is there already or says
// what is so anyhow. A message that waits in the outbox and is taken back leaves
// it. ErrNotFound when there is no such message of that writer in the
// conversation, ErrDeleted, ErrBlocked, ErrInvalid (a field is missing, or an
// edit or deletion of the peer's message).
func (d *DB) EnqueueChange(ctx context.Context, c NewChange) (Message, bool, error) {
	const op = "queue change"
	if err := d.checkChange(c); err != nil {
		return Message{}, false, fmt.Errorf("%s: %w", op, err)
	}
	var out Message
	var added bool
	var epoch uint64
	err := d.write(ctx, op, func(ctx context.Context, t *tx) (err error) {
		if out, added, epoch, err = d.enqueueChange(ctx, t, c); err != nil {
			return err
		}
		return d.quote(ctx, t, &out)
	})
	if err != nil {
		return Message{}, false, err
	}
	if added {
		d.epoch.Store(epoch)
	}
	return out, added, nil
}

func (d *DB) checkChange(c NewChange) error {
	switch {
	case c.ID.IsZero() || c.Target.IsZero() || c.ID == c.Target || c.Peer.IsZero() || c.Peer == d.self:
		return ErrInvalid
	case c.Kind == KindReact:
		return nil
	case c.Kind == KindEdit && c.Text != "" && c.TargetMine, c.Kind == KindDelete && c.TargetMine:
		return nil
	}
	return ErrInvalid
}

func (d *DB) enqueueChange(ctx context.Context, t *tx, c NewChange) (out Message, added bool, epoch uint64, err error) {
	target, err := d.findTarget(ctx, t, c.Peer, c.Target, c.TargetMine)
	if err != nil {
		return Message{}, false, 0, err
	}
	_, err = findMessage(ctx, t, d.self, c.ID)
	if err == nil || !errors.Is(err, ErrNotFound) { // made before
		return target.Message, false, 0, err
	}
	if saysSo(target.Message, c) {
		return target.Message, false, 0, nil
	}
	if target.Deleted {
		return Message{}, false, 0, ErrDeleted
	}
	if err := d.befriend(ctx, t, c.Peer); err != nil {
		return Message{}, false, 0, err
	}
	if c.Kind == KindDelete {
		if err := dropFromOutbox(ctx, t, target.num); err != nil {
			return Message{}, false, 0, err
		}
	}
	if c.HLC, err = d.laterThan(ctx, t, target, c); err != nil {
		return Message{}, false, 0, err
	}
	if epoch, err = d.insertChange(ctx, t, c); err != nil {
		return Message{}, false, 0, err
	}
	now, _, err := d.settle(ctx, t, target)
	return now.Message, true, epoch, err
}

// saysSo reports whether a message looks already as a change wants it.
func saysSo(m Message, c NewChange) bool {
	switch c.Kind {
	case KindDelete:
		return m.Deleted
	case KindEdit:
		return !m.Deleted && m.Text == c.Text
	default:
		return !m.Deleted && m.Mine == c.Text
	}
}

// laterThan returns the time of a new change: above those of this device to the
// same message, also when the clock went back since.
func (d *DB) laterThan(ctx context.Context, t *tx, target row, c NewChange) (uint64, error) {
	var newest int64
	err := t.QueryRowContext(ctx, `SELECT coalesce(max(hlc), 0) FROM message
		WHERE kind >= 2 AND peer = ? AND target = ? AND target_mine = ? AND outgoing = 1`,
		c.Peer[:], c.Target[:], target.Outgoing).Scan(&newest)
	return max(c.HLC, uint64(newest)+1), err
}

func (d *DB) insertChange(ctx context.Context, t *tx, c NewChange) (uint64, error) {
	_, epoch, err := storedEpoch(ctx, t)
	if err != nil {
		return 0, err
	}
	seq, err := nextSeq(ctx, t, c.Peer, epoch, c.Sending)
	if err != nil {
		return 0, err
	}
	now := d.now()
	if c.At.IsZero() {
		c.At = now
	}
	num, err := d.insertMessage(ctx, t, Message{
		ID: c.ID, Peer: c.Peer, Outgoing: true, Epoch: epoch, Seq: seq, HLC: c.HLC, Kind: c.Kind, Text: c.Text,
		SentAt: c.At, StoredAt: now, State: Queued, Target: c.Target, TargetMine: c.TargetMine,
	})
	if err != nil {
		return 0, err
	}
	_, err = t.exec(ctx, `INSERT INTO outbox (peer, message) VALUES (?, ?)`, c.Peer[:], num)
	return epoch, err
}

// findTarget returns the message that a change is about.
func (d *DB) findTarget(ctx context.Context, q querier, peer identity.DeviceID, id msgid.ID, mine bool) (row, error) {
	sender := peer
	if mine {
		sender = d.self
	}
	r, err := findMessage(ctx, q, sender, id)
	if err == nil && (r.Peer != peer || r.Kind.IsChange()) {
		err = ErrNotFound
	}
	return r, err
}

func dropFromOutbox(ctx context.Context, t *tx, num int64) error {
	_, err := t.exec(ctx, `DELETE FROM outbox WHERE message = ?`, num)
	return err
}

// receiveChange brings the message of a change that was just stored or
// acknowledged up to date, and returns it if it looks different. It may not be
// here: not yet, or not any more. A change of this device goes then too.
func (d *DB) receiveChange(ctx context.Context, t *tx, change row) (*Message, error) {
	target, err := d.findTarget(ctx, t, change.Peer, change.Target, change.TargetMine)
	if errors.Is(err, ErrNotFound) {
		if change.Outgoing { // its message was removed, and an edit holds the text
			_, err = t.exec(ctx, `DELETE FROM message WHERE num = ?`, change.num)
		} else {
			err = d.settleAhead(ctx, t, change)
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	now, changed, err := d.settle(ctx, t, target)
	if err != nil || !changed {
		return nil, err
	}
	if read := unreadBy(target.Message) - unreadBy(now.Message); read > 0 {
		if _, err := t.exec(ctx, `UPDATE conversation SET unread = unread - ? WHERE peer = ?`, read, target.Peer[:]); err != nil {
			return nil, err
		}
	}
	return &now.Message, d.quote(ctx, t, &now.Message)
}
