package storetest

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"
	"time"

	"earshot/internal/store"
	"earshot/internal/trust"
)

func testSettings(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	equal(t, "absent setting", ok(db.Setting(ctx, "name"))(t), "")
	must(t, db.SetSetting(ctx, "name", "Anna's laptop"))
	must(t, db.SetSetting(ctx, "name", "Bert's laptop"))
	must(t, db.SetSetting(ctx, "empty", ""))
	must(t, db.Close())
	db = open(t, dir)
	equal(t, "setting", ok(db.Setting(ctx, "name"))(t), "Bert's laptop")
	equal(t, "empty setting", ok(db.Setting(ctx, "empty"))(t), "")
}

func testContacts(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	a, b := Device("a"), Device("b")
	if _, err := db.Contact(ctx, a); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("unknown contact: %v", err)
	}
	must(t, db.SetProfile(ctx, a, "X", "phone", nil))
	must(t, db.SetAcceptsMe(ctx, a, true))
	must(t, db.SetRequested(ctx, a, at(0)))
	must(t, db.TouchSeen(ctx, a, at(0)))
	equal(t, "rows that a stranger made by telling", len(ok(db.Contacts(ctx))(t)), 0)

	before := time.Now().Add(-time.Second)
	must(t, db.SetLevel(ctx, a, trust.Accepted))
	must(t, db.SetLevel(ctx, b, trust.Blocked))
	odd := "Anna\x00\x1b[31m \xff"
	must(t, db.SetProfile(ctx, a, odd, "phone", bytes.Repeat([]byte{7}, 16)))
	must(t, db.SetProfile(ctx, a, "", "", nil))
	must(t, db.SetAcceptsMe(ctx, a, true))
	must(t, db.SetRequested(ctx, a, at(5)))
	must(t, db.TouchSeen(ctx, a, at(9)))
	must(t, db.TouchSeen(ctx, a, at(8)))
	must(t, db.SetLevel(ctx, a, trust.Verified))
	must(t, db.Close())
	db = open(t, dir)

	c := ok(db.Contact(ctx, a))(t)
	equal(t, "name", c.Name, odd)
	equal(t, "kind", c.Kind, "phone")
	equal(t, "level", c.Level, trust.Verified)
	equal(t, "accepts me", c.AcceptsMe, true)
	equal(t, "requested", c.RequestedAt.Equal(at(5)), true)
	equal(t, "last seen", c.LastSeen.Equal(at(9)), true)
	equal(t, "presence key", string(c.PresenceKey), string(bytes.Repeat([]byte{7}, 16)))
	equal(t, "added is now", c.Added.After(before) && !c.Added.After(time.Now()), true)
	must(t, db.SetRequested(ctx, a, time.Time{}))
	equal(t, "requested, taken back", ok(db.Contact(ctx, a))(t).RequestedAt.IsZero(), true)
	equal(t, "rows with the blocked one", len(ok(db.Contacts(ctx))(t)), 2)
	if err := db.SetLevel(ctx, Self, trust.Accepted); !errors.Is(err, store.ErrInvalid) {
		t.Fatalf("this device as a contact: %v", err)
	}
}

func testAddresses(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a := Device("a")
	addr := func(i int) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 7342)
	}
	for i := range store.MaxAddresses + 3 {
		must(t, db.RememberAddress(ctx, a, addr(i), at(i)))
	}
	must(t, db.RememberAddress(ctx, a, addr(5), at(100)))
	zoned := netip.MustParseAddrPort("[fe80::1%eth0]:7342")
	must(t, db.RememberAddress(ctx, a, zoned, at(100))) // same moment: the later call is newer
	want := []netip.AddrPort{zoned, addr(5), addr(10), addr(9), addr(8), addr(7), addr(6), addr(4)}
	equalList(t, "addresses", ok(db.Addresses(ctx, a))(t), want)
	equalList(t, "address book", ok(db.AddressBook(ctx))(t)[a], want)

	must(t, db.SetLevel(ctx, a, trust.Accepted))
	for i := range store.MaxStrangerBooks + 2 {
		must(t, db.RememberAddress(ctx, name("stranger %d", i), addr(i), at(200+i)))
	}
	book := ok(db.AddressBook(ctx))(t)
	equal(t, "devices in the book", len(book), store.MaxStrangerBooks+1)
	equalList(t, "a contact's old addresses", book[a], want)
	equal(t, "the longest unused stranger", len(book[name("stranger 1")]), 0)
	for _, bad := range []netip.AddrPort{{}, netip.AddrPortFrom(netip.AddrFrom4([4]byte{10}), 0)} {
		if err := db.RememberAddress(ctx, a, bad, at(0)); !errors.Is(err, store.ErrInvalid) {
			t.Fatalf("address %v: %v", bad, err)
		}
	}
}
