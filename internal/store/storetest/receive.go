package storetest

import (
	"errors"
	"math"
	"strings"
	"testing"

	"earshot/internal/msgid"
	"earshot/internal/store"
)

func seenOf(t testing.TB, db *store.DB, peer [32]byte, epoch uint64) []store.Range {
	t.Helper()
	for _, s := range ok(db.Seen(t.Context(), peer))(t) {
		if s.Epoch == epoch {
			return s.Ranges
		}
	}
	return nil
}

func testReceive(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	a, b := Device("a"), Device("b")
	const e1, e2 = 5, math.MaxUint64 // an epoch of a peer may be any number
	group := []store.Incoming{
		incoming(a, e1, 1, "a1", at(1)), incoming(b, e1, 1, "b1", at(1)),
		incoming(a, e1, 2, "a2", at(2)), incoming(a, e2, 7, "a7", at(3)),
	}
	group[0].Kind, group[0].ReplyTo = store.KindAuto, msgid.New(at(0))
	group[0].HLC = math.MaxUint64 // a wild clock is kept as it came
	receipts := ok(db.Receive(ctx, group))(t)
	equal(t, "receipts", len(receipts), len(group))
	for i, r := range receipts {
		equal(t, "new", r.New, true)
		equal(t, "order of receipts", r.Message.ID, group[i].ID)
		equal(t, "state", r.Message.State, store.Received)
	}
	must(t, db.Close())
	db = open(t, dir)
	m := ok(db.Message(ctx, a, group[0].ID))(t)
	equal(t, "hlc", m.HLC, math.MaxUint64)
	equal(t, "sort key", m.SortKey, hlc(at(1)))
	equal(t, "kind", m.Kind, store.KindAuto)
	equal(t, "reply to", m.ReplyTo, group[0].ReplyTo)
	equal(t, "outgoing", m.Outgoing, false)
	equal(t, "epoch of the last", ok(db.Message(ctx, a, group[3].ID))(t).Epoch, e2)
	equalList(t, "seen in the first epoch", seenOf(t, db, a, e1), []store.Range{{Lo: 1, Hi: 2}})
	equalList(t, "seen in the second epoch", seenOf(t, db, a, e2), []store.Range{{Lo: 7, Hi: 7}})
	equalList(t, "history", texts(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), []string{"a1", "a2", "a7"})
	equal(t, "contacts made by receiving", len(ok(db.Contacts(ctx))(t)), 0)
}

func testReceiveAgain(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a := Device("a")
	m := incoming(a, 1, 1, "first", at(1))
	other := m
	other.Text = "another text"
	receipts := ok(db.Receive(ctx, []store.Incoming{m, other}))(t)
	equal(t, "first is new", receipts[0].New, true)
	equal(t, "repeated in the group", receipts[1].New, false)
	equal(t, "text of the repeated", receipts[1].Message.Text, "first")

	renumbered := m
	renumbered.Epoch, renumbered.Seq = 2, 9
	r := ok(db.Receive(ctx, []store.Incoming{renumbered}))(t)[0]
	equal(t, "renumbered is not new", r.New, false)
	equal(t, "it keeps its number", r.Message.Epoch, 1)
	equalList(t, "its new number is seen", seenOf(t, db, a, 2), []store.Range{{Lo: 9, Hi: 9}})

	// The number came before, under an ID that is not here: removed since.
	must(t, db.MarkGone(ctx, a, 1, []store.Range{{Lo: 2, Hi: 4}}))
	removed := incoming(a, 1, 3, "removed", at(2))
	r = ok(db.Receive(ctx, []store.Incoming{removed}))(t)[0]
	equal(t, "removed is not new", r.New, false)
	equal(t, "removed is not stored", r.Message.StoredAt.IsZero(), true)
	equal(t, "its ID is told", r.Message.ID, removed.ID)
	equal(t, "history", len(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), 1)

	// The same ID of another sender is another message.
	b := incoming(Device("b"), 1, 1, "b", at(1))
	b.ID = m.ID
	equal(t, "same ID of another sender", ok(db.Receive(ctx, []store.Incoming{b}))(t)[0].New, true)

	// Without a number: known by the ID, and numbered when it comes again.
	plain := incoming(a, 0, 0, "plain", at(5))
	equal(t, "unnumbered", ok(db.Receive(ctx, []store.Incoming{plain}))(t)[0].New, true)
	equal(t, "unnumbered again", ok(db.Receive(ctx, []store.Incoming{plain}))(t)[0].New, false)
	equalList(t, "number 0 is not seen", seenOf(t, db, a, 0), nil)
	plain.Epoch, plain.Seq = 1, 5
	r = ok(db.Receive(ctx, []store.Incoming{plain}))(t)[0]
	equal(t, "numbered now", r.Message.Seq, 5)
	equal(t, "numbered in the store", ok(db.Message(ctx, a, plain.ID))(t).Seq, 5)
	equalList(t, "seen", seenOf(t, db, a, 1), []store.Range{{Lo: 1, Hi: 5}})
	huge := incoming(a, 1, math.MaxUint64, "huge", at(6))
	equal(t, "a number beyond all is kept as none", ok(db.Receive(ctx, []store.Incoming{huge}))(t)[0].Message.Seq, 0)
	equal(t, "unread", unread(t, db, a), 3)
}

