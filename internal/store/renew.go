package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// outdatedKey is the setting that is there while the copies may hold messages
// which Clear deleted. Its value is another one after each.
const outdatedKey = "copies_outdated"

// CopiesOutdated receives a value when Clear deleted messages that the copies may still hold: CopyIfDue then replaces all of them. What happens while
// nobody receives is one value. It is made for one receiver and never closed.
func (d *DB) CopiesOutdated() <-chan struct{} { return d.outdated }

// outdate keeps in mind, with what a transaction deletes, that the copies hold it.
func outdate(ctx context.Context, t *tx) error {
	_, err := t.exec(ctx, `INSERT INTO setting (key, value) VALUES (?, '1')
		ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1`, outdatedKey)
	return err
}

// replaceCopies removes every copy but the newest, of the name given, once that
// has been found sound. It returns how many rows it changed to note that, none if
// more was deleted since the setting had the value given.
func (d *DB) replaceCopies(ctx context.Context, name, outdated string) (changed int64, err error) {
	dir := filepath.Join(d.dir, copiesDir)
	if err := d.goodCopy(ctx, filepath.Join(dir, name)); err != nil {
		if ctx.Err() != nil {
			return 0, err
		}
		// The copy is of no use, which says nothing about the file.
		return 0, errors.Join(fmt.Errorf("check the new copy: %v", err), remove(filepath.Join(dir, name)))
	}
	if err := errors.Join(d.prune(1, 0), syncDir(dir)); err != nil {
		return 0, err
	}
	err = d.write(ctx, "note the new copy", func(ctx context.Context, t *tx) (err error) {
		changed, err = t.exec(ctx, `DELETE FROM setting WHERE key = ? AND value = ?`, outdatedKey, outdated)
		return err
	})
	return changed, err
}
