package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
)

func testHistory(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	a := Device("a")
	var group []store.Incoming
	var want []msgid.ID
	for i := range 25 {
		in := incoming(a, 1, uint64(i+1), fmt.Sprint(i), at(0)) // one sort key: the numbers decide
		group = append([]store.Incoming{in}, group...)
		want = append(want, in.ID)
	}
	ok(db.Receive(ctx, group))(t)
	_, _, err := db.Enqueue(ctx, written(Device("b"), "other", at(0)))
	must(t, err)
	equalList(t, "newest page", ids(ok(db.History(ctx, a, msgid.ID{}, 10))(t)), want[15:])
	var got []msgid.ID
	var before msgid.ID
	for {
		page := ids(ok(db.History(ctx, a, before, 7))(t))
		if len(page) == 0 {
			break
		}
		before = page[0]
		got = append(page, got...)
	}
	equalList(t, "all pages", got, want)
	for what, id := range map[string]msgid.ID{"unknown": msgid.New(at(0))} {
		if _, err := db.History(ctx, a, id, 5); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("page before an %s message: %v", what, err)
		}
	}
	if _, err := db.History(ctx, Device("b"), want[3], 5); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("page before a message of another conversation: %v", err)
	}
	if _, err := db.Message(ctx, Self, want[0]); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("their message as ours: %v", err)
	}
	pagingEnds(ctx, t, db)
}

// pagingEnds: a peer gives a message of its own the ID of one of ours.
func pagingEnds(ctx context.Context, t *testing.T, db *store.DB) {
	c := Device("c")
	mine, _, err := db.Enqueue(ctx, written(c, "mine", at(5)))
	must(t, err)
	theirs := incoming(c, 1, 1, "theirs", at(1))
	theirs.ID = mine.ID
	ok(db.Receive(ctx, []store.Incoming{theirs, incoming(c, 1, 2, "between", at(3))}))(t)
	var before msgid.ID
	for range 10 {
		page := ok(db.History(ctx, c, before, 1))(t)
		if len(page) == 0 {
			return
		}
		before = page[0].ID
	}
	t.Fatal("paging upwards does not end")
}

func testConversations(t *testing.T, open Open) {
	dir := t.TempDir()
	db := open(t, dir)
	ctx := t.Context()
	accepted, verified, silent := Device("accepted"), Device("verified"), Device("silent")
	blocked, blockedSilent, stranger := Device("blocked"), Device("blocked silent"), Device("stranger")
	for id, level := range map[identity.DeviceID]trust.Level{
		accepted: trust.Accepted, verified: trust.Verified, silent: trust.Accepted,
		blocked: trust.Blocked, blockedSilent: trust.Blocked, stranger: trust.Stranger,
	} {
		must(t, db.SetLevel(ctx, id, level))
	}
	ok(db.Receive(ctx, []store.Incoming{
		incoming(blocked, 1, 1, "from blocked", at(3000)),
		incoming(accepted, 1, 1, "1", at(1000)), incoming(accepted, 1, 3, "3", at(2000)), incoming(accepted, 1, 2, "2", at(1500)),
		incoming(stranger, 1, 1, "from stranger", at(4000)),
	}))(t)
	_, _, err := db.Enqueue(ctx, written(verified, "mine", at(1800)))
	must(t, err)
	check := func(wantUnread ...int) {
		t.Helper()
		want := []identity.DeviceID{blocked, accepted, verified, silent}
		var got []identity.DeviceID
		for i, c := range ok(db.Conversations(ctx))(t) {
			got = append(got, c.Contact.ID)
			equal(t, "unread", c.Unread, wantUnread[i])
		}
		equalList(t, "conversations", got, want)
	}
	check(1, 3, 0, 0)
	equal(t, "newest message", ok(db.Conversations(ctx))(t)[1].Last.Text, "3")
	equal(t, "no message", ok(db.Conversations(ctx))(t)[3].Last, store.Message{})

	read := ok(db.MarkRead(ctx, accepted))(t)
	equalList(t, "read now", texts(read), []string{"1", "2", "3"})
	equal(t, "read state", read[0].State, store.Read)
	equal(t, "read twice", len(ok(db.MarkRead(ctx, accepted))(t)), 0)
	equal(t, "nothing to read", len(ok(db.MarkRead(ctx, verified))(t)), 0)
	check(1, 0, 0, 0)
	received := ok(db.Receive(ctx, []store.Incoming{
		incoming(accepted, 1, 4, "4", at(2100)), incoming(accepted, 1, 5, "5", at(2200)), incoming(accepted, 1, 6, "6", at(2300)),
	}))(t)
	check(1, 3, 0, 0)
	for _, i := range []int{1, 2} {
		one := ok(db.MarkMessageRead(ctx, accepted, received[i].Message.ID))(t)
		equal(t, "one read", one.ID, received[i].Message.ID)
		equal(t, "its state", one.State, store.Read)
		equal(t, "one read twice", ok(db.MarkMessageRead(ctx, accepted, one.ID))(t), nil)
	}
	own := ok(db.Outbox(ctx))(t)[0]
	for what, m := range map[string]store.Message{"own": own, "of another": received[0].Message, "unknown": {ID: msgid.Now()}} {
		equal(t, what, ok(db.MarkMessageRead(ctx, verified, m.ID))(t), nil)
	}
	check(1, 1, 0, 0)
	var left []string
	for _, m := range ok(db.History(ctx, accepted, msgid.ID{}, 3))(t) {
		if m.State == store.Received {
			left = append(left, m.Text)
		}
	}
	equalList(t, "left", left, []string{"4"})
	must(t, db.Close())
	db = open(t, dir)
	check(1, 1, 0, 0)
	equal(t, "state after a restart", ok(db.Message(ctx, accepted, read[0].ID))(t).State, store.Read)
	equal(t, "own message is not touched", ok(db.Outbox(ctx))(t)[0].State, store.Queued)
	equal(t, "clock", ok(db.LastHLC(ctx))(t), hlc(at(4000)))
}
