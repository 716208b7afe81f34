package store

import (
	"bytes"
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

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

var (
	safeSelf = identity.DeviceID{1} // as openInside
	safePeer = identity.DeviceID{2}
)

const (
	inCopy    = 300 // messages in the newest copy of a home of copied
	inOlder   = 200 // and in the copy before
	afterCopy = 50  // messages that came later
)

// receiveTo brings a store to n messages.
func receiveTo(t testing.TB, db *DB, n int) {
	t.Helper()
	var group []Incoming
	for i := len(allTexts(t, db)); i < n; i++ {
		group = append(group, text(safePeer, i+1, fmt.Sprintf("message %d %s", i, strings.Repeat("x", 200))))
	}
	if _, err := db.Receive(t.Context(), group); err != nil {
		t.Fatal(err)
	}
}

func allTexts(t testing.TB, db *DB) []string {
	t.Helper()
	var out []string
	for before := (msgid.ID{}); ; {
		page, err := db.History(t.Context(), safePeer, before, 0)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, m := range page {
			texts = append(texts, m.Text)
		}
		if out = append(texts, out...); len(page) == 0 {
			return out
		}
		before = page[0].ID
	}
}

// clocked opens a store whose time is *now.
func clocked(t testing.TB, dir string, now *time.Time) *DB {
	t.Helper()
	db, err := Open(t.Context(), dir, safeSelf, Options{Now: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func copyNow(t testing.TB, db *DB) {
	t.Helper()
	if made, err := db.CopyIfDue(t.Context()); !made || err != nil {
		t.Fatalf("no copy was made: %v", err)
	}
}

// copied returns a home with two copies, of 200 and of 300 messages, and 350 in
// the file, and when the newest copy was made.
func copied(t testing.TB) (dir string, at time.Time) {
	t.Helper()
	dir = t.TempDir()
	now := time.Now().Add(-100 * time.Hour).Truncate(time.Second)
	db := clocked(t, dir, &now)
	if err := db.SetLevel(t.Context(), safePeer, trust.Verified); err != nil {
		t.Fatal(err)
	}
	receiveTo(t, db, inOlder)
	copyNow(t, db)
	now = now.Add(copyEvery)
	receiveTo(t, db, inCopy)
	copyNow(t, db)
	receiveTo(t, db, inCopy+afterCopy)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir, now
}

// overwrite changes the bytes of a file from offset on, of the whole file if
// offset is negative.
func overwrite(t testing.TB, path string, offset int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(b, offset); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func truncate(t testing.TB, path string, share float64) {
	t.Helper()
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, int64(share*float64(info.Size())))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// unclean leaves what an end without Close leaves.
func unclean(t testing.TB, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, markerFile), []byte("x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// snapshotDir reads all files below dir.
func snapshotDir(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err == nil {
			out[name], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func writeDir(t testing.TB, files map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, b := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, b, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// restoredTo checks that dir opens with the first n messages, under a new epoch,
// and that the person is told until the notice is dismissed.
func restoredTo(t *testing.T, dir string, n int, want Notice, old []byte, epoch []byte) {
	t.Helper()
	db := openInside(t, dir)
	if got := len(allTexts(t, db)); got != n {
		t.Errorf("%d messages, want %d", got, n)
	}
	c, err := db.Contact(t.Context(), safePeer)
	if n > 0 && (err != nil || c.Level != trust.Verified) {
		t.Errorf("the contact is lost: %v, %v", c.Level, err)
	}
	if now := fmt.Sprintf("%016x\n", db.Epoch()); now == string(epoch) {
		t.Error("no new epoch began")
	}
	notices, err := db.Notices(t.Context())
	if err != nil || len(notices) != 1 {
		t.Fatalf("notices %+v, %v", notices, err)
	}
	got := notices[0]
	if got.Kind != want.Kind || !got.CopyAt.Equal(want.CopyAt) || got.Folder != filepath.Join(db.dir, "damaged-1") {
		t.Errorf("notice %+v, want %+v", got, want)
	}
	if kept, err := os.ReadFile(filepath.Join(dir, "damaged-1", dbFile)); err != nil || !bytes.Equal(kept, old) {
		t.Errorf("the damaged file was not kept as it was: %d bytes, had %d, %v", len(kept), len(old), err)
	}
	if db.damaged() {
		t.Error("the restored file counts as damaged")
	}
	receiveTo(t, db, n+1)
	first := db.Epoch()
	db.Close()
	db = openInside(t, dir)
	if notices, _ := db.Notices(t.Context()); len(notices) != 1 || db.Epoch() != first {
		t.Errorf("the next start: notices %+v, epoch %x, was %x", notices, db.Epoch(), first)
	}
	if err := db.DismissNotice(t.Context(), got.ID); err != nil {
		t.Error(err)
	}
	if err := db.DismissNotice(t.Context(), got.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("dismissed twice: %v", err)
	}
	db.Close()
	db = openInside(t, dir)
	if notices, _ := db.Notices(t.Context()); len(notices) != 0 {
		t.Errorf("a dismissed notice comes back: %+v", notices)
	}
	db.Close()
	if left, _ := filepath.Glob(filepath.Join(dir, "*.json")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDamagedFileIsReplacedByItsCopy(t *testing.T) {
	junk := bytes.Repeat([]byte{0xa5}, 4096)
	for what, c := range map[string]struct {
		damage func(t *testing.T, dir, path string)
		n      int // messages afterwards
	}{
		"header":            {func(t *testing.T, _, path string) { overwrite(t, path, 0, junk[:100]) }, inCopy},
		"first page":        {func(t *testing.T, _, path string) { overwrite(t, path, 0, junk) }, inCopy},
		"schema":            {func(t *testing.T, _, path string) { overwrite(t, path, 100, junk[:3996]) }, inCopy},
		"all of it":         {func(t *testing.T, _, path string) { overwrite(t, path, 0, bytes.Repeat(junk, 50)) }, inCopy},
		"no schema":         {func(t *testing.T, _, path string) { overwrite(t, path, 60, make([]byte, 4)) }, inCopy},
		"cut to nothing":    {func(t *testing.T, _, path string) { truncate(t, path, 0) }, inCopy},
		"cut to some bytes": {func(t *testing.T, _, path string) { truncate(t, path, 0.0001) }, inCopy},
		"cut to one page":   {func(t *testing.T, dir, path string) { unclean(t, dir); os.Truncate(path, 4096) }, inCopy},
		"cut to half":       {func(t *testing.T, dir, path string) { unclean(t, dir); truncate(t, path, 0.5) }, inCopy},
		"a page":            {func(t *testing.T, dir, path string) { unclean(t, dir); overwrite(t, path, 15*4096, junk) }, inCopy},
		"a page of zeros":   {func(t *testing.T, dir, path string) { unclean(t, dir); overwrite(t, path, 15*4096, make([]byte, 4096)) }, inCopy},
		"the newest copy": {func(t *testing.T, dir, path string) {
			truncate(t, path, 0)
			truncate(t, filepath.Join(dir, copiesDir, "000002.db"), 0.9)
		}, inOlder},
		"a copy of others": {func(t *testing.T, dir, path string) {
			truncate(t, path, 0)
			otherDevice(t, filepath.Join(dir, copiesDir, "000002.db"))
		}, inOlder},
		"both copies": {damageAll, 0},
		"and no copies": {func(t *testing.T, dir, path string) {
			truncate(t, path, 0)
			os.RemoveAll(filepath.Join(dir, copiesDir))
		}, 0},
		"a table of the start": {func(t *testing.T, dir, path string) { overwrite(t, path, rootPage(t, path, "request"), junk[:64]) }, inCopy},
		"a file of no sense":   {func(t *testing.T, _, path string) { os.WriteFile(path, bytes.Repeat([]byte("garbage "), 999), 0o600) }, inCopy},
	} {
		t.Run(what, func(t *testing.T) {
			dir, at := copied(t)
			path := filepath.Join(dir, dbFile)
			epoch, _ := os.ReadFile(filepath.Join(dir, epochFile))
			c.damage(t, dir, path)
			old, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			want := Notice{Kind: NoticeRestored, CopyAt: at}
			switch c.n {
			case 0:
				want = Notice{Kind: NoticeStartedAnew}
			case inOlder:
				want.CopyAt = at.Add(-copyEvery)
			}
			restoredTo(t, dir, c.n, want, old, epoch)
		})
	}
}

// rootPage returns where a table begins in the file.
func rootPage(t *testing.T, path, table string) (offset int64) {
	t.Helper()
	db, err := openFrozen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(`SELECT (rootpage - 1) * 4096 FROM sqlite_schema WHERE name = ?`, table).Scan(&offset); err != nil {
		t.Fatal(err)
	}
	return offset
}

func damageAll(t *testing.T, dir, path string) {
	for _, p := range []string{path, filepath.Join(dir, copiesDir, "000001.db"), filepath.Join(dir, copiesDir, "000002.db")} {
		overwrite(t, p, 0, bytes.Repeat([]byte{1}, 200))
	}
}

// otherDevice replaces a copy by one that another device made.
func otherDevice(t *testing.T, path string) {
	dir := t.TempDir()
	db, err := Open(t.Context(), dir, identity.DeviceID{9}, Options{})
	if err == nil {
		err = db.Close()
	}
	if err == nil {
		err = os.Rename(filepath.Join(dir, dbFile), path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestAllOfTheDamagedFileIsKept: also the log beside it, which may hold what the
// file does not.
func TestAllOfTheDamagedFileIsKept(t *testing.T) {
	dir, _ := copied(t)
	db := openInside(t, dir)
	receiveTo(t, db, inCopy+afterCopy+20)
	files := snapshotDir(t, dir) // as a power cut leaves it: with the log
	db.Close()
	if len(files[dbFile+"-wal"]) == 0 {
		t.Fatal("there is no log: the test shows nothing")
	}
	copy(files[dbFile][4096:], bytes.Repeat([]byte{7}, 1<<20)) // the first page is in the log
	dir = writeDir(t, files)
	db = openInside(t, dir)
	if got := len(allTexts(t, db)); got != inCopy {
		t.Errorf("%d messages", got)
	}
	kept := snapshotDir(t, filepath.Join(dir, "damaged-1"))
	for _, name := range companions[:2] {
		if !bytes.Equal(kept[name], files[name]) {
			t.Errorf("%s: kept %d bytes, had %d", name, len(kept[name]), len(files[name]))
		}
	}
}

// TestEveryCutOfARecovery: the power fails after any step, and the next start
// ends well.
func TestEveryCutOfARecovery(t *testing.T) {
	dir, at := copied(t)
	path := filepath.Join(dir, dbFile)
	epoch, _ := os.ReadFile(filepath.Join(dir, epochFile))
	overwrite(t, path, 0, bytes.Repeat([]byte{3}, 3000))
	old, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	type cut struct {
		step  string
		files map[string][]byte
	}
	var cuts []cut
	afterStep = func(step string) { cuts = append(cuts, cut{step, snapshotDir(t, dir)}) }
	db := openInside(t, dir)
	afterStep = func(string) {}
	db.Close()
	if len(cuts) < 10 {
		t.Fatalf("only %d steps", len(cuts))
	}
	for i, c := range cuts {
		t.Run(fmt.Sprintf("%d %s", i, c.step), func(t *testing.T) {
			dir := writeDir(t, c.files)
			restoredTo(t, dir, inCopy, Notice{Kind: NoticeRestored, CopyAt: at}, old, epoch)
			// Once the restored file was opened it is not put there again.
			now, err := os.ReadFile(filepath.Join(dir, epochFile))
			if c.step == "notice stored" && (err != nil || !bytes.Equal(now, c.files[epochFile])) {
				t.Errorf("epoch %s after %s, %v", now, c.files[epochFile], err)
			}
		})
	}
}

// TestCopyVanishesDuringARecovery: somebody tidies up between two starts.
func TestCopyVanishesDuringARecovery(t *testing.T) {
	dir, at := copied(t)
	path := filepath.Join(dir, dbFile)
	epoch, _ := os.ReadFile(filepath.Join(dir, epochFile))
	overwrite(t, path, 0, bytes.Repeat([]byte{3}, 3000))
	old, _ := os.ReadFile(path)
	var files map[string][]byte
	afterStep = func(step string) {
		if step == "epoch forgotten" {
			files = snapshotDir(t, dir)
		}
	}
	openInside(t, dir).Close()
	afterStep = func(string) {}
	delete(files, filepath.Join(copiesDir, "000002.db"))
	dir = writeDir(t, files)
	if err := os.Chtimes(filepath.Join(dir, copiesDir, "000001.db"), at.Add(-copyEvery), at.Add(-copyEvery)); err != nil {
		t.Fatal(err)
	}
	restoredTo(t, dir, inOlder, Notice{Kind: NoticeRestored, CopyAt: at.Add(-copyEvery)}, old, epoch)
}

// TestNotOurFileStays: what is not a damaged history of this device is never
// moved, whatever lies beside it.
func TestNotOurFileStays(t *testing.T) {
	for what, c := range map[string]struct {
		set  string
		want error
	}{
		"another program's": {fmt.Sprintf("PRAGMA application_id = %d", 7), ErrNotStore},
		"another device's":  {"UPDATE store SET self = zeroblob(32)", ErrOtherDevice},
	} {
		t.Run(what, func(t *testing.T) {
			dir, _ := copied(t)
			err := rawExec(filepath.Join(dir, dbFile), c.set)
			if err != nil {
				t.Fatal(err)
			}
			unclean(t, dir)
			before := snapshotDir(t, dir)
			if _, err := Open(t.Context(), dir, safeSelf, Options{}); !errors.Is(err, c.want) {
				t.Errorf("Open: %v, want %v", err, c.want)
			}
			after := snapshotDir(t, dir)
			for _, m := range []map[string][]byte{before, after} {
				delete(m, dbFile+"-shm")
				delete(m, dbFile+"-wal")
			}
			if !maps.EqualFunc(before, after, bytes.Equal) {
				t.Errorf("files changed: %v, were %v", slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
			}
		})
	}
}

// rawExec runs a statement on a file without the store.
func rawExec(path, statement string) error {
	db, err := sql.Open("sqlite", dsn(path, nil))
	if err != nil {
		return err
	}
	_, err = db.Exec(statement)
	return errors.Join(err, db.Close())
}
