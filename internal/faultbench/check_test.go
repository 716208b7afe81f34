package faultbench

import (
	"slices"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

var anna, bert, carl = identity.DeviceID{1}, identity.DeviceID{2}, identity.DeviceID{3}

// goodRecord is a conversation of anna with bert that breaks nothing: two texts
// are there and acknowledged, one waits, one was never queued.
func goodRecord() Record {
	held := func(from, to identity.DeviceID, id byte, text string) Held {
		return Held{From: from, To: to, ID: msgid.ID{id}, Text: text}
	}
	one, two, three := held(anna, bert, 1, "one"), held(anna, bert, 2, "two"), held(anna, bert, 3, "three")
	back := held(bert, anna, 1, "back") // the same ID of another sender
	return Record{
		Names: map[identity.DeviceID]string{anna: "anna", bert: "bert", carl: "carl"},
		Texts: []Text{
			{From: anna, To: bert, ID: msgid.ID{1}, Text: "one", Queued: true},
			{From: bert, To: anna, ID: msgid.ID{1}, Text: "back", Queued: true},
			{From: anna, To: bert, ID: msgid.ID{2}, Text: "two", Queued: true},
			{From: anna, To: bert, ID: msgid.ID{3}, Text: "three", Queued: true},
			{From: anna, To: bert, ID: msgid.ID{4}, Text: "refused"},
		},
		Acked: []Acked{{anna, bert, msgid.ID{1}}, {bert, anna, msgid.ID{1}}, {anna, bert, msgid.ID{2}}},
		Shown: []Shown{
			{"bert", bert, anna, msgid.ID{1}}, {"anna", anna, bert, msgid.ID{1}}, {"bert", bert, anna, msgid.ID{2}},
			{"bert's window", bert, anna, msgid.ID{2}}, // a second program shows it too
		},
		Ends: []End{
			{Device: anna, History: map[identity.DeviceID][]Held{bert: {one, back, two, three}}, Outbox: []Held{three}},
			{Device: bert, History: map[identity.DeviceID][]Held{anna: {one, back, two}}},
			{Device: carl},
		},
	}
}

func TestCheck(t *testing.T) {
	annas := func(r *Record) []Held { return r.Ends[0].History[bert] }
	berts := func(r *Record) []Held { return r.Ends[1].History[anna] }
	for _, c := range []struct {
		name    string
		spoil   func(*Record)
		breaks  []Invariant // in any order; none: the record is good
		because string
	}{
		{"good", func(*Record) {}, nil, ""},
		{"not queued and yet there", func(r *Record) {
			m := Held{From: anna, To: bert, ID: msgid.ID{4}, Text: "refused"}
			r.Ends[0].History[bert] = append(annas(r), m)
			r.Ends[1].History[anna] = append(berts(r), m)
		}, nil, ""},
		{"lost from the outbox", func(r *Record) { r.Ends[0].Outbox = nil }, []Invariant{I1},
			`"three" of anna is neither at bert nor in the outbox`},
		{"lost by its sender", func(r *Record) {
			r.Ends[0].History[bert] = slices.Delete(annas(r), 0, 1)
		}, []Invariant{I1}, `anna no longer has "one", which it had queued for bert`},
		{"another text", func(r *Record) { berts(r)[0].Text = "0ne" }, []Invariant{I1}, `bert has "0ne" where anna wrote "one"`},
		{"out of nothing", func(r *Record) {
			r.Ends[1].History[anna] = append(berts(r), Held{From: anna, To: bert, ID: msgid.ID{9}})
		}, []Invariant{I1}, "bert has message 09000000-0000-0000-0000-000000000000 of anna, which nobody wrote"},
		{"twice in the history", func(r *Record) {
			r.Ends[1].History[anna] = append(berts(r), berts(r)[2])
		}, []Invariant{I2}, "bert has message 02000000-0000-0000-0000-000000000000 of anna twice in its history"},
		{"shown twice", func(r *Record) { r.Shown = append(r.Shown, r.Shown[2]) }, []Invariant{I2},
			"bert showed message 02000000-0000-0000-0000-000000000000 of anna twice"},
		{"acknowledged and lost", func(r *Record) {
			r.Ends[1].History[anna] = berts(r)[:2]
			r.Ends[0].Outbox = append(r.Ends[0].Outbox, annas(r)[2]) // so that nothing is lost for good
			r.Shown = r.Shown[:2]
		}, []Invariant{I3}, "anna was told that bert has message 02000000-0000-0000-0000-000000000000, and it is not there"},
		{"shown and lost", func(r *Record) {
			r.Ends[1].History[anna] = berts(r)[:2]
			r.Ends[0].Outbox = append(r.Ends[0].Outbox, annas(r)[2])
			r.Acked = r.Acked[:2]
			r.Shown = r.Shown[:3]
		}, []Invariant{I3}, "bert showed message 02000000-0000-0000-0000-000000000000 of anna, and has it no longer"},
		{"wrong order in the history", func(r *Record) {
			h := berts(r)
			h[0], h[2] = h[2], h[0]
		}, []Invariant{I4}, `bert has "one" of anna below "two"`},
		{"shown in the wrong order", func(r *Record) { r.Shown[0], r.Shown[2] = r.Shown[2], r.Shown[0] }, []Invariant{I4},
			`bert showed "one" of anna after "two"`},
		{"two programs, and no order between them", func(r *Record) {
			r.Texts[2].By = "anna's twin"
			h := berts(r)
			h[0], h[2] = h[2], h[0]
			r.Shown[0], r.Shown[2] = r.Shown[2], r.Shown[0]
		}, nil, ""},
		{"at the wrong device", func(r *Record) {
			r.Ends[2].History = map[identity.DeviceID][]Held{anna: {annas(r)[2]}}
		}, []Invariant{I5}, `carl has "two" with anna, which anna wrote to bert`},
		{"shown at the wrong device", func(r *Record) {
			r.Ends = r.Ends[:2]
			r.Shown = append(r.Shown, Shown{"carl", carl, anna, msgid.ID{2}})
		}, []Invariant{I5}, `carl showed "two", which anna wrote to bert`},
		{"queued for the wrong device", func(r *Record) { r.Ends[0].Outbox[0].To = carl }, []Invariant{I5},
			`anna has "three" in the outbox for carl instead of bert`},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := goodRecord()
			c.spoil(&r)
			got := Check(r)
			var broken []Invariant
			said := c.because == ""
			for _, v := range got {
				broken = append(broken, v.Invariant)
				said = said || v.What == c.because
			}
			if !slices.Equal(broken, c.breaks) || !said {
				t.Errorf("breaks %v, want %v: %s", got, c.breaks, c.because)
			}
		})
	}
}

