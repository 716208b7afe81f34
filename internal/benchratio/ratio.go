// Package benchratio reports what benchmarks of several sizes are for: how the
// cost grows with the size. It is imported by tests only.
package benchratio

import (
	"slices"
	"testing"
	"time"
)

// Shortest holds the median of the first, shortest size, by what was done. Make
// it with make, one for all sizes.
type Shortest map[string]time.Duration

// Report gives the median of times, which it sorts, as ns/op, and its ratio to
// that of the shortest size as "ratio". times must not be empty.
func (s Shortest) Report(b *testing.B, what string, times []time.Duration) {
	slices.Sort(times)
	median := times[len(times)/2]
	if s[what] == 0 {
		s[what] = median
	}
	b.ReportMetric(float64(median.Nanoseconds()), "ns/op")
	b.ReportMetric(float64(median)/float64(max(s[what], 1)), "ratio")
}
