//go:build e2e

package reliability

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

const (
	// settled is by when the surplus of two links is promised to be gone.
	settled = 2 * time.Second
	// tooLate is by when it must be, also where a Ping was lost (PROTOCOL.md §6).
	tooLate = 15 * time.Second
	// watched is for how long one link must have been the only one.
	watched = 300 * time.Millisecond
	// glance is the time between two looks.
	glance = 10 * time.Millisecond
	// flight is how long a packet takes.
	flight = 30 * time.Millisecond
)

// R22: both start at the same moment and dial each other. Two seconds later
// there is one link, and while it is looked at never none.
func TestR22SimultaneousConnect(t *testing.T) {
	t.Parallel()
	for n := range scale(1, 4) { // side by side, because it is a test of waiting
		t.Run(fmt.Sprint("couple ", n+1), func(t *testing.T) {
			t.Parallel()
			rnd := faultbench.Random(t)
			c := newCouple(t, "", "")
			// Both remember where the other one is, and dial as they start.
			c.a.Must("add", c.lan.Addr(c.b.Name).String())
			c.b.Must("add", c.lan.Addr(c.a.Name).String())
			// With this delay each is up by the time the other one knocks.
			c.lan.Impair(c.b.Name, rnd.Uint64()).Set(faultbench.Both, faultbench.Impairment{Delay: flight})
			rounds, twice, most := scale(10, 250), 0, time.Duration(0)
			for range rounds {
				order := []*faultbench.Device{c.a, c.b}
				if rnd.IntN(2) == 0 {
					slices.Reverse(order)
				}
				c.a.Kill()
				c.b.Kill()
				order[0].Start()
				pass(time.Duration(rnd.Int64N(int64(flight))))
				order[1].Start()
				took, surplus := c.oneLink()
				most = max(most, took)
				if surplus {
					twice++
				}
				for _, p := range [][2]*faultbench.Device{{c.a, c.b}, {c.b, c.a}} {
					if err := p[0].Send(t.Context(), p[1], "hello"); err != nil {
						t.Fatal(err)
					}
				}
				faultbench.Settle(t, c.a, c.b)
			}
			t.Logf("%d rounds; one link after %v at most, promised %v; in %d rounds there were two before", rounds, most.Round(time.Millisecond), settled, twice)
			c.verify()
		})
	}
}

// oneLink waits until the devices have had one link, and only that one, for the
// time watched. It returns how long it took from now until that began, and
// whether there were two before. Another connection may come and go meanwhile:
// the probe of a device that is doubted.
func (c *couple) oneLink() (took time.Duration, surplus bool) {
	c.t.Helper()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	began := time.Now()
	since := map[string]time.Time{} // of the connections that are there
	only := began                   // since when there is one old enough to be a link, and no other
	for {
		now, at := faultbench.Connections(c.a.Pid()), time.Now()
		for k := range since {
			if !slices.Contains(now, k) {
				delete(since, k)
			}
		}
		links := 0
		for _, k := range now {
			if _, known := since[k]; !known {
				since[k] = at
			}
			if at.Sub(since[k]) >= watched/2 {
				links++
			}
		}
		surplus = surplus || links > 1
		switch {
		case links != 1:
			only = at
		case at.Sub(only) >= watched && c.sameLink(since, at):
			return only.Sub(began), surplus
		}
		if at.Sub(began) > tooLate {
			c.t.Fatalf("%d links after %v, want one", links, tooLate)
		}
		<-tick.C
	}
}

// sameLink reports whether bert has a connection that anna has had for the time
// watched.
func (c *couple) sameLink(since map[string]time.Time, now time.Time) bool {
	theirs := faultbench.Connections(c.b.Pid())
	for k, at := range since {
		local, remote, _ := strings.Cut(k, " ")
		if now.Sub(at) >= watched && slices.Contains(theirs, remote+" "+local) {
			return true
		}
	}
	return false
}
