package store

import (
	"context"
	"errors"
	"fmt"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// Replace makes the device newID take the place of the contact old, as a person
// decided (docs/PROTOCOL.md §8), in one transaction: the history of old becomes
// that of newID, what waits for old is numbered anew and waits for newID, and the
// row of old stays as a stranger's that says who replaced it. Changes that wait
// and are about messages which newID cannot have are dropped: they count as made
// here alone. It holds up other changes of the store for a time that grows with
// the history of old.
//
// A call that is repeated changes nothing. ErrNotVerified unless newID is verified,
// ErrBlocked when old is blocked, ErrNotFound when one of them has no row,
// ErrInvalid when they are the same.
func (d *DB) Replace(ctx context.Context, old, newID identity.DeviceID) error {
	const op = "replace contact"
	if old == newID || old.IsZero() || newID.IsZero() || old == d.self || newID == d.self {
		return fmt.Errorf("%s: %w", op, ErrInvalid)
	}
	for _, id := range []identity.DeviceID{old, newID} { // what is left of a drop would take what joins it along
		if err := d.finishDrop(ctx, op, id); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return d.write(ctx, op, func(ctx context.Context, t *tx) error {
		from, err := findContact(ctx, t, old)
		if err != nil {
			return err
		}
		to, err := findContact(ctx, t, newID)
		switch {
		case err != nil:
			return err
		case from.RetiredBy == newID:
			return nil
		case from.Level == trust.Blocked:
			return ErrBlocked
		case to.Level != trust.Verified:
			return ErrNotVerified
		}
		r := replacement{d, t, old, newID}
		for _, step := range []func(context.Context) error{r.dropRequests, r.dropStaleChanges, r.renameColliding, r.moveSearch,
			r.readdress, r.moveOutgoing, r.moveIncoming, r.rebuild, r.retire} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// replacement is one Replace under way.
type replacement struct {
	d          *DB
	t          *tx
	old, newID identity.DeviceID
}

// dropRequests drops what a stranger of these IDs asked; both are known by now.
func (r replacement) dropRequests(ctx context.Context) error {
	return errors.Join(dropRequest(ctx, r.t, r.old), dropRequest(ctx, r.t, r.newID))
}

// dropStaleChanges drops the changes in the outbox whose message is not in the
// outbox with them. What they say is in the rows of their messages already.
func (r replacement) dropStaleChanges(ctx context.Context) error {
	nums, err := all(ctx, r.t, scanNum, `SELECT c.num FROM outbox o JOIN message c ON c.num = o.message
		WHERE o.peer = ?1 AND c.kind >= 2 AND NOT EXISTS (SELECT 1 FROM message m JOIN outbox w ON w.message = m.num
			WHERE m.kind < 2 AND m.peer = ?1 AND m.outgoing = 1 AND c.target_mine = 1 AND m.id = c.target)`, r.old[:])
	if err != nil {
		return err
	}
	for _, num := range nums {
		if err := r.t.execAll(ctx,
			statement{`UPDATE message SET changing = changing - 1 WHERE kind < 2 AND peer = ?
				AND (id, outgoing) = (SELECT target, target_mine FROM message WHERE num = ?)`, []any{r.old[:], num}},
			statement{`DELETE FROM outbox WHERE message = ?`, []any{num}},
			statement{`DELETE FROM message WHERE num = ?`, []any{num}}); err != nil {
			return err
		}
	}
	return nil
}

// moveSearch puts the texts that are in the index under their new conversation,
// before they move there; the others are indexed as their rows say then.
func (r replacement) moveSearch(ctx context.Context) error {
	top, err := indexTop(ctx, r.t)
	if err != nil {
		return err
	}
	for last := int64(0); ; {
		batch, err := all(ctx, r.t, scanIndexed, `SELECT num, peer, text FROM message WHERE num > ? AND num <= ? AND peer = ? AND kind < 2
			ORDER BY num LIMIT ?`, last, top, r.old[:], indexBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, m := range batch {
			m.peer = r.newID
			if err := addWords(ctx, r.t, m); err != nil {
				return err
			}
		}
		last = batch[len(batch)-1].num
	}
}

// readdress gives what waits new numbers and new places, behind what waits for the
// new device already.
func (r replacement) readdress(ctx context.Context) error {
	_, epoch, err := storedEpoch(ctx, r.t)
	if err != nil {
		return err
	}
	nums, err := all(ctx, r.t, scanNum, `SELECT message FROM outbox WHERE peer = ? ORDER BY pos`, r.old[:])
	if err != nil {
		return err
	}
	for _, num := range nums {
		seq, err := nextSeq(ctx, r.t, r.newID, epoch, false)
		if err != nil {
			return err
		}
		if err := r.t.execAll(ctx,
			statement{`UPDATE message SET peer = ?, epoch = ?, seq = ? WHERE num = ?`, []any{r.newID[:], int64(epoch), int64(seq), num}},
			statement{`DELETE FROM outbox WHERE message = ?`, []any{num}},
			statement{`INSERT INTO outbox (peer, message) VALUES (?, ?)`, []any{r.newID[:], num}}); err != nil {
			return err
		}
	}
	return nil
}

// moveOutgoing moves what was sent. It loses its numbers: they are of the
// numbering for old, and no Resume of the new device may be answered with them.
func (r replacement) moveOutgoing(ctx context.Context) error {
	_, err := r.t.exec(ctx, `UPDATE message SET peer = ?, epoch = 0, seq = 0 WHERE peer = ? AND outgoing = 1`, r.newID[:], r.old[:])
	return err
}

// moveIncoming moves what came. The new device is not told that it was read: it
// did not write it. Where a message has no number yet, its ID alone keeps it from
// coming again should old come back, so that a husk of it stays there, and the
// husks of removed ones do. It comes last, because a new row may have those of this
// conversation indexed for search, as their rows say by then.
func (r replacement) moveIncoming(ctx context.Context) error {
	unnumbered, err := all(ctx, r.t, scanNum, `SELECT num FROM message WHERE peer = ? AND outgoing = 0 AND seq = 0 AND kind <> ?`, r.old[:], kindHusk)
	if err != nil {
		return err
	}
	if _, err := r.t.exec(ctx, `UPDATE message SET peer = ?1, sender = ?1, told = 1 WHERE peer = ?2 AND outgoing = 0 AND kind <> ?3`,
		r.newID[:], r.old[:], kindHusk); err != nil {
		return err
	}
	for _, num := range unnumbered {
		m, err := readRow(ctx, r.t, num)
		if err != nil {
			return err
		}
		if _, err := r.d.insertMessage(ctx, r.t, Message{ID: m.ID, Peer: r.old, HLC: m.HLC, SortKey: m.SortKey, Kind: kindHusk,
			SentAt: m.SentAt, StoredAt: m.StoredAt, State: Read}); err != nil {
			return err
		}
	}
	return nil
}

// renameColliding gives messages of old whose ID the new device has used too an ID
// of their own, everywhere it is named.
func (r replacement) renameColliding(ctx context.Context) error {
	type same struct {
		num int64
		id  msgid.ID
	}
	rows, err := all(ctx, r.t, func(s scanner) (c same, err error) {
		var id []byte
		err = s.Scan(&c.num, &id)
		c.id = toID(id)
		return c, err
	}, `SELECT o.num, o.id FROM message n JOIN message o ON o.sender = ?2 AND o.id = n.id
		WHERE n.sender = ?1 AND o.outgoing = 0 AND o.kind <> ?3`, r.newID[:], r.old[:], kindHusk)
	if err != nil {
		return err
	}
	renamed := map[msgid.ID]msgid.ID{}
	for _, c := range rows {
		id := msgid.New(r.d.now())
		renamed[c.id] = id
		if err := r.t.execAll(ctx,
			statement{`UPDATE message SET id = ? WHERE num = ?`, []any{id[:], c.num}},
			statement{`UPDATE message SET target = ? WHERE kind >= 2 AND peer = ? AND target = ? AND target_mine = 0`, []any{id[:], r.old[:], c.id[:]}}); err != nil {
			return err
		}
	}
	if len(renamed) == 0 {
		return nil
	}
	return r.renameReplies(ctx, renamed)
}

// renameReplies makes answers name the messages that have another ID now.
func (r replacement) renameReplies(ctx context.Context, renamed map[msgid.ID]msgid.ID) error {
	rows, err := all(ctx, r.t, scanRow, selectMessage+`WHERE m.peer = ? AND m.reply_to IS NOT NULL`, r.old[:])
	if err != nil {
		return err
	}
	for _, m := range rows {
		if id, ok := renamed[m.ReplyTo]; ok {
			if _, err := r.t.exec(ctx, `UPDATE message SET reply_to = ? WHERE num = ?`, id[:], m.num); err != nil {
				return err
			}
		}
	}
	return nil
}

// rebuild makes the row of the joined conversation.
func (r replacement) rebuild(ctx context.Context) error {
	if _, err := r.t.exec(ctx, `DELETE FROM conversation WHERE peer IN (?, ?)`, r.old[:], r.newID[:]); err != nil {
		return err
	}
	return rebuildConversation(ctx, r.t, r.newID)
}

// retire takes the decisions about old over to the new device, and makes old a
// stranger. What old had replaced counts as replaced by the new device.
func (r replacement) retire(ctx context.Context) error {
	return r.t.execAll(ctx,
		statement{`UPDATE contact SET nick = (SELECT nick FROM contact WHERE id = ?) WHERE id = ? AND length(nick) = 0`, []any{r.old[:], r.newID[:]}},
		statement{`UPDATE contact SET receipts = 0 WHERE id = ? AND (SELECT receipts FROM contact WHERE id = ?) = 0`, []any{r.newID[:], r.old[:]}},
		statement{`UPDATE contact SET retired_by = ? WHERE retired_by = ?`, []any{r.newID[:], r.old[:]}},
		statement{`UPDATE contact SET level = ?, level_before = 0, nick = x'', accepts_me = 0, requested_at = 0, presence_key = NULL,
			retired_by = ?, retired_at = ? WHERE id = ?`, []any{trust.Stranger, r.newID[:], toMs(r.d.now()), r.old[:]}},
		statement{`DELETE FROM address WHERE device = ?`, []any{r.old[:]}})
}
