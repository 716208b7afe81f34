//go:build e2e

package reliability

import (
	"fmt"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// impaired is a network on which both write to each other as fast as they can.
type impaired struct {
	name   string
	rule   faultbench.Impairment
	texts  int           // each way
	limit  time.Duration // until all are delivered
	faults func(faultbench.Stats) int
}

// runImpaired runs rows one after the other and beside nothing else, because they
// keep the processor busy.
func runImpaired(t *testing.T, rows []impaired) {
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			rnd := faultbench.Random(t)
			c := newCouple(t, "", "")
			held := []int{c.a.Descriptors(), c.b.Descriptors()}
			links := faultbench.CountLinks(t, c.a)
			cable := c.lan.Impair(c.b.Name, rnd.Uint64())
			cable.Set(faultbench.Both, row.rule)
			began := time.Now()
			c.finishAll(c.exchange(row.texts, 0))
			within(t, fmt.Sprintf("%d texts each way", row.texts), time.Since(began), row.limit)
			stats := cable.Stats(faultbench.Both)
			t.Logf("%d links, %+v", links.Stop(), stats)
			if row.faults(stats) == 0 {
				t.Error("the fault did not happen")
			}
			cable.Set(faultbench.Both, faultbench.Impairment{})
			c.wantTexts(row.texts)
			for i, d := range []*faultbench.Device{c.a, c.b} {
				d.NoMoreDescriptors(held[i])
			}
			c.verify()
		})
	}
}

// R1: packets are lost. With 5 % all is delivered within 60 s.
func TestR01Loss(t *testing.T) {
	lost := func(s faultbench.Stats) int { return s.Lost }
	runImpaired(t, []impaired{
		{"1%", faultbench.Impairment{Loss: .01}, scale(300, 1000), time.Minute, lost},
		{"5%", faultbench.Impairment{Loss: .05}, scale(200, 1000), time.Minute, lost},
		{"20%", faultbench.Impairment{Loss: .20}, scale(60, 1000), faultbench.Patience, lost},
	})
}

// R2: packets come twice, late and in another order.
func TestR02DuplicationReorderingJitter(t *testing.T) {
	runImpaired(t, []impaired{{
		"20% twice, 20% late, jitter 50ms",
		faultbench.Impairment{Duplicate: .2, Reorder: .2, Jitter: 50 * time.Millisecond},
		scale(200, 1000), time.Minute,
		func(s faultbench.Stats) int { return min(s.Duplicated, s.Reordered) },
	}})
}

// R3: packets are damaged. What a checksum notices TCP sends again; what passes
// it TLS notices, and a new link is made. No damaged text is ever shown.
func TestR03Corruption(t *testing.T) {
	corrupted := func(s faultbench.Stats) int { return s.Corrupted }
	rows := []impaired{
		{"5% one bit", faultbench.Impairment{Corrupt: .05}, scale(100, 500), time.Minute, corrupted},
		{"3% past the checksum", faultbench.Impairment{Swap: .03}, scale(300, 500), time.Minute,
			func(s faultbench.Stats) int { return s.Swapped }},
	}
	if faultbench.Long() { // too rare to happen in a short run
		rows = append(rows, impaired{"0.1% one bit", faultbench.Impairment{Corrupt: .001}, 2000, time.Minute, corrupted})
	}
	runImpaired(t, rows)
}
