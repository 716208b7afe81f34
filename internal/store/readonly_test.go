package store

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// newerHome is a home whose file a newer version wrote.
func newerHome(t *testing.T, statement string) string {
	t.Helper()
	dir, _ := copied(t)
	for _, s := range []string{"PRAGMA user_version = 99", statement} {
		if err := rawExec(filepath.Join(dir, dbFile), s); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestNewerSchemaIsReadOnly(t *testing.T) {
	dir := newerHome(t, `CREATE TABLE later (x)`)
	unclean(t, dir) // the newer program's business
	before := snapshotDir(t, dir)
	db := openInside(t, dir)
	if err := db.ReadOnly(); !errors.Is(err, ErrNewerSchema) {
		t.Fatalf("ReadOnly: %v", err)
	}
	if got := len(allTexts(t, db)); got != inCopy+afterCopy {
		t.Errorf("%d messages", got)
	}
	if c, err := db.Contact(t.Context(), safePeer); err != nil || c.Level != trust.Verified {
		t.Errorf("contact: %v, %v", c.Level, err)
	}
	ctx, now := t.Context(), time.Now()
	for what, err := range map[string]error{
		"setting": db.SetSetting(ctx, "k", "v"),
		"level":   db.SetLevel(ctx, safePeer, trust.Blocked),
		"epoch":   second(db.NewEpoch(ctx)),
		"receive": second(db.Receive(ctx, []Incoming{text(safePeer, 999, "x")})),
		"request": second(db.AddRequest(ctx, Request{ID: msgid.New(now), Peer: safePeer, At: now})),
		"enqueue": func() error {
			_, _, err := db.Enqueue(ctx, NewMessage{ID: msgid.New(now), Peer: safePeer, Text: "x", At: now})
			return err
		}(),
		"any": db.write(ctx, "x", nil),
	} {
		if !errors.Is(err, ErrNewerSchema) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if made, err := db.CopyIfDue(ctx); made || err != nil {
		t.Errorf("CopyIfDue: %v, %v", made, err)
	}
	notices, err := db.Notices(ctx)
	if err != nil || len(notices) != 1 || notices[0].Kind != NoticeReadOnly {
		t.Fatalf("notices %+v, %v", notices, err)
	}
	if err := db.DismissNotice(ctx, notices[0].ID); err != nil {
		t.Error(err)
	}
	if notices, _ := db.Notices(ctx); len(notices) != 0 {
		t.Errorf("dismissed: %+v", notices)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	after := snapshotDir(t, dir)
	if len(after[dbFile+"-wal"]) > 0 {
		t.Error("something was written to the log")
	}
	delete(after, dbFile+"-wal") // a reader makes both, and leaves them to the next writer
	delete(after, dbFile+"-shm")
	if !maps.EqualFunc(before, after, bytes.Equal) {
		t.Errorf("files changed: %v, were %v", slices.Sorted(maps.Keys(after)), slices.Sorted(maps.Keys(before)))
	}
}

func second[T any](_ T, err error) error { return err }

// TestNewerSchemaThatCannotBeRead: the answer says why.
func TestNewerSchemaThatCannotBeRead(t *testing.T) {
	dir := newerHome(t, `ALTER TABLE message RENAME COLUMN text TO body`)
	db := openInside(t, dir)
	if _, err := db.History(t.Context(), safePeer, msgid.ID{}, 0); !errors.Is(err, ErrNewerSchema) {
		t.Errorf("History: %v", err)
	}
	if _, err := db.Contacts(t.Context()); err != nil {
		t.Errorf("Contacts: %v", err)
	}
}

// TestNewerSchemaThatCannotBeUnderstood: a table of a kind that is not known
// here looks like damage, and the file stays where it is.
func TestNewerSchemaThatCannotBeUnderstood(t *testing.T) {
	dir := newerHome(t, "PRAGMA user_version = 99")
	path := filepath.Join(dir, dbFile)
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file = bytes.ReplaceAll(file, []byte("CREATE TABLE contact"), []byte("CREATE TABEL contact"))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), dir, safeSelf, Options{}); !errors.Is(err, ErrNewerSchema) || errors.Is(err, ErrDamaged) {
		t.Errorf("Open: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, file) {
		t.Errorf("the file was moved or changed: %v", err)
	}
}
