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
)

func testCancel(t *testing.T, open Open) {
	db, ctx, a := open(t, t.TempDir()), t.Context(), Device("a")
	one, _, err := db.Enqueue(ctx, written(a, "one", at(0)))
	must(t, err)
	two, _, err := db.Enqueue(ctx, written(a, "two", at(1)))
	must(t, err)
	_, _, err = db.EnqueueChange(ctx, changed(one, store.KindEdit, "1"))
	must(t, err)
	for range 2 {
		m := ok(db.Cancel(ctx, a, one.ID))(t)
		equal(t, "state", m.State, store.Failed)
		equal(t, "changing", m.Changing, false)
	}
	equalList(t, "outbox", texts(ok(db.Outbox(ctx))(t)), []string{"two"})
	own := ok(db.OwnHistory(ctx, a, db.Epoch(), []store.Range{{Lo: 1, Hi: 9}}, 0))(t)
	equalList(t, "to answer a Resume", texts(own), []string{"two"})
	equal(t, "shown", len(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), 2)
	// It had arrived all the same.
	late := ok(db.Acked(ctx, a, []msgid.ID{one.ID, two.ID}, store.Delivered))(t)
	equal(t, "acknowledged", len(late), 2)
	equal(t, "state", late[0].State, store.Delivered)
	if _, err := db.Cancel(ctx, a, two.ID); !errors.Is(err, store.ErrNotWaiting) {
		t.Errorf("cancel of a delivered message: %v", err)
	}
	if _, err := db.Cancel(ctx, a, msgid.New(at(9))); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("cancel of nothing: %v", err)
	}
}

func testRemove(t *testing.T, open Open) {
	db, ctx, a := open(t, t.TempDir()), t.Context(), Device("a")
	ok(db.Accept(ctx, a))(t)
	var in []store.Incoming
	for i := range 4 {
		in = append(in, incoming(a, 1, uint64(i+1), fmt.Sprint(i), at(i)))
	}
	got := ok(db.Receive(ctx, in))(t)
	ok(db.Receive(ctx, []store.Incoming{comes(got[3].Message, store.KindEdit, 5, 9, "3, edited")}))(t)
	must(t, db.Remove(ctx, a, in[3].ID, false))
	must(t, db.Remove(ctx, a, in[1].ID, false))
	equalList(t, "left", texts(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), []string{"0", "2"})
	c := ok(db.Conversations(ctx))(t)[0]
	equal(t, "newest", c.Last.Text, "2")
	equal(t, "unread", c.Unread, 2)
	// Its writer put back an older copy, in which it waited, and sends it anew.
	again := in[1]
	again.Epoch, again.Seq = 2, 1
	r := ok(db.Receive(ctx, []store.Incoming{again}))(t)[0]
	if r.New || !r.Message.StoredAt.IsZero() {
		t.Errorf("a removed message came back: %+v", r)
	}
	equalList(t, "left after that", texts(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), []string{"0", "2"})
	if err := db.Remove(ctx, a, in[1].ID, false); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	for _, again := range ok(db.Receive(ctx, in))(t) { // may be acknowledged, and nothing is shown
		equal(t, "new", again.New, false)
	}
	edit := ok(db.Receive(ctx, []store.Incoming{comes(got[3].Message, store.KindEdit, 5, 9, "3, edited")}))(t)[0]
	equal(t, "its edit is new", edit.New, false)
	equal(t, "after a resend", len(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), 2)

	waits, _, err := db.Enqueue(ctx, written(a, "waits", at(9)))
	must(t, err)
	if err := db.Remove(ctx, a, waits.ID, true); !errors.Is(err, store.ErrWaits) {
		t.Errorf("remove of what waits: %v", err)
	}
}

