package view

import (
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// TestSheetsFitTheNarrowestPhone with the longest names: nothing is cut, every
// row is large enough for a finger and can be scrolled to.
func TestSheetsFitTheNarrowestPhone(t *testing.T) {
	const long = "Ludwig Bartholomäus von Habenichts' PC 1" // 40 characters
	snap := verified()
	chat := *snap.Chat
	chat.Name, chat.CanPair, chat.Caution = long, true, "Another device with the name of "+long+". Not "+long+" unless you pair."
	chat.About.Nick, chat.About.Said = long, long
	for i := range chat.About.Older {
		chat.About.Older[i].Name = long
	}
	snap.Chat = &chat
	snap.Blocked = []viewmodel.BlockedDevice{{Device: chat.Device, Tries: "It has tried 12345 times since Earshot was started."}}
	snap.Visibility, snap.Notice = viewmodel.VisibleHidden, "Earshot does not answer, so that may not be done. Try it again in a moment."
	for _, way := range [][]string{
		{"chat-about"}, {"chat-about", "about/id"}, {"chat-about", "about/rename"}, {"chat-about", "about/replace"},
		{"chat-about", "about/replace", "replace/" + chat.About.Older[0].ShortID}, {"chat-about", "about/block"}, {"chat-about", "about/forget"},
	} {
		root, _, _ := window(t, snap, narrowPhone, leastHeight)
		tapped(way...)(root)
		checkSheet(t, root, way)
	}
	for _, way := range [][]string{{"settings"}, {"settings", "settings/blocked"}, {"settings", "settings/blocked", "blocked/" + chat.ShortID}} {
		root, _, _ := window(t, closed(snap), narrowPhone, leastHeight)
		tapped(way...)(root)
		checkSheet(t, root, way)
	}
}

func checkSheet(t *testing.T, root *Root, way []string) {
	t.Helper()
	s := root.sheet
	if got, room := s.content.Size(), s.scroll.Size(); got.Width != narrowPhone || got.Height < s.contentHeight(narrowPhone) || room.Height <= 0 {
		t.Errorf("%s: the page is %v, its window %v", way, got, room)
	}
	hidden := map[*kit.Label]bool{s.head: true} // and those that may be cut
	for _, o := range test.LaidOutObjects(s) {
		switch o := o.(type) {
		case *kit.Label:
			if !hidden[o] && strings.HasSuffix(drawn(o), "…") && !strings.HasSuffix(o.Text(), "…") {
				t.Errorf("%s: cut: %q", way, o.Text())
			}
		case *sheetRow:
			hidden[o.word], hidden[o.sub] = !o.Visible(), !o.Visible()
			if o.Visible() && o.Size().Height < 44 || o.Label() == "" {
				t.Errorf("%s: %s is %v high, labelled %q", way, o.id, o.Size().Height, o.Label())
			}
		}
	}
	if root.open == nil {
		return
	}
	for _, l := range root.open.head {
		if strings.HasSuffix(drawn(l), "…") {
			t.Errorf("%s: the question is cut: %q", way, l.Text())
		}
	}
	if p, size := root.open.card.Position(), root.open.card.Size(); p.Y < 0 || p.Y+size.Height > leastHeight {
		t.Errorf("%s: the question is at %v, %v large", way, p, size)
	}
}

// drawn is what a label shows of its text.
func drawn(l *kit.Label) string {
	var out strings.Builder
	for _, o := range test.WidgetRenderer(l).Objects() {
		if t, ok := o.(*canvas.Text); ok {
			out.WriteString(t.Text)
		}
	}
	return out.String()
}

// TestRowsAreGoneThroughByKeys: the arrows go from row to row, and the sheet
// scrolls to them.
func TestRowsAreGoneThroughByKeys(t *testing.T) {
	root, _, win := window(t, verified(), narrowPhone, leastHeight)
	openAbout(root)
	keyAt(t, root, win, "about/id", &fyne.KeyEvent{Name: fyne.KeyDown})
	var seen []string
	for range 12 {
		if r, ok := win.Canvas().Focused().(*sheetRow); ok && !slices.Contains(seen, r.id) {
			seen = append(seen, r.id)
			top := fyne.CurrentApp().Driver().AbsolutePositionForObject(r).Y
			if top < sheetHead || top+r.Size().Height > leastHeight {
				t.Errorf("%s has the keyboard and is at %v", r.id, top)
			}
		}
		pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyDown})
	}
	if got := strings.Join(seen[:min(5, len(seen))], " "); got != "about/rename about/receipts about/replace about/block about/forget" {
		t.Errorf("the arrows go through %s", got)
	}
}

