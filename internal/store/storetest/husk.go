package storetest

import (
	"testing"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/store"
)

// testRemovedRequest deletes the text of an accepted request in every way before
// its Msg has come: it stays deleted.
func testRemovedRequest(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	ways := map[string]func(r store.Request) error{
		"Remove": func(r store.Request) error { return db.Remove(ctx, r.Peer, r.ID, false) },
		"Clear":  func(r store.Request) error { _, err := db.Clear(ctx, r.Peer); return err },
		"Forget": func(store.Request) error { _, err := db.Forget(ctx, time.Now().Add(time.Hour)); return err },
	}
	for way, remove := range ways {
		r := request(Device(way), "hello from "+way)
		ok(db.AddRequest(ctx, r))(t)
		ok(db.Accept(ctx, r.Peer))(t)
		must(t, remove(r))
		ok(db.Forget(ctx, time.Now().Add(time.Hour)))(t)
		equal(t, way+": nothing left to forget", len(ok(db.Forget(ctx, time.Now().Add(time.Hour)))(t)), 0)
		equal(t, way+": kept by Clear", ok(db.Clear(ctx, r.Peer))(t).Kept, 0)
		must(t, db.Close())
		db = open(t, dir)
		in := incoming(r.Peer, 7, 1, r.Text, at(0))
		in.ID = r.ID
		for range 2 {
			got := ok(db.Receive(ctx, []store.Incoming{in}))(t)[0]
			equal(t, way+": new", got.New, false)
			equal(t, way+": stored", got.Message.StoredAt.IsZero(), true)
		}
		equal(t, way+": history", len(ok(db.History(ctx, r.Peer, msgid.ID{}, 0))(t)), 0)
		equal(t, way+": unread", unread(t, db, r.Peer), 0)
		equal(t, way+": seen", ok(db.Seen(ctx, r.Peer))(t)[0].Top(), 1)
		next := incoming(r.Peer, 7, 2, "next", at(1))
		equal(t, way+": the next is new", ok(db.Receive(ctx, []store.Incoming{next}))(t)[0].New, true)
	}
}
