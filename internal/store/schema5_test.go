package store

import (
	"context"
	"path/filepath"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// TestSchema5KeepsContacts: contacts of an older file keep what they say and have
// nothing else; who was blocked is a stranger when that is taken back.
func TestSchema5KeepsContacts(t *testing.T) {
	dir, known := t.TempDir(), migrations
	t.Cleanup(func() { migrations = known })
	migrations = known[:4]
	openInside(t, dir).Close()
	if err := rawExec(filepath.Join(dir, dbFile), `INSERT INTO contact (id, level, name, added) VALUES
		(x'0000000000000000000000000000000000000000000000000000000000000007', 2, x'416e6e61', 5), (x'0000000000000000000000000000000000000000000000000000000000000008', 3, x'42657274', 6)`); err != nil {
		t.Fatal(err)
	}
	migrations = known
	db := openInside(t, dir)
	anna, err := db.Contact(t.Context(), identity.DeviceID{31: 7})
	if err != nil || anna.Name != "Anna" || anna.Said != "Anna" || anna.Level != trust.Verified || !anna.RetiredBy.IsZero() || !anna.RetiredAt.IsZero() {
		t.Errorf("%+v, %v", anna, err)
	}
	if level, changed, err := db.Unblock(t.Context(), identity.DeviceID{31: 8}); err != nil || !changed || level != trust.Stranger {
		t.Errorf("unblocked: %v, %t, %v", level, changed, err)
	}
	if notices, err := db.Notices(t.Context()); err != nil || len(notices) != 0 {
		t.Errorf("notices %+v, %v", notices, err)
	}
}

// TestDropGoesOnAtTheNextStart: a program that ends between the two parts of
// DropContact leaves a stranger, and the rest goes later. What came from a device
// that was let in again since stays.
func TestDropGoesOnAtTheNextStart(t *testing.T) {
	for _, again := range []bool{false, true} {
		db := openInside(t, t.TempDir())
		ctx, a := t.Context(), identity.DeviceID{7}
		if err := db.SetLevel(ctx, a, trust.Verified); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Receive(ctx, []Incoming{text(a, 1, "before")}); err != nil {
			t.Fatal(err)
		}
		if err := db.write(ctx, "test", func(ctx context.Context, t *tx) error { return beginDrop(ctx, t, a) }); err != nil {
			t.Fatal(err)
		}
		if c, err := db.Contact(ctx, a); err != nil || c.Level != trust.Stranger {
			t.Errorf("half way: %+v, %v", c, err)
		}
		want := 0
		if again {
			want = 1
			if err := db.SetLevel(ctx, a, trust.Accepted); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Receive(ctx, []Incoming{text(a, 2, "after")}); err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := db.FinishDrops(ctx); err != nil {
				t.Fatal(err)
			}
		}
		cs, err := db.Contacts(ctx)
		if err != nil || len(cs) != want {
			t.Errorf("again %t: contacts %+v, %v", again, cs, err)
		}
		ms, err := db.History(ctx, a, msgid.ID{}, 0)
		if err != nil || len(ms) != want || again && ms[0].Text != "after" {
			t.Errorf("again %t: history %+v, %v", again, ms, err)
		}
	}
}
