package messenger

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/store"
)

// refuseNext makes a node's store refuse groups of messages while left is above
// zero.
func (n *node) refuseNext(left *atomic.Int64) {
	really := n.m.receive
	n.m.receive = func(ctx context.Context, in []store.Incoming) ([]store.Receipt, error) {
		if left.Add(-1) >= 0 {
			return nil, errors.New("the disk is full")
		}
		return really(ctx, in)
	}
}

// What a restored copy had lost is in nobody's outbox. If the store refuses it
// when it comes again, it is asked for once more.
func TestHistoryThatWasRefusedIsAskedForAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		restore := b.snapshot()
		meet(a, b)
		for _, text := range []string{"one", "two", "three"} {
			a.send(b, text)
			settle()
		}
		var refusals atomic.Int64
		refusals.Store(2)
		restore()
		b.refuseNext(&refusals)
		meet(a, b)
		<-time.After(time.Minute)
		synctest.Wait()
		want := []string{"< may I?", "< one", "< two", "< three"}
		if got := b.texts(a); !slices.Equal(got, want) {
			t.Errorf("bert sees %q, want %q", got, want)
		}
	})
}
