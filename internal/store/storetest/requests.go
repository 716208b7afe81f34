package storetest

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
)

func testRequests(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	a, b := Device("a"), Device("b")
	r := request(a, "hello, it's me")
	r.Source = netip.MustParseAddr("fe80::1%eth0")
	equal(t, "added", ok(db.AddRequest(ctx, r))(t), true)
	equal(t, "the same again", ok(db.AddRequest(ctx, r))(t), false)
	equal(t, "another of the same device", ok(db.AddRequest(ctx, request(a, "and another")))(t), false)
	equal(t, "another device", ok(db.AddRequest(ctx, request(b, "b")))(t), true)
	must(t, db.Close())
	db = open(t, dir)
	list := ok(db.Requests(ctx))(t)
	equal(t, "requests", len(list), 2)
	got := list[0]
	equal(t, "source without zone", got.Source, netip.MustParseAddr("fe80::1"))
	equal(t, "times", got.At.Equal(r.At) && got.SentAt.Equal(r.SentAt), true)
	got.At, got.SentAt, got.Source = r.At, r.SentAt, r.Source
	equal(t, "request", got, r)
	equal(t, "rows made by asking", len(ok(db.Contacts(ctx))(t)), 0)

	must(t, db.Refuse(ctx, a))
	equal(t, "refused", len(ok(db.Requests(ctx))(t)), 1)
	equal(t, "asks again", ok(db.AddRequest(ctx, request(a, "please")))(t), false)
	if err := db.Refuse(ctx, a); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("refused twice: %v", err)
	}
	must(t, db.SetLevel(ctx, b, trust.Blocked))
	equal(t, "blocked", len(ok(db.Requests(ctx))(t)), 0)
	for _, level := range []trust.Level{trust.Blocked, trust.Accepted, trust.Verified} {
		must(t, db.SetLevel(ctx, b, level))
		if _, err := db.AddRequest(ctx, request(b, "b")); !errors.Is(err, store.ErrNotStranger) {
			t.Fatalf("a request of a device that is %v: %v", level, err)
		}
	}
	for what, bad := range map[string]store.Request{"no ID": {Peer: a}, "no peer": {ID: msgid.New(at(0))}, "self": request(Self, "x")} {
		if _, err := db.AddRequest(ctx, bad); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func testRequestLimits(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	ask := func(i int, source string) error {
		r := request(name("asker %d", i), "x")
		if source != "" {
			r.Source = netip.MustParseAddr(source)
		}
		_, err := db.AddRequest(ctx, r)
		return err
	}
	full := func(err error) {
		t.Helper()
		if !errors.Is(err, store.ErrTooManyRequests) {
			t.Fatalf("above the limit: %v", err)
		}
	}
	must(t, ask(0, "10.0.0.1"))
	must(t, ask(1, "::ffff:10.0.0.1"))
	full(ask(2, "10.0.0.1"))
	must(t, ask(3, "fe80::1%eth0"))
	must(t, ask(4, "fe80::1%eth1"))
	full(ask(5, "fe80::1"))
	for i := range 3 {
		must(t, ask(10+i, "127.0.0.1"))
		must(t, ask(20+i, "::1"))
	}
	for i := 6; i < store.MaxRequests; i++ { // 6 came over loopback
		must(t, ask(100+i, ""))
	}
	full(ask(200, ""))
	full(ask(200, "127.0.0.1"))
	must(t, ask(10, "")) // waits already: may be acknowledged again
	must(t, db.Refuse(ctx, name("asker 0")))
	must(t, ask(201, "10.0.0.1")) // what was refused does not count
	full(ask(202, "10.0.0.1"))
}

// testRequestFlood: somebody with many keys and addresses asks as often as it can.
// What waited before it stays, and a device with an address of its own has a place
// after it; the addresses of IPv6, which cost nothing, take none of those of IPv4.
func testRequestFlood(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	askers := 0
	ask := func(source netip.Addr) (id identity.DeviceID, kept bool) {
		t.Helper()
		askers++
		r := request(name("asker %d", askers), "x")
		r.Source = source
		added, err := db.AddRequest(ctx, r)
		if err != nil && !errors.Is(err, store.ErrTooManyRequests) {
			t.Fatal(err)
		}
		return r.Peer, added
	}
	flood := func(first netip.Addr, addrs int) {
		for i, a := 0, first; i < addrs; i, a = i+1, a.Next() {
			for range store.MaxRequestsPerSource + 1 {
				ask(a)
			}
		}
	}
	waits := func(id identity.DeviceID) bool {
		return slices.ContainsFunc(ok(db.Requests(ctx))(t), func(r store.Request) bool { return r.Peer == id })
	}
	early, _ := ask(netip.MustParseAddr("192.168.1.253"))
	flood(netip.MustParseAddr("fe80::1"), 2*store.MaxRequestsIPv6)
	_, kept := ask(netip.MustParseAddr("fe80::ffff"))
	equal(t, "kept beyond all places of IPv6", kept, false)
	flood(netip.MustParseAddr("192.168.1.1"), 252) // all of a home network but the two honest ones
	late, kept := ask(netip.MustParseAddr("192.168.1.254"))
	equal(t, "the one that asks after the flood is kept", kept, true)
	equal(t, "and waits", waits(late), true)
	equal(t, "the one that asked before it waits", waits(early), true)
	flood(netip.MustParseAddr("10.0.0.1"), 100)
	equal(t, "all that waits", len(ok(db.Requests(ctx))(t)), store.MaxRequestsIPv4+store.MaxRequestsIPv6)
	equal(t, "both still wait", waits(early) && waits(late), true)
}

func testAccept(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	a := Device("a")
	r := request(a, "hello")
	r.HLC = hlc(at(1 << 30)) // a clock far ahead
	ok(db.AddRequest(ctx, r))(t)
	m := ok(db.Accept(ctx, a))(t)
	equal(t, "message", m.Text, "hello")
	equal(t, "id", m.ID, r.ID)
	equal(t, "state", m.State, store.Received)
	equal(t, "number", m.Seq, 0)
	equal(t, "a clock ahead is bounded", m.SortKey <= hlc(at(61)), true)
	equal(t, "hlc as it came", m.HLC, r.HLC)
	must(t, db.Close())
	db = open(t, dir)
	c := ok(db.Contact(ctx, a))(t)
	equal(t, "level", c.Level, trust.Accepted)
	equal(t, "name", c.Name, r.Name)
	equal(t, "kind", c.Kind, r.Kind)
	equal(t, "who asks accepts", c.AcceptsMe, true)
	equal(t, "requests", len(ok(db.Requests(ctx))(t)), 0)
	equal(t, "unread", unread(t, db, a), 1)
	equal(t, "nothing is seen yet", len(ok(db.Seen(ctx, a))(t)), 0)

	again := incoming(a, 3, 1, "hello", at(0)) // the same, as Msg
	again.ID = r.ID
	receipt := ok(db.Receive(ctx, []store.Incoming{again}))(t)[0]
	equal(t, "as Msg it is not new", receipt.New, false)
	equal(t, "it has its number", receipt.Message.Seq, 1)
	equalList(t, "seen", seenOf(t, db, a, 3), []store.Range{{Lo: 1, Hi: 1}})
	equal(t, "history", len(ok(db.History(ctx, a, msgid.ID{}, 0))(t)), 1)

	if m := ok(db.Accept(ctx, Device("unknown")))(t); m != nil {
		t.Fatalf("a message of a device that did not ask: %v", m)
	}
	equal(t, "level of it", ok(db.Contact(ctx, Device("unknown")))(t).Level, trust.Accepted)
	must(t, db.SetLevel(ctx, a, trust.Verified))
	ok(db.Accept(ctx, a))(t)
	equal(t, "verified stays", ok(db.Contact(ctx, a))(t).Level, trust.Verified)
	if _, err := db.Accept(ctx, Self); !errors.Is(err, store.ErrInvalid) {
		t.Fatalf("this device: %v", err)
	}
}

// testTakeIn: a request does not outlive that its device is a stranger.
func testTakeIn(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	written1, leveled, refused := Device("written to"), Device("leveled"), Device("refused")
	for _, id := range [][32]byte{written1, leveled, refused} {
		ok(db.AddRequest(ctx, request(id, "hello")))(t)
	}
	own, _, err := db.Enqueue(ctx, written(written1, "hi", at(0)))
	must(t, err)
	history := ok(db.History(ctx, written1, msgid.ID{}, 0))(t)
	equalList(t, "history after writing", texts(history), []string{"hello", "hi"})
	equal(t, "the request is the first message", own.After, history[0].ID)
	must(t, db.SetLevel(ctx, leveled, trust.Verified))
	equalList(t, "history after verifying", texts(ok(db.History(ctx, leveled, msgid.ID{}, 0))(t)), []string{"hello"})
	must(t, db.Refuse(ctx, refused))
	if m := ok(db.Accept(ctx, refused))(t); m != nil {
		t.Fatalf("the text of a refused request is still there: %v", m)
	}
	cut := request(Device("cut"), "only the beginn")
	cut.Cut = true
	ok(db.AddRequest(ctx, cut))(t)
	equal(t, "cut", ok(db.Requests(ctx))(t)[0].Cut, true)
	if m := ok(db.Accept(ctx, cut.Peer))(t); m != nil {
		t.Fatalf("the beginning of a text became a message: %v", m)
	}
	whole := incoming(cut.Peer, 1, 1, "only the beginning", at(0))
	whole.ID = cut.ID
	equal(t, "the whole text is new", ok(db.Receive(ctx, []store.Incoming{whole}))(t)[0].New, true)
	equal(t, "requests", len(ok(db.Requests(ctx))(t)), 0)
	must(t, db.SetLevel(ctx, refused, trust.Stranger))
	equal(t, "the refusal is forgotten with the decision", ok(db.AddRequest(ctx, request(refused, "again")))(t), true)
}
