package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"

	"earshot/internal/identity"
)

// epochFile holds the epoch outside the database: if only one of the two is put
// back from a copy, they differ.
const epochFile = "epoch"

// Epoch returns the epoch that new messages are numbered in (docs/PROTOCOL.md
// §8). It changes with NewEpoch only.
func (d *DB) Epoch() uint64 { return d.epoch.Load() }

// NewEpoch begins a new epoch and returns it. Everything in the outbox gets new
// numbers in it, from 1 per peer, in the old order; the old numbers will never
// come and are to be answered Gone. For a device that finds its store to be
// older than what others have of it.
func (d *DB) NewEpoch(ctx context.Context) (uint64, error) {
	var epoch uint64
	err := d.write(ctx, "begin new epoch", func(ctx context.Context, t *tx) error {
		var err error
		epoch, err = d.beginEpoch(ctx, t)
		return err
	})
	if err != nil {
		return 0, err
	}
	d.epoch.Store(epoch)
	return epoch, nil
}

// claim checks that the file is of this device and of the epoch file beside it,
// and begins the first or a new epoch if need be. One transaction covers both
// files, so that two processes do not begin two epochs.
func (d *DB) claim(ctx context.Context) error {
	var epoch uint64
	err := d.write(ctx, "check epoch", func(ctx context.Context, t *tx) error {
		var owner identity.DeviceID
		owner, stored, err := storedEpoch(ctx, t)
		if errors.Is(err, ErrNotFound) {
			_, err = t.exec(ctx, `INSERT INTO store (one, self, epoch) VALUES (1, ?, 0)`, d.self[:])
			owner = d.self
		}
		if err != nil {
			return err
		}
		if owner != d.self {
			return ErrOtherDevice
		}
		inFile, err := readEpochFile(d.dir)
		if err != nil {
			return err
		}
		if epoch = stored; stored != 0 && stored == inFile {
			return nil
		}
		if stored != 0 {
			d.log.Warn("the history does not fit its epoch file, probably a restored copy: a new epoch begins")
			if err := d.noteOlderCopy(ctx, t); err != nil {
				return err
			}
		}
		epoch, err = d.beginEpoch(ctx, t)
		return err
	})
	d.epoch.Store(epoch)
	return err
}

// noteOlderCopy leaves the notice of a copy that a person or a system put back. One
// that recover put back has its own.
func (d *DB) noteOlderCopy(ctx context.Context, t *tx) error {
	p, err := readPlan(d.dir)
	if err != nil || p != nil {
		return err
	}
	_, err = d.addNotice(ctx, t, OlderCopy(), 0)
	return err
}

// storedEpoch returns whose the file is and its epoch.
func storedEpoch(ctx context.Context, q querier) (owner identity.DeviceID, epoch uint64, err error) {
	epoch, err = one(ctx, q, func(s scanner) (uint64, error) {
		var id []byte
		var e int64
		err := s.Scan(&id, &e)
		copy(owner[:], id)
		return uint64(e), err
	}, `SELECT self, epoch FROM store`)
	return owner, epoch, err
}

// beginEpoch writes the epoch file before the commit: after a crash between the
// two they differ, and the next start begins another one.
func (d *DB) beginEpoch(ctx context.Context, t *tx) (uint64, error) {
	epoch := randomEpoch()
	if _, err := t.exec(ctx, `UPDATE store SET epoch = ?`, int64(epoch)); err != nil {
		return 0, err
	}
	type place struct {
		message int64
		peer    identity.DeviceID
	}
	waiting, err := all(ctx, t, func(s scanner) (p place, err error) {
		var peer []byte
		err = s.Scan(&p.message, &peer)
		copy(p.peer[:], peer)
		return p, err
	}, `SELECT message, peer FROM outbox ORDER BY pos`)
	if err != nil {
		return 0, err
	}
	for _, w := range waiting {
		seq, err := nextSeq(ctx, t, w.peer, epoch, false)
		if err != nil {
			return 0, err
		}
		if _, err := t.exec(ctx, `UPDATE message SET epoch = ?, seq = ? WHERE num = ?`, int64(epoch), int64(seq), w.message); err != nil {
			return 0, err
		}
	}
	return epoch, writeEpochFile(d.dir, epoch)
}

// randomEpoch returns a number of 63 bits, never 0.
func randomEpoch() uint64 {
	for {
		var b [8]byte
		rand.Read(b[:]) // never fails (crypto/rand)
		if e := binary.BigEndian.Uint64(b[:]) >> 1; e != 0 {
			return e
		}
	}
}

// readEpochFile returns 0 when the file is missing or holds no epoch.
func readEpochFile(dir string) (uint64, error) {
	b, err := os.ReadFile(filepath.Join(dir, epochFile))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	e, err := strconv.ParseUint(strings.TrimSpace(string(b)), 16, 63)
	if err != nil {
		return 0, nil
	}
	return e, nil
}

// writeEpochFile replaces the file so that a power cut leaves the old or the
// new one.
func writeEpochFile(dir string, epoch uint64) error {
	return replaceFile(dir, epochFile, fmt.Sprintf("%016x\n", epoch))
}

// syncDir makes a rename or a new file in dir durable. Windows has no such call
// and orders its metadata itself.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