// unread returns the unread count of a device, made a contact for it.
func unread(t testing.TB, db *store.DB, peer [32]byte) int {
	t.Helper()
	ok(db.Accept(t.Context(), peer))(t)
	for _, c := range ok(db.Conversations(t.Context()))(t) {
		if c.Contact.ID == peer {
			return c.Unread
		}
	}
	t.Fatal("no conversation")
	return 0
}

func testReceiveOrder(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a := Device("a")
	question, _, err := db.Enqueue(ctx, written(a, "question", at(100)))
	must(t, err)
	answer := incoming(a, 1, 1, "answer", at(-1000)) // their clock is behind
	answer.After = question.ID
	more := incoming(a, 1, 2, "more", at(-999))
	more.After = answer.ID
	unrelated := incoming(a, 1, 3, "unrelated", at(50))
	unrelated.After = msgid.New(at(0)) // not here
	foreign := incoming(Device("b"), 1, 1, "foreign", at(0))
	foreign.After = question.ID // of another conversation
	receipts := ok(db.Receive(ctx, []store.Incoming{unrelated, answer, more, foreign}))(t)
	equal(t, "answer", receipts[1].Message.SortKey, question.SortKey+1)
	equal(t, "more", receipts[2].Message.SortKey, question.SortKey+2)
	equal(t, "unrelated", receipts[0].Message.SortKey, hlc(at(50)))
	equal(t, "foreign", receipts[3].Message.SortKey, hlc(at(0)))
	own, _, err := db.Enqueue(ctx, written(a, "own", at(0)))
	must(t, err)
	equal(t, "own is behind what it follows", own.After, more.ID)
	equalList(t, "history", texts(ok(db.History(ctx, a, msgid.ID{}, 0))(t)),
		[]string{"unrelated", "question", "answer", "more", "own"})

	// Its writer has deleted the conversation since, and this clock went back.
	alone := incoming(a, 1, 4, "alone", at(-2000))
	equal(t, "alone", ok(db.Receive(ctx, []store.Incoming{alone}))(t)[0].Message.SortKey, question.SortKey+3)

	far := incoming(a, 1, 5, "far", at(0))
	far.Clamped = math.MaxUint64
	further := incoming(a, 1, 6, "further", at(0))
	further.After = far.ID
	ok(db.Receive(ctx, []store.Incoming{far, further}))(t)
	last, _, err := db.Enqueue(ctx, written(a, "last", at(0)))
	must(t, err)
	page := texts(ok(db.History(ctx, a, msgid.ID{}, 3))(t))
	equal(t, "nothing overflows", last.SortKey > hlc(at(1e6)), true)
	equal(t, "all three are last", strings.Join(page, " ") != "" && len(page) == 3 && !strings.Contains(strings.Join(page, " "), "own"), true)
}

