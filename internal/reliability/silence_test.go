//go:build e2e

package reliability

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// Promises of docs/PROTOCOL.md §11.
const (
	deathNoticed = 15 * time.Second // after the last sign of life
	resumed      = 5 * time.Second  // after the network is there again
)

// R4: everything is lost without a word, for 1 to 120 seconds. Both notice it
// within 15 seconds, and go on within 5 once it is over.
func TestR04SilentDrop(t *testing.T) {
	t.Parallel()
	rnd := faultbench.Random(t)
	c := newCouple(t, "", "")
	end := c.steady()
	silences := []time.Duration{3 * time.Second, 9 * time.Second, 20 * time.Second}
	if faultbench.Long() {
		for range 17 {
			silences = append(silences, time.Second+time.Duration(rnd.Int64N(int64(119*time.Second))))
		}
	}
	for _, silence := range silences {
		pass(time.Duration(rnd.Int64N(int64(time.Second))))
		c.a.Forget()
		c.b.Forget()
		began := time.Now()
		c.lan.Drop(c.b.Name, faultbench.Both)
		if silence > deathNoticed {
			within(t, "noticed by anna", c.a.Lost(c.b).At.Sub(began), deathNoticed)
			within(t, "noticed by bert", c.b.Lost(c.a).At.Sub(began), deathNoticed)
		}
		pass(time.Until(began.Add(silence)))
		healed := time.Now()
		c.lan.Heal(c.b.Name)
		c.goesOn(fmt.Sprintf("both ways again after a silence of %v", silence.Round(time.Second)), healed, resumed)
	}
	end()
	c.verify()
}

// R5: one direction is lost. Who is not heard never says that something of its
// own is delivered.
func TestR05OneWayLoss(t *testing.T) {
	t.Parallel()
	for direction, name := range map[faultbench.Direction]string{faultbench.Received: "deaf", faultbench.Sent: "mute"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			faultbench.Random(t)
			c := newCouple(t, "", "")
			end := c.steady()
			for range scale(1, 5) {
				c.shownAfter(time.Now())
				c.lan.Drop(c.b.Name, direction)
				pass(time.Second) // what was under way is over
				acked := c.told()
				pass(span(12*time.Second, time.Minute))
				if now := c.told(); !slices.Equal(now, acked) {
					t.Errorf("%v texts were told as delivered before and %v during the one-way loss", acked, now)
				}
				healed := time.Now()
				c.lan.Heal(c.b.Name)
				c.goesOn("both ways again", healed, resumed)
			}
			end()
			c.verify()
		})
	}
}

// told is how many texts each device told as delivered.
func (c *couple) told() []int {
	return []int{c.ledger.CountAcked(c.a.ID, c.b.ID), c.ledger.CountAcked(c.b.ID, c.a.ID)}
}

// R10: the path lets no packet over 600 bytes through, and says nothing. Nothing
// stands still for over 30 seconds.
func TestR10PathMTUShrinks(t *testing.T) {
	t.Parallel()
	faultbench.Random(t)
	const (
		longest = 600 // bytes of a packet that passes
		stall   = 30 * time.Second
		bytes   = 3000 // of a text: several packets
	)
	c := newCouple(t, "", "")
	texts := 0
	for range scale(1, 5) {
		c.lan.DropLonger(c.b.Name, longest)
		var writers []*work
		for _, p := range [][2]*faultbench.Device{{c.a, c.b}, {c.b, c.a}} {
			first := texts
			writers = append(writers, background(t, func(ctx context.Context) error {
				for i := range scale(30, 100) {
					text := fmt.Sprintf("%s %s", faultbench.Line(p[0], first+i), strings.Repeat("x", bytes))
					if err := p[0].Send(ctx, p[1], text); err != nil {
						return err
					}
				}
				return nil
			}))
		}
		texts += scale(30, 100)
		last, most := time.Now(), time.Duration(0)
		for c.shown() < 2*texts {
			before := c.shown()
			faultbench.WaitFor(t, "the next text", func() bool { return c.shown() > before })
			most, last = max(most, time.Since(last)), time.Now()
		}
		within(t, "the longest pause on the small path", most, stall)
		c.finishAll(writers)
		c.lan.Heal(c.b.Name)
	}
	c.wantTexts(texts)
	c.verify()
}

// shown is how many texts both have shown, the one that asks not counted.
func (c *couple) shown() int {
	return c.ledger.CountShown(c.a.ID, c.b.ID) + c.ledger.CountShown(c.b.ID, c.a.ID)
}
