package store

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

const oldSecret = "the secret of the old house"

var secretPeer = identity.DeviceID{3}

// withSecret returns a home with two daily copies and one before a change of the
// schema, all of which hold a text, and its store.
func withSecret(t *testing.T, now *time.Time) (dir string, db *DB) {
	t.Helper()
	dir = t.TempDir()
	db = clocked(t, dir, now)
	if err := db.SetLevel(t.Context(), secretPeer, trust.Accepted); err != nil {
		t.Fatal(err)
	}
	in := text(secretPeer, 1, oldSecret)
	in.At = *now
	if _, err := db.Receive(t.Context(), []Incoming{in}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.makeCopy(t.Context(), "-before-schema-9"); err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		receiveTo(t, db, 10*(n+1))
		*now = now.Add(copyEvery)
		copyNow(t, db)
	}
	if got, want := copyNames(t, dir), "000001-before-schema-9.db 000002.db 000003.db unchanged"; got != want {
		t.Fatalf("copies %q, want %q", got, want)
	}
	if n := secrets(t, dir); n != 3 {
		t.Fatalf("%d copies hold the text, want all 3", n)
	}
	return dir, db
}

// secrets counts the files of the copies in which the text can be read.
func secrets(t *testing.T, dir string) (n int) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(dir, copiesDir, "*.db"))
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(oldSecret)) {
			n++
		}
	}
	return n
}

// TestForgettingLeavesTheCopiesAlone: each hour something is forgotten, and a whole
// copy each time would wear a phone out.
func TestForgettingLeavesTheCopiesAlone(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	_, db := withSecret(t, &now)
	if peers, err := db.Forget(t.Context(), now.Add(time.Hour)); err != nil || len(peers) == 0 {
		t.Fatalf("forgotten in %v: %v", peers, err)
	}
	if len(db.CopiesOutdated()) != 0 {
		t.Error("the copies are to be made anew")
	}
}

// TestDeletedTextLeavesTheCopies: soon after a Clear, at once and not in days; the
// daily rule goes on as before.
func TestDeletedTextLeavesTheCopies(t *testing.T) {
	for way, remove := range map[string]func(db *DB, now time.Time) error{
		"Clear": func(db *DB, _ time.Time) error {
			_, err := db.Clear(t.Context(), secretPeer)
			return err
		},
	} {
		t.Run(way, func(t *testing.T) {
			now := time.Now().Truncate(time.Second)
			dir, db := withSecret(t, &now)
			for _, want := range []int{1, 0} { // the second time nothing is left to delete
				now = now.Add(time.Minute)
				if err := remove(db, now); err != nil {
					t.Fatal(err)
				}
				if got := len(db.CopiesOutdated()); got != want {
					t.Fatalf("%d values tell of outdated copies, want %d", got, want)
				}
				if want > 0 {
					<-db.CopiesOutdated()
				}
				if made, err := db.CopyIfDue(t.Context()); made != (want == 1) || err != nil {
					t.Errorf("a copy was made: %v, %v", made, err)
				}
				if got, want := copyNames(t, dir), "000004.db unchanged"; got != want || secrets(t, dir) != 0 {
					t.Fatalf("copies %q, want %q; %d hold the text", got, want, secrets(t, dir))
				}
			}
			receiveTo(t, db, 30)
			now = now.Add(copyEvery)
			copyNow(t, db)
			if got, want := copyNames(t, dir), "000004.db 000005.db unchanged"; got != want {
				t.Errorf("a day later: copies %q, want %q", got, want)
			}
			left := len(allTexts(t, db))
			db.Close()
			overwrite(t, filepath.Join(dir, dbFile), 0, make([]byte, 5000))
			unclean(t, dir)
			db = clocked(t, dir, &now)
			if got := len(allTexts(t, db)); got != left {
				t.Errorf("%d messages come from the copy, want %d", got, left)
			}
			if peers, err := db.Conversations(t.Context()); err != nil || len(peers) == 0 || slices.ContainsFunc(peers, func(c Conversation) bool {
				return c.Contact.ID == secretPeer && c.Last.Text != ""
			}) {
				t.Errorf("conversations after the repair: %+v, %v", peers, err)
			}
		})
	}
}

