package store

import (
	"context"

	"earshot/internal/identity"
)

// OwnHistory returns messages of this device to a peer by their numbers in one
// epoch, lowest first, at most limit (MaxPage). It answers a Resume from the
// history, also with what was acknowledged long ago. Numbers that it does not
// return up to its last one are gone: cancelled, taken back or removed.
func (d *DB) OwnHistory(ctx context.Context, peer identity.DeviceID, epoch uint64, ranges []Range, limit int) ([]Message, error) {
	limit = pageLimit(limit)
	var rows []row
	err := d.read(ctx, "read own messages", func(q querier) error {
		for _, r := range MergeRanges(ranges...) {
			if len(rows) >= limit {
				break
			}
			some, err := all(ctx, q, scanRow, selectMessage+`WHERE m.peer = ? AND m.outgoing = 1 AND m.epoch = ?
				AND m.seq BETWEEN ? AND ? AND m.state <> ? AND m.deleted = 0 ORDER BY m.seq LIMIT ?`,
				peer[:], int64(epoch), int64(r.Lo), int64(r.Hi), Failed, limit-len(rows))
			if err != nil {
				return err
			}
			rows = append(rows, some...)
		}
		return nil
	})
	return messages(rows), err
}

// OwnEpochs returns every epoch that this device numbered messages to a peer
// in, oldest first, with the highest numbers given out and sent, also of messages
// that are no longer here.
func (d *DB) OwnEpochs(ctx context.Context, peer identity.DeviceID) ([]EpochTop, error) {
	var out []EpochTop
	err := d.read(ctx, "read own epochs", func(q querier) (err error) {
		out, err = all(ctx, q, scanNumbering, `SELECT epoch, top, sent FROM numbering WHERE peer = ? ORDER BY num`, peer[:])
		return err
	})
	return out, err
}

func scanNumbering(s scanner) (EpochTop, error) {
	var epoch, top, sent int64
	err := s.Scan(&epoch, &top, &sent)
	return EpochTop{uint64(epoch), uint64(top), uint64(sent)}, err
}
