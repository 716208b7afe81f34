package viewmodel

import (
	"fmt"
	"testing"
	"time"

	"earshot/internal/benchratio"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// benchMessages are n messages of one conversation that were written before
// end, ten minutes apart, both sides in turn.
func benchMessages(n int, end time.Time) []messenger.Message {
	out := make([]messenger.Message, n)
	for i := range out {
		at := end.Add(time.Duration(i-n) * 10 * time.Minute)
		out[i] = messenger.Message{
			ID: msgid.New(at), Peer: id(1), Outgoing: i%2 == 0, State: messenger.Delivered,
			Text:   "A text of the usual length, as people write it: about a hundred characters, more or less.",
			SentAt: at, StoredAt: at, SortKey: uint64(at.UnixMilli()) << 16,
		}
	}
	return out
}

// BenchmarkThread takes one more page, or one more message, into a conversation
// of which one page, or as many messages as ever, are in memory, and makes the
// rows of the screen anew. The times are medians, the ratio is that to the
// shortest.
func BenchmarkThread(b *testing.B) {
	sizes := []int{pageSize, windowMost + pageSize}
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	shortest := benchratio.Shortest{}
	for _, size := range sizes {
		all := benchMessages(size+pageSize+1, now)
		older, loaded, newest := all[:pageSize], all[pageSize:pageSize+size], all[pageSize+size]
		for _, c := range []struct {
			what string
			call func(*thread)
		}{
			{"older", func(t *thread) { t.setOlder(older) }},
			{"arrival", func(t *thread) { t.put(newest) }},
		} {
			b.Run(fmt.Sprintf("%s/loaded=%d", c.what, size), func(b *testing.B) {
				var times []time.Duration
				for b.Loop() {
					t := newThread(id(1))
					t.newest(loaded)
					t.snapshot(now)
					start := time.Now()
					c.call(t)
					t.snapshot(now)
					times = append(times, time.Since(start))
				}
				shortest.Report(b, c.what, times)
			})
		}
	}
}
