package storetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
)

func testNick(t *testing.T, open Open) {
	dir := t.TempDir()
	db, ctx, a := open(t, dir), t.Context(), Device("a")
	if err := db.SetNick(ctx, a, "x"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
	must(t, db.SetLevel(ctx, a, trust.Accepted))
	must(t, db.SetProfile(ctx, a, "said", "phone", nil))
	must(t, db.SetNick(ctx, a, "given"))
	must(t, db.SetProfile(ctx, a, "said later", "phone", nil))
	must(t, db.Close())
	db = open(t, dir)
	for _, c := range []store.Contact{ok(db.Contact(ctx, a))(t), ok(db.Contacts(ctx))(t)[0], ok(db.Conversations(ctx))(t)[0].Contact} {
		equal(t, "names", c.Name+"/"+c.Said, "given/said later")
	}
	must(t, db.SetNick(ctx, a, ""))
	equal(t, "name", ok(db.Contact(ctx, a))(t).Name, "said later")
}

func testUnblock(t *testing.T, open Open) {
	db, ctx := open(t, t.TempDir()), t.Context()
	for i, tt := range []struct {
		before []trust.Level
		want   trust.Level
	}{
		{[]trust.Level{trust.Stranger}, trust.Stranger},
		{nil, trust.Stranger},
		{[]trust.Level{trust.Accepted}, trust.Accepted},
		{[]trust.Level{trust.Verified}, trust.Accepted},
		{[]trust.Level{trust.Verified, trust.Blocked}, trust.Accepted},                  // blocked twice
		{[]trust.Level{trust.Verified, trust.Blocked, trust.Accepted}, trust.Accepted},  // and let in
		{[]trust.Level{trust.Accepted, trust.Blocked, trust.Stranger}, trust.Stranger},  // what it was last
		{[]trust.Level{trust.Blocked, trust.Verified, trust.Stranger}, trust.Stranger},  // and not first
		{[]trust.Level{trust.Stranger, trust.Accepted, trust.Blocked}, trust.Accepted},  // in time
		{[]trust.Level{trust.Accepted, trust.Blocked, trust.Blocked}, trust.Accepted},   // however often
		{[]trust.Level{trust.Verified, trust.Stranger, trust.Accepted}, trust.Accepted}, // in order
		{[]trust.Level{trust.Verified, trust.Accepted, trust.Stranger}, trust.Stranger}, // and back
	} {
		a := name("device %d", i)
		for _, l := range append(tt.before, trust.Blocked) {
			must(t, db.SetLevel(ctx, a, l))
		}
		for round := range 2 {
			level, changed, err := db.Unblock(ctx, a)
			must(t, err)
			equal(t, fmt.Sprintf("%v, then blocked: level", tt.before), level, tt.want)
			equal(t, "changed", changed, round == 0)
			equal(t, "stored", ok(db.Contact(ctx, a))(t).Level, tt.want)
		}
	}
	if _, _, err := db.Unblock(ctx, Device("nobody")); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	must(t, db.SetLevel(ctx, Device("v"), trust.Verified))
	level, changed, err := db.Unblock(ctx, Device("v"))
	must(t, err)
	equal(t, "not blocked", level, trust.Verified)
	equal(t, "not blocked: changed", changed, false)
}

// Dropping a device leaves nothing of it but what keeps its messages from coming
// again, and nothing of others goes.
func testDropContact(t *testing.T, open Open) {
	db, ctx, a, b := open(t, t.TempDir()), t.Context(), Device("a"), Device("b")
	ok(db.Accept(ctx, a))(t)
	var in []store.Incoming
	for i := range 1203 { // more than two transactions
		in = append(in, incoming(a, 1, uint64(i+1), "needle", at(i)))
	}
	got := ok(db.Receive(ctx, in))(t)
	_, _, err := db.Enqueue(ctx, written(b, "needle of another", at(0)))
	must(t, err)
	_, _, err = db.Enqueue(ctx, written(a, "needle that waits", at(5000)))
	must(t, err)
	_, _, err = db.EnqueueChange(ctx, changed(got[7].Message, store.KindReact, "x"))
	must(t, err)
	must(t, db.RememberAddress(ctx, a, addrOf(1), at(0)))
	before := fmt.Sprint(ok(db.Seen(ctx, a))(t), ok(db.OwnEpochs(ctx, a))(t))
	must(t, db.SetLevel(ctx, Device("old"), trust.Accepted))
	must(t, db.SetLevel(ctx, a, trust.Verified))
	must(t, db.Replace(ctx, Device("old"), a))

	must(t, db.DropContact(ctx, a))
	for _, id := range []identity.DeviceID{a, Device("old")} {
		if _, err := db.Contact(ctx, id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("its row: %v", err)
		}
	}
	equal(t, "history", len(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), 0)
	equalList(t, "outbox", texts(ok(db.Outbox(ctx))(t)), []string{"needle of another"})
	equal(t, "addresses", len(ok(db.Addresses(ctx, a))(t)), 0)
	equal(t, "conversations", len(ok(db.Conversations(ctx))(t)), 1)
	equal(t, "found", len(ok(db.Search(ctx, store.Query{Text: "needle"}))(t)), 1)
	equal(t, "numbers", fmt.Sprint(ok(db.Seen(ctx, a))(t), ok(db.OwnEpochs(ctx, a))(t)), before)
	for _, r := range ok(db.Receive(ctx, in))(t) {
		if r.New {
			t.Fatal("a message came again")
		}
	}
	if err := db.DropContact(ctx, a); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a second time: %v", err)
	}
	must(t, db.FinishDrops(ctx))
	// It may begin anew.
	ok(db.Accept(ctx, a))(t)
	m, _, err := db.Enqueue(ctx, written(a, "again", at(6000)))
	must(t, err)
	equal(t, "its number", m.Seq, 3)
}

// Notices stay until they are dismissed, and one that is limited does not come
// again before its time.
func testNotices(t *testing.T, open Open) {
	dir := t.TempDir()
	db, ctx := open(t, dir), t.Context()
	equal(t, "at the first start", len(ok(db.Notices(ctx))(t)), 0)
	n := store.Notice{ID: "twice-1", Kind: store.NoticeUsedTwice, Peer: Device("a"), Name: "Anna"}
	if _, err := db.AddNotice(ctx, store.Notice{}, 0); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("without ID: %v", err)
	}
	equal(t, "added", ok(db.AddNotice(ctx, n, time.Hour))(t), true)
	equal(t, "added again", ok(db.AddNotice(ctx, n, time.Hour))(t), false)
	must(t, db.Close())
	db = open(t, dir)
	all := ok(db.Notices(ctx))(t)
	equal(t, "kept", len(all), 1)
	equal(t, "peer", all[0].Peer, Device("a"))
	equal(t, "name", all[0].Name, "Anna")
	equal(t, "folder", all[0].Folder, "")
	equal(t, "time", all[0].At.IsZero(), false)
	must(t, db.DismissNotice(ctx, n.ID))
	equal(t, "after it was dismissed", ok(db.AddNotice(ctx, n, time.Hour))(t), false)
	equal(t, "shown", len(ok(db.Notices(ctx))(t)), 0)
	equal(t, "without a limit", ok(db.AddNotice(ctx, n, 0))(t), true)
	equal(t, "another one", ok(db.AddNotice(ctx, store.OlderCopy(), 0))(t), true)
	equal(t, "both", slices.ContainsFunc(ok(db.Notices(ctx))(t), func(n store.Notice) bool { return n.Kind == store.NoticeOlderCopy }), true)
}