func TestLedger(t *testing.T) {
	l := NewLedger()
	l.Name(anna, "anna")
	first := Text{From: anna, To: bert, ID: msgid.ID{1}, Text: "one"}
	l.Wrote(first)
	l.Wrote(first) // tried again
	l.Queued(anna, msgid.ID{1})
	l.Wrote(first)              // and again, which changes nothing any more
	l.Queued(bert, msgid.ID{1}) // of nobody
	l.Acked(Acked{anna, bert, msgid.ID{1}})
	l.Shown(Shown{"bert", bert, anna, msgid.ID{1}})
	l.End(End{Device: anna})
	l.End(End{Device: anna, Outbox: []Held{{From: anna, To: bert, ID: msgid.ID{1}}}})
	r := l.Record()
	refused, queued := first, first
	refused.Gone, queued.Queued = true, true
	if !slices.Equal(r.Texts, []Text{refused, queued}) || len(r.Acked) != 1 || len(r.Shown) != 1 || len(r.Ends) != 1 || len(r.Ends[0].Outbox) != 1 {
		t.Errorf("recorded %+v", r)
	}
	if l.CountAcked(anna, bert) != 1 || l.CountShown(anna, bert) != 1 || l.CountQueued(anna, bert) != 1 || l.CountShown(bert, anna) != 0 {
		t.Error("wrong counts")
	}
}

func TestRandomReplays(t *testing.T) {
	draw := func(seed uint64, name string) (n [4]uint64) {
		r := random(seed, name)
		for i := range n {
			n[i] = r.Uint64()
		}
		return n
	}
	first := draw(1, "a")
	if again := draw(1, "a"); again != first {
		t.Error("one seed makes two different runs")
	}
	if first == draw(2, "a") || first == draw(1, "b") {
		t.Error("different seeds or tests make the same choices")
	}
}
