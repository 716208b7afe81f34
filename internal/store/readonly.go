package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"

	sqlite3 "modernc.org/sqlite/lib"
)

// ReadOnly returns why nothing can be written, an error that wraps
// ErrNewerSchema, or nil when it can. The answer is the same until Close. What a
// newer version keeps in other tables cannot be read either; such calls return
// ErrNewerSchema too.
func (d *DB) ReadOnly() error { return d.newer }

func (d *DB) readOnly() bool { return d.newer != nil }

func newerSchema(version int) error {
	return fmt.Errorf("%w (schema %d, this program knows %d)", ErrNewerSchema, version, len(migrations))
}

// openReadOnly opens a file of a newer version in such a way that nothing of it
// changes, neither the marker nor the epoch file beside it.
func (d *DB) openReadOnly(ctx context.Context, version int) error {
	d.newer = newerSchema(version)
	var err error
	if d.readers, err = openUntouched(filepath.Join(d.dir, dbFile)); err != nil {
		return err
	}
	d.readers.SetMaxOpenConns(maxReaders)
	d.readers.SetMaxIdleConns(maxReaders)
	return d.read(ctx, "read epoch", func(q querier) error {
		owner, epoch, err := storedEpoch(ctx, q)
		if err != nil {
			return err
		}
		if owner != d.self {
			return ErrOtherDevice
		}
		d.epoch.Store(epoch)
		return nil
	})
}

// unreadable is what a failed reading means.
func (d *DB) unreadable(err error) error {
	if d.readOnly() && (isCode(err, sqlite3.SQLITE_ERROR) || isCode(err, sqlite3.SQLITE_CORRUPT)) {
		return fmt.Errorf("%w: %w", d.newer, err) // other tables or columns than here
	}
	return d.noted(err)
}

// openFrozen opens a file that nobody writes, and makes no other beside it.
func openFrozen(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, readerPragmas())+"&mode=ro&immutable=1")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}
