package storetest

import (
	"encoding/hex"
	"errors"
	"net/netip"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
)

func addrOf(i byte) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, i}), 7342)
}

// replaced makes a contact and the verified device that is to take its place.
func replaced(t testing.TB, db *store.DB) (old, next identity.DeviceID) {
	t.Helper()
	old, next = Device("old"), Device("next")
	must(t, db.SetLevel(t.Context(), old, trust.Accepted))
	must(t, db.SetLevel(t.Context(), next, trust.Verified))
	return old, next
}

// The history of the old device becomes that of the new one: in order, unread,
// found, quoted and changed as before. The numbers of the old one stay with it.
func testReplace(t *testing.T, open Open) {
	dir := t.TempDir()
	db, ctx := open(t, dir), t.Context()
	old, next := replaced(t, db)
	must(t, db.SetProfile(ctx, old, "says old", "phone", make([]byte, 16)))
	must(t, db.SetProfile(ctx, next, "says next", "phone", make([]byte, 16)))
	must(t, db.SetNick(ctx, old, "nick"))
	must(t, db.SetAcceptsMe(ctx, old, true))
	must(t, db.RememberAddress(ctx, old, addrOf(1), at(0)))
	first := incoming(old, 0, 0, "came as a request", at(0))
	removed := incoming(old, 0, 0, "a request that was removed", at(1))
	asked := incoming(old, 7, 1, "question needle", at(2))
	ok(db.Receive(ctx, []store.Incoming{first, removed, asked}))(t)
	must(t, db.Remove(ctx, old, removed.ID, false))
	ok(db.MarkMessageRead(ctx, old, first.ID))(t)
	must(t, db.MarkTold(ctx, old, []msgid.ID{first.ID}))
	equal(t, "told", len(ok(db.NewestTold(ctx, old, 0))(t)), 1)
	must(t, db.SetReceipts(ctx, old, false))
	answer := written(old, "answer needle", at(3))
	answer.ReplyTo = asked.ID
	mine, _, err := db.Enqueue(ctx, answer)
	must(t, err)
	ok(db.Acked(ctx, old, []msgid.ID{mine.ID}, store.Read))(t)
	ok(db.Receive(ctx, []store.Incoming{comes(mine, store.KindReact, 2, 4, "👍")}))(t)
	ok(db.Receive(ctx, []store.Incoming{incoming(next, 9, 1, "between needle", at(2))}))(t)
	for i := range 70 { // so that the index for search has some of them
		ok(db.Receive(ctx, []store.Incoming{incoming(old, 7, uint64(i+3), "later needle", at(10+i))}))(t)
	}
	epochs := ok(db.OwnEpochs(ctx, old))(t)

	for range 2 {
		must(t, db.Replace(ctx, old, next))
	}
	must(t, db.Close())
	db = open(t, dir)
	equal(t, "left", len(ok(db.History(ctx, old, msgid.ID{}, 0))(t)), 0)
	all := ok(db.History(ctx, next, msgid.ID{}, 0))(t)
	equal(t, "joined", len(all), 74)
	equalList(t, "order", texts(all[:2]), []string{"came as a request", all[1].Text})
	got := find(t, db, next, mine.ID)
	equal(t, "my answer", face(got), `"answer needle" edited false deleted false "" "👍"`)
	equal(t, "its number", got.Epoch+got.Seq, 0)
	equal(t, "its state", got.State, store.Read)
	equal(t, "its quote", got.Quote.Text, "question needle")
	for _, peer := range []identity.DeviceID{old, next} {
		want := map[identity.DeviceID]int{next: 73}[peer]
		equal(t, "found", len(ok(db.Search(ctx, store.Query{Text: "needle", Peer: peer}))(t)), want)
	}
	cs := ok(db.Conversations(ctx))(t)
	equal(t, "conversations", len(cs), 1)
	equal(t, "unread", cs[0].Unread, 72)
	equal(t, "newest", cs[0].Last.Text, "later needle")
	equal(t, "shown as", cs[0].Contact.Name+"/"+cs[0].Contact.Said, "nick/says next")
	equal(t, "receipts", cs[0].Contact.Receipts, false)
	c := ok(db.Contact(ctx, old))(t)
	equal(t, "retired by", c.RetiredBy, next)
	equal(t, "retired", !c.RetiredAt.IsZero() && c.Level == trust.Stranger && !c.AcceptsMe && c.PresenceKey == nil && c.Name == "says old", true)
	equal(t, "addresses", len(ok(db.Addresses(ctx, old))(t)), 0)

	// Nothing tells the new device of what it did not write, nor answers it with
	// what the other one got.
	ok(db.MarkRead(ctx, next))(t)
	must(t, db.SetReceipts(ctx, next, true))
	equal(t, "to tell", len(ok(db.Untold(ctx, next, 0))(t))+len(ok(db.NewestTold(ctx, next, 0))(t)), 0)
	for _, e := range append(epochs, store.EpochTop{}) {
		own := ok(db.OwnHistory(ctx, next, e.Epoch, []store.Range{{Lo: 1, Hi: 99}}, 0))(t)
		equal(t, "to answer a Resume", len(own), 0)
	}
	// The old device comes back: nothing that is here comes again.
	again := []store.Incoming{first, removed, asked}
	for i := range again[:2] {
		again[i].Epoch, again[i].Seq = 7, uint64(80+i)
	}
	for _, r := range ok(db.Receive(ctx, again))(t) {
		equal(t, "new", r.New, false)
	}
	ok(db.AddRequest(ctx, request(old, "back")))(t)
	equal(t, "its request", ok(db.Requests(ctx))(t)[0].ReplacedBy, next)
	ok(db.Accept(ctx, old))(t)
	equal(t, "accepted again", ok(db.Contact(ctx, old))(t).RetiredBy.IsZero(), true)
}

