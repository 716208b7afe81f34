package store

import (
	"cmp"
	"math"
	"slices"
)

// MaxSeq is the highest sequence number that is kept: what an SQLite integer
// holds. A message with a higher one, or with 0, is stored without a number.
const MaxSeq = math.MaxInt64

// MergeRanges returns the numbers in any of rs as sorted, disjoint ranges with
// a hole between each two. Ranges that are empty (Lo above Hi) are left out,
// those that reach below 1 or above MaxSeq are cut. rs is not changed.
func MergeRanges(rs ...Range) []Range {
	sorted := make([]Range, 0, len(rs))
	for _, r := range rs {
		if r.Lo, r.Hi = max(r.Lo, 1), min(r.Hi, MaxSeq); r.Lo <= r.Hi {
			sorted = append(sorted, r)
		}
	}
	slices.SortFunc(sorted, func(a, b Range) int { return cmp.Compare(a.Lo, b.Lo) })
	out := sorted[:0]
	for _, r := range sorted {
		if n := len(out); n > 0 && r.Lo <= out[n-1].Hi+1 {
			out[n-1].Hi = max(out[n-1].Hi, r.Hi)
			continue
		}
		out = append(out, r)
	}
	return out
}