// Clearing takes all but what waits, in any number, and is not undone by a
// resend. Other conversations stay.
func testClear(t *testing.T, open Open) {
	dir := t.TempDir()
	db, ctx, a, b := open(t, dir), t.Context(), Device("a"), Device("b")
	ok(db.Accept(ctx, a))(t)
	var in []store.Incoming
	for i := range 1203 { // more than two transactions of Clear
		in = append(in, incoming(a, 1, uint64(i+1), "x", at(i)))
	}
	got := ok(db.Receive(ctx, in))(t)
	_, _, err := db.Enqueue(ctx, written(b, "other", at(0)))
	must(t, err)
	waits, _, err := db.Enqueue(ctx, written(a, "waits", at(5000)))
	must(t, err)
	_, _, err = db.EnqueueChange(ctx, changed(got[7].Message, store.KindReact, "x"))
	must(t, err)
	before := ok(db.Seen(ctx, a))(t)

	equal(t, "cleared", ok(db.Clear(ctx, a))(t), store.Cleared{Removed: 1203, Kept: 1})
	equalList(t, "left", ids(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), []msgid.ID{waits.ID})
	equal(t, "outbox", len(ok(db.Pending(ctx, a, 0, 0))(t)), 2)
	for _, r := range ok(db.Receive(ctx, in))(t) {
		if r.New {
			t.Fatal("a cleared message came again")
		}
	}
	equal(t, "seen", fmt.Sprint(ok(db.Seen(ctx, a))(t)), fmt.Sprint(before))
	pending := ok(db.Pending(ctx, a, 0, 0))(t)
	ok(db.Acked(ctx, a, []msgid.ID{pending[0].ID, pending[1].ID}, store.Delivered))(t)
	equal(t, "cleared", ok(db.Clear(ctx, a))(t), store.Cleared{Removed: 1})
	equal(t, "cleared again", ok(db.Clear(ctx, a))(t), store.Cleared{})
	c := ok(db.Conversations(ctx))(t)
	equal(t, "conversations", len(c), 2)
	for _, c := range c {
		equal(t, "unread", c.Unread, 0)
		equal(t, "empty", c.Last.ID.IsZero(), c.Contact.ID == a)
	}
	must(t, db.Close())
	db = open(t, dir)
	equal(t, "new after it", ok(db.Receive(ctx, []store.Incoming{incoming(a, 1, 1204, "y", at(6000))}))(t)[0].New, true)
}

func testForget(t *testing.T, open Open) {
	db, ctx, a, b := open(t, t.TempDir()), t.Context(), Device("a"), Device("b")
	var in []store.Incoming
	for i := range 600 {
		in = append(in, incoming(a, 1, uint64(i+1), fmt.Sprint(i), at(i)))
	}
	in = append(in, incoming(b, 1, 1, "young", at(700)))
	ok(db.Receive(ctx, in))(t)
	peers := ok(db.Forget(ctx, at(590)))(t)
	equalList(t, "changed", peers, []identity.DeviceID{a})
	equal(t, "left", len(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), 10)
	equal(t, "of the other", len(ok(db.History(ctx, b, msgid.ID{}, 0))(t)), 1)
	equal(t, "nothing more", len(ok(db.Forget(ctx, at(590)))(t)), 0)
	for _, r := range ok(db.Receive(ctx, in))(t) {
		if r.New {
			t.Fatal("a forgotten message came again")
		}
	}
	w, _, err := db.Enqueue(ctx, written(a, "waits", at(0)))
	must(t, err)
	ok(db.Forget(ctx, time.Now().Add(24*time.Hour)))(t)
	equalList(t, "what waits stays", ids(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), []msgid.ID{w.ID})
}

