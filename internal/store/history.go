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

// Message returns the message or change of a sender (this device for outgoing
// ones) with an ID. ErrNotFound.
func (d *DB) Message(ctx context.Context, sender identity.DeviceID, id msgid.ID) (Message, error) {
	var r row
	err := d.read(ctx, "read message", func(q querier) (err error) {
		if r, err = findMessage(ctx, q, sender, id); err != nil {
			return err
		}
		return d.quote(ctx, q, &r.Message)
	})
	return r.Message, err
}

// Find returns every message with an ID, whoever wrote it: one, unless two
// devices have made the same ID.
func (d *DB) Find(ctx context.Context, id msgid.ID) ([]Message, error) {
	var out []Message
	err := d.read(ctx, "find message", func(q querier) error {
		rows, err := all(ctx, q, scanRow, selectMessage+`WHERE m.sender IN (SELECT ? UNION ALL SELECT id FROM contact) AND m.id = ?
			AND`+shown+`ORDER BY m.num`, d.self[:], id[:])
		if err != nil {
			return err
		}
		out = messages(rows)
		return d.quotes(ctx, q, out)
	})
	return out, err
}

// History returns a page of the conversation with peer: the limit (MaxPage)
// messages directly above before, or the newest ones when before is zero, oldest
// first. ErrNotFound when before is not in the conversation.
func (d *DB) History(ctx context.Context, peer identity.DeviceID, before msgid.ID, limit int) ([]Message, error) {
	var out []Message
	err := d.read(ctx, "read history", func(q querier) error {
		var rows []row
		at, err := row{}, error(nil)
		if before.IsZero() {
			rows, err = all(ctx, q, scanRow, selectMessage+`WHERE m.peer = ? AND`+shown+shownOrder+`LIMIT ?`, peer[:], pageLimit(limit))
		} else if at, err = d.findShown(ctx, q, peer, before, true); err == nil {
			rows, err = d.above(ctx, q, at, pageLimit(limit))
		}
		if err != nil {
			return err
		}
		slices.Reverse(rows)
		out = messages(rows)
		return d.quotes(ctx, q, out)
	})
	return out, err
}

// HistoryAfter returns the limit (MaxPage) messages directly below after, oldest
// first. ErrNotFound when after is not in the conversation.
func (d *DB) HistoryAfter(ctx context.Context, peer identity.DeviceID, after msgid.ID, limit int) ([]Message, error) {
	var out []Message
	err := d.read(ctx, "read history", func(q querier) error {
		at, err := d.findShown(ctx, q, peer, after, false)
		if err != nil {
			return err
		}
		rows, err := d.below(ctx, q, at, pageLimit(limit))
		if err != nil {
			return err
		}
		out = messages(rows)
		return d.quotes(ctx, q, out)
	})
	return out, err
}

// HistoryAround returns a message with what stands around it: at most limit
// (MaxPage) in all, half of the others above it and half below, oldest first.
// ErrNotFound when it is not in the conversation.
func (d *DB) HistoryAround(ctx context.Context, peer identity.DeviceID, around msgid.ID, limit int) ([]Message, error) {
	var out []Message
	err := d.read(ctx, "read history", func(q querier) error {
		at, err := d.findShown(ctx, q, peer, around, true)
		if err != nil {
			return err
		}
		others := pageLimit(limit) - 1
		rows, err := d.above(ctx, q, at, others/2)
		if err != nil {
			return err
		}
		slices.Reverse(rows)
		later, err := d.below(ctx, q, at, others-others/2)
		if err != nil {
			return err
		}
		out = messages(append(append(rows, at), later...))
		return d.quotes(ctx, q, out)
	})
	return out, err
}

// above returns the messages over one, nearest first.
func (d *DB) above(ctx context.Context, q querier, at row, limit int) ([]row, error) {
	sender := d.senderOf(at)
	return all(ctx, q, scanRow, selectMessage+`WHERE m.peer = ? AND`+shown+`
		AND (m.sort_key, m.sender, m.seq, m.num) < (?, ?, ?, ?)`+shownOrder+`LIMIT ?`,
		at.Peer[:], int64(at.SortKey), sender[:], int64(at.Seq), at.num, limit)
}

// below returns the messages under one, nearest first.
func (d *DB) below(ctx context.Context, q querier, at row, limit int) ([]row, error) {
	sender := d.senderOf(at)
	return all(ctx, q, scanRow, selectMessage+`WHERE m.peer = ? AND`+shown+`
		AND (m.sort_key, m.sender, m.seq, m.num) > (?, ?, ?, ?) ORDER BY m.sort_key, m.sender, m.seq, m.num LIMIT ?`,
		at.Peer[:], int64(at.SortKey), sender[:], int64(at.Seq), at.num, limit)
}

// findShown finds a message of a conversation by its ID alone. Should the peer
// have used the ID of a message of ours, the upper or the lower of the two is
// meant, as the caller goes, so that paging always ends.
func (d *DB) findShown(ctx context.Context, q querier, peer identity.DeviceID, id msgid.ID, upper bool) (row, error) {
	rows, err := all(ctx, q, scanRow, selectMessage+`WHERE m.sender IN (?, ?) AND m.id = ? AND m.peer = ? AND`+shown+shownOrder,
		d.self[:], peer[:], id[:], peer[:])
	if err != nil {
		return row{}, err
	}
	if len(rows) == 0 {
		return row{}, ErrNotFound
	}
	if upper {
		return rows[len(rows)-1], nil
	}
	return rows[0], nil
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
