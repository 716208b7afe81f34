package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/store"
)

func testClosed(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx := t.Context()
	must(t, db.Close())
	must(t, db.Close())
	if _, err := db.Outbox(ctx); !errors.Is(err, store.ErrClosed) {
		t.Errorf("read: %v", err)
	}
	if _, err := db.Receive(ctx, []store.Incoming{incoming(Device("a"), 1, 1, "x", at(0))}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("write: %v", err)
	}
}

func testCancelled(t *testing.T, open Open) {
	db := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := db.Enqueue(ctx, written(Device("a"), "x", at(0))); !errors.Is(err, context.Canceled) {
		t.Errorf("write: %v", err)
	}
	if _, err := db.Outbox(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	equal(t, "outbox", len(ok(db.Outbox(t.Context()))(t)), 0)
}

// testTwoHandles: the same file opened twice, both sides writing and reading at
// once: nothing fails, nothing is lost, each number is given out once.
func testTwoHandles(t *testing.T, open Open) {
	dir := t.TempDir()
	handles := []*store.DB{open(t, dir), open(t, dir)}
	equal(t, "epoch", handles[1].Epoch(), handles[0].Epoch())
	rounds := 60
	if long() {
		rounds = 2000
	}
	a := Device("a")
	var wg sync.WaitGroup
	for h, db := range handles {
		wg.Go(func() {
			for i := range rounds {
				if _, _, err := db.Enqueue(t.Context(), written(a, fmt.Sprint(h, i), at(i))); err != nil {
					t.Errorf("enqueue: %v", err)
				}
			}
		})
		wg.Go(func() {
			for i := range rounds {
				if _, err := db.Receive(t.Context(), []store.Incoming{incoming(a, uint64(h+1), uint64(i+1), "in", at(i))}); err != nil {
					t.Errorf("receive: %v", err)
				}
			}
		})
		for range 2 {
			wg.Go(func() {
				for range rounds {
					if _, err := db.History(t.Context(), a, msgid.ID{}, 20); err != nil {
						t.Errorf("history: %v", err)
					}
					if _, err := db.Conversations(t.Context()); err != nil {
						t.Errorf("conversations: %v", err)
					}
				}
			})
		}
	}
	wg.Wait()
	checkNumbers(t, handles[0], a, 2*rounds)
	equalList(t, "seen of the first", seenOf(t, handles[1], a, 1), []store.Range{{Lo: 1, Hi: uint64(rounds)}})
	equal(t, "unread", unread(t, handles[1], a), 2*rounds)
}

// checkNumbers checks that the outbox holds n messages for peer, numbered from 1
// in the order of sending.
func checkNumbers(t testing.TB, db *store.DB, peer identity.DeviceID, n int) {
	t.Helper()
	seq := uint64(0)
	for _, m := range ok(db.Outbox(t.Context()))(t) {
		if m.Peer == peer {
			seq++
			equal(t, "number", m.Seq, seq)
		}
	}
	equal(t, "messages", seq, uint64(n))
}