func testPagesBothWays(t *testing.T, open Open) {
	db, ctx, a := open(t, t.TempDir()), t.Context(), Device("a")
	var in []store.Incoming
	for i := range 25 {
		in = append(in, incoming(a, 1, uint64(i+1), fmt.Sprint(i), at(i/3))) // with equal keys
	}
	got := ok(db.Receive(ctx, in))(t)
	ok(db.Receive(ctx, []store.Incoming{comes(got[3].Message, store.KindReact, 26, 99, "x")}))(t)
	all := ok(db.History(ctx, a, msgid.ID{}, 0))(t)
	equal(t, "all", len(all), 25)
	for _, size := range []int{1, 4, 25, 100} {
		page := ok(db.HistoryAround(ctx, a, all[0].ID, 1))(t)
		equal(t, "around alone", len(page), 1)
		down := page
		for {
			page = ok(db.HistoryAfter(ctx, a, down[len(down)-1].ID, size))(t)
			if len(page) == 0 {
				break
			}
			down = append(down, page...)
		}
		equalList(t, fmt.Sprintf("downwards by %d", size), ids(down), ids(all))
	}
	for i, m := range all {
		page := ok(db.HistoryAround(ctx, a, m.ID, 7))(t)
		equalList(t, "around", ids(page), ids(all[max(i-3, 0):min(i+4, 25)]))
	}
	// A peer that copies an ID of ours does not make paging go in circles.
	b := Device("b")
	own, _, err := db.Enqueue(ctx, written(b, "own", at(0)))
	must(t, err)
	copied := incoming(b, 1, 1, "copied", at(100))
	copied.ID = own.ID
	ok(db.Receive(ctx, []store.Incoming{copied, incoming(b, 1, 2, "last", at(200))}))(t)
	equalList(t, "below the lower", texts(ok(db.HistoryAfter(ctx, b, own.ID, 0))(t)), []string{"last"})
	equal(t, "above the upper", len(ok(db.History(ctx, b, own.ID, 0))(t)), 0)
	for _, f := range []func() ([]store.Message, error){
		func() ([]store.Message, error) { return db.HistoryAfter(ctx, a, msgid.New(at(0)), 1) },
		func() ([]store.Message, error) { return db.HistoryAround(ctx, b, all[0].ID, 1) },
	} {
		if _, err := f(); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a page of nothing: %v", err)
		}
	}
	equal(t, "found", len(ok(db.Find(ctx, all[2].ID))(t)), 0) // of a stranger: nobody wrote to it
	ok(db.Accept(ctx, a))(t)
	equal(t, "found", ok(db.Find(ctx, all[2].ID))(t)[0].Text, all[2].Text)
}

func testReceipts(t *testing.T, open Open) {
	db, ctx, a := open(t, t.TempDir()), t.Context(), Device("a")
	ok(db.Accept(ctx, a))(t)
	var in []store.Incoming
	for i := range 5 {
		in = append(in, incoming(a, 1, uint64(i+1), fmt.Sprint(i), at(i)))
	}
	all := ids(messagesOf(ok(db.Receive(ctx, in[:2]))(t)))
	equal(t, "before", len(ok(db.Untold(ctx, a, 0))(t)), 0)
	ok(db.MarkRead(ctx, a))(t)
	equalList(t, "to tell", ok(db.Untold(ctx, a, 0))(t), all)
	must(t, db.MarkTold(ctx, a, all[:1]))
	equalList(t, "to tell", ok(db.Untold(ctx, a, 0))(t), all[1:])
	equalList(t, "told", ok(db.NewestTold(ctx, a, 0))(t), all[:1])
	must(t, db.SetReceipts(ctx, a, false))
	equal(t, "switched off", len(ok(db.Untold(ctx, a, 0))(t)), 0)
	equal(t, "switched off", len(ok(db.NewestTold(ctx, a, 0))(t)), 0)
	ok(db.Receive(ctx, in))(t)
	ok(db.MarkMessageRead(ctx, a, in[2].ID))(t)
	must(t, db.SetReceipts(ctx, a, true))
	ok(db.MarkMessageRead(ctx, a, in[3].ID))(t)
	equalList(t, "switched on", ok(db.Untold(ctx, a, 0))(t), []msgid.ID{in[3].ID})
	if err := db.SetReceipts(ctx, Device("b"), true); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of nobody: %v", err)
	}
	// Read before anybody could be told: a stranger's conversation has no contact.
	ok(db.Receive(ctx, []store.Incoming{incoming(Device("c"), 1, 1, "x", at(0))}))(t)
	equal(t, "of a stranger", len(ok(db.MarkRead(ctx, Device("c")))(t)), 1)
}

func messagesOf(rs []store.Receipt) []store.Message {
	var out []store.Message
	for _, r := range rs {
		out = append(out, r.Message)
	}
	return slices.Clip(out)
}
