package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// What was removed is in no row any more, nor are the edits of it.
func TestRemovedTextIsGone(t *testing.T) {
	db, peer := openInside(t, t.TempDir()), identity.DeviceID{2}
	edited := func(seq int) Message {
		t.Helper()
		in := text(peer, seq, "a secret")
		edit := text(peer, seq+1, "another secret")
		edit.Kind, edit.Target, edit.Epoch = KindEdit, in.ID, 1
		if _, err := db.Receive(t.Context(), []Incoming{in, edit}); err != nil {
			t.Fatal(err)
		}
		return Message{Peer: peer, ID: in.ID}
	}
	for i, remove := range []func(m Message) error{
		func(m Message) error { return db.Remove(t.Context(), m.Peer, m.ID, false) },
		func(m Message) error { _, err := db.Clear(t.Context(), m.Peer); return err },
		func(m Message) error { _, err := db.Forget(t.Context(), db.now().AddDate(1, 0, 0)); return err },
		func(m Message) error {
			deletion := text(peer, 100, "")
			deletion.Kind, deletion.Target = KindDelete, m.ID
			_, err := db.Receive(t.Context(), []Incoming{deletion})
			return err
		},
	} {
		if err := remove(edited(10*i + 1)); err != nil {
			t.Fatal(err)
		}
		var rows int
		if err := db.readers.QueryRowContext(t.Context(), `SELECT count(*) FROM message WHERE CAST(text AS TEXT) LIKE '%secret%'`).Scan(&rows); err != nil || rows != 0 {
			t.Errorf("way %d: %d rows still hold the text (%v)", i, rows, err)
		}
	}
}

// Forgetting looks beyond a long run of rows that may go.
func TestForgetMany(t *testing.T) {
	db, peer := openInside(t, t.TempDir()), identity.DeviceID{2}
	var in []Incoming
	for i := range youngRun + removeBatch {
		in = append(in, text(peer, i+1, fmt.Sprint(i)))
	}
	if _, err := db.Receive(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Forget(t.Context(), db.now().AddDate(1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	if left, err := db.History(t.Context(), peer, msgid.ID{}, 0); err != nil || len(left) != 0 {
		t.Errorf("%d left (%v)", len(left), err)
	}
}

// What was deleted is not left over in unused parts of the file.
func TestDeletedTextIsOverwritten(t *testing.T) {
	dir, peer := t.TempDir(), identity.DeviceID{2}
	db := openInside(t, dir)
	var in []Incoming
	for i := range 3 * maxTail {
		in = append(in, text(peer, i+1, "the secret of the old house"))
	}
	long := text(peer, len(in)+1, strings.Repeat("the secret of the old house ", 1000)) // pages of its own
	if _, err := db.Receive(t.Context(), append(in, long)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Clear(t.Context(), peer); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(dir, dbFile))
	if err != nil || bytes.Contains(file, []byte("secret of the old")) {
		t.Errorf("the text of a deleted conversation is still in the file (%v)", err)
	}
	if info, err := os.Stat(filepath.Join(dir, dbFile+"-wal")); err == nil && info.Size() > 0 {
		t.Error("the log of the file is left")
	}
}
