package messenger

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/netcore/wire"
)

// A phone that leaves the screen says so on its link, says it again on the next
// one, and takes it back; delivery goes on meanwhile.
func TestAwayIsToldOnEveryLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		want := func(when string, online, away bool) {
			t.Helper()
			settle()
			if p := a.peers()["bert"]; p.Online != online || p.Away != away {
				t.Errorf("%s: online %v, away %v", when, p.Online, p.Away)
			}
		}
		want("at first", true, false)
		b.m.SetAway(true)
		b.m.SetAway(true)
		want("away", true, true)
		a.send(b, "while you are away")
		settle()
		if got := b.texts(a); !slices.Contains(got, "< while you are away") {
			t.Errorf("bert has %q", got)
		}
		b.cut()
		want("on a new link", true, true)
		b.m.SetAway(false)
		want("back", true, false)
		b.cut()
		want("on a new link after that", true, false)
	})
}

// Only what changes is told: an app may enter and leave the screen as often as
// it likes.
func TestAwayIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		settle()
		events, _ := a.m.Subscribe(t.Context())
		for range 20 {
			b.m.SetAway(true)
		}
		settle()
		for range 20 {
			b.m.SetAway(false)
		}
		settle()
		if n := len(events); n != 2 {
			t.Errorf("%d events, want 2", n)
		}
	})
}

// After sleep a link whose other end is gone is ended and made anew, long before
// TCP would notice.
func TestRecheckEndsDeadLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		settle()
		before := len(w.links)
		a.m.Recheck()
		settle()
		if len(w.links) != before {
			t.Error("a link that answers was not kept")
		}
		w.mu.Lock()
		w.deaf = b
		w.mu.Unlock()
		a.m.AddressesChanged()
		settle()
		w.mu.Lock()
		w.deaf = nil
		w.mu.Unlock()
		settle()
		if len(w.links) == before || !a.peers()["bert"].Linked {
			t.Errorf("%d links were made, %d before; bert is linked: %v", len(w.links), before, a.peers()["bert"].Linked)
		}
	})
}

// A contact that could not be reached for long is dialled at once by a device
// that wakes up.
func TestRecheckDialsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		settle()
		b.reachable(false)
		b.cut()
		for range 100 {
			settle()
		}
		b.reachable(true)
		a.m.Recheck()
		<-time.After(firstBackoff) // a dial may just have failed
		synctest.Wait()
		if !a.peers()["bert"].Linked {
			t.Error("bert is not linked")
		}
	})
}

// A phone that is back on a new link is not away because its old one, dead and
// not closed yet, said so.
func TestTheNewestLinkSaysWhetherAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		b.m.SetAway(true)
		settle()
		w.mu.Lock()
		w.drop = func(from *node, m wire.Message) bool {
			_, ok := m.(*wire.Away)
			return ok && from == b // on the old link; the new one begins with "not away"
		}
		w.mu.Unlock()
		b.m.SetAway(false)
		settle()
		if !a.peers()["bert"].Away {
			t.Error("the old link says that bert is back")
		}
		x, y := w.pair(b, a)
		x.run()
		y.run()
		settle()
		if p := a.peers()["bert"]; p.Away || !p.Linked {
			t.Errorf("on a new link: away %v, linked %v", p.Away, p.Linked)
		}
		x.end()
		settle()
		if !a.peers()["bert"].Away {
			t.Error("the old link is the newest again and does not count")
		}
	})
}

// A link whose other end is busy for less than the time of a Ping is kept,
// however often the addresses change.
func TestRecheckKeepsABusyLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		settle()
		w.mu.Lock()
		w.slow, w.deaf = 4*time.Second, b
		before := len(w.links)
		w.mu.Unlock()
		for range 5 {
			a.m.AddressesChanged()
		}
		settle()
		settle()
		if len(w.links) != before {
			t.Error("the link was ended")
		}
	})
}
