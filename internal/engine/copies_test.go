package engine

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	_ "modernc.org/sqlite" // reads the file without the store

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/store"
)

// rawFile runs a statement on the history of a home without the store.
func rawFile(t *testing.T, home, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(home, "earshot.db"))
	if err == nil {
		_, err = db.Exec(statement)
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

// talked returns the home of a device that has written to another one.
func talked(t *testing.T) (home string, other messenger.Peer) {
	t.Helper()
	home = t.TempDir()
	a, stop := device(t, home)
	b, _ := device(t, t.TempDir())
	other, err := a.Add(t.Context(), address(t, b))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Send(t.Context(), messenger.Outgoing{To: other.ID, Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	stop()
	return home, other
}

// TestOwnerCopiesAtItsStart and no earlier than there is something to copy.
func TestOwnerCopiesAtItsStart(t *testing.T) {
	home, _ := talked(t)
	copies := filepath.Join(home, "copies")
	if _, err := os.Stat(copies); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("a copy of nothing: %v", err)
	}
	_, stop := device(t, home)
	for deadline := time.Now().Add(patience); ; <-time.After(10 * time.Millisecond) {
		if whole, _ := filepath.Glob(filepath.Join(copies, "*.db")); len(whole) == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no copy was made")
		}
	}
	stop()
}

// TestNewerHistoryCanBeRead: the device stays off the network and says why; a
// second process is told as well.
func TestNewerHistoryCanBeRead(t *testing.T) {
	home, other := talked(t)
	rawFile(t, home, "PRAGMA user_version = 99")
	e, err := Open(t.Context(), Options{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.Run(t.Context()); !errors.Is(err, ErrNewerSchema) {
		t.Errorf("Run: %v", err)
	}
	select {
	case <-e.Ready():
		t.Error("it is on the network")
	default:
	}
	second, err := Open(t.Context(), Options{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	for who, d := range map[string]*Engine{"owner": e, "second": second} {
		msgs, err := d.History(t.Context(), messenger.Page{Peer: other.ID})
		if err != nil || len(msgs) != 1 || msgs[0].Text != "hello" {
			t.Errorf("%s: history %+v, %v", who, msgs, err)
		}
		if _, err := d.Send(t.Context(), messenger.Outgoing{To: other.ID, Text: "x"}); !errors.Is(err, messenger.ErrNewerSchema) {
			t.Errorf("%s: Send: %v", who, err)
		}
		notices, err := d.Notices(t.Context())
		if err != nil || len(notices) != 1 || notices[0].Kind != messenger.NoticeReadOnly {
			t.Errorf("%s: notices %+v, %v", who, notices, err)
		}
	}
	events := subscribe(t, e)
	if err := second.DismissNotice(t.Context(), "read-only"); err != nil {
		t.Error(err)
	}
	until(t, events, "notices", func(e messenger.Event) bool { return e.Kind == messenger.EventNotices })
}

// TestDamageMetWhileStarting: what is needed to start may be damaged in a file
// that was closed cleanly; it is repaired at once.
func TestDamageMetWhileStarting(t *testing.T) {
	home, other := talked(t)
	db, err := store.Open(t.Context(), home, deviceOf(t, home), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if made, err := db.CopyIfDue(t.Context()); !made || err != nil {
		t.Fatalf("no copy: %v", err)
	}
	for range 200 {
		now := time.Now()
		if _, _, err := db.Enqueue(t.Context(), store.NewMessage{ID: msgid.New(now), Peer: other.ID, Text: "later", At: now}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(home, "earshot.db")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const pageSize = 4096
	for at := 0; at < len(file); at += pageSize {
		if bytes.Contains(file[at:at+pageSize], []byte("later")) {
			copy(file[at:], bytes.Repeat([]byte{0xff}, 16))
		}
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	e, err := Open(t.Context(), Options{Home: home})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	msgs, err := e.History(t.Context(), messenger.Page{Peer: other.ID})
	if err != nil || len(msgs) != 1 || msgs[0].Text != "hello" {
		t.Errorf("%d messages, %v", len(msgs), err)
	}
	if notices, err := e.Notices(t.Context()); err != nil || len(notices) != 1 || notices[0].Kind != messenger.NoticeRestored {
		t.Errorf("notices %+v, %v", notices, err)
	}
}

func deviceOf(t *testing.T, home string) identity.DeviceID {
	t.Helper()
	id, err := identity.LoadOrCreate(home)
	if err != nil {
		t.Fatal(err)
	}
	return id.ID()
}

// TestDeletedMessagesLeaveTheCopiesSoon: deletions of one minute cost one copy;
// when it cannot be made, it is tried again at the hourly look.
func TestDeletedMessagesLeaveTheCopiesSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		home := t.TempDir()
		db, err := store.Open(t.Context(), home, identity.DeviceID{1}, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		peer, n := identity.DeviceID{2}, 0
		write := func() {
			t.Helper()
			n++
			if _, _, err := db.Enqueue(t.Context(), store.NewMessage{ID: msgid.New(time.Now()), Peer: peer, Text: fmt.Sprint(n), At: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		remove := func() {
			t.Helper()
			write()
			msgs, err := db.Outbox(t.Context())
			if err == nil {
				_, err = db.Cancel(t.Context(), peer, msgs[0].ID)
			}
			if err == nil {
				_, err = db.Clear(t.Context(), peer)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		copies := func() (names []string) {
			synctest.Wait()
			paths, _ := filepath.Glob(filepath.Join(home, "copies", "*.db"))
			for _, path := range paths {
				names = append(names, filepath.Base(path))
			}
			return names
		}
		want := func(when string, want ...string) {
			t.Helper()
			if got := copies(); !slices.Equal(got, want) {
				t.Fatalf("%s: copies %q, want %q", when, got, want)
			}
		}
		write()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		o := &owner{db: db, log: slog.New(slog.DiscardHandler)}
		go o.keepCopies(ctx)
		want("at the start", "000001.db")
		for range 3 {
			remove()
			<-time.After(copySoon / 4)
		}
		want("within a minute", "000001.db")
		<-time.After(copySoon / 2)
		want("after a minute", "000002.db")
		<-time.After(2 * copySoon)
		want("three deletions cost one copy", "000002.db")

		inTheWay := filepath.Join(home, "copies", "unfinished-folder", "x")
		if err := os.MkdirAll(inTheWay, 0o700); err != nil { // no copy can be begun
			t.Fatal(err)
		}
		remove()
		<-time.After(2 * copySoon)
		want("the copy fails", "000002.db")
		if err := os.RemoveAll(filepath.Dir(inTheWay)); err != nil {
			t.Fatal(err)
		}
		<-time.After(2 * copySoon)
		want("and is not tried at once", "000002.db")
		<-time.After(copyLook)
		want("after the hourly look", "000003.db")
	})
}
