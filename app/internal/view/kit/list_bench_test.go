package kit

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"
)

// pageOfRows is how many rows come at once from above.
const pageOfRows = 60

// BenchmarkList does what a person and the messenger do to a list, with few and
// many rows in memory. Scrolling should cost the same in all; a new set of rows
// costs what it takes to find the place again. The times are medians, the ratio
// is that to the shortest.
func BenchmarkList(b *testing.B) {
	sizes := []int{1_000, 100_000}
	if os.Getenv("EARSHOT_LONG") != "" {
		sizes = append(sizes, 1_000_000)
	}
	shortest := medians{}
	for _, size := range sizes {
		rows := blocks(0, pageOfRows+size+1)
		loaded := rows[pageOfRows : pageOfRows+size]
		for _, c := range []struct {
			what string
			call func(*List)
		}{
			{"scroll", scrollBack},
			{"older", func(l *List) { l.SetItems(rows[:pageOfRows+size]) }},
			{"arrival", func(l *List) { l.SetItems(rows[pageOfRows:]) }},
		} {
			b.Run(fmt.Sprintf("%s/rows=%d", c.what, size), func(b *testing.B) {
				l, _ := newTestList(b)
				l.SetItems(loaded)
				l.ScrollBy(2_000)
				var times []time.Duration
				for b.Loop() {
					start := time.Now()
					c.call(l)
					times = append(times, time.Since(start))
					l.SetItems(loaded)
				}
				shortest.report(b, c.what, times)
			})
		}
	}
}

// medians are the times of the first, shortest size by what was done.
type medians map[string]time.Duration

// report gives the median of times, and its ratio to that of the shortest.
func (m medians) report(b *testing.B, what string, times []time.Duration) {
	slices.Sort(times)
	median := times[len(times)/2]
	if m[what] == 0 {
		m[what] = median
	}
	b.ReportMetric(float64(median.Nanoseconds()), "ns/op")
	b.ReportMetric(float64(median)/float64(max(m[what], 1)), "ratio")
}

// scrollBack turns a wheel up and down again: two frames.
func scrollBack(l *List) {
	l.ScrollBy(120)
	l.ScrollBy(-120)
}
