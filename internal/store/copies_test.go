package store

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// copyNames lists the folder of the copies.
func copyNames(t testing.TB, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, copiesDir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestWhenCopiesAreMade(t *testing.T) {
	dir := t.TempDir()
	now := time.Now().Truncate(time.Second)
	db := clocked(t, dir, &now)
	n := 0
	step := func(what string, wantMade bool, want string) {
		t.Helper()
		made, err := db.CopyIfDue(t.Context())
		if got := copyNames(t, dir); made != wantMade || err != nil || got != want {
			t.Fatalf("%s: made %v (%v), copies %q, want %q", what, made, err, got, want)
		}
	}
	write := func() { n++; receiveTo(t, db, n) }

	step("nothing to lose", false, "")
	write()
	step("the first", true, "000001.db unchanged")
	now = now.Add(48 * time.Hour)
	step("nothing changed", false, "000001.db unchanged")
	if err := db.TouchSeen(t.Context(), safePeer, now); err != nil { // changes no row
		t.Fatal(err)
	}
	step("a call that changed nothing", false, "000001.db unchanged")
	write()
	step("changed after two days", true, "000001.db 000002.db unchanged")
	write()
	now = now.Add(copyEvery - time.Second)
	step("too early", false, "000001.db 000002.db")
	now = now.Add(time.Second)
	step("a day", true, "000002.db 000003.db unchanged")

	write()
	now = now.Add(-1000 * time.Hour)
	step("the clock was ahead", true, "000003.db 000004.db unchanged")
	write()
	now = now.Add(copyEvery)
	step("and is right", true, "000004.db 000005.db unchanged")

	db.Close()
	db = clocked(t, dir, &now)
	now = now.Add(copyEvery)
	step("nothing changed over a start", false, "000004.db 000005.db unchanged")
	write()
	db.Close()
	db = clocked(t, dir, &now)
	step("changed before the start", true, "000005.db 000006.db unchanged")
	write()
	if err := db.SetSetting(t.Context(), "k", "v"); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, copiesDir)); err != nil {
		t.Fatal(err)
	}
	step("all copies are gone", true, "000001.db unchanged")
}

