package viewmodel

import (
	"time"

	"earshot/internal/safetext"
)

// shown is what an entry looked like in the last snapshot. It spares the next
// one most of the work: of many thousand messages one changes, or sixty come.
type shown struct {
	zone  *time.Location // that the rest is for; nil: nothing is known yet
	from  time.Time      // the moment that at is made of
	at    time.Time      // in the zone
	day   int64          // days since 1970 there
	clock string         // "14:32"
	row   *Row           // nil: none was drawn
	chip  *Row           // of the day above it; nil: none was drawn
}

// see brings what follows from the moment of a message up to date.
func (e *entry) see(zone *time.Location) {
	s, from := &e.shown, shownAt(e.m)
	if s.zone == zone && s.from == from {
		return
	}
	s.zone, s.from, s.at = zone, from, from.In(zone)
	y, m, d := s.at.Date()
	s.day = time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / int64(24*time.Hour/time.Second)
	s.clock = clockTime(s.at)
}

// snapshot returns the rows of the screen, with a chip above each day. A row
// that did not change is the same pointer as last time.
func (t *thread) snapshot(now time.Time) []*Row {
	entries := t.entries()
	rows := make([]*Row, 0, len(entries)+8)
	if len(entries) > 0 {
		entries[0].see(now.Location())
	}
	var above, below *entry
	for i, e := range entries {
		if below = nil; i+1 < len(entries) {
			below = entries[i+1]
			below.see(now.Location())
		}
		s := &e.shown
		if above == nil || above.shown.day != s.day {
			s.chip = t.keep(s.chip, Row{Key: "day/" + e.key, Kind: RowDay, Text: safetext.Display(dayChip(s.at, now))})
			rows = append(rows, s.chip)
		}
		r := t.row(e)
		r.First, r.Last = !sameGroup(above, e), !sameGroup(e, below)
		s.row = t.keep(s.row, r)
		rows = append(rows, s.row)
		above = e
	}
	clear(t.spare)
	t.keepRows(t.unsaved) // which are made anew each time
	return rows
}

// keep returns the row that was drawn before if it did not change.
func (t *thread) keep(old *Row, r Row) *Row {
	if old == nil {
		old = t.spare[r.Key]
	}
	if old != nil && *old == r {
		return old
	}
	made := new(Row) // not &r, which would be made for those that are kept too
	*made = r
	return made
}

// keepRows keeps the rows of entries that go, for others with their keys.
func (t *thread) keepRows(gone []*entry) {
	for _, e := range gone {
		for _, r := range []*Row{e.shown.row, e.shown.chip} {
			if r != nil {
				t.spare[r.Key] = r
			}
		}
	}
}

// sameGroup reports whether two neighbours, nil for none, are of one group.
func sameGroup(a, b *entry) bool {
	return a != nil && b != nil && a.m.Outgoing == b.m.Outgoing && a.shown.day == b.shown.day &&
		b.shown.at.Sub(a.shown.at).Abs() <= groupGap
}
