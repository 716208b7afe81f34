package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"earshot/internal/msgid"
)

// TestMarker: it is there while the store is open, and gone after Close only.
func TestMarker(t *testing.T) {
	dir := t.TempDir()
	is := func(want bool, when string) {
		t.Helper()
		if m, err := readMarker(dir); m.unclean != want || err != nil {
			t.Errorf("%s: marker %v, %v", when, m.unclean, err)
		}
	}
	a := openInside(t, dir)
	is(true, "open")
	b := openInside(t, dir)
	a.Close()
	is(true, "still open elsewhere")
	b.Close()
	is(false, "closed")
}

// TestWhatIsChecked: a damaged page is found when the check reads it.
func TestWhatIsChecked(t *testing.T) {
	const small, large = int64(1) << 40, int64(0) // limits that make any file so
	now := time.Now()
	for what, c := range map[string]struct {
		marker  string
		limit   int64
		checked time.Duration // before now; 0: never
		whole   bool
	}{
		"closed":                    {"", small, 0, false},
		"small":                     {"x", small, time.Hour, true},
		"large":                     {"x", large, 0, true},
		"large, checked today":      {"x", large, time.Hour, false},
		"large, checked long ago":   {"x", large, checkEvery, true},
		"large, checked in future":  {"x", large, -time.Hour, true},
		"large, damage was seen":    {markDamage, large, time.Hour, true},
		"small, damage was seen":    {markDamage, small, time.Hour, true},
		"closed large, never check": {"", large, 0, false},
	} {
		t.Run(what, func(t *testing.T) {
			dir, _ := copied(t)
			db := openInside(t, dir)
			if c.checked != 0 {
				d := DB{now: func() time.Time { return now.Add(-c.checked) }}
				db.now = d.now
				if err := db.noteCheck(t.Context(), found{whole: true}); err != nil {
					t.Fatal(err)
				}
			}
			db.Close()
			if c.marker != "" {
				if err := os.WriteFile(filepath.Join(dir, markerFile), []byte(c.marker), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			damageText(t, dir)
			m, err := readMarker(dir)
			if err != nil {
				t.Fatal(err)
			}
			d := &DB{dir: db.dir, self: db.self, now: func() time.Time { return now }, checkAlways: c.limit}
			if _, err := d.inspect(t.Context(), m); isDamage(explain(err)) != c.whole {
				t.Errorf("the check says %v, the whole file was to be checked: %v", err, c.whole)
			}
		})
	}
}

// damageText damages a page that holds nothing but messages.
func damageText(t *testing.T, dir string) (damaged int64) {
	t.Helper()
	path := filepath.Join(dir, dbFile)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, []byte("message 120 x"))
	if at < 0 {
		t.Fatal("no such message in the file")
	}
	page := int64(at) / 4096 * 4096
	overwrite(t, path, page, bytes.Repeat([]byte{0xff}, 64))
	return page
}

// TestCheckOfALargeFileIsNoted: so that it is not made again at each start.
func TestCheckOfALargeFileIsNoted(t *testing.T) {
	dir, _ := copied(t)
	db := openInside(t, dir)
	if err := db.noteCheck(t.Context(), found{}); err != nil {
		t.Fatal(err)
	}
	if v, _ := db.Setting(t.Context(), settingChecked); v != "" {
		t.Errorf("a check that was not made is noted: %s", v)
	}
	db.Close()
	unclean(t, dir)
	d := &DB{dir: db.dir, self: db.self, now: time.Now, checkAlways: 0}
	f, err := d.inspect(t.Context(), marker{unclean: true})
	if err != nil || !f.whole {
		t.Errorf("inspect: %+v, %v", f, err)
	}
}

// TestDamageMetLater: a call that meets damage says so, the person is told, and
// the next start repairs the file although the store was closed.
func TestDamageMetLater(t *testing.T) {
	dir, _ := copied(t)
	damageText(t, dir)
	db := openInside(t, dir) // it was closed cleanly: not checked
	select {
	case <-db.Damage():
		t.Fatal("the damage was met too early: the test shows nothing")
	default:
	}
	var err error
	for before := (msgid.ID{}); err == nil; {
		var page []Message
		if page, err = db.History(t.Context(), safePeer, before, 0); err == nil {
			if len(page) == 0 {
				t.Fatal("no damage was met")
			}
			before = page[0].ID
		}
	}
	if !errors.Is(err, ErrDamaged) {
		t.Fatalf("History: %v", err)
	}
	<-db.Damage()
	notices, err := db.Notices(t.Context())
	if err != nil || len(notices) != 1 || notices[0].Kind != NoticeDamaged {
		t.Errorf("notices %+v, %v", notices, err)
	}
	if made, err := db.CopyIfDue(t.Context()); made || err != nil {
		t.Errorf("a damaged file was copied: %v, %v", made, err)
	}
	db.Close()
	db = openInside(t, dir)
	if got := len(allTexts(t, db)); got != inCopy {
		t.Errorf("%d messages after the next start", got)
	}
	if notices, _ := db.Notices(t.Context()); len(notices) != 1 || notices[0].Kind != NoticeRestored {
		t.Errorf("notices after the next start: %+v", notices)
	}
}

// TestDamageMetByACopy: the daily copy reads everything.
func TestDamageMetByACopy(t *testing.T) {
	dir, at := copied(t)
	damageText(t, dir)
	now := at.Add(copyEvery)
	db := clocked(t, dir, &now)
	names := copyNames(t, dir)
	if made, err := db.CopyIfDue(t.Context()); made || !errors.Is(err, ErrDamaged) {
		t.Errorf("CopyIfDue: %v, %v", made, err)
	}
	if got := copyNames(t, dir); got != names {
		t.Errorf("copies %q, were %q", got, names)
	}
	<-db.Damage()
}

// TestDamagedIndexIsMadeAnew: what is made from the messages is no reason to go
// back to a copy.
func TestDamagedIndexIsMadeAnew(t *testing.T) {
	dir, _ := copied(t)
	if err := rawExec(filepath.Join(dir, dbFile), `DELETE FROM message_words_data WHERE id > 10`); err != nil {
		t.Fatal(err)
	}
	find := func(db *DB) (int, error) {
		hits, err := db.Search(t.Context(), Query{Text: "message", Limit: 100})
		return len(hits), err
	}
	unclean(t, dir)
	db := openInside(t, dir)
	if _, err := find(db); !errors.Is(err, ErrDamaged) {
		t.Fatalf("the index is not damaged: %v", err)
	}
	db.Close()
	db = openInside(t, dir)
	if n, err := find(db); err != nil || n != 100 {
		t.Errorf("found %d, %v", n, err)
	}
	if n := len(allTexts(t, db)); n != inCopy+afterCopy {
		t.Errorf("%d messages", n)
	}
	if notices, err := db.Notices(t.Context()); len(notices) > 0 || err != nil {
		t.Errorf("notices %+v, %v", notices, err)
	}
}
