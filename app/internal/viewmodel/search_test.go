package viewmodel

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"earshot/internal/messenger"
	"earshot/internal/words"
)

// marked is a line with what was found in brackets.
func marked(h *Hit) string {
	var b strings.Builder
	at := 0
	for _, m := range h.Marks {
		b.WriteString(string(h.Line[at:m.Start]) + "[" + string(h.Line[m.Start:m.End]) + "]")
		at = m.End
	}
	return b.String() + string(h.Line[at:])
}

func TestSearch(t *testing.T) {
	svc := newFake()
	svc.history = talk(1000)
	svc.history[10].Text = "Where is the\nÉtude\x1b of mine?"
	svc.history[11].Text = "the etudes are here"
	atDesk(t, svc, func(d *desk) {
		d.Focus(true)
		d.settle()
		for _, text := range []string{"e", "et", "etu", "etud"} {
			d.Search(text)
			d.pass(searchPause / 2)
		}
		if got := d.settle().Search; got.Text != "etud" || !got.Busy || len(got.Hits) != 0 {
			t.Errorf("while it is typed: %+v", got)
		}
		d.pass(searchPause)
		got := d.settle().Search
		if svc.count("search etud") != 1 || svc.count("search et") != 0 || got.Busy || len(got.Hits) != 2 {
			t.Fatalf("calls %q, got %+v", svc.calls, got)
		}
		if a, b := marked(got.Hits[0]), marked(got.Hits[1]); a != "the [etudes] are here" || b != "Where is the [Étude]␛ of mine?" {
			t.Errorf("found %q, %q", a, b)
		}
		if h := got.Hits[0]; h.Name != "Mia" || !h.Out || h.Key != keyN(11, true) || h.Time == "" {
			t.Errorf("got %+v", h)
		}
		d.OpenAt(id(1), got.Hits[1].Key)
		snap := d.settle()
		if snap.Chat == nil || snap.Chat.Place.Key != keyN(10, false) || !snap.Chat.Newer {
			t.Fatalf("opened %+v", snap.Chat)
		}
		if snap.Search.Hits[0] != got.Hits[0] {
			t.Error("a hit that did not change was made anew")
		}
		if svc.count("history") != 1 {
			t.Errorf("%d readings to open a message", svc.count("history"))
		}
		svc.mu.Lock()
		svc.history[11].Text = "nothing to see"
		m := svc.history[11]
		svc.mu.Unlock()
		d.event(messenger.Event{Kind: messenger.EventChanged, Message: &m})
		if got := d.settle().Search; len(got.Hits) != 1 {
			t.Errorf("an edited message is still found: %+v", got)
		}
		d.EndSearch()
		if d.settle().Search != nil {
			t.Error("the search stays")
		}
	})
}

func TestSearchSaysWhyThereIsNothing(t *testing.T) {
	svc := newFake()
	svc.history = talk(10)
	atDesk(t, svc, func(d *desk) {
		look := func(text string) *Search {
			d.Search(text)
			d.pass(2 * searchPause)
			return d.settle().Search
		}
		for text, want := range map[string]string{
			"xyzzy": "No message has", "?!": "Write at least", strings.Repeat("a ", 2000): "That is too much",
		} {
			if got := look(text); !strings.HasPrefix(got.Note, want) || len(got.Hits) != 0 || got.Busy {
				t.Errorf("%.9s: %+v", text, got)
			}
		}
		if got := look("text"); len(got.Hits) != 10 || got.Note != "" || got.More {
			t.Errorf("got %+v", got)
		}
		svc.fail = errors.New("disk")
		if got := look("text 1"); got.Note != "The search did not work. Try it again in a moment." {
			t.Errorf("got %+v", got)
		}
		svc.fail = nil
		if got := look("  "); got.Note != "" || got.Busy || len(got.Hits) != 0 {
			t.Errorf("of nothing: %+v", got)
		}
	})
}

func TestSearchMore(t *testing.T) {
	svc := newFake()
	svc.history = talk(2*searchPage + 7)
	atDesk(t, svc, func(d *desk) {
		d.Search("text")
		d.pass(2 * searchPause)
		for _, want := range []int{searchPage, 2 * searchPage, 2*searchPage + 7, 2*searchPage + 7} {
			got := d.settle().Search
			if len(got.Hits) != want || got.More != (want%searchPage == 0) {
				t.Fatalf("%d hits, more %v, want %d", len(got.Hits), got.More, want)
			}
			d.SearchMore()
			d.SearchMore() // before it is answered
		}
		if got := svc.count("search text"); got != 3 {
			t.Errorf("asked %d times", got)
		}
	})
}

