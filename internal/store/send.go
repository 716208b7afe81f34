package store

import (
	"context"
	"errors"
	"fmt"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// maxSortKey bounds sort keys, so that adding one never overflows. Clocks
// reach it about the year 4200.
const maxSortKey = 1 << 62

// MaxPage is the most messages that one call returns: with texts of 64 KiB,
// 64 MiB. A limit of 0 or above means this.
const MaxPage = 1024

func pageLimit(n int) int {
	if n <= 0 || n > MaxPage {
		return MaxPage
	}
	return n
}

// Enqueue stores a message that a person here wrote, in the history and in the
// outbox, numbered and placed below everything in its conversation. A stranger
// becomes a contact of level accepted, and a request that waited from it the
// first message, as Accept does. If the message is there already, the stored
// one is returned with false. ErrBlocked, ErrInvalid (no ID, no peer, or the
// peer is this device).
func (d *DB) Enqueue(ctx context.Context, m NewMessage) (Message, bool, error) {
	const op = "queue message"
	if m.ID.IsZero() || m.Peer.IsZero() || m.Peer == d.self {
		return Message{}, false, fmt.Errorf("%s: %w", op, ErrInvalid)
	}
	var out Message
	var added bool
	var epoch uint64
	err := d.write(ctx, op, func(ctx context.Context, t *tx) error {
		known, err := findMessage(ctx, t, d.self, m.ID)
		if err == nil || !errors.Is(err, ErrNotFound) {
			out = known.Message
			return err
		}
		if err := d.befriend(ctx, t, m.Peer); err != nil {
			return err
		}
		num, err := d.insertOwn(ctx, t, m)
		if err != nil {
			return err
		}
		added = true
		r, err := readRow(ctx, t, num)
		if err != nil {
			return err
		}
		out, epoch = r.Message, r.Epoch
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

// befriend makes a stranger a contact, because a person wrote to it.
func (d *DB) befriend(ctx context.Context, t *tx, peer identity.DeviceID) error {
	c, err := findContact(ctx, t, peer)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	switch c.Level {
	case trust.Blocked:
		return ErrBlocked
	case trust.Stranger:
		_, err = d.accept(ctx, t, peer, trust.Accepted)
		return err
	}
	return nil
}

// insertOwn adds the rows of a message of this device.
func (d *DB) insertOwn(ctx context.Context, t *tx, m NewMessage) (int64, error) {
	_, epoch, err := storedEpoch(ctx, t)
	if err != nil {
		return 0, err
	}
	seq, err := nextSeq(ctx, t, m.Peer, epoch, m.Sending)
	if err != nil {
		return 0, err
	}
	key := min(m.HLC, maxSortKey)
	last, err := newest(ctx, t, m.Peer)
	switch {
	case err == nil:
		key = max(key, min(last.SortKey+1, maxSortKey))
	case !errors.Is(err, ErrNotFound):
		return 0, err
	}
	now := d.now()
	if m.At.IsZero() {
		m.At = now
	}
	num, err := d.insertMessage(ctx, t, Message{
		ID: m.ID, Peer: m.Peer, Outgoing: true, Epoch: epoch, Seq: seq, HLC: m.HLC, SortKey: key,
		After: last.ID, ReplyTo: m.ReplyTo, Kind: m.Kind, Text: m.Text, SentAt: m.At, StoredAt: now, State: Queued,
	})
	if err != nil {
		return 0, err
	}
	if _, err := t.exec(ctx, `INSERT INTO outbox (peer, message) VALUES (?, ?)`, m.Peer[:], num); err != nil {
		return 0, err
	}
	return num, touchConversation(ctx, t, m.Peer, 0)
}

// nextSeq gives out the next number of a peer and epoch, for a message that may
// leave this device at once if sending.
func nextSeq(ctx context.Context, t *tx, peer identity.DeviceID, epoch uint64, sending bool) (uint64, error) {
	var top int64
	err := t.QueryRowContext(ctx, `INSERT INTO numbering (peer, epoch, top, sent) VALUES (?1, ?2, 1, ?3)
		ON CONFLICT (peer, epoch) DO UPDATE SET top = top + 1, sent = CASE WHEN ?3 THEN top + 1 ELSE sent END
		RETURNING top`, peer[:], int64(epoch), sending).Scan(&top)
	return uint64(top), err
}

// Pending returns what the outbox holds for a peer behind the place after (0:
// from the start), in the order of sending, at most limit messages (MaxPage).
func (d *DB) Pending(ctx context.Context, peer identity.DeviceID, after uint64, limit int) ([]PendingMessage, error) {
	var out []PendingMessage
	err := d.read(ctx, "read outbox", func(q querier) (err error) {
		out, err = all(ctx, q, scanPending, `SELECT o.pos, `+messageColumns+` FROM outbox o
			JOIN message m ON m.num = o.message LEFT JOIN contact c ON c.id = m.peer
			WHERE o.peer = ? AND o.pos > ? ORDER BY o.pos LIMIT ?`, peer[:], int64(min(after, MaxSeq)), pageLimit(limit))
		return err
	})
	return out, err
}

func scanPending(s scanner) (PendingMessage, error) {
	var f messageFields
	var pos int64
	if err := s.Scan(append([]any{&pos}, f.into()...)...); err != nil {
		return PendingMessage{}, err
	}
	return PendingMessage{f.row().Message, uint64(pos)}, nil
}

// Outbox returns everything that waits, oldest first. State is Queued, or
// Waiting when the peer has acknowledged a request and not accepted yet.
func (d *DB) Outbox(ctx context.Context) ([]Message, error) {
	var out []Message
	err := d.read(ctx, "read outbox", func(q querier) error {
		rows, err := all(ctx, q, scanRow, `SELECT `+messageColumns+` FROM outbox o
			JOIN message m ON m.num = o.message LEFT JOIN contact c ON c.id = m.peer ORDER BY o.pos`)
		if err != nil {
			return err
		}
		out = messages(rows)
		return d.quotes(ctx, q, out)
	})
	return out, err
}

// PendingPeers returns the devices that the outbox holds something for.
func (d *DB) PendingPeers(ctx context.Context) ([]identity.DeviceID, error) {
	var out []identity.DeviceID
	err := d.read(ctx, "read outbox", func(q querier) (err error) {
		out, err = all(ctx, q, scanDevice, `SELECT DISTINCT peer FROM outbox`)
		return err
	})
	return out, err
}

func scanDevice(s scanner) (identity.DeviceID, error) {
	var b []byte
	err := s.Scan(&b)
	return toDevice(b), err
}

// Acked notes that a peer has stored (Delivered) or shown (Read) messages of
// this device, and takes them out of the outbox; nothing else does. It returns
// the messages whose state changed, and those of which a change has reached the
// peer. Unknown IDs and those of messages to others are ignored; Read stays
// Read. ErrInvalid for any other state.
func (d *DB) Acked(ctx context.Context, peer identity.DeviceID, ids []msgid.ID, state State) ([]Message, error) {
	const op = "note acknowledgement"
	if state != Delivered && state != Read {
		return nil, fmt.Errorf("%s: %w: state %d", op, ErrInvalid, state)
	}
	var out []Message
	err := d.write(ctx, op, func(ctx context.Context, t *tx) error {
		for _, id := range ids {
			r, err := findMessage(ctx, t, d.self, id)
			if errors.Is(err, ErrNotFound) || err == nil && r.Peer != peer {
				continue
			}
			if err != nil {
				return err
			}
			if err := dropFromOutbox(ctx, t, r.num); err != nil {
				return err
			}
			if r.State == state || r.State == Read {
				continue
			}
			if _, err := t.exec(ctx, `UPDATE message SET state = ? WHERE num = ?`, state, r.num); err != nil {
				return err
			}
			r.State = state
			if !r.Kind.IsChange() {
				out = append(out, r.Message)
				continue
			}
			about, err := d.receiveChange(ctx, t, r)
			if err != nil {
				return err
			}
			if about != nil {
				out = append(out, *about)
			}
		}
		return d.quotes(ctx, t, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
