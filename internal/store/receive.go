package store

import (
	"context"
	"errors"
	"fmt"

	"earshot/internal/identity"
)

// Receive stores a group of messages in one transaction and says what became of
// each, in the same order. A message is known by its sender and ID: a repeated
// one keeps its first text. One whose number was seen before under an ID that is
// not here was removed and stays so. The number is noted as seen in every case.
//
// An error means that none was stored and none may be acknowledged. ErrInvalid:
// a message without ID or peer, a change without a message, or from this device.
func (d *DB) Receive(ctx context.Context, in []Incoming) ([]Receipt, error) {
	const op = "store received messages"
	for _, m := range in {
		if m.ID.IsZero() || m.Peer.IsZero() || m.Peer == d.self || m.Kind.IsChange() == m.Target.IsZero() {
			return nil, fmt.Errorf("%s: %w", op, ErrInvalid)
		}
	}
	receipts := make([]Receipt, 0, len(in))
	err := d.write(ctx, op, func(ctx context.Context, t *tx) error {
		unread := map[identity.DeviceID]int{}
		for _, m := range in {
			if n := unread[m.Peer]; n > 0 && m.Kind.IsChange() { // it may be about one of these, and counts from what is stored
				delete(unread, m.Peer)
				if err := touchConversation(ctx, t, m.Peer, n); err != nil {
					return err
				}
			}
			r, err := d.receiveOne(ctx, t, m)
			if err != nil {
				return err
			}
			if r.New && !m.Kind.IsChange() {
				unread[m.Peer] += unreadBy(r.Message)
			}
			receipts = append(receipts, r)
		}
		for peer, n := range unread {
			if err := touchConversation(ctx, t, peer, n); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return receipts, nil
}

// unreadBy is 1, or 0 for a message that was taken back before it came.
func unreadBy(m Message) int {
	if m.State == Received {
		return 1
	}
	return 0
}

// receiveOne stores one message; the caller notes it in the conversation.
func (d *DB) receiveOne(ctx context.Context, t *tx, in Incoming) (Receipt, error) {
	if in.Seq > MaxSeq {
		in.Seq = 0
	}
	if in.Seq == 0 {
		in.Epoch = 0
	}
	known, err := findMessage(ctx, t, in.Peer, in.ID)
	if err == nil {
		return d.receiveAgain(ctx, t, known, in)
	}
	if !errors.Is(err, ErrNotFound) {
		return Receipt{}, err
	}
	now := d.now()
	if in.At.IsZero() {
		in.At = now
	}
	m := Message{
		ID: in.ID, Peer: in.Peer, Epoch: in.Epoch, Seq: in.Seq, HLC: in.HLC, SortKey: min(in.Clamped, maxSortKey),
		After: in.After, ReplyTo: in.ReplyTo, Kind: in.Kind, Text: in.Text, SentAt: in.SentAt, State: Received,
		Target: in.Target, TargetMine: in.TargetMine,
	}
	if in.Kind.IsChange() { // nobody looks at it
		m.SortKey, m.State = 0, Read
	}
	if in.Seq != 0 {
		seen, err := hasSeen(ctx, t, in.Peer, in.Epoch, in.Seq)
		if seen || err != nil {
			return Receipt{Message: m}, err
		}
		if err := addSeen(ctx, t, in.Peer, in.Epoch, seenRange{Range{in.Seq, in.Seq}, in.ID[:]}); err != nil {
			return Receipt{}, err
		}
	}
	if removed, err := wasRemoved(ctx, t, in.Peer, in.ID); removed || err != nil {
		return Receipt{Message: m}, err
	}
	m.StoredAt = in.At
	if m.SortKey, err = d.keyBelow(ctx, t, m); err != nil {
		return Receipt{}, err
	}
	num, err := d.insertMessage(ctx, t, m)
	if err != nil {
		return Receipt{}, err
	}
	stored, err := readRow(ctx, t, num)
	if err != nil {
		return Receipt{}, err
	}
	receipt := Receipt{Message: stored.Message, New: true}
	if in.Kind.IsChange() {
		receipt.Changed, err = d.receiveChange(ctx, t, stored)
		return receipt, err
	}
	// A change may have come first.
	early, err := hasChanges(ctx, t, stored)
	if err != nil {
		return Receipt{}, err
	}
	if early {
		settled, _, err := d.settle(ctx, t, stored)
		if err != nil {
			return Receipt{}, err
		}
		receipt.Message = settled.Message
	}
	return receipt, d.quote(ctx, t, &receipt.Message)
}

// receiveAgain notes the number of a message that is here already. One that
// came as a request gets its number now.
func (d *DB) receiveAgain(ctx context.Context, t *tx, known row, in Incoming) (Receipt, error) {
	if known.Kind == kindHusk {
		return d.receiveHusk(ctx, t, known, in)
	}
	if known.Text != in.Text && known.EditedAt.IsZero() && !known.Deleted {
		d.log.Warn("a message came again with another text; the first stays", "peer", in.Peer)
	}
	if in.Seq == 0 {
		return Receipt{Message: known.Message}, nil
	}
	if err := addSeen(ctx, t, in.Peer, in.Epoch, seenRange{Range{in.Seq, in.Seq}, in.ID[:]}); err != nil {
		return Receipt{}, err
	}
	if known.Seq == 0 {
		known.Epoch, known.Seq = in.Epoch, in.Seq
		if _, err := t.exec(ctx, `UPDATE message SET epoch = ?, seq = ? WHERE num = ?`,
			int64(in.Epoch), int64(in.Seq), known.num); err != nil {
			return Receipt{}, err
		}
	}
	return Receipt{Message: known.Message}, nil
}

// receiveHusk notes the number of a message that was removed before it had one.
// From then on it is remembered like others that were removed.
func (d *DB) receiveHusk(ctx context.Context, t *tx, husk row, in Incoming) (Receipt, error) {
	gone := Receipt{Message: Message{ID: in.ID, Peer: in.Peer, Epoch: in.Epoch, Seq: in.Seq, HLC: in.HLC, Kind: in.Kind}}
	if in.Seq == 0 {
		return gone, nil
	}
	if err := addSeen(ctx, t, in.Peer, in.Epoch, seenRange{Range{in.Seq, in.Seq}, in.ID[:]}); err != nil {
		return Receipt{}, err
	}
	if err := rememberRemoved(ctx, t, husk.num); err != nil {
		return Receipt{}, err
	}
	_, err := t.exec(ctx, `DELETE FROM message WHERE num = ?`, husk.num)
	return gone, err
}

// nearRows is how many rows at the end of a conversation keyBelow looks at for
// an earlier message of the same writer: nearly always the last one or two are.
const nearRows = 64

// keyBelow returns the sort key of m: its own, or one more than that of the
// message it was written below, so that an answer never stands above its
// question, or of an earlier one of its writer, who may have deleted what was
// above it since.
func (d *DB) keyBelow(ctx context.Context, t *tx, m Message) (uint64, error) {
	if m.Kind.IsChange() {
		return m.SortKey, nil
	}
	keys, err := all(ctx, t, func(s scanner) (uint64, error) {
		var k int64
		err := s.Scan(&k)
		return uint64(k), err
	}, `SELECT sort_key FROM message WHERE sender IN (?1, ?2) AND id = ?3 AND peer = ?2
		UNION ALL
		SELECT sort_key FROM (SELECT m.sort_key, m.sender, m.epoch, m.seq FROM message m
			WHERE m.peer = ?2 AND m.sort_key >= ?4 AND`+shown+shownOrder+`LIMIT ?5)
		WHERE sender = ?2 AND epoch = ?6 AND seq BETWEEN 1 AND ?7`,
		d.self[:], m.Peer[:], m.After[:], int64(m.SortKey), nearRows, int64(m.Epoch), int64(m.Seq)-1)
	for _, k := range keys {
		m.SortKey = max(m.SortKey, min(k+1, maxSortKey))
	}
	return m.SortKey, err
}
