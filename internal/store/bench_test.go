package store

import (
	"fmt"
	"strings"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

var benchText = strings.Repeat("seventeen letters", 10)

func BenchmarkReceive(b *testing.B) {
	for _, size := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("group%d", size), func(b *testing.B) {
			db := openInside(b, b.TempDir())
			group := make([]Incoming, size)
			seq := 0
			for b.Loop() {
				for i := range group {
					seq++
					group[i] = text(identity.DeviceID{2}, seq, benchText)
				}
				if _, err := db.Receive(b.Context(), group); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(seq), "ns/message")
		})
	}
}

func BenchmarkEnqueue(b *testing.B) {
	db := openInside(b, b.TempDir())
	for b.Loop() {
		m := text(identity.DeviceID{2}, 0, benchText)
		if _, _, err := db.Enqueue(b.Context(), NewMessage{ID: m.ID, Peer: m.Peer, Text: m.Text, HLC: m.Clamped}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkScreens reads what a screen shows, over histories of two sizes: the
// time per call should not grow with the history.
func BenchmarkScreens(b *testing.B) {
	for _, size := range []int{1_000, 100_000} {
		db := openInside(b, b.TempDir())
		peer := identity.DeviceID{2}
		if err := db.SetLevel(b.Context(), peer, trust.Accepted); err != nil {
			b.Fatal(err)
		}
		var middle msgid.ID
		for seq := 0; seq < size; {
			group := make([]Incoming, 1_000)
			for i := range group {
				seq++
				group[i] = text(peer, seq, benchText)
				if seq == size/2 {
					middle = group[i].ID
				}
			}
			if _, err := db.Receive(b.Context(), group); err != nil {
				b.Fatal(err)
			}
		}
		for what, call := range map[string]func() error{
			"newest": func() error { _, err := db.History(b.Context(), peer, msgid.ID{}, 50); return err },
			"middle": func() error { _, err := db.History(b.Context(), peer, middle, 50); return err },
			"list":   func() error { _, err := db.Conversations(b.Context()); return err },
		} {
			b.Run(fmt.Sprintf("%s/%d", what, size), func(b *testing.B) {
				for b.Loop() {
					if err := call(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