// TestASearchIsStopped: a question that nobody waits for any more ends, and its
// answer is not taken for that to another.
func TestASearchIsStopped(t *testing.T) {
	svc := newFake()
	svc.history = talk(10)
	atDesk(t, svc, func(d *desk) {
		d.settle()
		release := svc.hang()
		d.Search("text 1")
		d.pass(2 * searchPause)
		d.settle()
		d.Search("text 2")
		d.pass(time.Second)
		if got := d.settle().Search; !got.Busy || got.Note != "" {
			t.Errorf("the end of the first is taken for an answer: %+v", got)
		}
		d.EndSearch()
		d.settle()
		d.Search("text 3")
		release()
		d.pass(time.Second)
		got := d.settle().Search
		if len(got.Hits) != 1 || got.Hits[0].Key != keyN(3, true) || svc.count("search text 1")+svc.count("search text 2") != 0 {
			t.Errorf("calls %q, got %+v", svc.calls, got)
		}
	})
}

// TestTheFoundWordIsOnTheLine, wherever in a long text it is, and the line begins
// with a word.
func TestTheFoundWordIsOnTheLine(t *testing.T) {
	for _, filler := range []string{"word ", "слово ", "長い", "x", "👨‍👩‍👧‍👦 "} {
		for _, before := range []int{0, 1, 5, 20, 400, 8000} {
			for _, found := range []string{" needle ", " Nadel-needle"} {
				m := message(1, false)
				m.Text = strings.Repeat(filler, before) + found + strings.Repeat(" "+filler, 500)
				q, err := words.ParseQuery("needle")
				if err != nil {
					t.Fatal(err)
				}
				h := newHit(m, q)
				if !utf8.ValidString(string(h.line)) || len(h.marks) != 1 || h.marks[0].End-h.marks[0].Start != len("needle") {
					t.Errorf("%d times %q: %q, %v", before, filler, h.line, h.marks)
				}
				if len([]rune(string(h.line))) > 3000 {
					t.Errorf("a line of %d characters", len([]rune(string(h.line))))
				}
			}
		}
	}
}

func TestHitsOfAllKinds(t *testing.T) {
	m := message(1, false)
	for text, want := range map[string]string{
		"needle":                              "[needle]",
		"a needle, needles, Needle":           "a [needle], [needles], [Needle]",
		"\u202eneedle\u202c x":                "[needle] x",
		strings.Repeat("hay ", 30) + "needle": "… " + strings.Repeat("hay ", 5) + "[needle]",
	} {
		m.Text = text
		q, _ := words.ParseQuery("needle")
		h := newHit(m, q)
		if got := marked(&Hit{Line: h.line, Marks: h.marks}); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := fmt.Sprint(slices.Collect(strings.SplitSeq(part("a b c", 4), " "))); got != "[a b c]" {
		t.Errorf("a short text became %s", got)
	}
}

// TestAHitIsMarkedAgain, for as long as the first time, when its chat was left
// and is opened at it once more.
func TestAHitIsMarkedAgain(t *testing.T) {
	svc := newFake()
	svc.history = talk(300)
	atDesk(t, svc, func(d *desk) {
		key := keyN(20, false)
		rev := 0
		for range 2 {
			d.OpenAt(id(1), key)
			chat := d.settle().Chat
			if chat.Place.Key != key || chat.Place.Rev == rev {
				t.Errorf("the place is %+v, after rev %d", chat.Place, rev)
			}
			rev = chat.Place.Rev
			marked := func() bool { return slices.ContainsFunc(d.settle().Chat.Rows, func(r *Row) bool { return r.Found }) }
			if !marked() {
				t.Error("it is not marked")
			}
			if d.pass(2 * foundFor); marked() {
				t.Error("it stays marked")
			}
			d.Close()
			d.settle()
		}
	})
}

// TestAChangeLeavesAsManyHits: nobody who looks at the last of them is thrown
// back to the first page, and there are not said to be more than there are.
func TestAChangeLeavesAsManyHits(t *testing.T) {
	svc := newFake()
	svc.history = talk(2*searchPage + 7)
	atDesk(t, svc, func(d *desk) {
		d.Search("text")
		d.pass(2 * searchPause)
		m := svc.history[3]
		for _, want := range []int{searchPage, 2 * searchPage, 2*searchPage + 7} {
			d.event(messenger.Event{Kind: messenger.EventChanged, Message: &m})
			if got := d.settle().Search; len(got.Hits) != want || got.More != (want%searchPage == 0) {
				t.Errorf("%d hits, more %v, want %d", len(got.Hits), got.More, want)
			}
			d.SearchMore()
			d.settle()
		}
	})
}
