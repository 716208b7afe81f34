package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// openInside opens a store for tests that look behind the methods.
func openInside(t testing.TB, dir string) *DB {
	t.Helper()
	db, err := Open(t.Context(), dir, identity.DeviceID{1}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func text(peer identity.DeviceID, seq int, text string) Incoming {
	now := time.Now()
	return Incoming{Peer: peer, ID: msgid.New(now), Epoch: 1, Seq: uint64(seq), Clamped: clockKey(now), Text: text}
}

// TestConnectionSettings asks each kind of connection for what it promises.
func TestConnectionSettings(t *testing.T) {
	db := openInside(t, t.TempDir())
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "secure_delete": "1", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000",
		"journal_size_limit": "16777216", "application_id": fmt.Sprint(applicationID), "user_version": fmt.Sprint(len(migrations)), "query_only": "0",
	} {
		var got string
		if err := db.writer.conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("writer: %s = %s, want %s (%v)", pragma, got, want, err)
		}
	}
	for pragma, want := range map[string]string{"busy_timeout": "5000", "query_only": "1"} {
		var got string
		if err := db.readers.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("reader: %s = %s, want %s (%v)", pragma, got, want, err)
		}
	}
}

// TestPlans: the queries of a screen look rows up and neither scan nor sort the
// history.
func TestPlans(t *testing.T) {
	db := openInside(t, t.TempDir())
	var group []Incoming
	for i := range 500 {
		group = append(group, text(identity.DeviceID{byte(2 + i%5)}, 1+i/5, "x"))
	}
	if _, err := db.Receive(t.Context(), group); err != nil {
		t.Fatal(err)
	}
	if _, err := db.writer.conn.ExecContext(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	for what, query := range map[string]string{
		"newest page": selectMessage + `WHERE m.peer = ? AND` + shown + shownOrder + `LIMIT 50`,
		"page":        selectMessage + `WHERE m.peer = ? AND` + shown + `AND (m.sort_key, m.sender, m.seq, m.num) < (?, ?, ?, ?)` + shownOrder + `LIMIT 50`,
		"by ID":       selectMessage + `WHERE m.sender = ? AND m.id = ?`,
		"either ID":   selectMessage + `WHERE m.sender IN (?, ?) AND m.id = ? AND m.peer = ?`,
		"last":        selectMessage + `WHERE m.num = (SELECT last FROM conversation WHERE peer = ?)`,
		"own":         selectMessage + `WHERE m.peer = ? AND m.outgoing = 1 AND m.epoch = ? AND m.seq BETWEEN ? AND ? AND m.state <> 5 ORDER BY m.seq LIMIT 9`,
		"unread":      `UPDATE message SET state = 4 WHERE peer = ? AND outgoing = 0 AND state = 6`,
		"seen":        `SELECT lo, hi FROM seen WHERE peer = ? AND epoch = ? AND lo <= ? ORDER BY lo DESC LIMIT 1`,
		"pending": `SELECT o.pos, ` + messageColumns + ` FROM outbox o JOIN message m ON m.num = o.message
			LEFT JOIN contact c ON c.id = m.peer WHERE o.peer = ? AND o.pos > ? ORDER BY o.pos LIMIT 9`,
	} {
		args := make([]any, strings.Count(query, "?"))
		for i := range args {
			args[i] = 0
		}
		plan, err := all(t.Context(), db.readers, func(s scanner) (string, error) {
			var a, b, c int
			var detail string
			err := s.Scan(&a, &b, &c, &detail)
			return detail, err
		}, "EXPLAIN QUERY PLAN "+query, args...)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if steps := strings.Join(plan, "; "); len(plan) == 0 || strings.Contains(steps, "SCAN") || strings.Contains(steps, "TEMP B-TREE") {
			t.Errorf("%s: %s", what, steps)
		}
	}
}

// TestDiskFull: a write that does not fit changes nothing, says why, and the
// next one goes through when there is space again.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	db := openInside(t, dir)
	peer := identity.DeviceID{2}
	limit := func(pages int) {
		t.Helper()
		if _, err := db.writer.conn.ExecContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(60)
	big := strings.Repeat("x", 64<<10)
	var stored int
	var err error
	for i := range 20 {
		if _, err = db.Receive(t.Context(), []Incoming{text(peer, 2*i+1, "small"), text(peer, 2*i+2, big)}); err != nil {
			break
		}
		stored = 2 * (i + 1)
	}
	if !errors.Is(err, ErrDiskFull) {
		t.Fatalf("Receive on a full disk: %v", err)
	}
	tells := func(when string, want int) {
		t.Helper()
		select {
		case <-db.RoomChanged():
		default:
			t.Error(when + ": nobody is told")
		}
		notices, err := db.Notices(t.Context())
		if err != nil || len(notices) != want || want > 0 && notices[0].Kind != NoticeDiskFull {
			t.Errorf("%s: notices %+v, %v", when, notices, err)
		}
	}
	tells("full", 1)
	if err := db.TouchSeen(t.Context(), peer, db.now()); err != nil { // changes no row, and needs no space
		t.Fatal(err)
	}
	if len(db.RoomChanged()) > 0 {
		t.Error("a call that stored nothing took the notice back")
	}
	history, err := db.History(t.Context(), peer, msgid.ID{}, 0)
	if err != nil || len(history) != stored {
		t.Fatalf("%d messages, %d were stored (%v)", len(history), stored, err)
	}
	limit(1 << 30)
	if _, err := db.Receive(t.Context(), []Incoming{text(peer, stored+1, big)}); err != nil {
		t.Fatalf("Receive with space again: %v", err)
	}
	tells("space again", 0)
	limit(1) // less than there is: no page may be added
	if _, err := db.Receive(t.Context(), []Incoming{text(peer, stored+2, big)}); !errors.Is(err, ErrDiskFull) {
		t.Fatalf("Receive on a disk that is full again: %v", err)
	}
	tells("full again", 1)
	if err := db.DismissNotice(t.Context(), noticeDiskFullID); err != nil {
		t.Error(err)
	}
	if notices, err := db.Notices(t.Context()); err != nil || len(notices) > 0 {
		t.Errorf("dismissed: notices %+v, %v", notices, err)
	}
	limit(1 << 30)
	if _, err := db.Receive(t.Context(), []Incoming{text(peer, stored+3, big)}); err != nil {
		t.Fatal(err)
	}
	tells("space once more", 0)
	limit(1)
	if _, err := db.Receive(t.Context(), []Incoming{text(peer, stored+4, big)}); !errors.Is(err, ErrDiskFull) {
		t.Fatal(err)
	}
	tells("full after it was dismissed", 1)
}

// TestFailedMigration: a migration that fails leaves the version before it.
func TestFailedMigration(t *testing.T) {
	dir := t.TempDir()
	openInside(t, dir).Close()
	old := migrations
	defer func() { migrations = old }()
	migrations = append(old[:len(old):len(old)], statements(`CREATE TABLE half (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1)`))
	if _, err := Open(t.Context(), dir, identity.DeviceID{1}, Options{}); err == nil {
		t.Fatal("a broken migration went through")
	}
	migrations = append(old[:len(old):len(old)], statements(`CREATE TABLE half (x INTEGER) STRICT`), statements(`INSERT INTO half VALUES (7)`))
	db := openInside(t, dir)
	var version, x int
	if err := db.readers.QueryRowContext(t.Context(), `SELECT (SELECT user_version FROM pragma_user_version), x FROM half`).Scan(&version, &x); err != nil {
		t.Fatal(err)
	}
	if version != len(old)+2 || x != 7 {
		t.Errorf("version %d, x %d", version, x)
	}
}

// TestPanicRollsBack: a bug in one call does not leave the writer in an open
// transaction.
func TestPanicRollsBack(t *testing.T) {
	db := openInside(t, t.TempDir())
	func() {
		defer func() { recover() }()
		_ = db.write(t.Context(), "test", func(ctx context.Context, t *tx) error {
			if _, err := t.exec(ctx, `INSERT INTO setting (key, value) VALUES ('k', 'v')`); err != nil {
				return err
			}
			panic("bug")
		})
	}()
	if v, err := db.Setting(t.Context(), "k"); v != "" || err != nil {
		t.Errorf("half a transaction is there: %q, %v", v, err)
	}
	if err := db.SetSetting(t.Context(), "k", "w"); err != nil {
		t.Errorf("the next write: %v", err)
	}
}
