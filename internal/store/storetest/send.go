package storetest

import (
	"errors"
	"math"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
)

func testEnqueue(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	a, b := Device("a"), Device("b")
	first := written(a, "one", at(10))
	first.Kind, first.ReplyTo = store.KindAuto, msgid.New(at(1))
	m, added, err := db.Enqueue(ctx, first)
	must(t, err)
	equal(t, "added", added, true)
	equal(t, "text", m.Text, "one")
	equal(t, "kind", m.Kind, store.KindAuto)
	equal(t, "reply to", m.ReplyTo, first.ReplyTo)
	equal(t, "outgoing", m.Outgoing, true)
	equal(t, "state", m.State, store.Queued)
	equal(t, "epoch", m.Epoch, db.Epoch())
	equal(t, "seq", m.Seq, 1)
	equal(t, "sent at", m.SentAt.Equal(at(10)), true)
	equal(t, "level of a former stranger", ok(db.Contact(ctx, a))(t).Level, trust.Accepted)

	again := first
	again.Text = "another text"
	m, added, err = db.Enqueue(ctx, again)
	must(t, err)
	equal(t, "added again", added, false)
	equal(t, "text of the repeated one", m.Text, "one")
	equal(t, "outbox", len(ok(db.Outbox(ctx))(t)), 1)

	// The clock went back an hour: an own message is last all the same.
	second, _, err := db.Enqueue(ctx, written(a, "two", at(-3600)))
	must(t, err)
	equal(t, "seq", second.Seq, 2)
	equal(t, "after", second.After, first.ID)
	equal(t, "sort key", second.SortKey, hlc(at(10))+1)
	equal(t, "hlc as given", second.HLC, hlc(at(-3600)))
	other, _, err := db.Enqueue(ctx, written(b, "other", at(11)))
	must(t, err)
	equal(t, "seq of another peer", other.Seq, 1)
	equal(t, "after in another conversation", other.After, msgid.ID{})

	must(t, db.SetLevel(ctx, b, trust.Verified))
	_, _, err = db.Enqueue(ctx, written(b, "more", at(12)))
	must(t, err)
	equal(t, "level of a verified contact", ok(db.Contact(ctx, b))(t).Level, trust.Verified)
	must(t, db.Close())
	db = open(t, dir)
	equalList(t, "outbox", texts(ok(db.Outbox(ctx))(t)), []string{"one", "two", "other", "more"})
	equalList(t, "history", texts(ok(db.History(ctx, a, msgid.ID{}, 10))(t)), []string{"one", "two"})
	equal(t, "clock", ok(db.LastHLC(ctx))(t), hlc(at(12)))
}

