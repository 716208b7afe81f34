package messenger

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/store"
)

// fillDisk has SQLite answer every change of a node's tables as on a full disk,
// until free is called.
func (n *node) fillDisk() (free func()) {
	t := n.w.t
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(n.dir, "earshot.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	run := func(db *sql.DB, statement string) {
		t.Helper()
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	// A table whose row numbers are used up refuses a row with SQLITE_FULL
	// (sqlite.org/autoinc.html).
	run(db, `CREATE TABLE no_room (n INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO no_room VALUES (9223372036854775807)`)
	var made []string
	for _, table := range []string{"setting", "contact", "address", "message", "conversation", "outbox"} {
		for _, change := range []string{"INSERT", "UPDATE", "DELETE"} {
			name := fmt.Sprintf("full_%s_%s", table, change)
			run(db, fmt.Sprintf(`CREATE TRIGGER %s BEFORE %s ON %s BEGIN INSERT INTO no_room VALUES (NULL); END`, name, change, table))
			made = append(made, name)
		}
	}
	return func() {
		t.Helper()
		db, err := sql.Open("sqlite", "file:"+filepath.Join(n.dir, "earshot.db")+"?_pragma=busy_timeout(5000)")
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		for _, name := range made {
			run(db, "DROP TRIGGER "+name)
		}
		run(db, "DROP TABLE no_room")
	}
}

// TestAFullDiskIsTold: of the receiver to its person, while it lasts; everything
// goes on by itself.
func TestAFullDiskIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		events, err := b.m.Subscribe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		told := func(when string, want ...NoticeKind) {
			t.Helper()
			n := 0
			for len(events) > 0 {
				if e := <-events; e.Kind == EventNotices {
					n++
				}
			}
			var got []NoticeKind
			notices, err := b.m.Notices(t.Context())
			for _, notice := range notices {
				got = append(got, notice.Kind)
			}
			if err != nil || n != 1 || !slices.Equal(got, want) {
				t.Errorf("%s: %d events and %v (%v), want one and %v", when, n, got, err, want)
			}
		}
		free := b.fillDisk()
		a.send(b, "comes")
		<-time.After(3 * refusedPause) // it is refused more than once
		settle()
		told("full", NoticeDiskFull)
		free()
		<-time.After(2 * refusedPause)
		settle()
		told("space again")
		if got := b.texts(a); got[len(got)-1] != "< comes" || a.waiting() != 0 {
			t.Errorf("bert sees %q, %d wait", got, a.waiting())
		}

		free = b.fillDisk()
		if _, err := b.m.Send(t.Context(), Outgoing{ID: msgid.New(time.Now()), To: a.id, Text: "mine"}); !errors.Is(err, store.ErrDiskFull) {
			t.Errorf("Send: %v", err)
		}
		settle()
		told("full for an own call", NoticeDiskFull)
		free()
		b.send(a, "mine")
		settle()
		told("space for an own call")
	})
}

// TestClearTellsOfWhatWent: and of nothing when nothing went.
func TestClearTellsOfWhatWent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		events, err := b.m.Subscribe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		histories := func() (n int) {
			synctest.Wait()
			for len(events) > 0 {
				if e := <-events; e.Kind == EventHistory {
					n++
				}
			}
			return n
		}
		free := b.fillDisk()
		if _, err := b.m.Clear(t.Context(), a.id); !errors.Is(err, store.ErrDiskFull) {
			t.Errorf("on a full disk: %v", err)
		}
		if n := histories(); n != 0 {
			t.Errorf("%d times that messages were removed, and none was", n)
		}
		free()
		for i, want := range []int{1, 0} { // the second time nothing is left
			if _, err := b.m.Clear(t.Context(), a.id); err != nil {
				t.Error(err)
			}
			if n := histories(); n != want {
				t.Errorf("call %d: told %d times, want %d", i, n, want)
			}
		}
	})
}
