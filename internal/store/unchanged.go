package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// unchangedFile in copiesDir says that nothing was written since the newest copy
// was made.
const unchangedFile = "unchanged"

// changes counts the rows that this handle has changed since it was opened. No
// change is under way at that moment.
func (d *DB) changes(ctx context.Context) (n int64, err error) {
	if err := d.takeTurn(ctx); err != nil {
		return 0, err
	}
	defer func() { <-d.turn }()
	if d.closed.Load() {
		return 0, ErrClosed
	}
	return d.writer.changes(ctx)
}

func (t *tx) changes(ctx context.Context) (n int64, err error) {
	err = t.QueryRowContext(ctx, `SELECT total_changes()`).Scan(&n)
	return n, err
}

// noteUnchanged keeps that the newest copy holds everything, if nothing changed
// since it was begun.
func (d *DB) noteUnchanged(ctx context.Context, before int64) error {
	if err := d.takeTurn(ctx); err != nil {
		return err
	}
	defer func() { <-d.turn }()
	if d.closed.Load() {
		return nil
	}
	if now, err := d.writer.changes(ctx); err != nil || now != before {
		return err
	}
	if err := replaceFile(filepath.Join(d.dir, copiesDir), unchangedFile, ""); err != nil {
		return err
	}
	d.unchanged.Store(true)
	return nil
}

// changed takes the note back before the first change is committed. A change is
// never refused because of it.
func (d *DB) changed(ctx context.Context, before int64) {
	now, err := d.writer.changes(ctx)
	if err == nil && now == before {
		return
	}
	if err := forgetUnchanged(d.dir); err != nil {
		d.log.Warn("the next copy of the history may come late", "err", withoutPaths(err))
		return
	}
	d.unchanged.Store(false)
}

func (d *DB) readUnchanged() {
	_, err := os.Stat(filepath.Join(d.dir, copiesDir, unchangedFile))
	copies, _ := listCopies(d.dir)
	d.unchanged.Store(err == nil && len(copies) > 0)
}

func forgetUnchanged(dir string) error {
	dir = filepath.Join(dir, copiesDir)
	err := os.Remove(filepath.Join(dir, unchangedFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, syncDir(dir))
}
