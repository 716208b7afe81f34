//go:build e2e

package reliability

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

const (
	// settled is when the surplus of two links must be gone.
	settled = 2 * time.Second
	// watched is for how long the links are counted then.
	watched = 300 * time.Millisecond
	// flight is how long a packet takes.
	flight = 30 * time.Millisecond
	// glance is the time between two looks.
	glance = 10 * time.Millisecond
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
			rounds, twice := scale(10, 250), 0
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
				if peak := c.links(settled); len(peak) > 1 {
					twice++
				}
				c.oneLink()
				for _, p := range [][2]*faultbench.Device{{c.a, c.b}, {c.b, c.a}} {
					if err := p[0].Send(t.Context(), p[1], "hello"); err != nil {
						t.Fatal(err)
					}
				}
				faultbench.Settle(t, c.a, c.b)
				if t.Failed() {
					return
				}
			}
			t.Logf("%d rounds, in %d of them with more than one connection at a moment", rounds, twice)
			c.verify()
		})
	}
}

// links returns the connections of the moment at which there were most.
func (c *couple) links(during time.Duration) (most []string) {
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for end := time.Now().Add(during); time.Now().Before(end); <-tick.C {
		if now := faultbench.Connections(c.a.Pid()); len(now) > len(most) {
			most = now
		}
	}
	return most
}

// oneLink reports any other number of links than one on either side. Another
// connection may come and go meanwhile: the probe of a device that is doubted.
func (c *couple) oneLink() {
	c.t.Helper()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for _, d := range []*faultbench.Device{c.a, c.b} {
		stay := faultbench.Connections(d.Pid())
		for end := time.Now().Add(watched); time.Now().Before(end); <-tick.C {
			now := faultbench.Connections(d.Pid())
			stay = slices.DeleteFunc(stay, func(k string) bool { return !slices.Contains(now, k) })
		}
		if len(stay) != 1 {
			c.t.Errorf("%s has %d links that stay, want one", d.Name, len(stay))
		}
	}
}
