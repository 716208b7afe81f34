package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// Neither a long run of what stays whatever its age, nor one that was stored
// under a clock that was ahead, keeps what lies behind from being forgotten.
func TestForgetPastWhatStays(t *testing.T) {
	for name, c := range map[string]struct {
		ahead time.Duration
		stays func(db *DB, peer identity.DeviceID) error
		left  int
	}{
		"removed requests": {0, func(db *DB, peer identity.DeviceID) error { _, err := db.Clear(t.Context(), peer); return err }, 0},
		"a clock ahead":    {100 * 365 * 24 * time.Hour, func(*DB, identity.DeviceID) error { return nil }, youngRun + removeBatch},
	} {
		t.Run(name, func(t *testing.T) {
			db, peer, other := openInside(t, t.TempDir()), identity.DeviceID{2}, identity.DeviceID{3}
			var in []Incoming
			for range youngRun + removeBatch {
				m := text(peer, 0, "x") // without a number, as after a request
				m.At = time.Now().Add(c.ahead)
				in = append(in, m)
			}
			if _, err := db.Receive(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			if err := c.stays(db, peer); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Receive(t.Context(), []Incoming{text(other, 1, "old")}); err != nil {
				t.Fatal(err)
			}
			year := db.now().AddDate(1, 0, 0)
			db.now = func() time.Time { return year }
			got, err := db.Forget(t.Context(), year)
			if err != nil || !slices.Equal(got, []identity.DeviceID{other}) {
				t.Errorf("forgotten of %v, want of %v alone (%v)", got, other, err)
			}
			var left int
			if err := db.readers.QueryRowContext(t.Context(), `SELECT count(*) FROM message WHERE kind < 2`).Scan(&left); err != nil || left != c.left {
				t.Errorf("%d left, want %d (%v)", left, c.left, err)
			}
		})
	}
}

// What came while the clock stood in the past is as old as what came before it.
func TestForgetBearsAClockThatWentBack(t *testing.T) {
	db, peer := openInside(t, t.TempDir()), identity.DeviceID{2}
	now := db.now()
	db.now = func() time.Time { return now }
	for i, at := range []time.Time{now.AddDate(0, 0, -40), now.AddDate(0, 0, -1), now.AddDate(-20, 0, 0), now} {
		m := text(peer, i+1, fmt.Sprint(i))
		m.At = at
		if _, err := db.Receive(t.Context(), []Incoming{m}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Forget(t.Context(), now.AddDate(0, 0, -30)); err != nil {
		t.Fatal(err)
	}
	left, err := db.History(t.Context(), peer, msgid.ID{}, 0)
	if err != nil || len(left) != 3 || left[0].Text != "1" {
		t.Errorf("%d left, want all but the first (%v)", len(left), err)
	}
}
