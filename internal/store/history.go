package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// Message returns the message of a sender (this device for outgoing ones) with
// an ID. ErrNotFound.
func (d *DB) Message(ctx context.Context, sender identity.DeviceID, id msgid.ID) (Message, error) {
	var r row
	err := d.read(ctx, "read message", func(q querier) (err error) {
		r, err = findMessage(ctx, q, sender, id)
		return err
	})
	return r.Message, err
}

// History returns a page of the conversation with peer: the limit (MaxPage)
// messages directly above before, or the newest ones when before is zero, oldest
// first. ErrNotFound when before is not in the conversation.
func (d *DB) History(ctx context.Context, peer identity.DeviceID, before msgid.ID, limit int) ([]Message, error) {
	var rows []row
	err := d.read(ctx, "read history", func(q querier) (err error) {
		if before.IsZero() {
			rows, err = all(ctx, q, scanRow, selectMessage+`WHERE m.peer = ?`+shownOrder+`LIMIT ?`, peer[:], pageLimit(limit))
			return err
		}
		at, err := d.findShown(ctx, q, peer, before)
		if err != nil {
			return err
		}
		sender := peer
		if at.Outgoing {
			sender = d.self
		}
		rows, err = all(ctx, q, scanRow, selectMessage+`WHERE m.peer = ?
			AND (m.sort_key, m.sender, m.seq, m.num) < (?, ?, ?, ?)`+shownOrder+`LIMIT ?`,
			peer[:], int64(at.SortKey), sender[:], int64(at.Seq), at.num, pageLimit(limit))
		return err
	})
	slices.Reverse(rows)
	return messages(rows), err
}

// findShown finds a message of a conversation by its ID alone. Should the peer
// have used the ID of a message of ours, the upper of the two is meant, so that
// paging upwards always ends.
func (d *DB) findShown(ctx context.Context, q querier, peer identity.DeviceID, id msgid.ID) (row, error) {
	rows, err := all(ctx, q, scanRow, selectMessage+`WHERE m.sender IN (?, ?) AND m.id = ? AND m.peer = ?`+shownOrder,
		d.self[:], peer[:], id[:], peer[:])
	if err != nil {
		return row{}, err
	}
	if len(rows) == 0 {
		return row{}, ErrNotFound
	}
	return rows[len(rows)-1], nil
}

// Conversations returns the contacts with their newest message and the number
// of messages not shown yet: all accepted and verified ones, and blocked ones
// that have a history; newest first. Its cost grows with the contacts, not with
// the messages.
func (d *DB) Conversations(ctx context.Context) ([]Conversation, error) {
	var out []Conversation
	err := d.read(ctx, "read conversations", func(q querier) error {
		contacts, err := listContacts(ctx, q)
		if err != nil {
			return err
		}
		for _, c := range contacts {
			conv := Conversation{Contact: c}
			last, err := newest(ctx, q, c.ID)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			if c.Level == trust.Stranger || c.Level == trust.Blocked && err != nil {
				continue
			}
			if err == nil {
				conv.Last = last.Message
				if err := q.QueryRowContext(ctx, `SELECT unread FROM conversation WHERE peer = ?`, c.ID[:]).Scan(&conv.Unread); err != nil {
					return err
				}
			}
			out = append(out, conv)
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b Conversation) int { return cmp.Compare(lastKey(b), lastKey(a)) })
	return out, err
}

// lastKey places a conversation without messages by the time it was added.
func lastKey(c Conversation) uint64 {
	if c.Last.ID.IsZero() {
		return clockKey(c.Contact.Added)
	}
	return c.Last.SortKey
}

// MarkRead notes that a person saw everything in the conversation, and returns
// the messages that were Received and are Read now, oldest first.
func (d *DB) MarkRead(ctx context.Context, peer identity.DeviceID) ([]Message, error) {
	var rows []row
	err := d.write(ctx, "mark as read", func(ctx context.Context, t *tx) error {
		var err error
		rows, err = all(ctx, t, scanRow, selectMessage+`WHERE m.peer = ? AND m.outgoing = 0 AND m.state = 6`+shownOrder, peer[:])
		if err != nil || len(rows) == 0 {
			return err
		}
		if _, err := t.exec(ctx, `UPDATE message SET state = 4 WHERE peer = ? AND outgoing = 0 AND state = 6`, peer[:]); err != nil {
			return err
		}
		_, err = t.exec(ctx, `UPDATE conversation SET unread = 0 WHERE peer = ?`, peer[:])
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(rows)
	for i := range rows {
		rows[i].State = Read
	}
	return messages(rows), nil
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
		if _, err := t.exec(ctx, `UPDATE message SET state = 4 WHERE num = ?`, r.num); err != nil {
			return err
		}
		r.State = Read
		read = &r.Message
		_, err = t.exec(ctx, `UPDATE conversation SET unread = unread - 1 WHERE peer = ?`, peer[:])
		return err
	})
	if err != nil {
		return nil, err
	}
	return read, nil
}

// LastHLC returns the highest sort key in the store, 0 when it is empty: the
// clock of this device continues above it after a restart, also when the wall
// clock went back (docs/PROTOCOL.md §8).
func (d *DB) LastHLC(ctx context.Context) (uint64, error) {
	var key sql.NullInt64
	err := d.read(ctx, "read clock", func(q querier) error {
		return q.QueryRowContext(ctx, `SELECT max(m.sort_key) FROM conversation v JOIN message m ON m.num = v.last`).Scan(&key)
	})
	return uint64(key.Int64), err
}
