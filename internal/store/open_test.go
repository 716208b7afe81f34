package store_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/store/storetest"
)

// fileURI names the file so that odd characters of dir do no harm.
func fileURI(dir string) string {
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(dir, "earshot.db"))}).String()
}

// raw runs statements on the file without the store.
func raw(t *testing.T, dir string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", fileURI(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// rawText reads one value of the file without the store.
func rawText(t *testing.T, dir, query string) (value string) {
	t.Helper()
	db, err := sql.Open("sqlite", fileURI(dir))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// queue puts one message in the outbox and returns it.
func queue(t *testing.T, db *store.DB, text string) store.Message {
	t.Helper()
	now := time.Now()
	m, _, err := db.Enqueue(t.Context(), store.NewMessage{ID: msgid.New(now), Peer: storetest.Device("a"), Text: text, At: now})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOpenRefuses(t *testing.T) {
	for what, c := range map[string]struct {
		prepare func(t *testing.T, dir string)
		want    error
	}{
		"another program's file": {func(t *testing.T, dir string) { raw(t, dir, "CREATE TABLE x (y)") }, store.ErrNotStore},
		"another application": {func(t *testing.T, dir string) {
			open(t, dir).Close()
			raw(t, dir, "PRAGMA application_id = 7")
		}, store.ErrNotStore},
		"another device": {func(t *testing.T, dir string) {
			db, err := store.Open(t.Context(), dir, storetest.Device("somebody else"), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			db.Close()
		}, store.ErrOtherDevice},
	} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			c.prepare(t, dir)
			before, err := os.ReadFile(filepath.Join(dir, "earshot.db"))
			if err != nil {
				t.Fatal(err)
			}
			db, err := store.Open(t.Context(), dir, storetest.Self, store.Options{})
			if !errors.Is(err, c.want) {
				t.Fatalf("Open: %v, want %v", err, c.want)
			}
			if db != nil {
				t.Error("Open returned a store beside the error")
			}
			if after, _ := os.ReadFile(filepath.Join(dir, "earshot.db")); len(after) != len(before) {
				t.Errorf("the refused file changed: %d bytes, had %d", len(after), len(before))
			}
		})
	}
	if _, err := store.Open(t.Context(), t.TempDir(), [32]byte{}, store.Options{}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("no device ID: %v", err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes mean nothing there; the user's folder is private")
	}
	dir := filepath.Join(t.TempDir(), "home", "deeper")
	db := open(t, dir)
	queue(t, db, "x")
	check := func() {
		t.Helper()
		files := 0
		if err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := e.Info()
			if err != nil {
				return err
			}
			if info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s has mode %v", e.Name(), info.Mode())
			}
			files++
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if files < 4 { // the folder, earshot.db, epoch, and at least the log
			t.Errorf("only %d entries", files)
		}
	}
	check()
	db.Close()
	if err := os.Chmod(filepath.Join(dir, "earshot.db"), 0o644); err != nil {
		t.Fatal(err)
	}
	queue(t, open(t, dir), "y")
	check()
}

func TestSettingsOfTheFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "odd ?&#%41=ö name")
	db := open(t, dir)
	queue(t, db, "x")
	if got := rawText(t, dir, "PRAGMA journal_mode"); got != "wal" {
		t.Errorf("journal mode %s", got)
	}
	db.Close()
	if _, err := os.Stat(filepath.Join(dir, "earshot.db-wal")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the log stays after Close: %v", err)
	}
	if got := rawText(t, dir, "SELECT count(*) FROM message"); got != "1" {
		t.Errorf("%s messages in the file", got)
	}
}

