package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

const (
	// copiesDir is the folder of the copies in the home folder.
	copiesDir = "copies"
	// copyEvery is the age from which a copy is made anew: what is lost with a
	// damaged file is at most a day of what was written here. What was received
	// comes again from those who wrote it.
	copyEvery = 24 * time.Hour
	// keepCopies is the number of daily copies: the newest, and the one before
	// for the case that the newest is damaged as well.
	keepCopies = 2
	// unfinished begins the names of copies that are being made.
	unfinished = "unfinished-"
)

// copyName is the name of a whole copy: its number, and the schema that was
// about to begin if a migration was the reason. Numbers and not dates: a clock
// that was wrong once must not make the newest copy look old.
var copyName = regexp.MustCompile(`^(\d{6,15})(-before-schema-\d+)?\.db$`)

// copyFile is a whole copy in the folder.
type copyFile struct {
	name      string
	number    int64
	migration bool
	at        time.Time // when it was made
}

// listCopies returns the copies of a home folder, newest first.
func listCopies(dir string) ([]copyFile, error) {
	entries, err := os.ReadDir(filepath.Join(dir, copiesDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []copyFile
	for _, e := range entries {
		m := copyName.FindStringSubmatch(e.Name())
		if m == nil || !e.Type().IsRegular() {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		n, _ := strconv.ParseInt(m[1], 10, 64) // at most 15 digits
		out = append(out, copyFile{e.Name(), n, m[2] != "", info.ModTime()})
	}
	slices.SortFunc(out, func(a, b copyFile) int { return cmp.Compare(b.number, a.number) })
	return out, nil
}

// CopyIfDue copies the file into the folder "copies" beside it when there is
// something to keep, something changed since the newest copy, and that is older
// than 24 hours or from the future, or when Clear or Forget deleted something
// that the copies hold. It reports whether it made one. Other calls go on
// meanwhile, also those that write. Of the copies it leaves the newest two, and
// the one that was made before the last change of the schema; after a Clear or
// Forget the new one alone. When it fails, the older copies stay. Only one
// process at a time may call it. ErrDiskFull, ErrDamaged.
func (d *DB) CopyIfDue(ctx context.Context) (bool, error) {
	const op = "copy the history"
	d.copying.Lock()
	defer d.copying.Unlock()
	if d.readOnly() || d.damaged() {
		return false, nil
	}
	outdated, err := d.Setting(ctx, outdatedKey)
	if err != nil {
		return false, d.failed(op, err)
	}
	due, err := d.copyDue(ctx, outdated != "")
	if err != nil || !due {
		return false, d.failed(op, err)
	}
	var name string
	before, err := d.changes(ctx)
	if err == nil {
		name, err = d.makeCopy(ctx, "")
	}
	if err != nil {
		return false, d.failed(op, err)
	}
	d.sawRoom()
	if outdated == "" {
		return true, d.failed(op, errors.Join(d.prune(keepCopies, 1), d.noteUnchanged(ctx, before)))
	}
	noted, err := d.replaceCopies(ctx, name, outdated)
	if err != nil {
		return false, d.failed(op, err)
	}
	return true, d.failed(op, d.noteUnchanged(ctx, before+noted))
}

func (d *DB) failed(op string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", op, d.sawFull(d.noted(withoutPaths(err))))
}

// withoutPaths is an error of the file system for a log: it says which file, and
// not where the home folder is.
func withoutPaths(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Errorf("%s %s: %w", p.Op, filepath.Base(p.Path), p.Err)
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return fmt.Errorf("%s %s: %w", l.Op, filepath.Base(l.Old), l.Err)
	}
	return err
}

func (d *DB) copyDue(ctx context.Context, outdated bool) (bool, error) {
	if d.unchanged.Load() && !outdated {
		return false, nil
	}
	copies, err := listCopies(d.dir)
	if err != nil {
		return false, err
	}
	if len(copies) > 0 {
		age := d.now().Sub(copies[0].at)
		return outdated || age < 0 || age >= copyEvery, nil
	}
	var some bool
	err = d.read(ctx, "look for something to copy", func(q querier) error {
		return q.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM contact) OR EXISTS (SELECT 1 FROM message)`).Scan(&some)
	})
	return some, err
}

// makeCopy writes a copy under the next number. Until it is whole and on the
// disk it has another name.
func (d *DB) makeCopy(ctx context.Context, suffix string) (name string, err error) {
	dir := filepath.Join(d.dir, copiesDir)
	if err := makeDir(dir); err != nil {
		return "", err
	}
	left, err := filepath.Glob(filepath.Join(dir, unfinished+"*"))
	if err != nil {
		return "", err
	}
	for _, path := range left { // of a program that ended meanwhile
		if err := os.Remove(path); err != nil {
			return "", err
		}
	}
	f, err := os.CreateTemp(dir, unfinished+"*") // made with mode 0600; SQLite takes an empty file
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, remove(f.Name()))
		}
	}()
	if err := f.Close(); err != nil {
		return "", err
	}
	afterStep("copy begun")
	if err := vacuumInto(ctx, filepath.Join(d.dir, dbFile), f.Name()); err != nil {
		return "", err
	}
	afterStep("copy written")
	now := d.now()
	if err := errors.Join(os.Chtimes(f.Name(), now, now), syncFile(f.Name())); err != nil {
		return "", err
	}
	copies, err := listCopies(d.dir)
	if err != nil {
		return "", err
	}
	number := int64(1)
	if len(copies) > 0 {
		number = copies[0].number + 1
	}
	name = fmt.Sprintf("%06d%s.db", number, suffix)
	if err := os.Rename(f.Name(), filepath.Join(dir, name)); err != nil {
		return "", err
	}
	afterStep("copy named")
	return name, syncDir(dir)
}

// prune removes the copies that newer ones have replaced: it leaves so many daily
// ones and so many that were made before a change of the schema.
func (d *DB) prune(keepDaily, keepMigrations int) error {
	copies, err := listCopies(d.dir)
	if err != nil {
		return err
	}
	daily, migrations := 0, 0
	for _, c := range copies {
		seen, keep := &daily, keepDaily
		if c.migration {
			seen, keep = &migrations, keepMigrations
		}
		if *seen++; *seen <= keep {
			continue
		}
		if err := remove(filepath.Join(d.dir, copiesDir, c.name)); err != nil {
			return err
		}
		afterStep("copy pruned")
	}
	return nil
}

// vacuumInto copies a database as it is at this moment into an empty file. It
// reads one snapshot, so that writers go on (sqlite.org/lang_vacuum.html).
// ErrDiskFull, before anything is written where the system tells how much is free.
func vacuumInto(ctx context.Context, from, to string) error {
	db, err := sql.Open("sqlite", dsn(from, commonPragmas()))
	if err != nil {
		return err
	}
	if err = checkRoom(ctx, db, filepath.Dir(to)); err == nil {
		_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	}
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	return errors.Join(err, db.Close())
}

// afterStep is called after each step of a copy and of a recovery; a test keeps
// what a power cut at that moment would leave.
var afterStep = func(string) {}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// makeDir makes a folder of the home folder, durably.
func makeDir(path string) error {
	if err := os.Mkdir(path, dirMode); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	return syncDir(filepath.Dir(path))
}

// remove removes a file that may be gone already.
func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
