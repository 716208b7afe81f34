//go:build e2e

package reliability

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"earshot/internal/faultbench"
	"earshot/internal/identity"
)

// rowsPerCore is how many rows run at the same time on one core: most of the time
// they wait for a network that is broken.
const rowsPerCore = 3

// sideBySide lets more rows run at the same time than the testing package does by
// itself, unless somebody has said how many.
func sideBySide() {
	const parallel = "test.parallel"
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == parallel })
	if said {
		return
	}
	if err := flag.Set(parallel, fmt.Sprint(rowsPerCore*runtime.GOMAXPROCS(0))); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// exchange has both devices write n texts to each other, one every so often.
func (c *couple) exchange(n int, every time.Duration) (writers []*work) {
	c.t.Helper()
	for _, p := range [][2]*faultbench.Device{{c.a, c.b}, {c.b, c.a}} {
		writers = append(writers, background(c.t, func(ctx context.Context) error { return p[0].Write(ctx, p[1], n, every) }))
	}
	return writers
}

// finishAll waits until all texts are written and delivered.
func (c *couple) finishAll(writers []*work) {
	c.t.Helper()
	for _, w := range writers {
		w.finish()
	}
	faultbench.Settle(c.t, c.a, c.b)
}

// wantTexts reports a direction in which another number of texts was written
// than n each, the one that asks not counted: what is not written cannot be
// lost.
func (c *couple) wantTexts(n int) {
	c.t.Helper()
	for _, p := range [][2]*faultbench.Device{{c.a, c.b}, {c.b, c.a}} {
		got := 0
		for _, text := range c.ledger.Record().Texts {
			if text.From == p[0].ID && text.To == p[1].ID && text.Queued && text.Text != "may I?" {
				got++
			}
		}
		if got != n {
			c.t.Errorf("%s wrote %d texts, want %d", p[0].Name, got, n)
		}
	}
}

// slack is how many times longer than promised something may take before its test
// fails: the machine may do other things beside.
const slack = 2

// within logs how long something took, and reports what took far longer than
// promised.
func within(t *testing.T, what string, took, promised time.Duration) {
	t.Helper()
	t.Logf("%s: %v, promised %v", what, took.Round(time.Millisecond), promised)
	if took > slack*promised {
		t.Errorf("%s took %v, promised are %v", what, took, promised)
	}
}

// steadyPace is the load of the rows that say "steady": five texts a second
// each way.
const steadyPace = 200 * time.Millisecond

// steady has both devices write to each other, five texts a second, until it is
// ended.
func (c *couple) steady() (end func()) {
	writers := c.exchange(1<<30, steadyPace)
	return func() {
		c.t.Helper()
		for _, w := range writers {
			w.stop()
			if w.err != nil {
				c.t.Error(w.err)
			}
		}
	}
}

// goesOn waits until each device has shown one text more than now, when nothing
// passes, and reports it when that comes later than promised after began. Then
// it waits until all that has been written meanwhile is there too.
func (c *couple) goesOn(what string, began time.Time, promised time.Duration) {
	c.t.Helper()
	caughtUp := c.whenShown(c.ledger.CountQueued)
	c.whenShown(c.ledger.CountShown)()
	within(c.t, what, time.Since(began), promised)
	caughtUp()
	c.t.Logf("%s, with all that was written meanwhile: %v", what, time.Since(began).Round(time.Millisecond))
}

// shownAfter waits until each device has shown a text that was written from now
// on, and so, because order is kept, all that were written before. It returns
// how long that took since began.
func (c *couple) shownAfter(began time.Time) time.Duration {
	c.t.Helper()
	c.whenShown(c.ledger.CountQueued)()
	return time.Since(began)
}

// whenShown takes the counts of the moment and returns a function that waits
// until more than so many texts were shown, in each direction.
func (c *couple) whenShown(count func(from, to identity.DeviceID) int) (wait func()) {
	const spare = 1 // the text that asks is counted as queued, and as shown or not
	pairs := [][2]*faultbench.Device{{c.a, c.b}, {c.b, c.a}}
	var counts []int
	for _, p := range pairs {
		counts = append(counts, count(p[0].ID, p[1].ID)+spare)
	}
	return func() {
		c.t.Helper()
		faultbench.WaitFor(c.t, "texts both ways", func() bool {
			for i, p := range pairs {
				if c.ledger.CountShown(p[0].ID, p[1].ID) <= counts[i] {
					return false
				}
			}
			return true
		})
	}
}
