package store

import (
	"context"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// row is a message with its row number.
type row struct {
	num int64
	Message
}

// A message in the outbox is Waiting, not Queued, from the acknowledgement of
// our request until the other side accepts.
const (
	messageColumns = `m.num, m.peer, m.outgoing, m.id, m.epoch, m.seq, m.hlc, m.sort_key, m.after_id, m.reply_to,
		m.kind, m.text, m.sent_at, m.stored_at, m.edited_at, m.deleted, m.react_mine, m.react_theirs, m.changing > 0,
		m.target, m.target_mine,
		CASE WHEN m.state = 0 AND c.requested_at <> 0 AND c.accepts_me = 0 THEN 1 ELSE m.state END`
	selectMessage = `SELECT ` + messageColumns + ` FROM message m LEFT JOIN contact c ON c.id = m.peer `
	// shown leaves out what is not a message but a change of one. The planner
	// wants to see the very condition of the index message_shown.
	shown = ` m.kind < 2 `
	// shownOrder is the display order backwards.
	shownOrder = ` ORDER BY m.sort_key DESC, m.sender DESC, m.seq DESC, m.num DESC `
)

// messageFields are the places that messageColumns are read into.
type messageFields struct {
	num                           int64
	peer, id, after, reply, text  []byte
	outgoing                      bool
	epoch, seq, hlc, key          int64
	kind, state                   uint8
	sent, stored, edited          int64
	mine, theirs, target          []byte
	deleted, changing, targetMine bool
}

func (f *messageFields) into() []any {
	return []any{&f.num, &f.peer, &f.outgoing, &f.id, &f.epoch, &f.seq, &f.hlc, &f.key, &f.after, &f.reply,
		&f.kind, &f.text, &f.sent, &f.stored, &f.edited, &f.deleted, &f.mine, &f.theirs, &f.changing,
		&f.target, &f.targetMine, &f.state}
}

func (f *messageFields) row() row {
	return row{f.num, Message{
		ID: toID(f.id), Peer: toDevice(f.peer), Outgoing: f.outgoing,
		Epoch: uint64(f.epoch), Seq: uint64(f.seq), HLC: uint64(f.hlc), SortKey: uint64(f.key),
		After: toID(f.after), ReplyTo: toID(f.reply), Kind: Kind(f.kind), Text: string(f.text),
		SentAt: toTime(f.sent), StoredAt: toTime(f.stored), State: State(f.state),
		EditedAt: toTime(f.edited), Deleted: f.deleted, Mine: string(f.mine), Theirs: string(f.theirs), Changing: f.changing,
		Target: toID(f.target), TargetMine: f.targetMine,
	}}
}

func scanRow(s scanner) (row, error) {
	var f messageFields
	if err := s.Scan(f.into()...); err != nil {
		return row{}, err
	}
	return f.row(), nil
}

// findMessage returns the message of a sender with an ID.
func findMessage(ctx context.Context, q querier, sender identity.DeviceID, id msgid.ID) (row, error) {
	return one(ctx, q, scanRow, selectMessage+`WHERE m.sender = ? AND m.id = ?`, sender[:], id[:])
}

// readRow returns the message of a row number that exists.
func readRow(ctx context.Context, q querier, num int64) (row, error) {
	return one(ctx, q, scanRow, selectMessage+`WHERE m.num = ?`, num)
}

// senderOf returns who wrote a message.
func (d *DB) senderOf(r row) identity.DeviceID {
	if r.Outgoing {
		return d.self
	}
	return r.Peer
}

// insertMessage stores m, which must not be there yet, and returns its number.
func (d *DB) insertMessage(ctx context.Context, t *tx, m Message) (int64, error) {
	sender := d.senderOf(row{Message: m})
	var num int64
	err := t.QueryRowContext(ctx, `INSERT INTO message (peer, sender, outgoing, id, epoch, seq, hlc, sort_key,
			after_id, reply_to, kind, text, sent_at, stored_at, state, target, target_mine)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING num`,
		m.Peer[:], sender[:], m.Outgoing, m.ID[:], int64(m.Epoch), int64(m.Seq), int64(m.HLC), int64(m.SortKey),
		idOrNull(m.After), idOrNull(m.ReplyTo), m.Kind, []byte(m.Text), toMs(m.SentAt), toMs(m.StoredAt), m.State,
		idOrNull(m.Target), m.TargetMine).Scan(&num)
	if err != nil {
		return 0, err
	}
	return num, indexNew(ctx, t, num)
}

// touchConversation notes the newest message of a conversation and how many
// unread ones were added.
func touchConversation(ctx context.Context, t *tx, peer identity.DeviceID, unread int) error {
	_, err := t.exec(ctx, `INSERT INTO conversation (peer, last, unread)
		VALUES (?, (SELECT m.num FROM message m WHERE m.peer = ? AND`+shown+shownOrder+`LIMIT 1), ?)
		ON CONFLICT (peer) DO UPDATE SET last = excluded.last, unread = unread + excluded.unread`,
		peer[:], peer[:], unread)
	return err
}

// newest returns the last message of a conversation, or ErrNotFound.
func newest(ctx context.Context, q querier, peer identity.DeviceID) (row, error) {
	return one(ctx, q, scanRow, selectMessage+`WHERE m.num = (SELECT last FROM conversation WHERE peer = ?)`, peer[:])
}

func messages(rows []row) []Message {
	out := make([]Message, len(rows))
	for i, r := range rows {
		out[i] = r.Message
	}
	return out
}

func toDevice(b []byte) (id identity.DeviceID) {
	copy(id[:], b)
	return id
}

func toID(b []byte) (id msgid.ID) {
	copy(id[:], b)
	return id
}

func idOrNull(id msgid.ID) any {
	if id.IsZero() {
		return nil
	}
	return id[:]
}

// toMs and toTime keep the zero time as 0.
func toMs(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func toTime(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
