package store

import (
	"context"
	"errors"
	"fmt"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// Limits on what a peer can make this device keep by saying that numbers will
// never come. Honest peers have few holes: one per cancelled message.
const (
	// MaxGoneRanges is the most ranges of one epoch of a peer.
	MaxGoneRanges = 4096
	// MaxGoneEpochs is the most epochs of a peer; one begins per restored copy.
	MaxGoneEpochs = 256
)

// MaxSeenEpochs is how many epochs of a peer Seen returns: what a Resume has room
// for (docs/PROTOCOL.md §5.9).
const MaxSeenEpochs = 64

// Seen returns what has come of a peer's messages, or never will, of the epochs
// that were the last to begin, at most MaxSeenEpochs, oldest first.
func (d *DB) Seen(ctx context.Context, peer identity.DeviceID) ([]Seen, error) {
	var out []Seen
	err := d.read(ctx, "read seen ranges", func(q querier) error {
		type line struct {
			epoch uint64
			r     Range
			id    msgid.ID
		}
		lines, err := all(ctx, q, func(s scanner) (line, error) {
			var epoch, lo, hi int64
			var id []byte
			err := s.Scan(&epoch, &lo, &hi, &id)
			return line{uint64(epoch), Range{uint64(lo), uint64(hi)}, toID(id)}, err
		}, `SELECT s.epoch, s.lo, s.hi, s.hi_id
			FROM (SELECT num, epoch FROM seen_epoch WHERE peer = ?1 ORDER BY num DESC LIMIT ?2) e
			JOIN seen s ON s.peer = ?1 AND s.epoch = e.epoch ORDER BY e.num, s.lo`, peer[:], MaxSeenEpochs)
		for _, l := range lines {
			if n := len(out); n == 0 || out[n-1].Epoch != l.epoch {
				out = append(out, Seen{Epoch: l.epoch})
			}
			s := &out[len(out)-1]
			s.Ranges, s.TopID = append(s.Ranges, l.r), l.id
		}
		return err
	})
	return out, err
}

// MarkGone notes that numbers of a peer's epoch will never come, as its Gone
// frame said. ErrTooManyRanges when that leaves more holes than are kept.
func (d *DB) MarkGone(ctx context.Context, peer identity.DeviceID, epoch uint64, ranges []Range) error {
	merged := MergeRanges(ranges...)
	if len(merged) > MaxGoneRanges {
		return fmt.Errorf("mark numbers as gone: %w", ErrTooManyRanges)
	}
	return d.write(ctx, "mark numbers as gone", func(ctx context.Context, t *tx) error {
		for _, r := range merged {
			if err := addSeen(ctx, t, peer, epoch, seenRange{Range: r}); err != nil {
				return err
			}
		}
		var nRanges, nEpochs int
		err := t.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM seen WHERE peer = ? AND epoch = ?),
			(SELECT count(*) FROM seen_epoch WHERE peer = ?)`, peer[:], int64(epoch), peer[:]).Scan(&nRanges, &nEpochs)
		if err == nil && (nRanges > MaxGoneRanges || nEpochs > MaxGoneEpochs) {
			err = ErrTooManyRanges
		}
		return err
	})
}

// seenRange is one row: a range and the ID of the message that its highest
// number belonged to, nil when that will never come.
type seenRange struct {
	Range
	hiID []byte
}

func scanRange(s scanner) (seenRange, error) {
	var lo, hi int64
	var id []byte
	err := s.Scan(&lo, &hi, &id)
	return seenRange{Range{uint64(lo), uint64(hi)}, id}, err
}

// rangeBelow returns the last range that begins at n or below.
func rangeBelow(ctx context.Context, t *tx, peer identity.DeviceID, epoch, n uint64) (seenRange, error) {
	return one(ctx, t, scanRange, `SELECT lo, hi, hi_id FROM seen WHERE peer = ? AND epoch = ? AND lo <= ?
		ORDER BY lo DESC LIMIT 1`, peer[:], int64(epoch), int64(min(n, MaxSeq)))
}

// hasSeen reports whether a number has come before.
func hasSeen(ctx context.Context, t *tx, peer identity.DeviceID, epoch, seq uint64) (bool, error) {
	r, err := rangeBelow(ctx, t, peer, epoch, seq)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return r.Hi >= seq, err
}

// addSeen merges r, which lies within 1 to MaxSeq, with the ranges that it
// overlaps or touches. The usual case, the next number, changes one row.
func addSeen(ctx context.Context, t *tx, peer identity.DeviceID, epoch uint64, r seenRange) error {
	for {
		old, err := rangeBelow(ctx, t, peer, epoch, r.Hi+1)
		if errors.Is(err, ErrNotFound) || err == nil && old.Hi+1 < r.Lo {
			break
		}
		if err != nil {
			return err
		}
		if old.Hi > r.Hi || old.Hi == r.Hi && r.hiID == nil {
			r.Hi, r.hiID = old.Hi, old.hiID
		}
		if old.Lo <= r.Lo {
			if old.Hi == r.Hi {
				return nil
			}
			_, err := t.exec(ctx, `UPDATE seen SET hi = ?, hi_id = ? WHERE peer = ? AND epoch = ? AND lo = ?`,
				int64(r.Hi), r.hiID, peer[:], int64(epoch), int64(old.Lo))
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM seen WHERE peer = ? AND epoch = ? AND lo = ?`,
			peer[:], int64(epoch), int64(old.Lo)); err != nil {
			return err
		}
	}
	if _, err := t.exec(ctx, `INSERT INTO seen_epoch (peer, epoch) VALUES (?, ?) ON CONFLICT DO NOTHING`, peer[:], int64(epoch)); err != nil {
		return err
	}
	_, err := t.exec(ctx, `INSERT INTO seen (peer, epoch, lo, hi, hi_id) VALUES (?, ?, ?, ?, ?)`,
		peer[:], int64(epoch), int64(r.Lo), int64(r.Hi), r.hiID)
	return err
}
