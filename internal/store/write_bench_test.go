package store

import (
	"fmt"
	"strings"
	"testing"

	"earshot/internal/identity"
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
