package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
)

// sum prints what all steps together showed.
func sum(o options, w io.Writer) error {
	records, err := readRecords(o.out)
	if err != nil {
		return err
	}
	printSlowest(w, records, o.slowest)
	printSkipped(w, records)
	t := count(records)
	if t.failed > 0 {
		fmt.Fprintln(w, "\nFailed:")
		for _, r := range records {
			if r.Result != Fail {
				continue
			}
			fmt.Fprintf(w, "  %s", r.title())
			if r.Reason != "" {
				fmt.Fprintf(w, ": %s", r.Reason)
			}
			fmt.Fprintln(w)
		}
	}
	fmt.Fprintf(w, "\n%s\n", t)
	if t.failed > 0 || t == (totals{}) {
		return errFailed
	}
	return nil
}

// printSlowest lists the n tests and gates that took longest.
func printSlowest(w io.Writer, records []Record, n int) {
	slow := slices.DeleteFunc(slices.Clone(records), func(r Record) bool { return r.Seconds < 1 })
	slices.SortStableFunc(slow, func(a, b Record) int { return cmp.Compare(b.Seconds, a.Seconds) })
	slow = slow[:min(n, len(slow))]
	if len(slow) == 0 {
		return
	}
	fmt.Fprintln(w, "\nSlowest:")
	for _, r := range slow {
		fmt.Fprintf(w, "  %6.1fs  %s\n", r.Seconds, r.title())
	}
}

// printSkipped lists why tests were skipped, and how many for each reason.
func printSkipped(w io.Writer, records []Record) {
	reasons := map[string]int{}
	for _, r := range records {
		if r.Result == Skip {
			reasons[r.Reason]++
		}
	}
	if len(reasons) == 0 {
		return
	}
	fmt.Fprintln(w, "\nSkipped:")
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(w, "  %4d  %s\n", reasons[reason], reason)
	}
}
