package store

import (
	"fmt"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// change makes a change of what text made.
func change(in Incoming, kind Kind, of msgid.ID) Incoming {
	in.Kind, in.Target = kind, of
	return in
}

// A message that is taken back in the group it came with is not unread, also
// when it is the first of its conversation.
func TestADeletionInOneGroupLeavesNothingUnread(t *testing.T) {
	db, peer := openInside(t, t.TempDir()), identity.DeviceID{2}
	if err := db.SetLevel(t.Context(), peer, trust.Accepted); err != nil {
		t.Fatal(err)
	}
	one, two, three := text(peer, 1, "one"), text(peer, 2, "two"), text(peer, 5, "three")
	for i, group := range [][]Incoming{
		{one, two, change(text(peer, 3, ""), KindDelete, one.ID)},
		{change(text(peer, 4, ""), KindDelete, three.ID), three}, // the deletion came first
	} {
		if _, err := db.Receive(t.Context(), group); err != nil {
			t.Fatal(err)
		}
		cs, err := db.Conversations(t.Context())
		if err != nil || len(cs) != 1 || cs[0].Unread != 1 {
			t.Errorf("after group %d: %d unread, want 1 (%v)", i, cs[0].Unread, err)
		}
	}
}

// An edit that its writer dates to 1970 is shown as one all the same.
func TestAnEditCannotBeHidden(t *testing.T) {
	db, peer := openInside(t, t.TempDir()), identity.DeviceID{2}
	said := text(peer, 1, "yes")
	edit := change(text(peer, 2, "no"), KindEdit, said.ID)
	edit.SentAt = time.UnixMilli(0)
	if _, err := db.Receive(t.Context(), []Incoming{said, edit}); err != nil {
		t.Fatal(err)
	}
	got, err := db.Message(t.Context(), peer, said.ID)
	if err != nil || got.Text != "no" || got.EditedAt.IsZero() {
		t.Errorf("%q, edited %v (%v)", got.Text, got.EditedAt, err)
	}
}

// An edit that was on its way when its message was removed here goes when it has
// arrived.
func TestTheEditOfARemovedMessageGoes(t *testing.T) {
	db, peer := openInside(t, t.TempDir()), identity.DeviceID{2}
	ids := func(id msgid.ID) []msgid.ID { return []msgid.ID{id} }
	said, _, err := db.Enqueue(t.Context(), NewMessage{ID: msgid.New(time.Now()), Peer: peer, Text: "a secret"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Acked(t.Context(), peer, ids(said.ID), Delivered); err != nil {
		t.Fatal(err)
	}
	edit := NewChange{ID: msgid.New(time.Now()), Peer: peer, Kind: KindEdit, Target: said.ID, TargetMine: true, Text: "another secret"}
	if _, _, err := db.EnqueueChange(t.Context(), edit); err != nil {
		t.Fatal(err)
	}
	if err := db.Remove(t.Context(), peer, said.ID, true); err != nil {
		t.Fatal(err)
	}
	if waits, err := db.Pending(t.Context(), peer, 0, 0); err != nil || len(waits) != 1 {
		t.Fatalf("%d wait, want the edit (%v)", len(waits), err)
	}
	if _, err := db.Acked(t.Context(), peer, ids(edit.ID), Delivered); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := db.readers.QueryRowContext(t.Context(), `SELECT count(*) FROM message`).Scan(&rows); err != nil || rows != 0 {
		t.Errorf("%d rows are left (%v)", rows, err)
	}
}

// Of the changes of a message that is not here, no more is kept than would count,
// and what counts is the same as with the message there.
func TestChangesOfWhatIsNotHereDoNotPileUp(t *testing.T) {
	db, peer := openInside(t, t.TempDir()), identity.DeviceID{2}
	said := text(peer, 1000, "first")
	receive := func(in ...Incoming) {
		t.Helper()
		if _, err := db.Receive(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	rows := func(want int) {
		t.Helper()
		var n int
		if err := db.readers.QueryRowContext(t.Context(), `SELECT count(*) FROM message`).Scan(&n); err != nil || n != want {
			t.Errorf("%d rows, want %d (%v)", n, want, err)
		}
	}
	var flood []Incoming
	for i := range 100 {
		edit := change(text(peer, 2*i+1, fmt.Sprint("edit ", i)), KindEdit, said.ID)
		react := change(text(peer, 2*i+2, fmt.Sprint(i)), KindReact, said.ID)
		edit.HLC, react.HLC = uint64(i^1), uint64(i^1) // 98 is the latest
		flood = append(flood, edit, react)
	}
	receive(flood...)
	rows(2)
	receive(said)
	if got, err := db.Message(t.Context(), peer, said.ID); err != nil || got.Text != "edit 98" || got.Theirs != "98" {
		t.Errorf("%q with %q (%v)", got.Text, got.Theirs, err)
	}

	gone := text(peer, 1001, "gone")
	receive(change(text(peer, 1002, "edited"), KindEdit, gone.ID), change(text(peer, 1003, ""), KindDelete, gone.ID),
		change(text(peer, 1004, ""), KindDelete, gone.ID), change(text(peer, 1005, "edited again"), KindEdit, gone.ID))
	rows(3 + 1)
	receive(gone)
	if got, err := db.Message(t.Context(), peer, gone.ID); err != nil || !got.Deleted || got.Text != "" {
		t.Errorf("%q, deleted %t (%v)", got.Text, got.Deleted, err)
	}
}