// What waits goes to the new device in the old order behind what waits for it, with
// changes that are about texts which go too.
func testReplaceOutbox(t *testing.T, open Open) {
	db, ctx := open(t, t.TempDir()), t.Context()
	old, next := replaced(t, db)
	seen := ok(db.Receive(ctx, []store.Incoming{incoming(old, 1, 1, "theirs", at(0))}))(t)[0].Message
	sent, _, err := db.Enqueue(ctx, written(old, "sent", at(1)))
	must(t, err)
	ok(db.Acked(ctx, old, []msgid.ID{sent.ID}, store.Delivered))(t)
	_, _, err = db.EnqueueChange(ctx, changed(seen, store.KindReact, "👍"))
	must(t, err)
	_, _, err = db.EnqueueChange(ctx, changed(sent, store.KindEdit, "sent, edited"))
	must(t, err)
	one, _, err := db.Enqueue(ctx, written(old, "one", at(2)))
	must(t, err)
	back, _, err := db.Enqueue(ctx, written(old, "taken back", at(3)))
	must(t, err)
	_, _, err = db.EnqueueChange(ctx, changed(one, store.KindEdit, "one, edited"))
	must(t, err)
	_, _, err = db.EnqueueChange(ctx, changed(back, store.KindDelete, ""))
	must(t, err)
	_, _, err = db.Enqueue(ctx, written(old, "two", at(4)))
	must(t, err)
	_, _, err = db.Enqueue(ctx, written(next, "zero", at(9)))
	must(t, err)

	must(t, db.Replace(ctx, old, next))
	equal(t, "for the old one", len(ok(db.Pending(ctx, old, 0, 0))(t)), 0)
	waiting := ok(db.Pending(ctx, next, 0, 0))(t)
	var got []string
	for i, w := range waiting {
		got = append(got, w.Text)
		equal(t, "number", w.Seq, uint64(i+1))
		equal(t, "epoch", w.Epoch, db.Epoch())
		equal(t, "peer", w.Peer, next)
	}
	equalList(t, "waiting", got, []string{"zero", "one, edited", "one, edited", "two"})
	equal(t, "theirs", face(find(t, db, next, seen.ID)), `"theirs" edited false deleted false "👍" ""`)
	equal(t, "sent", face(find(t, db, next, sent.ID)), `"sent, edited" edited true deleted false "" ""`)
	equal(t, "taken back", find(t, db, next, back.ID).Deleted, true)
	for _, m := range ok(db.History(ctx, next, msgid.ID{}, 0))(t) {
		equal(t, m.Text+": changing", m.Changing, m.ID == one.ID)
	}
	equal(t, "may leave", ok(db.MaySend(ctx, next))(t), 4)
	// An answer of the old device is about nothing that waits.
	equal(t, "acknowledged", len(ok(db.Acked(ctx, old, []msgid.ID{one.ID}, store.Delivered))(t)), 0)
	equal(t, "still waiting", len(ok(db.Pending(ctx, next, 0, 0))(t)), 4)
	// Later changes count.
	m, _, err := db.EnqueueChange(ctx, changed(find(t, db, next, sent.ID), store.KindEdit, "sent, edited again"))
	must(t, err)
	equal(t, "edited again", m.Text, "sent, edited again")
}

