package viewmodel

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// TestRowsAreThoseOfAFreshThread: whatever happened, the rows are those of a
// thread that sees everything for the first time, and those that did not change
// are the same pointers as before.
func TestRowsAreThoseOfAFreshThread(t *testing.T) {
	elsewhere := time.FixedZone("elsewhere", 5*3600+1800)
	for seed := range uint64(40) {
		r := rand.New(rand.NewPCG(seed, 1))
		all := make([]messenger.Message, 300)
		at := noon.Add(-72 * time.Hour)
		for i := range all {
			at = at.Add(time.Duration(r.IntN(40)) * time.Minute)
			all[i] = messenger.Message{
				ID: msgid.New(at), Peer: id(1), Outgoing: r.IntN(2) == 0, State: messenger.State(r.IntN(5)),
				Text: fmt.Sprint("text ", i), SentAt: at, StoredAt: at, SortKey: uint64(i + 1),
			}
		}
		from, to := 180, 240 // what is in memory
		th, now := newThread(id(1)), noon
		th.newest(all[from:to])
		before := map[string]*Row{}
		for step := range 30 {
			switch r.IntN(7) {
			case 0:
				if from > 0 {
					th.setOlder(all[from-60 : from])
					from -= 60
				}
			case 1:
				if to < len(all) {
					th.put(all[to])
					to++
				}
			case 2:
				n := from + r.IntN(to-from)
				all[n].State = messenger.State(r.IntN(5))
				th.put(all[n])
			case 3:
				now = now.Add(9 * time.Hour)
			case 4:
				if now = now.In(elsewhere); r.IntN(2) == 0 {
					now = now.UTC()
				}
			case 5: // a text is on its way, or stored by now
				out := messenger.Outgoing{ID: msgid.New(now), Text: "on its way"}
				if th.unsaved = nil; r.IntN(2) == 0 {
					th.unsaved = []*entry{sending{out: out, at: now}.entry()}
				}
			case 6: // the newest page is read again
				th.fresh = nil
				th.contact = r.IntN(2) == 0
				th.newest(all[to-pageSize : to])
			}
			fresh := newThread(id(1))
			fresh.newest(all[from:to])
			fresh.unsaved, fresh.contact = th.unsaved, th.contact
			got, want := th.snapshot(now), fresh.snapshot(now)
			if len(got) != len(want) {
				t.Fatalf("seed %d, step %d: %d rows, want %d", seed, step, len(got), len(want))
			}
			after := map[string]*Row{}
			for i := range got {
				if *got[i] != *want[i] {
					t.Fatalf("seed %d, step %d, row %d:\n%+v, want\n%+v", seed, step, i, *got[i], *want[i])
				}
				if old := before[got[i].Key]; old != nil && *old == *got[i] && old != got[i] {
					t.Fatalf("seed %d, step %d: row %d was made anew", seed, step, i)
				}
				after[got[i].Key] = got[i]
			}
			before = after
		}
	}
}

// TestAStoredTextKeepsItsRow: nothing is drawn anew when only the entry is
// another one.
func TestAStoredTextKeepsItsRow(t *testing.T) {
	th, page := newThread(id(1)), []messenger.Message{message(0, false), message(1, true)}
	rows := func() []*Row {
		th.newest(page) // shorter than a page: it is taken anew each time
		out := messenger.Outgoing{ID: message(2, true).ID, Text: "on its way"}
		th.unsaved = []*entry{sending{out: out, at: noon}.entry()}
		return th.snapshot(noon)
	}
	before := rows()
	for i, r := range rows() {
		if r != before[i] {
			t.Errorf("row %d was made anew", i)
		}
	}
}

// TestAGroupEndsAtMidnight, between two messages of the same minutes.
func TestAGroupEndsAtMidnight(t *testing.T) {
	midnight := noon.Add(-12 * time.Hour)
	th := newThread(id(1))
	for n, after := range []time.Duration{-2 * time.Minute, -time.Minute, time.Minute} {
		m := message(n, false)
		m.SentAt, m.StoredAt = midnight.Add(after), midnight.Add(after)
		th.put(m)
	}
	rows := th.snapshot(noon)
	if len(rows) != 5 || rows[1].Last || !rows[2].Last || rows[3].Kind != RowDay || !rows[4].First {
		t.Errorf("%d rows: %+v", len(rows), rows)
	}
}
