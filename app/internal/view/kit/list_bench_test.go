package kit

import (
	"fmt"
	"os"
	"testing"
	"time"

	"earshot/internal/benchratio"
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
	shortest := benchratio.Shortest{}
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
				shortest.Report(b, c.what, times)
			})
		}
	}
}

// scrollBack turns a wheel up and down again: two frames.
func scrollBack(l *List) {
	l.ScrollBy(120)
	l.ScrollBy(-120)
}