// Two devices may have used one ID: a copied store did. No message is lost, and
// answers and reactions stay with theirs.
func testReplaceSameIDs(t *testing.T, open Open) {
	db, ctx := open(t, t.TempDir()), t.Context()
	old, next := replaced(t, db)
	ofOld := incoming(old, 1, 1, "of the old one", at(0))
	ofNext := incoming(next, 1, 1, "of the new one", at(1))
	ofNext.ID = ofOld.ID
	in := ok(db.Receive(ctx, []store.Incoming{ofOld, ofNext}))(t)
	_, _, err := db.EnqueueChange(ctx, changed(in[0].Message, store.KindReact, "👍"))
	must(t, err)
	pending := ok(db.Pending(ctx, old, 0, 0))(t)
	ok(db.Acked(ctx, old, []msgid.ID{pending[0].ID}, store.Delivered))(t)
	ok(db.Receive(ctx, []store.Incoming{comes(in[0].Message, store.KindEdit, 2, 5, "of the old one, edited")}))(t)
	for _, peer := range []identity.DeviceID{old, next} {
		reply := written(peer, "answer", at(7))
		reply.ReplyTo = ofOld.ID
		_, _, err := db.Enqueue(ctx, reply)
		must(t, err)
	}
	must(t, db.Replace(ctx, old, next))
	all := ok(db.History(ctx, next, msgid.ID{}, 0))(t)
	equalList(t, "all", texts(all), []string{"of the old one, edited", "of the new one", all[2].Text, all[3].Text})
	equal(t, "faces", face(all[0])+face(all[1]), `"of the old one, edited" edited true deleted false "👍" """of the new one" edited false deleted false "" ""`)
	equal(t, "different IDs", all[0].ID != all[1].ID && all[1].ID == ofNext.ID, true)
	quotes := map[string]int{}
	for _, m := range all[2:] {
		quotes[m.Quote.Text]++
	}
	equal(t, "quotes", len(quotes), 2)
	got, _, err := db.EnqueueChange(ctx, changed(all[0], store.KindReact, ""))
	must(t, err)
	equal(t, "taken back", got.Mine, "")
}

func testReplaceRefuses(t *testing.T, open Open) {
	db, ctx := open(t, t.TempDir()), t.Context()
	old, next := replaced(t, db)
	must(t, db.SetLevel(ctx, Device("blocked"), trust.Blocked))
	for _, tt := range []struct {
		what     string
		old, new identity.DeviceID
		want     error
	}{
		{"by one that is not verified", next, old, store.ErrNotVerified},
		{"by itself", next, next, store.ErrInvalid},
		{"by this device", old, Self, store.ErrInvalid},
		{"this device", Self, next, store.ErrInvalid},
		{"nobody", identity.DeviceID{}, next, store.ErrInvalid},
		{"an unknown one", Device("x"), next, store.ErrNotFound},
		{"by an unknown one", old, Device("x"), store.ErrNotFound},
		{"a blocked one", Device("blocked"), next, store.ErrBlocked},
	} {
		if err := db.Replace(ctx, tt.old, tt.new); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.what, err, tt.want)
		}
	}
	// Of a chain the last one counts.
	must(t, db.Replace(ctx, old, next))
	last := Device("last")
	must(t, db.SetLevel(ctx, last, trust.Verified))
	must(t, db.Replace(ctx, next, last))
	equal(t, "the first is replaced by", ok(db.Contact(ctx, old))(t).RetiredBy, last)
}

// A conversation that a crash left half deleted is deleted before another one joins
// it, so that the rest of the one does not take the other with it.
func testReplaceAfterHalfADrop(t *testing.T, open Open) {
	db, ctx := open(t, t.TempDir()), t.Context()
	old, next := replaced(t, db)
	ok(db.Receive(ctx, []store.Incoming{incoming(next, 9, 1, "was to go", at(0)), incoming(old, 7, 1, "is to stay", at(1))}))(t)
	must(t, db.SetSetting(ctx, "dropping/"+hex.EncodeToString(next[:]), "1000"))
	must(t, db.Replace(ctx, old, next))
	must(t, db.FinishDrops(ctx))
	equalList(t, "history", texts(ok(db.History(ctx, next, msgid.ID{}, 0))(t)), []string{"is to stay"})
	equal(t, "level", ok(db.Contact(ctx, next))(t).Level, trust.Verified)
}
