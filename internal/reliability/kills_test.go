//go:build e2e

package reliability

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// burst is how many texts are written around each kill.
const burst = 200

// maxAim is how far a kill may come after the message that it was aimed at: some
// commits and some frames.
const maxAim = 20 * time.Millisecond

// aim waits for a moment that chance has chosen.
func aim(rnd *rand.Rand) { pass(time.Duration(rnd.Int64N(int64(maxAim)))) }

// killRounds lets killsOfOne happen to one couple after the other: who looks at
// the whole history after each kill is slow when it is long.
func killRounds(t *testing.T, victims func(*couple) []*faultbench.Device) {
	t.Parallel()
	rnd := faultbench.Random(t)
	kills, texts := 0, 0
	for range scale(1, 8) {
		c := newCouple(t, "", "")
		rounds := scale(8, 25)
		killsOfOne(c, rnd, rounds, victims)
		if t.Failed() {
			return
		}
		kills += rounds * len(victims(c))
		texts += c.ledger.CountQueued(c.a.ID, c.b.ID)
	}
	t.Logf("%d kills, %d texts", kills, texts)
}

// killsOfOne writes a burst again and again and kills the victims in the middle
// of each, which ends it. In every other round the burst waits before the
// receiver is there, so that it comes in large groups. What the dead ones hold is
// judged before they start again, because afterwards they would ask for what they
// have lost.
func killsOfOne(c *couple, rnd *rand.Rand, rounds int, victims func(*couple) []*faultbench.Device) {
	t := c.t
	t.Helper()
	for n := range rounds {
		waits := n%2 == 1
		if waits {
			c.b.Stop()
		}
		shown, queued := c.ledger.CountShown(c.a.ID, c.b.ID), c.ledger.CountQueued(c.a.ID, c.b.ID)
		writing := background(t, faultbench.Writer{From: c.a, To: c.b, Texts: burst}.Run)
		at := 1 + rnd.IntN(burst/2)
		if waits {
			writing.finish()
			c.b.Start()
		}
		faultbench.WaitFor(t, "the middle of a burst", func() bool {
			return c.ledger.CountShown(c.a.ID, c.b.ID) >= shown+at ||
				!waits && c.ledger.CountQueued(c.a.ID, c.b.ID) >= queued+burst
		})
		aim(rnd)
		dead := victims(c)
		for _, d := range dead {
			d.Kill()
		}
		writing.stop() // or it would reach the sender's store through the one who looks
		c.judgeNow()
		if t.Failed() {
			return
		}
		c.start(dead...)
	}
	c.verify()
}

// R13: a receiver that is killed has what it acknowledged.
func TestR13ReceiverKilled(t *testing.T) {
	killRounds(t, func(c *couple) []*faultbench.Device { return []*faultbench.Device{c.b} })
}

// R14: a sender that is killed has what it said was queued, and what it has no
// longer in its outbox is at the other side.
func TestR14SenderKilled(t *testing.T) {
	killRounds(t, func(c *couple) []*faultbench.Device { return []*faultbench.Device{c.a} })
}

// R15: both at once.
func TestR15BothKilled(t *testing.T) {
	killRounds(t, func(c *couple) []*faultbench.Device { return []*faultbench.Device{c.a, c.b} })
}

// Both write to each other as fast as they can while one or the other is killed
// and started again: everything is there, once, in order.
func TestTenThousandEachWay(t *testing.T) {
	t.Parallel()
	rnd := faultbench.Random(t)
	texts, kills := scale(1000, 10000), scale(6, 20)
	c := newCouple(t, "", "")
	began := time.Now()
	writers := []*work{
		background(t, faultbench.Writer{From: c.a, To: c.b, Texts: texts}.Run),
		background(t, faultbench.Writer{From: c.b, To: c.a, Texts: texts}.Run),
	}
	moments := make([]int, kills)
	for i := range moments {
		moments[i] = rnd.IntN(2 * texts)
	}
	slices.Sort(moments)
	for _, at := range moments {
		faultbench.WaitFor(t, "the moment of a kill", func() bool {
			return c.ledger.CountQueued(c.a.ID, c.b.ID)+c.ledger.CountQueued(c.b.ID, c.a.ID) >= at
		})
		aim(rnd)
		victim := []*faultbench.Device{c.a, c.b}[rnd.IntN(2)]
		victim.Kill()
		c.start(victim)
	}
	for _, w := range writers {
		w.finish()
	}
	faultbench.Settle(t, c.a, c.b)
	took := time.Since(began)
	for _, d := range [][2]*faultbench.Device{{c.a, c.b}, {c.b, c.a}} {
		from, at := d[0], d[1]
		got := slices.DeleteFunc(at.History(from), func(m faultbench.Held) bool { return m.From != from.ID || m.Text == "may I?" })
		if len(got) != texts {
			t.Errorf("%s has %d texts of %s, want %d", at.Name, len(got), from.Name, texts)
		}
	}
	c.verify()
	t.Logf("%d texts each way and %d kills in %v", texts, kills, took.Round(time.Millisecond))
}
