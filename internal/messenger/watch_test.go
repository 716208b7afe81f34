package messenger

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/netcore/wire"
)

// eye is a node whose looks are counted.
type eye struct {
	*node
	mu     sync.Mutex
	looks  int
	now    int
	most   int
	silent bool // a look hangs until its context ends
}

func (e *eye) Look(ctx context.Context, addrs []netip.AddrPort) (Seen, error) {
	e.mu.Lock()
	e.looks++
	e.now++
	e.most = max(e.most, e.now)
	silent := e.silent
	e.mu.Unlock()
	defer func() {
		e.mu.Lock()
		e.now--
		e.mu.Unlock()
	}()
	select {
	case <-time.After(50 * time.Millisecond):
	case <-ctx.Done():
	}
	if silent {
		<-ctx.Done()
	}
	if ctx.Err() != nil {
		return Seen{}, ctx.Err()
	}
	return e.node.Look(ctx, addrs)
}

func (e *eye) hush(silent bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.silent = silent
}

// atOnce is how many looks were under way at the same time.
func (e *eye) atOnce() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.most
}

func (e *eye) count() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.looks
}

// witness says what a subscriber believes of the other device, and how often
// that changed.
type witness struct {
	t       *testing.T
	e       *eye
	o       *node
	events  <-chan Event
	online  bool
	changes int
}

// add makes a node that has added another one by its address.
func add(t *testing.T, w *world) (*witness, *eye, *node) {
	t.Helper()
	a, b := w.node("anna"), w.node("bert")
	e := &eye{node: a}
	a.m.Connect(e, nil)
	events, err := a.m.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p, err := a.m.Add(t.Context(), b.addr.String())
	if err != nil || !p.Online {
		t.Fatalf("Add: %+v, %v", p, err)
	}
	return &witness{t: t, e: e, o: b, events: events}, e, b
}

// agree lets time pass and fails when at any second of it Peers and the events
// do not say the same, or not what is wanted at its end.
func (w *witness) agree(when string, d time.Duration, want bool) {
	w.t.Helper()
	for end := time.Now().Add(d); ; <-time.After(time.Second) {
		synctest.Wait()
		w.read()
		if p := w.e.peers()[w.o.name]; p.Online != w.online {
			w.t.Errorf("%s: Peers says online %v, the events %v", when, p.Online, w.online)
		}
		if !time.Now().Before(end) {
			break
		}
	}
	if w.online != want {
		w.t.Errorf("%s: online %v", when, w.online)
	}
}

func (w *witness) read() {
	w.t.Helper()
	for len(w.events) > 0 {
		e := <-w.events
		if e.Peer == nil || e.Peer.ID != w.o.id {
			continue
		}
		if (e.Kind == EventPeerFound) != (e.Peer.Online && !w.online) || (e.Kind == EventPeerLost) != (!e.Peer.Online && w.online) {
			w.t.Errorf("%s with online %v after %v", e.Kind, e.Peer.Online, w.online)
		}
		if e.Peer.Online != w.online {
			w.changes++
		}
		w.online = e.Peer.Online
	}
}

// Both kinds of end: nothing listens there any more, and nothing answers at all.
func TestATypedAddressIsWatched(t *testing.T) {
	for _, silent := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w, e, b := add(t, newWorld(t))
			w.agree("added", time.Minute, true)
			for range 20 { // whatever the moment of the last look
				leave, arrive := func() { b.reachable(false) }, func() { b.reachable(true) }
				if silent {
					leave, arrive = func() { e.hush(true) }, func() { e.hush(false) }
				}
				leave()
				w.agree("gone", 15*time.Second, false)
				w.agree("long gone", 10*time.Minute, false)
				arrive()
				w.agree("back", maxLookWait+time.Second+watchJitter+lookTimeout, true)
				w.agree("still there", 7*time.Second+70*time.Millisecond, true)
			}
			if e.atOnce() != 1 {
				t.Errorf("%d looks at once", e.atOnce())
			}
		})
	}
}

func TestOneLookWithoutAnswerIsNoLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, b := add(t, newWorld(t))
		w.agree("added", time.Second, true)
		b.reachable(false)
		for n := e.count(); e.count() == n; {
			<-time.After(10 * time.Millisecond)
		}
		<-time.After(100 * time.Millisecond) // that look has failed
		b.reachable(true)
		w.agree("back", time.Minute, true)
		if w.changes != 1 {
			t.Errorf("%d changes", w.changes)
		}
	})
}

// Whoever asks for a look while one is under way gets another one after it.
func TestOneLookAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, _ := add(t, newWorld(t))
		w.agree("added", time.Minute, true)
		e.hush(true)
		n := e.count()
		for range 5 {
			e.m.Recheck()
			synctest.Wait()
		}
		if e.count() != n+1 || e.atOnce() != 1 {
			t.Errorf("%d looks, %d at once", e.count()-n, e.atOnce())
		}
		<-time.After(lookTimeout)
		synctest.Wait()
		if e.count() != n+2 || e.atOnce() != 1 {
			t.Errorf("%d looks, %d at once", e.count()-n, e.atOnce())
		}
		e.hush(false)
		w.agree("there", time.Minute, true)
	})
}

func TestLooksBackOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, b := add(t, newWorld(t))
		b.reachable(false)
		w.agree("gone", 10*time.Minute, false)
		n := e.count()
		w.agree("gone", time.Hour, false)
		if n = e.count() - n; n > 60 || n < 50 {
			t.Errorf("%d looks in an hour", n)
		}
	})
}

func TestABlockedDeviceIsNotLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, b := add(t, newWorld(t))
		w.agree("added", time.Minute, true)
		if err := e.m.Block(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		n := e.count()
		w.agree("blocked", time.Hour, false)
		if n != e.count() {
			t.Errorf("%d looks after it was blocked", e.count()-n)
		}
	})
}

func TestCloseEndsTheLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, b := add(t, newWorld(t))
		w.agree("added", time.Minute, true)
		e.stop()
		if e.m.devices[b.id].watch.timer.Stop() {
			t.Error("a timer was left")
		}
		n := e.count()
		<-time.After(time.Hour)
		if n != e.count() {
			t.Errorf("%d looks after Close", e.count()-n)
		}
	})
}

// From the first text on a device is dialled, not looked at, and seen all along.
func TestAWatchedDeviceBecomesAContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, b := add(t, newWorld(t))
		w.agree("added", time.Minute, true)
		e.send(b, "may I?")
		w.agree("asked", time.Minute, true)
		b.allow(e.node)
		w.agree("accepted", time.Minute, true)
		if w.changes != 1 {
			t.Errorf("%d changes", w.changes)
		}
		n := e.count()
		b.reachable(false)
		b.cut()
		w.agree("gone", 15*time.Second, false)
		w.agree("gone", time.Hour, false)
		b.reachable(true)
		w.agree("back", maxBackoff+time.Second, true)
		if n != e.count() {
			t.Errorf("a contact was looked at %d times", e.count()-n)
		}
	})
}

// A device that is gone when the first text is written leaves earshot with the
// dial that fails.
func TestAWatchedDeviceIsNotThereForTheFirstText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, b := add(t, newWorld(t))
		w.agree("added", time.Second, true)
		b.reachable(false)
		e.send(b, "may I?")
		w.agree("asked", time.Second, false)
	})
}

// Once a contact was linked, its links alone say whether it is there.
func TestAWatchedDeviceLeavesWithItsLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, b := add(t, newWorld(t))
		e.send(b, "may I?")
		w.agree("asked", 0, true)
		b.reachable(false)
		b.cut()
		w.agree("gone", 0, false)
	})
}

// Where discovery sees the device too, it alone speaks for it.
func TestDiscoverySpeaksForAWatchedDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, b := add(t, newWorld(t))
		e.sees(b)
		w.agree("seen", time.Minute, true)
		n := e.count()
		w.agree("seen", time.Minute, true)
		if n != e.count() {
			t.Errorf("%d looks at a device that discovery sees", e.count()-n)
		}
		b.reachable(false)
		e.m.HintLost("label-bert")
		w.agree("lost", 0, false)
		b.reachable(true)
		w.agree("back", 15*time.Second, true)
		e.sees(b)
		w.agree("seen again", time.Minute, true)
		e.m.HintLost("label-bert")
		w.agree("looked at at once", time.Second, true)
	})
}

// The end of a stranger's link is cause to look whether it is still there; the
// end of a look is not, or two devices would set each other off.
func TestTheEndOfALinkIsLookedInto(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := newWorld(t)
		w, e, b := add(t, world)
		w.agree("added", time.Minute, true)
		link := func(ask bool) *memLink {
			x, y := world.pair(b, e.node)
			x.run()
			y.run()
			if ask {
				if err := x.Send(t.Context(), &wire.Request{ID: [16]byte{1}, HLC: 1, Text: "hello"}); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
			return x
		}
		changes := w.changes
		n := e.count()
		look := link(false)
		if p := e.peers()["bert"]; p.Linked {
			t.Error("a look makes a link")
		}
		look.end()
		synctest.Wait()
		if len(w.events) != 0 {
			t.Errorf("a look was told of: %+v", <-w.events)
		}
		<-time.After(time.Millisecond)
		if e.count() != n {
			t.Error("the end of a look was looked into")
		}
		x := link(true)
		w.agree("asked", 20*time.Second, true)
		n = e.count()
		b.reachable(false)
		x.end()
		synctest.Wait()
		if e.count() != n+1 {
			t.Errorf("%d looks at the end of a link", e.count()-n)
		}
		w.agree("gone", 3*time.Second, false)
		if w.changes != changes+1 {
			t.Errorf("%d changes", w.changes-changes)
		}
	})
}

// Another device at the address is no sign of the one that was there.
func TestAnotherDeviceAtATypedAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := newWorld(t)
		w, e, b := add(t, world)
		c := world.node("carla")
		w.agree("added", time.Second, true)
		world.mu.Lock()
		world.nodes[b.addr] = c
		world.mu.Unlock()
		w.agree("carla is there", 15*time.Second, false)
		if _, ok := e.peers()["carla"]; ok {
			t.Error("carla was added by nobody")
		}
	})
}

// While nobody is before the screen it is looked once a minute, and at once when
// somebody is back.
func TestAwayLooksSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, e, b := add(t, newWorld(t))
		e.m.SetAway(true)
		w.agree("away", time.Minute, true)
		n := e.count()
		w.agree("away", time.Hour, true)
		if n = e.count() - n; n > 60 {
			t.Errorf("%d looks in an hour", n)
		}
		b.reachable(false)
		e.m.SetAway(false)
		e.m.Recheck()
		w.agree("back", 2*time.Second, false)
	})
}

func TestAddOfNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		b.reachable(false)
		if _, err := a.m.Add(t.Context(), b.addr.String()); !errors.Is(err, ErrUnreachable) {
			t.Errorf("Add: %v", err)
		}
	})
}
