//go:build e2e

package reliability

import (
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// R6: the network answers everything with resets for 200 ms, again and again.
// Each such moment costs one link, and at most one more.
func TestR06ResetStorm(t *testing.T) {
	t.Parallel()
	rnd := faultbench.Random(t)
	resets, texts := scale(12, 100), scale(300, 1000)
	const window, pause = 200 * time.Millisecond, 1500 * time.Millisecond
	c := newCouple(t, "", "")
	links := faultbench.CountLinks(t, c.a)
	writers := c.exchange(texts, time.Duration(resets)*(window+pause/2)/time.Duration(texts))
	for range resets {
		pass(time.Duration(rnd.Int64N(int64(pause))))
		host := []*faultbench.Device{c.a, c.b}[rnd.IntN(2)].Name
		c.lan.Reset(host, []faultbench.Direction{faultbench.Sent, faultbench.Received, faultbench.Both}[rnd.IntN(3)])
		pass(window)
		c.lan.Heal(host)
	}
	c.finishAll(writers)
	had := links.Stop()
	t.Logf("%d windows of resets, %d links", resets, had)
	if most := 1 + 2*resets; had > most || had < 2 {
		t.Errorf("%d links in %d windows of resets, want 2 to %d", had, resets, most)
	}
	c.wantTexts(texts)
	c.verify()
}

// R7: the cable is pulled and put in again.
func TestR07LinkDownAndUp(t *testing.T) {
	t.Parallel()
	rnd := faultbench.Random(t)
	cuts, texts := scale(8, 50), scale(300, 1000)
	const out = 2 * time.Second // at most
	c := newCouple(t, "", "")
	began := time.Now()
	writers := c.exchange(texts, time.Duration(cuts)*out/time.Duration(texts))
	for range cuts {
		host := []*faultbench.Device{c.a, c.b}[rnd.IntN(2)].Name
		pass(time.Duration(rnd.Int64N(int64(out))))
		c.lan.SetLink(host, false)
		pass(time.Duration(rnd.Int64N(int64(out))))
		c.lan.SetLink(host, true)
	}
	healed := time.Now()
	c.finishAll(writers)
	t.Logf("%d texts each way over %d cuts in %v, %v after the last", texts, cuts, time.Since(began).Round(time.Millisecond), time.Since(healed).Round(time.Millisecond))
	c.wantTexts(texts)
	c.verify()
}
