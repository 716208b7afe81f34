package messenger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/store"
	"earshot/netcore/wire"
)

// What the store did not take is not acknowledged, and comes again.
func TestNothingIsAcknowledgedThatIsNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		full := make(chan struct{}) // closed when there is room again
		b.fillUntil(full)
		meet(a, b)
		a.send(b, "may I?")
		settle()
		b.allow(a)
		settle()
		a.send(b, "second")
		settle()
		if n := a.waiting(); n != 2 {
			t.Fatalf("%d wait at the sender, want 2: a text that was not stored was acknowledged", n)
		}
		close(full)
		<-time.After(2 * refusedPause)
		settle()
		if got, want := b.texts(a), []string{"< may I?", "< second"}; !slices.Equal(got, want) || a.waiting() != 0 {
			t.Errorf("after there is room: %q, %d wait", got, a.waiting())
		}
	})
}

// fillUntil makes the disk of n full until the channel is closed.
func (n *node) fillUntil(room <-chan struct{}) {
	really := n.m.receive
	n.m.receive = func(ctx context.Context, in []store.Incoming) ([]store.Receipt, error) {
		select {
		case <-room:
			return really(ctx, in)
		default:
			return nil, errors.New("the disk is full")
		}
	}
}

// When there is room again, a message does not overtake one that was refused.
func TestNothingOvertakesWhatWasNotStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		before := len(b.texts(a))
		room := make(chan struct{})
		b.fillUntil(room)
		a.send(b, "first")
		synctest.Wait()
		close(room)
		a.send(b, "second")
		synctest.Wait()
		if got := b.texts(a)[before:]; len(got) != 0 {
			t.Errorf("%q came, and the first was refused", got)
		}
		<-time.After(2 * refusedPause)
		settle()
		if got, want := b.texts(a)[before:], []string{"< first", "< second"}; !slices.Equal(got, want) || a.waiting() != 0 {
			t.Errorf("after there is room: %q, %d wait", got, a.waiting())
		}
	})
}

func TestHelloAloneSaysAccepted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		w.mu.Lock()
		w.drop = func(_ *node, m wire.Message) bool { _, ok := m.(*wire.Accepted); return ok }
		w.mu.Unlock()
		b.restart()
		meet(a, b)
		a.send(b, "hello")
		settle()
		if n := a.waiting(); n != 0 {
			t.Errorf("%d wait", n)
		}
	})
}

func TestAcceptedFrameAloneOpensALiveLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		a.sees(b)
		settle()
		a.send(b, "hello")
		settle()
		links := len(w.links)
		b.allow(a)
		settle()
		if n := a.waiting(); n != 0 || len(w.links) != links {
			t.Errorf("%d wait, %d links were made anew", n, len(w.links)-links)
		}
	})
}

func TestWindowBoundsWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		sent := 0
		w.mu.Lock()
		w.drop = func(_ *node, m wire.Message) bool {
			switch m.(type) {
			case *wire.Msg:
				sent++
			case *wire.Ack:
				return true
			}
			return false
		}
		w.mu.Unlock()
		for i := range 3 * maxInFlight {
			a.send(b, fmt.Sprint(i))
		}
		settle()
		if sent != maxInFlight {
			t.Errorf("%d messages were written without an acknowledgement, want %d", sent, maxInFlight)
		}
	})
}

// A device that only looked who is here is not met.
func TestALookLeavesNoTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		events, _ := b.m.Subscribe(t.Context())
		x, y := w.pair(a, b)
		x.run()
		y.run()
		settle()
		if ps := b.peers(); len(ps) != 0 {
			t.Errorf("listed: %v", ps)
		}
		x.end()
		settle()
		if len(events) != 0 {
			t.Errorf("event %+v", <-events)
		}
		b.m.mu.Lock()
		defer b.m.mu.Unlock()
		if len(b.m.devices) != 0 {
			t.Errorf("%d devices are remembered", len(b.m.devices))
		}
	})
}

// The state of a text on its way falls back when its link ends.
func TestSentFallsBackToQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		w.mu.Lock()
		w.drop = func(_ *node, m wire.Message) bool { _, ok := m.(*wire.Ack); return ok }
		w.mu.Unlock()
		a.send(b, "hello")
		settle()
		state := func() State {
			msgs, err := a.m.Outbox(context.Background())
			if err != nil || len(msgs) != 1 {
				t.Fatalf("outbox %v, %v", msgs, err)
			}
			return msgs[0].State
		}
		if s := state(); s != Sent {
			t.Errorf("written to a live link: state %v", s)
		}
		b.stop()
		settle()
		if s := state(); s != Queued {
			t.Errorf("after its link ended: state %v", s)
		}
	})
}
