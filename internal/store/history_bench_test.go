package store

import (
	"fmt"
	"os"
	"testing"
	"time"

	"earshot/internal/benchratio"
	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// screenPage is how many messages the window reads at once.
const screenPage = 60

// historySizes are the histories that are compared; the long one takes minutes
// to fill.
func historySizes() []int {
	if os.Getenv("EARSHOT_LONG") != "" {
		return []int{1_000, 10_000, 100_000, 1_000_000}
	}
	return []int{1_000, 100_000}
}

// BenchmarkHistory reads what the window reads, out of conversations of very
// different length: opening one, paging upwards and reading in its middle should
// cost the same in all. The times are medians, the ratio is that to the shortest.
func BenchmarkHistory(b *testing.B) {
	shortest := benchratio.Shortest{}
	for _, size := range historySizes() {
		h := fillHistory(b, size)
		for _, c := range []struct {
			what string
			call func(*testing.B)
		}{{"open", h.open}, {"scroll", h.scroll}, {"middle", h.page}} {
			b.Run(fmt.Sprintf("%s/messages=%d", c.what, size), func(b *testing.B) {
				var times []time.Duration
				for b.Loop() {
					start := time.Now()
					c.call(b)
					times = append(times, time.Since(start))
				}
				shortest.Report(b, c.what, times)
			})
		}
	}
}

// history is a store with one conversation.
type history struct {
	db     *DB
	peer   identity.DeviceID
	middle msgid.ID
	at     msgid.ID // the oldest message that was scrolled to
}

func fillHistory(b *testing.B, size int) *history {
	b.Helper()
	h := &history{db: openInside(b, b.TempDir()), peer: identity.DeviceID{2}}
	if err := h.db.SetLevel(b.Context(), h.peer, trust.Accepted); err != nil {
		b.Fatal(err)
	}
	for seq := 0; seq < size; {
		group := make([]Incoming, min(size-seq, 1_000))
		for i := range group {
			seq++
			group[i] = text(h.peer, seq, benchText)
			if seq == size/2 {
				h.middle = group[i].ID
			}
		}
		if _, err := h.db.Receive(b.Context(), group); err != nil {
			b.Fatal(err)
		}
	}
	for range 3 { // the first reading fills the caches
		h.open(b)
		h.page(b)
	}
	return h
}

// open reads the list of conversations and the newest page of one.
func (h *history) open(b *testing.B) {
	if _, err := h.db.Conversations(b.Context()); err != nil {
		b.Fatal(err)
	}
	h.read(b, msgid.ID{})
}

// scroll reads the page above the last one, and begins anew at the top.
func (h *history) scroll(b *testing.B) {
	page := h.read(b, h.at)
	h.at = msgid.ID{}
	if len(page) == screenPage {
		h.at = page[0].ID
	}
}

// page reads a page in the middle.
func (h *history) page(b *testing.B) { h.read(b, h.middle) }

func (h *history) read(b *testing.B, before msgid.ID) []Message {
	page, err := h.db.History(b.Context(), h.peer, before, screenPage)
	if err != nil {
		b.Fatal(err)
	}
	return page
}