// TestOldCopiesStayUntilTheNewOneStands: whatever keeps it from being made, and
// also over a start.
func TestOldCopiesStayUntilTheNewOneStands(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	dir, db := withSecret(t, &now)
	if _, err := db.Clear(t.Context(), secretPeer); err != nil {
		t.Fatal(err)
	}
	const old = "000001-before-schema-9.db 000002.db 000003.db"
	newest := func(step string) {
		if step == "copy named" {
			overwrite(t, filepath.Join(dir, copiesDir, "000004.db"), 4096, make([]byte, 9000))
		}
	}
	afterStep = newest // it cannot be read
	made, err := db.CopyIfDue(t.Context())
	afterStep = func(string) {}
	if got := copyNames(t, dir); made || err == nil || got != old {
		t.Errorf("a new copy that is of no use: %v, %v, copies %q", made, err, got)
	}
	select {
	case <-db.Damage():
		t.Error("a damaged copy counts as damage of the history")
	default:
	}
	db.Close()
	db = clocked(t, dir, &now)
	if got := copyNames(t, dir); got != old {
		t.Fatalf("after a start: copies %q", got)
	}
	copyNow(t, db)
	if got, want := copyNames(t, dir), "000004.db unchanged"; got != want || secrets(t, dir) != 0 {
		t.Errorf("copies %q, want %q; %d hold the text", got, want, secrets(t, dir))
	}
}

// TestDeletedWhileACopyIsMade: what the new copy holds as well has the next made.
func TestDeletedWhileACopyIsMade(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	dir, db := withSecret(t, &now)
	if _, err := db.Clear(t.Context(), safePeer); err != nil {
		t.Fatal(err)
	}
	afterStep = func(step string) {
		if step == "copy written" {
			if _, err := db.Clear(t.Context(), secretPeer); err != nil {
				t.Error(err)
			}
		}
	}
	copyNow(t, db)
	afterStep = func(string) {}
	if got, want := copyNames(t, dir), "000004.db"; got != want || secrets(t, dir) != 1 {
		t.Fatalf("copies %q, want %q; %d hold the text: the test shows nothing", got, want, secrets(t, dir))
	}
	copyNow(t, db)
	if got, want := copyNames(t, dir), "000005.db unchanged"; got != want || secrets(t, dir) != 0 {
		t.Errorf("copies %q, want %q; %d hold the text", got, want, secrets(t, dir))
	}
}

// TestEveryCutOfReplacingCopies: the power fails after any step; a good copy is
// there, and the next look ends what was begun.
func TestEveryCutOfReplacingCopies(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	dir, db := withSecret(t, &now)
	if _, err := db.Clear(t.Context(), secretPeer); err != nil {
		t.Fatal(err)
	}
	cuts := map[string]map[string][]byte{}
	afterStep = func(step string) {
		for cuts[step] != nil {
			step += " again"
		}
		cuts[step] = snapshotDir(t, dir)
	}
	copyNow(t, db)
	afterStep = func(string) {}
	if len(cuts) < 6 {
		t.Fatalf("only the steps %v", slices.Sorted(maps.Keys(cuts)))
	}
	for step, files := range cuts {
		t.Run(step, func(t *testing.T) {
			dir := writeDir(t, files)
			db := clocked(t, dir, &now)
			copies, err := listCopies(dir)
			if err != nil || len(copies) == 0 {
				t.Fatalf("%d copies, %v", len(copies), err)
			}
			if err := db.goodCopy(t.Context(), filepath.Join(dir, copiesDir, copies[0].name)); err != nil {
				t.Error(err)
			}
			copyNow(t, db)
			if got := copyNames(t, dir); strings.Count(got, ".db") != 1 || secrets(t, dir) != 0 {
				t.Errorf("copies %q; %d hold the text", got, secrets(t, dir))
			}
		})
	}
}

// TestAClearThatFailsOutdatesNothing: what was not deleted may stay in the copies.
func TestAClearThatFailsOutdatesNothing(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	dir, db := withSecret(t, &now)
	if err := rawExec(filepath.Join(dir, dbFile), `CREATE TRIGGER stays BEFORE DELETE ON message BEGIN SELECT RAISE(ABORT, 'no'); END`); err != nil {
		t.Fatal(err)
	}
	if c, err := db.Clear(t.Context(), secretPeer); err == nil || errors.Is(err, ErrDiskFull) || c.Removed != 0 {
		t.Fatalf("Clear: %+v, %v", c, err)
	}
	if len(db.CopiesOutdated()) > 0 {
		t.Error("the copies count as outdated")
	}
	if made, err := db.CopyIfDue(t.Context()); made || err != nil {
		t.Errorf("a copy was made: %v, %v", made, err)
	}
}