func TestRestoredCopyBeginsEpoch(t *testing.T) {
	dir := t.TempDir()
	epochPath := filepath.Join(dir, "epoch")
	db := open(t, dir)
	first := db.Epoch()
	kept := queue(t, db, "kept")
	db.Close()
	oldDB, err := os.ReadFile(filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	db = open(t, dir)
	if db.Epoch() != first {
		t.Fatal("an ordinary start began an epoch")
	}
	second, err := db.NewEpoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	queue(t, db, "lost by the restore")
	db.Close()

	for what, breakIt := range map[string]func() error{
		"an old database":  func() error { return os.WriteFile(filepath.Join(dir, "earshot.db"), oldDB, 0o600) },
		"no epoch file":    func() error { return os.Remove(epochPath) },
		"a torn file":      func() error { return os.WriteFile(epochPath, []byte("12zz"), 0o600) },
		"an old file":      func() error { return os.WriteFile(epochPath, []byte("0000000000000001\n"), 0o600) },
		"a removed folder": func() error { return os.Remove(filepath.Join(dir, "earshot.db")) },
	} {
		t.Run(what, func(t *testing.T) {
			if err := breakIt(); err != nil {
				t.Fatal(err)
			}
			db := open(t, dir)
			epoch := db.Epoch()
			if epoch == first || epoch == second || epoch == 1 || epoch == 0 {
				t.Fatalf("epoch %x is an old one", epoch)
			}
			notices, err := db.Notices(t.Context())
			told := len(notices) == 1 && notices[0].Kind == store.NoticeOlderCopy
			if fresh := what == "a removed folder"; err != nil || told == fresh || fresh && len(notices) > 0 {
				t.Errorf("notices %+v, %v", notices, err)
			}
			waiting, err := db.Outbox(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for i, m := range waiting {
				if m.Epoch != epoch || m.Seq != uint64(i+1) {
					t.Errorf("%q has number %d of epoch %x", m.Text, m.Seq, m.Epoch)
				}
			}
			if what == "an old database" && (len(waiting) != 1 || waiting[0].ID != kept.ID) {
				t.Errorf("outbox: %v", waiting)
			}
			db.Close()
			again := open(t, dir)
			if again.Epoch() != epoch {
				t.Errorf("the next start began another epoch")
			}
			again.Close()
		})
	}
}

// TestRequestsExpire moves the clock of the store.
func TestRequestsExpire(t *testing.T) {
	now := time.Now().Truncate(time.Millisecond)
	db, err := store.Open(t.Context(), t.TempDir(), storetest.Self, store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := context.Background()
	ask := func(name string) bool {
		t.Helper()
		added, err := db.AddRequest(ctx, store.Request{ID: msgid.New(now), Peer: storetest.Device(name), Text: name, At: now})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return added
	}
	waiting := func(want ...string) {
		t.Helper()
		list, err := db.Requests(ctx)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, r := range list {
			got = append(got, r.Text)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Fatalf("requests %v, want %v", got, want)
		}
	}
	ask("early")
	ask("refused")
	now = now.Add(12 * time.Hour)
	ask("late")
	if err := db.Refuse(ctx, storetest.Device("refused")); err != nil {
		t.Fatal(err)
	}
	waiting("early", "late")
	now = now.Add(12*time.Hour + time.Second)
	waiting("late")
	if ask("refused") {
		t.Error("shown 12 hours after it was refused")
	}
	if err := db.Refuse(ctx, storetest.Device("early")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("refused an expired request: %v", err)
	}
	if m, err := db.Accept(ctx, storetest.Device("early")); m != nil || err != nil {
		t.Errorf("accepted an expired request: %v, %v", m, err)
	}
	now = now.Add(12 * time.Hour)
	if !ask("refused") {
		t.Error("not shown 24 hours after it was refused")
	}
	waiting("refused")
	for i := range store.MaxRequests - 1 {
		ask(string(rune('a' + i)))
	}
	now = now.Add(24*time.Hour + time.Second)
	if !ask("next day") {
		t.Error("expired requests take the place of new ones")
	}
	now = now.Add(-72 * time.Hour) // the clock was wrong
	waiting()
	if !ask("next day") {
		t.Error("a request from a wrong future stays in the way")
	}
}