func testReceiveBytes(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	a := Device("a")
	var every strings.Builder
	for i := range 256 {
		every.WriteByte(byte(i))
	}
	odd := []string{"", "\x00", "a\x00b", "\x1b]0;title\x07\x1b[2J", every.String(), "\u202e\u2066 مرحبا 你好 👩‍👩‍👧‍👦\r\n\t",
		strings.Repeat("\x00x", 32<<10), "'; DROP TABLE message; --"}
	for i, text := range odd {
		in := incoming(a, 1, uint64(i+1), text, at(i))
		ok(db.Receive(ctx, []store.Incoming{in}))(t)
		_, _, err := db.Enqueue(ctx, written(Device("b"), text, at(i)))
		must(t, err)
	}
	must(t, db.Close())
	db = open(t, dir)
	equalList(t, "incoming", texts(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), odd)
	equalList(t, "outgoing", texts(ok(db.Outbox(ctx))(t)), odd)
	for i, text := range odd {
		r := request(name("asker %d", i), text)
		r.Name = text
		ok(db.AddRequest(ctx, r))(t)
		got := ok(db.Requests(ctx))(t)[i]
		equal(t, "request", got.Text, text)
		equal(t, "name in a request", got.Name, text)
		equal(t, "accepted", ok(db.Accept(ctx, r.Peer))(t).Text, text)
		ok(db.AddRequest(ctx, request(name("filler %d", i), "x")))(t)
	}
}

func testReceiveRefuses(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a := Device("a")
	noID := incoming(a, 1, 2, "x", at(0))
	noID.ID = msgid.ID{}
	for what, bad := range map[string]store.Incoming{
		"no ID": noID, "no peer": incoming([32]byte{}, 1, 2, "x", at(0)), "this device": incoming(Self, 1, 2, "x", at(0)),
	} {
		if _, err := db.Receive(ctx, []store.Incoming{incoming(a, 1, 1, "good", at(0)), bad}); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	equal(t, "nothing of a refused group stays", len(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), 0)
	equal(t, "nothing of it is seen", len(ok(db.Seen(ctx, a))(t)), 0)
	equal(t, "an empty group", len(ok(db.Receive(ctx, nil))(t)), 0)
}

func testGone(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a := Device("a")
	must(t, db.MarkGone(ctx, a, 1, []store.Range{{Lo: 10, Hi: 12}, {Lo: 3, Hi: 4}, {Lo: 9, Hi: 2}}))
	must(t, db.MarkGone(ctx, a, 1, []store.Range{{Lo: 5, Hi: 6}, {Lo: 12, Hi: 20}, {Lo: 30, Hi: math.MaxUint64}}))
	s := ok(db.Seen(ctx, a))(t)[0]
	equalList(t, "seen", s.Ranges, []store.Range{{Lo: 3, Hi: 6}, {Lo: 10, Hi: 20}, {Lo: 30, Hi: store.MaxSeq}})
	equal(t, "top", s.Top(), store.MaxSeq)
	equalList(t, "missing", s.Missing(9), []store.Range{{Lo: 1, Hi: 2}, {Lo: 7, Hi: 9}, {Lo: 21, Hi: 29}})
	equalList(t, "missing, limited", s.Missing(1), []store.Range{{Lo: 1, Hi: 2}})
	must(t, db.MarkGone(ctx, a, 1, []store.Range{{Lo: 1, Hi: math.MaxUint64}}))
	equalList(t, "all", seenOf(t, db, a, 1), []store.Range{{Lo: 1, Hi: store.MaxSeq}})

	var sparse []store.Range
	for i := range store.MaxGoneRanges {
		sparse = append(sparse, store.Range{Lo: uint64(2*i + 1), Hi: uint64(2*i + 1)})
	}
	must(t, db.MarkGone(ctx, a, 2, sparse))
	one := []store.Range{{Lo: 1 << 20, Hi: 1 << 20}}
	if err := db.MarkGone(ctx, a, 2, one); !errors.Is(err, store.ErrTooManyRanges) {
		t.Fatalf("too many ranges: %v", err)
	}
	equal(t, "ranges after the refusal", len(seenOf(t, db, a, 2)), store.MaxGoneRanges)
	for e := range uint64(store.MaxGoneEpochs - 2) {
		must(t, db.MarkGone(ctx, a, 10+e, one))
	}
	if err := db.MarkGone(ctx, a, 9, one); !errors.Is(err, store.ErrTooManyRanges) {
		t.Fatalf("too many epochs: %v", err)
	}
}
