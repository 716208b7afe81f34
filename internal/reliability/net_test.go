//go:build e2e

package reliability

import (
	"context"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

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

// within reports what took longer than the row allows, and logs how long it was.
func within(t *testing.T, what string, took, limit time.Duration) {
	t.Helper()
	t.Logf("%s: %v", what, took.Round(time.Millisecond))
	if took > limit {
		t.Errorf("%s took %v, allowed are %v", what, took, limit)
	}
}