// TestACopyHoldsAll: it is a history of its own, readable by the owner only.
func TestACopyHoldsAll(t *testing.T) {
	dir, _ := copied(t)
	path := filepath.Join(dir, copiesDir, "000002.db")
	if err := openInside(t, dir).goodCopy(t.Context(), path); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != fileMode {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	db := openInside(t, writeDir(t, map[string][]byte{dbFile: b}))
	if got := len(allTexts(t, db)); got != inCopy {
		t.Errorf("%d messages", got)
	}
}

// TestACopyHoldsNobodyUp: while a copy is being made, a write goes through; the
// copy holds what was there when it began.
func TestACopyHoldsNobodyUp(t *testing.T) {
	dir := t.TempDir()
	db := openInside(t, dir)
	receiveTo(t, db, 100)
	// The copy cannot go on while another connection has its file reserved.
	var held *sql.DB
	afterStep = func(step string) {
		if step != "copy begun" {
			return
		}
		files, err := filepath.Glob(filepath.Join(dir, copiesDir, unfinished+"*"))
		if err == nil && len(files) == 1 {
			if held, err = sql.Open("sqlite", dsn(files[0], nil)); err == nil {
				held.SetMaxOpenConns(1)
				_, err = held.Exec("BEGIN IMMEDIATE")
			}
		}
		if err != nil {
			t.Error(files, err)
		}
	}
	defer func() { afterStep = func(string) {} }()
	done := make(chan error, 1)
	go func() {
		made, err := db.CopyIfDue(t.Context())
		if !made {
			err = errors.Join(err, errors.New("no copy"))
		}
		done <- err
	}()
	// The log cannot be emptied as soon as the copy reads from it.
	receiveTo(t, db, 101)
	for deadline := time.Now().Add(busyTimeout / 2); ; {
		var busy, pages, moved int
		if err := db.readers.QueryRow("SELECT 0").Scan(&busy); err != nil {
			t.Fatal(err)
		}
		if err := checkpoint(filepath.Join(dir, dbFile), &busy, &pages, &moved); err != nil {
			t.Fatal(err)
		}
		if busy == 1 {
			break
		}
		receiveTo(t, db, len(allTexts(t, db))+1)
		if time.Now().After(deadline) {
			t.Fatal("the copy never began to read")
		}
	}
	n := len(allTexts(t, db))
	receiveTo(t, db, n+10)
	select {
	case err := <-done:
		t.Fatalf("the copy had ended before the write (%v): the test shows nothing", err)
	default:
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := copyNames(t, dir); got != "000001.db" {
		t.Errorf("copies %q: what came meanwhile must be in the next", got)
	}
	b, err := os.ReadFile(filepath.Join(dir, copiesDir, "000001.db"))
	if err != nil {
		t.Fatal(err)
	}
	got := len(allTexts(t, openInside(t, writeDir(t, map[string][]byte{dbFile: b}))))
	if got < 100 || got > n {
		t.Errorf("the copy has %d messages, there were %d when it read", got, n)
	}
}

// checkpoint folds the log into the file as far as readers let it.
func checkpoint(path string, busy, pages, moved *int) error {
	db, err := sql.Open("sqlite", dsn(path, nil))
	if err != nil {
		return err
	}
	err = db.QueryRow("PRAGMA wal_checkpoint(RESTART)").Scan(busy, pages, moved)
	return errors.Join(err, db.Close())
}

// TestEveryCutOfACopy: the power fails after any step; no copy is ever half, and
// the next is made.
func TestEveryCutOfACopy(t *testing.T) {
	dir, at := copied(t)
	now := at.Add(copyEvery)
	db := clocked(t, dir, &now)
	cuts := map[string]map[string][]byte{}
	afterStep = func(step string) {
		cuts[step] = snapshotDir(t, dir)
		for name, b := range cuts[step] { // a file that is being written is whole or has another name
			if strings.HasPrefix(filepath.Base(name), unfinished) && step == "copy written" {
				cuts["half a copy"] = maps.Clone(cuts[step])
				cuts["half a copy"][name] = b[:len(b)/2]
			}
		}
	}
	copyNow(t, db)
	afterStep = func(string) {}
	if len(cuts) < 5 {
		t.Fatalf("only the steps %v", slices.Sorted(maps.Keys(cuts)))
	}
	for step, files := range cuts {
		t.Run(step, func(t *testing.T) {
			dir := writeDir(t, files)
			now := now.Add(100 * time.Hour) // the files have new times here
			db := clocked(t, dir, &now)
			receiveTo(t, db, inCopy+afterCopy+1)
			copyNow(t, db)
			copies, err := listCopies(dir)
			if err != nil || len(copies) != keepCopies {
				t.Fatalf("%d copies, %v", len(copies), err)
			}
			for _, c := range copies {
				if err := db.goodCopy(t.Context(), filepath.Join(dir, copiesDir, c.name)); err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(dir, copiesDir, unfinished+"*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestCopyBeforeAMigration: the file as it was is kept, the last one only, and
// the daily copies beside it.
func TestCopyBeforeAMigration(t *testing.T) {
	old := migrations
	defer func() { migrations = old }()
	dir, _ := copied(t)
	for range 2 {
		migrations = append(migrations[:len(migrations):len(migrations)], statements(fmt.Sprintf(`CREATE TABLE more%d (x INTEGER) STRICT`, len(migrations))))
		openInside(t, dir).Close()
	}
	top := len(migrations)
	if got, want := copyNames(t, dir), fmt.Sprintf("000001.db 000002.db 000004-before-schema-%d.db", top); got != want {
		t.Fatalf("copies %q, want %q", got, want)
	}
	b, err := os.ReadFile(filepath.Join(dir, copiesDir, fmt.Sprintf("000004-before-schema-%d.db", top)))
	if err != nil {
		t.Fatal(err)
	}
	migrations = migrations[:top-1]
	if got := len(allTexts(t, openInside(t, writeDir(t, map[string][]byte{dbFile: b})))); got != inCopy+afterCopy {
		t.Errorf("%d messages in the copy", got)
	}

	fresh := t.TempDir()
	migrations = old
	openInside(t, fresh).Close()
	if got := copyNames(t, fresh); got != "" {
		t.Errorf("a new file was copied: %q", got)
	}
}

// TestEveryCutOfAMigration: after any step the next start comes to the newest
// schema with everything in it.
func TestEveryCutOfAMigration(t *testing.T) {
	old := migrations
	defer func() { migrations = old }()
	dir, _ := copied(t)
	var cuts []map[string][]byte
	migrations = append(old[:len(old):len(old)], statements(`CREATE TABLE half (x INTEGER) STRICT; INSERT INTO half VALUES (7)`),
		statements(`UPDATE half SET x = x + 1`))
	afterStep = func(string) { cuts = append(cuts, snapshotDir(t, dir)) }
	openInside(t, dir).Close()
	afterStep = func(string) {}
	cuts = append(cuts, snapshotDir(t, dir))
	for i, files := range cuts {
		db := openInside(t, writeDir(t, files))
		var x int
		if err := db.readers.QueryRow(`SELECT x FROM half`).Scan(&x); err != nil || x != 8 {
			t.Errorf("cut %d: x is %d, %v", i, x, err)
		}
		if got := len(allTexts(t, db)); got != inCopy+afterCopy {
			t.Errorf("cut %d: %d messages", i, got)
		}
	}
}

// TestNoMigrationWithoutACopy: what cannot be copied is not changed.
func TestNoMigrationWithoutACopy(t *testing.T) {
	old := migrations
	defer func() { migrations = old }()
	dir := t.TempDir()
	db := openInside(t, dir)
	receiveTo(t, db, 3)
	db.Close()
	if err := os.WriteFile(filepath.Join(dir, copiesDir), nil, 0o600); err != nil { // in the way
		t.Fatal(err)
	}
	migrations = append(old[:len(old):len(old)], statements(`CREATE TABLE more (x INTEGER) STRICT`))
	if _, err := Open(t.Context(), dir, safeSelf, Options{}); err == nil {
		t.Error("the schema changed without a copy")
	}
	migrations = old
	if got := len(allTexts(t, openInside(t, dir))); got != 3 {
		t.Errorf("%d messages", got)
	}
}