func testEnqueueRefuses(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a := Device("a")
	must(t, db.SetLevel(ctx, a, trust.Blocked))
	noID := written(Device("b"), "x", at(0))
	noID.ID = msgid.ID{}
	for what, c := range map[string]struct {
		m    store.NewMessage
		want error
	}{
		"blocked":     {written(a, "x", at(0)), store.ErrBlocked},
		"this device": {written(Self, "x", at(0)), store.ErrInvalid},
		"no peer":     {written([32]byte{}, "x", at(0)), store.ErrInvalid},
		"no ID":       {noID, store.ErrInvalid},
	} {
		if _, _, err := db.Enqueue(ctx, c.m); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	equal(t, "outbox", len(ok(db.Outbox(ctx))(t)), 0)
	equal(t, "rows", len(ok(db.Contacts(ctx))(t)), 1)
}

func testAcked(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	a := Device("a")
	var all []msgid.ID
	for i := range 4 {
		m, _, err := db.Enqueue(ctx, written(a, string(rune('A'+i)), at(i)))
		must(t, err)
		all = append(all, m.ID)
	}
	changed := ok(db.Acked(ctx, a, []msgid.ID{all[2], msgid.New(at(0)), all[0], all[0]}, store.Delivered))(t)
	equalList(t, "changed", ids(changed), []msgid.ID{all[2], all[0]})
	equal(t, "changed state", changed[0].State, store.Delivered)
	equalList(t, "outbox", texts(ok(db.Outbox(ctx))(t)), []string{"B", "D"})
	equal(t, "an ack of another device", len(ok(db.Acked(ctx, Device("b"), all, store.Delivered))(t)), 0)
	equal(t, "outbox after it", len(ok(db.Outbox(ctx))(t)), 2)

	equalList(t, "read", ids(ok(db.Acked(ctx, a, all[:2], store.Read))(t)), all[:2])
	equal(t, "read never goes back", len(ok(db.Acked(ctx, a, all[:2], store.Delivered))(t)), 0)
	must(t, db.Close())
	db = open(t, dir)
	want := []store.State{store.Read, store.Read, store.Delivered, store.Queued}
	for i, id := range all {
		equal(t, "state of "+id.String(), ok(db.Message(ctx, Self, id))(t).State, want[i])
	}
	equalList(t, "outbox", texts(ok(db.Outbox(ctx))(t)), []string{"D"})
	if _, err := db.Acked(ctx, a, all, store.Sent); !errors.Is(err, store.ErrInvalid) {
		t.Fatalf("an ack for sent: %v", err)
	}
}

func testWaiting(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a := Device("a")
	m, _, err := db.Enqueue(ctx, written(a, "hello", at(0)))
	must(t, err)
	state := func() store.State {
		t.Helper()
		in := ok(db.Outbox(ctx))(t)[0].State
		equal(t, "state in the history", ok(db.Message(ctx, Self, m.ID))(t).State, in)
		equal(t, "state in the list", ok(db.Conversations(ctx))(t)[0].Last.State, in)
		return in
	}
	equal(t, "before the request was acknowledged", state(), store.Queued)
	must(t, db.SetRequested(ctx, a, at(1)))
	equal(t, "requested", state(), store.Waiting)
	must(t, db.SetAcceptsMe(ctx, a, true))
	equal(t, "accepted", state(), store.Queued)
	changed := ok(db.Acked(ctx, a, []msgid.ID{m.ID}, store.Delivered))(t)
	equal(t, "delivered", changed[0].State, store.Delivered)
	must(t, db.SetAcceptsMe(ctx, a, false))
	equal(t, "delivered stays", ok(db.Message(ctx, Self, m.ID))(t).State, store.Delivered)
}

func testPending(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a, b := Device("a"), Device("b")
	var want []msgid.ID
	for i := range 10 {
		m, _, err := db.Enqueue(ctx, written(a, "x", at(-i))) // clock runs backwards
		must(t, err)
		want = append(want, m.ID)
		_, _, err = db.Enqueue(ctx, written(b, "y", at(i)))
		must(t, err)
	}
	var got []msgid.ID
	var pos uint64
	for {
		page := ok(db.Pending(ctx, a, pos, 3))(t)
		if len(page) == 0 {
			break
		}
		for _, p := range page {
			got = append(got, p.ID)
			pos = p.Pos
		}
		if len(got) == 6 { // what was acknowledged or renumbered meanwhile does not move the rest
			ok(db.Acked(ctx, a, got, store.Delivered))(t)
			ok(db.NewEpoch(ctx))(t)
		}
	}
	equalList(t, "pending", got, want)
	equal(t, "peers", len(ok(db.PendingPeers(ctx))(t)), 2)
	ok(db.Acked(ctx, a, want, store.Delivered))(t)
	equalList(t, "peers", ok(db.PendingPeers(ctx))(t), []identity.DeviceID{b})
	equal(t, "behind the end", len(ok(db.Pending(ctx, b, math.MaxUint64, 0))(t)), 0)
}

func testOwnHistory(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a := Device("a")
	var all []msgid.ID
	for i := range 10 {
		m, _, err := db.Enqueue(ctx, written(a, string(rune('0'+i)), at(i)))
		must(t, err)
		all = append(all, m.ID)
	}
	_, _, err := db.Enqueue(ctx, written(Device("b"), "b", at(0)))
	must(t, err)
	ok(db.Receive(ctx, []store.Incoming{incoming(a, db.Epoch(), 4, "theirs", at(3))}))(t)
	ok(db.Acked(ctx, a, all, store.Delivered))(t)
	get := func(limit int, rs ...store.Range) []string {
		t.Helper()
		return texts(ok(db.OwnHistory(ctx, a, db.Epoch(), rs, limit))(t))
	}
	everything := store.Range{Lo: 0, Hi: math.MaxUint64}
	equalList(t, "all", get(0, everything), []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})
	equalList(t, "limited", get(2, everything), []string{"0", "1"})
	equalList(t, "unsorted, overlapping", get(4, store.Range{Lo: 7, Hi: 8}, store.Range{Lo: 2, Hi: 3}, store.Range{Lo: 3, Hi: 4}),
		[]string{"1", "2", "3", "6"})
	equalList(t, "none", get(0), []string{})
	equalList(t, "another epoch", texts(ok(db.OwnHistory(ctx, a, 1, []store.Range{everything}, 0))(t)), []string{})
	equalList(t, "epochs", ok(db.OwnEpochs(ctx, a))(t), []store.EpochTop{{Epoch: db.Epoch(), Top: 10}})
}

func testNewEpoch(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	a := Device("a")
	old := db.Epoch()
	var all []msgid.ID
	for i := range 4 {
		m, _, err := db.Enqueue(ctx, written(a, string(rune('0'+i)), at(i)))
		must(t, err)
		all = append(all, m.ID)
	}
	ok(db.Acked(ctx, a, []msgid.ID{all[1]}, store.Delivered))(t)
	epoch := ok(db.NewEpoch(ctx))(t)
	equal(t, "another epoch", epoch != old && epoch != 0 && epoch <= math.MaxInt64, true)
	equal(t, "Epoch", db.Epoch(), epoch)
	must(t, db.Close())
	db = open(t, dir)
	equal(t, "Epoch after a restart", db.Epoch(), epoch)
	for i, seq := range []uint64{1, 2, 2, 3} {
		m := ok(db.Message(ctx, Self, all[i]))(t)
		want := epoch
		if i == 1 { // was acknowledged: keeps its number
			want = old
		}
		equal(t, "epoch of "+m.Text, m.Epoch, want)
		equal(t, "seq of "+m.Text, m.Seq, seq)
	}
	equalList(t, "epochs", ok(db.OwnEpochs(ctx, a))(t), []store.EpochTop{{Epoch: old, Top: 4}, {Epoch: epoch, Top: 3}})
	m, _, err := db.Enqueue(ctx, written(a, "4", at(9)))
	must(t, err)
	equal(t, "next number", m.Seq, 4)
	equal(t, "next epoch", m.Epoch, epoch)
}
