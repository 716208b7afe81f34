package store

import (
	"context"
	"errors"
	"time"

	"earshot/internal/identity"
)

// settle makes the row of a message look as all its changes together say, in
// whatever order they came: deleted if its writer ever said so, otherwise with
// the latest text and the latest emoji of each side (docs/PROTOCOL.md §8). What
// no longer counts is dropped once it is not in the outbox. It returns the row
// as it is now and whether it looks different.
func (d *DB) settle(ctx context.Context, t *tx, old row) (row, bool, error) {
	now := old
	writer := d.senderOf(old)
	deletion, err := d.latestChange(ctx, t, old, writer, KindDelete)
	if err != nil {
		return row{}, false, err
	}
	if deletion != nil {
		now.Deleted = true
	}
	if now.Deleted {
		now.Text, now.Mine, now.Theirs = "", "", ""
		now.EditedAt = toTime(0)
		if err := dropChanges(ctx, t, old, `kind IN (2, 4)`); err != nil {
			return row{}, false, err
		}
	} else if err := d.settleLiving(ctx, t, &now, writer); err != nil {
		return row{}, false, err
	}
	if err := d.writeSettled(ctx, t, old, &now); err != nil {
		return row{}, false, err
	}
	changed := now.Deleted != old.Deleted || now.Text != old.Text || !now.EditedAt.Equal(old.EditedAt) ||
		now.Mine != old.Mine || now.Theirs != old.Theirs || now.Changing != old.Changing
	return now, changed, nil
}

// hasChanges reports whether any change of a message is here.
func hasChanges(ctx context.Context, q querier, m row) (any bool, err error) {
	err = q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM message WHERE kind >= 2 AND peer = ? AND target = ? AND target_mine = ?)`,
		m.Peer[:], m.ID[:], m.Outgoing).Scan(&any)
	return any, err
}

// settleLiving takes the latest edit and reactions over.
func (d *DB) settleLiving(ctx context.Context, t *tx, m *row, writer identity.DeviceID) error {
	for _, part := range []struct {
		kind   Kind
		sender identity.DeviceID
		take   func(c row)
	}{
		{KindEdit, writer, func(c row) { m.Text, m.EditedAt = c.Text, editedAt(c) }},
		{KindReact, d.self, func(c row) { m.Mine = c.Text }},
		{KindReact, m.Peer, func(c row) { m.Theirs = c.Text }},
	} {
		latest, err := d.keepLatest(ctx, t, *m, part.sender, part.kind)
		if err != nil {
			return err
		}
		if latest != nil {
			part.take(*latest)
		}
	}
	return nil
}

// keepLatest returns the change of a kind and writer that counts, or nil, and
// drops the others that are not in the outbox.
func (d *DB) keepLatest(ctx context.Context, t *tx, m row, sender identity.DeviceID, kind Kind) (*row, error) {
	latest, err := d.latestChange(ctx, t, m, sender, kind)
	if err != nil || latest == nil {
		return nil, err
	}
	_, err = t.exec(ctx, `DELETE FROM message WHERE kind = ? AND kind >= 2 AND peer = ? AND target = ? AND target_mine = ?
		AND sender = ? AND num <> ? AND num NOT IN (SELECT message FROM outbox)`,
		kind, m.Peer[:], m.ID[:], m.Outgoing, sender[:], latest.num)
	return latest, err
}

// settleAhead drops, of the changes of a message that is not here, what settle
// would drop if it came now: a peer cannot pile them up.
func (d *DB) settleAhead(ctx context.Context, t *tx, change row) error {
	m := row{Message: Message{Peer: change.Peer, ID: change.Target, Outgoing: change.TargetMine}}
	sender := d.senderOf(change)
	if _, err := d.keepLatest(ctx, t, m, sender, change.Kind); err != nil {
		return err
	}
	deletion, err := d.latestChange(ctx, t, m, d.senderOf(m), KindDelete)
	if err != nil || deletion == nil {
		return err
	}
	return dropChanges(ctx, t, m, `kind IN (2, 4)`)
}

// editedAt is the writer's time of an edit. One of 1970 reads as none: an edit
// cannot be hidden by it.
func editedAt(edit row) time.Time {
	if edit.SentAt.IsZero() {
		return edit.StoredAt
	}
	return edit.SentAt
}

// latestChange returns the change of a kind and writer that counts, or nil.
func (d *DB) latestChange(ctx context.Context, q querier, m row, sender identity.DeviceID, kind Kind) (*row, error) {
	r, err := one(ctx, q, scanRow, selectMessage+`WHERE m.kind >= 2 AND m.peer = ? AND m.target = ? AND m.target_mine = ?
		AND m.sender = ? AND m.kind = ? ORDER BY m.hlc DESC, m.id DESC LIMIT 1`,
		m.Peer[:], m.ID[:], m.Outgoing, sender[:], kind)
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	return &r, err
}

// dropChanges removes changes of a message, also from the outbox: their numbers
// are gone.
func dropChanges(ctx context.Context, t *tx, m row, which string) error {
	of := ` kind >= 2 AND peer = ? AND target = ? AND target_mine = ? AND ` + which
	if _, err := t.exec(ctx, `DELETE FROM outbox WHERE message IN (SELECT num FROM message WHERE`+of+`)`,
		m.Peer[:], m.ID[:], m.Outgoing); err != nil {
		return err
	}
	_, err := t.exec(ctx, `DELETE FROM message WHERE`+of, m.Peer[:], m.ID[:], m.Outgoing)
	return err
}

// writeSettled stores what settle found. A message that is taken back before
// anybody saw it is not unread any more; the caller counts.
func (d *DB) writeSettled(ctx context.Context, t *tx, old row, now *row) error {
	var waiting int
	err := t.QueryRowContext(ctx, `SELECT count(*) FROM message m JOIN outbox o ON o.message = m.num
		WHERE m.kind >= 2 AND m.peer = ? AND m.target = ? AND m.target_mine = ?`, old.Peer[:], old.ID[:], old.Outgoing).Scan(&waiting)
	if err != nil {
		return err
	}
	now.Changing = waiting > 0
	if now.Deleted && old.State == Received {
		now.State = Read
	}
	state := now.State
	if state == Waiting { // how Queued is shown, not what is stored
		state = Queued
	}
	_, err = t.exec(ctx, `UPDATE message SET text = ?, edited_at = ?, deleted = ?, react_mine = ?, react_theirs = ?, changing = ?, state = ?
		WHERE num = ?`, []byte(now.Text), toMs(now.EditedAt), now.Deleted, []byte(now.Mine), []byte(now.Theirs), waiting, state, old.num)
	if err != nil || now.Text == old.Text {
		return err
	}
	return indexText(ctx, t, old.num, now.Text)
}
