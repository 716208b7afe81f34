package hostile_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/engine"
	"earshot/internal/hostile"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/store"
	"earshot/internal/trust"
)

func TestMain(m *testing.M) {
	os.Setenv(engine.LoopbackEnv, "1")
	os.Exit(m.Run())
}

// victim is an honest device on the loopback interface that a test attacks and
// looks into.
type victim struct {
	t      *testing.T
	e      *engine.Engine
	addr   string
	events <-chan messenger.Event
	db     *sql.DB // reads only
}

// newVictim runs a device that holds the levels given.
func newVictim(t *testing.T, levels map[hostile.ID]trust.Level) *victim {
	t.Helper()
	home := t.TempDir()
	prepare(t, home, levels)
	e, err := engine.Open(t.Context(), engine.Options{Home: home, Name: "victim"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	v := &victim{t: t, e: e}
	select {
	case <-e.Ready():
	case <-time.After(hostile.Patience):
		t.Fatal("not ready")
	}
	self, err := e.Self(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v.addr = self.Addresses[0].String()
	if v.events, err = e.Subscribe(t.Context()); err != nil {
		t.Fatal(err)
	}
	if v.db, err = sql.Open("sqlite", "file:"+filepath.ToSlash(filepath.Join(home, "earshot.db"))+"?_pragma=query_only(1)&_pragma=busy_timeout(5000)"); err != nil {
		t.Fatal(err)
	}
	v.db.SetMaxOpenConns(1) // data_version is that of a connection
	t.Cleanup(func() { v.db.Close() })
	return v
}

// prepare makes a home folder that holds the levels.
func prepare(t *testing.T, home string, levels map[hostile.ID]trust.Level) {
	t.Helper()
	self, err := identity.LoadOrCreate(home)
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), home, self.ID(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for id, level := range levels {
		if err := db.SetLevel(t.Context(), identity.DeviceID(id), level); err != nil {
			t.Error(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// dial connects a key to the victim.
func (v *victim) dial(key *hostile.Key) *hostile.Link {
	v.t.Helper()
	l, err := hostile.Dial(v.t.Context(), netip.Addr{}, v.addr, key)
	if err != nil {
		v.t.Fatal(err)
	}
	v.t.Cleanup(func() { l.Close() })
	return l
}

// tryDial is dial for a key that may not be let in.
func (v *victim) tryDial(key *hostile.Key) (*hostile.Link, error) {
	return hostile.Dial(v.t.Context(), netip.Addr{}, v.addr, key)
}

// wait reads events until one fits.
func (v *victim) wait(what string, ok func(messenger.Event) bool) messenger.Event {
	v.t.Helper()
	limit := time.After(hostile.Patience)
	for {
		select {
		case e := <-v.events:
			if ok(e) {
				return e
			}
		case <-limit:
			v.t.Fatalf("no %s within %v", what, hostile.Patience)
		}
	}
}

// online waits until the device of a key has come or gone.
func (v *victim) online(key *hostile.Key, kind messenger.EventKind) {
	v.t.Helper()
	v.wait(string(kind), func(e messenger.Event) bool {
		return e.Kind == kind && e.Peer.ID == identity.DeviceID(key.ID)
	})
}

// news takes the events that are there.
func (v *victim) news() (kinds []string) {
	for {
		select {
		case e := <-v.events:
			kinds = append(kinds, string(e.Kind))
		default:
			return kinds
		}
	}
}

// version changes with every commit of the victim.
func (v *victim) version() (n int) {
	v.t.Helper()
	if err := v.db.QueryRow("PRAGMA data_version").Scan(&n); err != nil {
		v.t.Fatal(err)
	}
	return n
}

// moments are columns that tell when a link was there. They are written when it
// ends, beside what is looked at here.
var moments = []string{"contact.last_seen"}

// dump is everything in the store but the index for search, which is made of the
// rest.
func (v *victim) dump() map[string]string {
	v.t.Helper()
	out := map[string]string{}
	for _, table := range v.strings("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'message_words%' AND name NOT LIKE 'sqlite_stat%'") {
		var columns []string
		for _, c := range v.strings("SELECT name FROM pragma_table_info('" + table + "')") {
			if !slices.Contains(moments, table+"."+c) {
				columns = append(columns, "quote("+c+")")
			}
		}
		out[table] = strings.Join(v.strings("SELECT "+strings.Join(columns, "||','||")+" FROM "+table+" ORDER BY 1"), "\n")
	}
	return out
}

func (v *victim) strings(query string) (out []string) {
	v.t.Helper()
	rows, err := v.db.Query(query)
	if err != nil {
		v.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			v.t.Fatal(err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		v.t.Fatal(err)
	}
	return out
}

// changed names the tables that differ.
func changed(before, after map[string]string) (tables []string) {
	for _, table := range slices.Sorted(maps.Keys(after)) {
		if before[table] != after[table] {
			tables = append(tables, table)
		}
	}
	return tables
}

// garbage is bytes that look like nothing, the same for each name.
func garbage(name string, n int) []byte {
	var out []byte
	for i := 0; len(out) < n; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", name, i))
		out = append(out, sum[:]...)
	}
	return out[:n]
}
