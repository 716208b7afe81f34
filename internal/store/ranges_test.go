package store

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestMergeRanges(t *testing.T) {
	for _, c := range []struct{ in, want []Range }{
		{nil, nil},
		{[]Range{{5, 4}}, nil},
		{[]Range{{0, 0}}, nil},
		{[]Range{{0, 3}}, []Range{{1, 3}}},
		{[]Range{{4, 6}, {1, 3}}, []Range{{1, 6}}},
		{[]Range{{4, 6}, {1, 2}}, []Range{{1, 2}, {4, 6}}},
		{[]Range{{1, 9}, {2, 3}}, []Range{{1, 9}}},
		{[]Range{{7, math.MaxUint64}}, []Range{{7, MaxSeq}}},
		{[]Range{{math.MaxUint64, math.MaxUint64}}, nil},
		{[]Range{{MaxSeq, MaxSeq}, {MaxSeq - 1, MaxSeq - 1}}, []Range{{MaxSeq - 1, MaxSeq}}},
	} {
		in := slices.Clone(c.in)
		if got := MergeRanges(c.in...); !slices.Equal(got, c.want) {
			t.Errorf("MergeRanges(%v) = %v, want %v", c.in, got, c.want)
		}
		if !slices.Equal(in, c.in) {
			t.Errorf("MergeRanges changed its argument: %v, was %v", c.in, in)
		}
	}
}

const most = 40 // numbers of the property tests are up to this

func drawRanges(t *rapid.T) []Range {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Range {
		lo := rapid.Uint64Range(0, most).Draw(t, "lo")
		return Range{lo, lo + rapid.Uint64Range(0, 5).Draw(t, "length") - 1} // -1: also empty, and wrapped around at 0
	}), 0, 12).Draw(t, "ranges")
}

func contains(rs []Range, n uint64) bool {
	return slices.ContainsFunc(rs, func(r Range) bool { return r.Lo <= n && n <= r.Hi })
}

func TestMergeRangesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawRanges(t)
		out := MergeRanges(in...)
		for n := uint64(1); n < most+10; n++ {
			if contains(in, n) != contains(out, n) {
				t.Fatalf("%d: in %v: %v, in %v: %v", n, in, contains(in, n), out, contains(out, n))
			}
		}
		for i, r := range out {
			if r.Lo < 1 || r.Lo > r.Hi || i > 0 && r.Lo <= out[i-1].Hi+1 {
				t.Fatalf("not sorted, disjoint and apart: %v", out)
			}
		}
		seen := Seen{Ranges: out}
		holes := seen.Missing(most)
		for n := uint64(1); n <= min(seen.Top(), most+10); n++ {
			if contains(out, n) == contains(holes, n) {
				t.Fatalf("%d is both or neither in %v and %v", n, out, holes)
			}
		}
		if !slices.Equal(MergeRanges(append(out, holes...)...), everything(seen.Top())) {
			t.Fatalf("%v and its holes %v are not everything", out, holes)
		}
	})
}

func everything(top uint64) []Range {
	if top == 0 {
		return nil
	}
	return []Range{{1, top}}
}
