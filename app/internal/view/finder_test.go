package view

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
	"earshot/internal/words"
)

// searching is a window in which something was found.
func searching(text string, more bool) viewmodel.Snapshot {
	snap := sample()
	q, _ := words.ParseQuery(text)
	snap.Search = &viewmodel.Search{Text: text, More: more}
	for i, line := range []string{
		"See you at the lake at 6 then", "I found the old photos from the lake house on my drive.",
		"… and everything else that we need for the lake, the house and the boat: see the list below",
		"Who has the keys of the Lake House?", "laketown",
	} {
		c := snap.Conversations[i%3]
		snap.Search.Hits = append(snap.Search.Hits, &viewmodel.Hit{
			Device: c.Device, Key: string(rune('a' + i)), Out: i%2 == 0, Time: c.Time, Line: safetext.Display(line), Marks: words.Spans(line, q),
		})
	}
	return snap
}

func typeSearch(r *Root, text string) {
	r.Find()
	r.side.finder.setText(text)
	r.side.finder.changed()
}

func TestSearchPictures(t *testing.T) {
	for _, c := range []struct {
		name string
		snap viewmodel.Snapshot
		w, h float32
	}{
		{"search-desktop", searching("lake house", true), 1000, 700},
		{"search-phone", searching("lake", false), usualPhone, 915},
		{"search-nothing", searching("xyzzy", false), narrowPhone, 640},
	} {
		if onPhone() {
			c.snap.Chat = nil
		}
		if c.w < twoPanes {
			c.snap.Chat = nil
		}
		if c.name == "search-nothing" {
			c.snap.Search.Hits, c.snap.Search.Note = nil, "No message has these words."
		}
		text := c.snap.Search.Text
		if c.name == "search-desktop" && onPhone() {
			continue // without the chat it is another picture
		}
		pictures(t, c.name, c.snap, c.w, c.h, func(r *Root) { typeSearch(r, text) })
	}
}

func TestSearching(t *testing.T) {
	for _, width := range []float32{1000, usualPhone} {
		snap := searching("lake", true)
		if width < twoPanes {
			snap.Chat = nil
		}
		root, rec, win := window(t, snap, width, 800)
		if got := element(root, "search").Object != nil; got != (width > twoPanes) {
			t.Errorf("width %v: the field is there: %v", width, got)
		}
		rec.take()
		root.Find()
		typeKeys(t, win, "la")
		want(t, rec, `search "l"`, `search "la"`)
		if element(root, "hit/1").Object == nil || element(root, "conversation/"+snap.Conversations[0].ShortID).Object != nil {
			t.Error("the hits do not replace the list")
		}
		tap(t, root, "hit/2")
		want(t, rec, "open "+snap.Search.Hits[1].ShortID+" at b")
		tap(t, root, "search/more")
		want(t, rec, "search more")
		root.Find()
		pressKey(root, win, enter)
		want(t, rec, "open "+snap.Search.Hits[0].ShortID+" at a")
		pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyDown})
		pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyDown})
		pressKey(root, win, enter)
		want(t, rec, "open "+snap.Search.Hits[1].ShortID+" at b")
		pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyUp})
		pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyEscape})
		want(t, rec, "end search")
		if element(root, "hit/1").Object != nil || element(root, "search").Text != "" || element(root, "conversation/"+snap.Conversations[0].ShortID).Object == nil {
			t.Error("the list does not come back")
		}
		if got := element(root, "search").Object != nil; got != (width > twoPanes) {
			t.Errorf("width %v, after the search: the field is there: %v", width, got)
		}
	}
}

// TestASearchSurvivesAnotherWidth: what was typed stays when the list is made anew.
func TestASearchSurvivesAnotherWidth(t *testing.T) {
	snap := searching("lake", false)
	root, rec, _ := window(t, snap, 1000, 800)
	typeSearch(root, "lake")
	rec.take()
	snap.Chat = nil
	root.Set(snap)
	root.Resize(fyne.NewSize(usualPhone, 800))
	if element(root, "search").Text != "lake" || element(root, "hit/5").Object == nil {
		t.Errorf("the field holds %q", element(root, "search").Text)
	}
	want(t, rec)
	root.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	want(t, rec, "end search")
}

