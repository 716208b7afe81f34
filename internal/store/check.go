package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// checkAlways is the size in bytes up to which the whole file is checked
	// after every end without Close. A check reads everything: 0.07 s for 39 MiB
	// (100,000 messages) and 0.8 s for 400 MiB (1,000,000) on a desktop with the
	// file in memory, ten times that from a busy disk. On a phone every end is one
	// without Close, and a start should stay below a second.
	checkAlways = 32 << 20
	// checkEvery is how often a larger file is checked whole. In between only the
	// small tables are, among them the contacts and what is still to be sent: 1 ms.
	checkEvery = 24 * time.Hour

	// settingChecked holds when a file above checkAlways was last checked whole,
	// in milliseconds since 1970.
	settingChecked = "checked_at"
)

// bigTables grow with the history. The others are small, and nothing works
// without them: they are checked every time.
var bigTables = []string{"message"}

// found is what inspect saw.
type found struct {
	version int  // of the schema; 0: a new file
	whole   bool // a large file was checked whole: to be noted
	remake  bool // damage was met and all tables are sound: it is in what can be made anew
}

// inspect looks at the file before anything may be written to it: whose it is,
// its version and, if m asks for it, whether it is damaged. ErrNotStore,
// ErrOtherDevice, ErrDamaged.
func (d *DB) inspect(ctx context.Context, m marker) (f found, err error) {
	db, err := openUntouched(filepath.Join(d.dir, dbFile))
	if err != nil {
		return found{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if f.version, err = d.identify(ctx, db); err != nil || f.version == 0 || f.version > len(migrations) || !m.unclean {
		return f, err
	}
	whole, large, err := d.checkWhole(ctx, db, m)
	if err != nil {
		return f, err
	}
	f.whole, f.remake = whole && large, m.damage
	if whole {
		return f, quickCheck(ctx, db, nil)
	}
	return f, quickCheck(ctx, db, bigTables)
}

// checkWhole decides how much is checked after an unclean end. A time of the
// last check in the future counts as none.
func (d *DB) checkWhole(ctx context.Context, q querier, m marker) (whole, large bool, err error) {
	size := int64(0)
	for _, name := range []string{dbFile, dbFile + "-wal"} {
		if info, err := os.Stat(filepath.Join(d.dir, name)); err == nil {
			size += info.Size()
		}
	}
	if large = size > d.checkAlways; !large || m.damage {
		return true, large, nil
	}
	text, err := one(ctx, q, scanText, `SELECT value FROM setting WHERE key = ?`, settingChecked)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return true, large, err
	}
	ms, _ := strconv.ParseInt(text, 10, 64) // absent or damaged: 1970
	age := d.now().Sub(toTime(ms))
	return ms == 0 || age < 0 || age >= checkEvery, large, nil
}

// noteCheck keeps when a large file was checked whole.
func (d *DB) noteCheck(ctx context.Context, f found) error {
	if !f.whole {
		return nil
	}
	return d.SetSetting(ctx, settingChecked, strconv.FormatInt(toMs(d.now()), 10))
}

// identify returns the version of a file, 0 for an empty one. ErrNotStore when
// another program made it, ErrOtherDevice, ErrDamaged.
func (d *DB) identify(ctx context.Context, q querier) (int, error) {
	h, err := readHeader(ctx, q)
	if err != nil {
		return 0, err
	}
	switch {
	case h.fresh():
		return 0, nil
	case h.app != applicationID:
		return 0, ErrNotStore
	case h.version > len(migrations): // its tables may be of a kind not known here
		return h.version, nil
	case h.version < 1:
		return 0, fmt.Errorf("%w: no schema", ErrDamaged)
	}
	owner, _, err := storedEpoch(ctx, q)
	if errors.Is(err, ErrNotFound) { // an end between schema and first claim
		return h.version, nil
	}
	if isCode(err, sqlite3.SQLITE_ERROR) {
		return 0, fmt.Errorf("%w: %w", ErrDamaged, err) // our file without our tables
	}
	if err != nil {
		return 0, err
	}
	if owner != d.self {
		return 0, ErrOtherDevice
	}
	return h.version, nil
}

// header is what a file says of itself.
type header struct{ version, app, tables int }

func (h header) fresh() bool { return h == header{} }

func readHeader(ctx context.Context, q querier) (h header, err error) {
	for _, v := range []struct {
		query string
		into  *int
	}{
		{"PRAGMA user_version", &h.version},
		{"PRAGMA application_id", &h.app},
	} {
		if err := q.QueryRowContext(ctx, v.query).Scan(v.into); err != nil {
			return h, err
		}
	}
	if h.version == 0 && h.app == 0 {
		err = q.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&h.tables)
	}
	return h, err
}

// quickCheck returns ErrDamaged when a table of the file is not sound, but for
// those to leave out. Virtual tables and what they are made of are left out too:
// they hold nothing of their own and are made anew instead (see remakes), and
// their check takes ten times as long as that of all others.
func quickCheck(ctx context.Context, q querier, but []string) error {
	tables, err := all(ctx, q, scanText, `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'`)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if slices.Contains(but, table) {
			continue
		}
		says, err := all(ctx, q, scanText, fmt.Sprintf("PRAGMA quick_check(%q)", table))
		if err != nil {
			return err
		}
		if len(says) != 1 || says[0] != "ok" {
			return fmt.Errorf("%w: the table %s is not sound", ErrDamaged, table)
		}
	}
	return nil
}

// openUntouched opens a file for reading in such a way that not even the end of
// the connection writes to it. It sets nothing that makes SQLite read the tables
// first, as the size of the cache does: a newer version may have some of a kind
// that is not known here, which looks like damage.
func openUntouched(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, []string{busyPragma(), "query_only(1)"})+"&mode=ro")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}
