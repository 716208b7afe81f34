package messenger

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"

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