// TestFindFromAChat: the shortcut is taken from the composer, and on a phone the
// chat is left.
func TestFindFromAChat(t *testing.T) {
	root, rec, win := window(t, sample(), 1000, 800)
	root.chat.focus()
	rec.take()
	root.chat.composer.entry.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierShortcutDefault})
	if win.Canvas().Focused() != root.side.finder.entry {
		t.Error("the keyboard is not at the search")
	}
	want(t, rec)
	root.Resize(fyne.NewSize(usualPhone, 800))
	rec.take()
	root.Find()
	if got := rec.take(); !slices.Contains(got, "close") {
		t.Errorf("on a phone: %q", got)
	}
}

// TestMarksAreWords: a found phrase is marked word by word, so that words of a
// script from the right keep their order.
func TestMarksAreWords(t *testing.T) {
	const text = "say שלום  עולם, now"
	from := strings.Index(text, "ש")
	var got []string
	for _, s := range single(text, from, strings.Index(text, ",")) {
		got = append(got, text[s.Start:s.End])
	}
	if !slices.Equal(got, []string{"שלום", "עולם"}) {
		t.Errorf("marked are %q", got)
	}
}

// TestArrowsStayWithTheHits and show the one that has the keyboard.
func TestArrowsStayWithTheHits(t *testing.T) {
	snap := searching("lake", false)
	many := *snap.Search
	for i := range 30 {
		h := *many.Hits[0]
		h.Key = "more/" + strconv.Itoa(i)
		many.Hits = append(many.Hits, &h)
	}
	snap.Search = &many
	root, rec, win := window(t, snap, 1000, 800)
	root.Find()
	typeKeys(t, win, "lake")
	rec.take()
	f := root.side.finder
	down, up := &fyne.KeyEvent{Name: fyne.KeyDown}, &fyne.KeyEvent{Name: fyne.KeyUp}
	check := func(row int) {
		t.Helper()
		want := f.shownR[row]
		y := want.Position().Y - f.scroll.Offset.Y
		if win.Canvas().Focused() != want || y < 0 || y+want.Size().Height > f.scroll.Size().Height {
			t.Errorf("hit %d is at %v of %v, the keyboard with %T", row, y, f.scroll.Size().Height, win.Canvas().Focused())
		}
	}
	for i := range many.Hits {
		pressKey(root, win, down)
		check(i)
	}
	pressKey(root, win, down)
	check(len(many.Hits) - 1)
	want(t, rec)
	for i := len(many.Hits) - 2; i >= 0; i-- {
		pressKey(root, win, up)
		check(i)
	}
	pressKey(root, win, up)
	if win.Canvas().Focused() != f.entry {
		t.Errorf("above the first hit the keyboard is with %T", win.Canvas().Focused())
	}

	more := many
	more.More = true
	snap.Search = &more
	root.Set(snap)
	f.takeKeys(f.shownR[len(many.Hits)-1])
	pressKey(root, win, down)
	want(t, rec, "search more")
}

// TestEscapeLeavesTheChatThenTheSearch: a composer that is not on the screen any
// more has not the keyboard.
func TestEscapeLeavesTheChatThenTheSearch(t *testing.T) {
	escape := &fyne.KeyEvent{Name: fyne.KeyEscape}
	for _, width := range []float32{1000, usualPhone} {
		snap := searching("lake", false)
		root, rec, win := window(t, snap, width, 800)
		typeSearch(root, "lake")
		root.chat.focus()
		rec.take()
		pressKey(root, win, escape)
		want(t, rec, "close")
		snap.Chat = nil
		root.Set(snap)
		pressKey(root, win, escape)
		want(t, rec, "end search")
	}
}