// TestASheetChangesColours with the window, and stays.
func TestASheetChangesColours(t *testing.T) {
	root, _, win := window(t, acceptedNick(), 1000, 700)
	tapped("chat-about", "about/rename")(root)
	app := fyne.CurrentApp()
	app.Settings().SetTheme(kit.Theme(kit.Dark()))
	root.Refresh()
	if root.sheet == nil || element(root, "rename/name").Object == nil || root.sheet.card.FillColor != kit.Dark().Bg {
		t.Fatal("the sheet is gone or in the old colours")
	}
	if n := len(win.Canvas().Overlays().List()); n != 1 {
		t.Errorf("%d overlays", n)
	}
	pressKey(root, win, escape)
	if element(root, "about").Object == nil {
		t.Error("the page below is gone")
	}
}

// TestAPairingIsAboveTheSheet.
func TestAPairingIsAboveTheSheet(t *testing.T) {
	snap := verified()
	root, _, win := window(t, snap, 1000, 700)
	openAbout(root)
	snap.Pairing = &viewmodel.PairDialog{Step: viewmodel.PairWait, Title: "Pair with Mia", Text: "One moment …"}
	root.Set(snap)
	if root.sheet != nil || root.dialog == nil || len(win.Canvas().Overlays().List()) != 1 {
		t.Errorf("sheet %v, dialog %v, %d overlays", root.sheet != nil, root.dialog != nil, len(win.Canvas().Overlays().List()))
	}
}

// TestTheDeletedMessageIsNamed: the question says which message it is about, in
// at most two lines.
func TestTheDeletedMessageIsNamed(t *testing.T) {
	snap := talking()
	root, _, _ := window(t, snap, 1000, 900)
	menuOf(t, root, "7")
	tap(t, root, "menu/delete")
	if got := element(root, "ask/about").Text; got != "“\u2068Perfect! Shall we meet at the station?\u2069”" {
		t.Errorf("it is about %q", got)
	}
	root.closeMenu()
	r := *snap.Chat.Rows[6]
	r.Key, r.Raw = "long", strings.Repeat("A long\ntext with \u202e marks. ", 200)
	snap.Chat.Rows = append(snap.Chat.Rows, &r)
	root.Set(snap)
	root.chat.list.ToEnd()
	menuOf(t, root, "long")
	tap(t, root, "menu/delete")
	l := root.open.head[1]
	if got := l.Size().Height; got > 2*kit.LineHeight(askNote)+1 || strings.ContainsAny(l.Text(), "\n\u202e") {
		t.Errorf("%v high: %q", got, l.Text())
	}
}

// TestTheLongestNoticesFit on the narrowest phone.
func TestTheLongestNoticesFit(t *testing.T) {
	snap := closed(sample())
	for _, text := range []string{
		"The history was damaged and is restored from the copy of 2026-11-19 08:15; what contacts wrote since comes again when they are in earshot, what you wrote since is with them alone, and what you deleted since may be here again. The damaged file is kept in /data/user/0/org.example.earshot/files/fyne/earshot/damaged-1.",
		"Two devices that run at the same time say that they are Ludwig Bartholomäus von Habenichts' PC 1, with the same key: a copied home folder, or a stolen key. Ask its owner to end one of them; if they know of no copy, block it and pair with a new device.",
	} {
		snap.Alerts = append(snap.Alerts, viewmodel.Alert{ID: text[:8], Text: safetext.Display(text)})
	}
	root, _, _ := window(t, snap, narrowPhone, leastHeight)
	for _, a := range root.side.alerts {
		if got := drawn(a.text); strings.HasSuffix(got, "…") {
			t.Errorf("cut: %q", got)
		}
	}
}
