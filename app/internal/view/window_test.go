package view

import (
	"strconv"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

func paste(e *sendEntry, text string) {
	c := fyne.CurrentApp().Clipboard()
	c.SetContent(text)
	e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
}

// TestAPasteThatIsTooLongIsNotTaken: not even white space, which costs as much.
func TestAPasteThatIsTooLongIsNotTaken(t *testing.T) {
	const most = 64 << 10
	snap := sample()
	root, rec, win := window(t, snap, 1000, 700)
	e := root.chat.composer.entry
	root.chat.focus()
	typeKeys(t, win, "keep ")
	rec.take()
	for _, long := range []string{strings.Repeat("a", most-4), strings.Repeat(" ", 1<<20), strings.Repeat("line\n", 60<<10)} {
		paste(e, long)
		if e.Text != "keep " {
			t.Fatalf("the text became %d bytes long", len(e.Text))
		}
		if got := element(root, "error").Text; !strings.HasPrefix(got, "Too long by ") {
			t.Errorf("the error is %q", got)
		}
		want(t, rec)
	}
	root.Set(snap) // a snapshot knows nothing about the paste
	if element(root, "error").Object == nil {
		t.Error("a snapshot withdraws the error")
	}
	typeKeys(t, win, "x")
	if element(root, "error").Object != nil {
		t.Error("the error stays after typing")
	}
	paste(e, strings.Repeat("a", most-len(e.Text)))
	if len(e.Text) != most || element(root, "error").Object != nil {
		t.Fatalf("%d bytes; the limit itself is not taken: %q", len(e.Text), element(root, "error").Text)
	}
	e.TypedShortcut(&fyne.ShortcutSelectAll{})
	paste(e, strings.Repeat("b", most)) // instead of what is selected
	if !strings.HasPrefix(e.Text, "bbb") || len(e.Text) != most {
		t.Errorf("over a selection: %d bytes", len(e.Text))
	}
	paste(e, "b")
	root.Set(asking())
	root.Set(snap)
	if element(root, "error").Object != nil {
		t.Error("the error of another visit stays")
	}
}

// TestTheMenuOfTheEntryPastesTheSameWay: its entry calls TypedShortcut too.
func TestTheMenuOfTheEntryPastesTheSameWay(t *testing.T) {
	root, _, win := window(t, sample(), 1000, 700)
	e := root.chat.composer.entry
	fyne.CurrentApp().Clipboard().SetContent(strings.Repeat("a", 70<<10))
	e.TappedSecondary(&fyne.PointEvent{})
	var rows []fyne.Tappable
	for _, o := range test.LaidOutObjects(win.Canvas().Overlays().Top()) {
		if row, ok := o.(fyne.Tappable); ok {
			if _, hover := o.(desktop.Hoverable); hover {
				rows = append(rows, row)
			}
		}
	}
	for _, row := range rows {
		test.Tap(row)
	}
	if e.Text != "" || element(root, "error").Object == nil {
		t.Errorf("%d entries of the menu put %d bytes into the field", len(rows), len(e.Text))
	}
}

func TestContextMenu(t *testing.T) {
	root, rec, win := window(t, sample(), 1000, 700)
	ask := func() {
		test.TapSecondaryAt(element(root, "8").Object.(*rowView), fyne.NewPos(600, 20))
		if root.open == nil || win.Canvas().Overlays().Top() != root.open {
			t.Fatal("no menu")
		}
	}
	ask()
	tap(t, root, "menu/copy")
	want(t, rec, "copy 22")
	for name, leave := range map[string]func(){
		"escape":    func() { pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyEscape}) },
		"elsewhere": func() { clickAt(win, fyne.NewPos(400, 300)) },
		"wheel":     func() { root.open.Scrolled(&fyne.ScrollEvent{}) },
		"the chat":  func() { root.Set(asking()); root.Set(sample()) },
	} {
		ask()
		leave()
		if root.open != nil || win.Canvas().Overlays().Top() != nil || element(root, "menu/copy").Object != nil {
			t.Errorf("%s does not close the menu", name)
		}
	}
	rec.take()
	if !onPhone() { // which would show its keyboard for it
		ask()
		pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyDown})
		pressKey(root, win, enter)
		want(t, rec, "copy 22")
	}
	test.TapSecondaryAt(element(root, "d1").Object.(*rowView), fyne.NewPos(10, 10))
	if root.open != nil {
		t.Error("a day has a menu")
	}
	root.openMenu(fyne.NewPos(990, 690), menuEntry{id: "menu/copy", icon: kit.IconCopy, word: "Copy text", do: func() {}})
	if p, s := root.open.card.Position(), root.open.card.Size(); p.X+s.Width > 1000 || p.Y+s.Height > 700 {
		t.Errorf("the menu leaves the window: %v %v", p, s)
	}
}

func TestKeysScrollTheMessages(t *testing.T) {
	root, rec, win := window(t, longChat(), 1000, 700)
	e := root.chat.composer.entry
	press := func(k fyne.KeyName) { e.TypedKey(&fyne.KeyEvent{Name: k}) }
	press(fyne.KeyPageUp)
	if root.chat.list.AtEnd() {
		t.Error("PageUp does not scroll")
	}
	press(fyne.KeyPageDown)
	if !root.chat.list.AtEnd() {
		t.Error("PageDown does not come back")
	}
	press(fyne.KeyHome)
	if element(root, "0").Object == nil {
		t.Error("Home does not go to the first message")
	}
	press(fyne.KeyEnd)
	if !root.chat.list.AtEnd() {
		t.Error("End does not go to the newest message")
	}
	want(t, rec, "end false", "end true", "end false", "end true")
	root.chat.focus()
	typeKeys(t, win, "ab")
	press(fyne.KeyHome)
	typeKeys(t, win, "x")
	if e.Text != "xab" || !root.chat.list.AtEnd() {
		t.Errorf("Home is not the text's: %q", e.Text)
	}
	press(fyne.KeyPageUp) // one line needs no pages
	if root.chat.list.AtEnd() {
		t.Error("PageUp does nothing while a line is written")
	}
	root.chat.list.ToEnd()
	root.chat.composer.setText(strings.Repeat("line\n", 30))
	press(fyne.KeyPageUp)
	if !root.chat.list.AtEnd() {
		t.Error("PageUp is not the text's that needs it")
	}
	win.Canvas().Unfocus()
	root.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageUp})
	if root.chat.list.AtEnd() {
		t.Error("PageUp does nothing without a focus")
	}
	rec.take()
	root.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	want(t, rec, "close")
}

func TestStripNames(t *testing.T) {
	snap := sample()
	for _, c := range []struct {
		names []string
		shown string
	}{
		{[]string{"Mia's Pixel number 9", "Jonas"}, "Mia's"},
		{[]string{"Mia's Pixel number 9", "Mia's laptop computer"}, "Mia's Pixel number 9"},
		{[]string{"Mia's Pixel number 9", "Mia's"}, "Mia's Pixel number 9"},
		{[]string{"Mia P", "Jonas"}, "Mia P"},
	} {
		snap.Nearby = nil
		for i, n := range c.names {
			snap.Nearby = append(snap.Nearby, device(byte(20+i), n, "M", true))
		}
		root, _, _ := window(t, snap, 1000, 700)
		if got := element(root, "nearby/"+snap.Nearby[0].ShortID).Text; got != c.shown {
			t.Errorf("of %q the first is called %q, want %q", c.names, got, c.shown)
		}
	}
}

// TestStripPitch: devices, and the cell to pair behind them, move together before
// the strip scrolls.
func TestStripPitch(t *testing.T) {
	snap := sample()
	for n, want := range map[int]float32{2: 70, 3: 70, 4: 61.5, 12: 61} {
		snap.Nearby = nil
		for i := range n {
			snap.Nearby = append(snap.Nearby, device(byte(20+i), "Mia", "M", true))
		}
		root, _, _ := window(t, snap, 1000, 700)
		a, b := root.side.nearby.cells[snap.Nearby[0].ID], root.side.nearby.cells[snap.Nearby[1].ID]
		if got := b.Position().X - a.Position().X; got != want {
			t.Errorf("%d devices stand %v apart, want %v", n, got, want)
		}
		if scrolls := root.side.nearby.right.Visible(); scrolls != (n == 12) {
			t.Errorf("%d devices scroll: %v", n, scrolls)
		}
	}
}

// many is the sample with more devices and conversations than fit.
func many() viewmodel.Snapshot {
	snap := sample()
	for n := range 20 {
		d := device(byte(60+n), "Device "+string(rune('A'+n)), "D", true)
		snap.Nearby = append(snap.Nearby, d)
		snap.Conversations = append(snap.Conversations, viewmodel.Conversation{Device: d, Preview: "Hello", Time: "Mon"})
	}
	return snap
}

// TestScrollingIsTold: what is on the screen moved.
func TestScrollingIsTold(t *testing.T) {
	root, _, _ := window(t, many(), 1000, 700)
	for name, scroll := range map[string]func(){
		"strip":   func() { root.side.nearby.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -50)}) },
		"sidebar": func() { root.side.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -50)}) },
	} {
		told := 0
		root.OnMoved = func() { told++ }
		scroll()
		if told == 0 {
			t.Errorf("the %s scrolls without a word", name)
		}
	}
	if x, y := root.side.nearby.scroll.Offset.X, root.side.scroll.Offset.Y; x != 3*50 || y != 3*50 {
		t.Errorf("two notches move the strip by %v and the list by %v", x, y)
	}
	if n := root.side.nearby; !n.left.Visible() || !n.right.Visible() {
		t.Error("the strip does not say that there are more devices on both sides")
	}
	root.side.nearby.scroll.ScrollToOffset(fyne.NewPos(1e5, 0))
	root.side.nearby.fade()
	if root.side.nearby.right.Visible() {
		t.Error("at its end the strip says there is more")
	}
}

// TestTheListSurvivesANewWidth: renaming and where the list stands.
func TestTheListSurvivesANewWidth(t *testing.T) {
	snap := many()
	snap.Chat = nil
	root, rec, win := window(t, snap, 1000, 700)
	tap(t, root, "rename")
	typeKeys(t, win, "Nina")
	root.side.scroll.ScrollToOffset(fyne.NewPos(0, 5*desktopSizes.row+desktopSizes.row/2))
	root.side.nearby.scroll.ScrollToOffset(fyne.NewPos(3*root.side.nearby.pitch(), 0))
	for _, width := range []float32{500, 1000} {
		win.Resize(fyne.NewSize(width, 700))
		entry := root.side.header.entry
		if !entry.Visible() || entry.Text != "Nina" || win.Canvas().Focused() != entry {
			t.Errorf("at %v: the name being typed is %q, visible %v", width, entry.Text, entry.Visible())
		}
		if got := root.side.scroll.Offset.Y / root.side.z.row; got < 5.4 || got > 5.6 {
			t.Errorf("at %v: the list stands at row %.2f", width, got)
		}
		if got := root.side.nearby.scroll.Offset.X / root.side.nearby.pitch(); got < 2.9 || got > 3.1 {
			t.Errorf("at %v: the strip stands at device %.2f", width, got)
		}
	}
	root.side.header.entry.TypedKey(enter)
	want(t, rec, `rename "Nina"`)
}

func TestSmallestWindow(t *testing.T) {
	root, _, _ := window(t, sample(), 1000, 700)
	if got := root.MinSize(); got != fyne.NewSize(320, 480) {
		t.Errorf("the window can be as small as %v", got)
	}
	if got := NewMessage(kit.Light(), "Earshot", "x").MinSize(); got != fyne.NewSize(320, 480) {
		t.Errorf("a message can be as small as %v", got)
	}
}

// TestTheThemeChangesLive: another theme of the app draws everything anew and
// keeps what a person did.
func TestTheThemeChangesLive(t *testing.T) {
	snap := longChat()
	root, _, win := window(t, snap, 1000, 700)
	root.chat.focus()
	typeKeys(t, win, "half a th")
	root.chat.list.Page(-2)
	place := func() map[string]float32 {
		out := make(map[string]float32)
		root.chat.list.EachVisible(func(it kit.Item, o fyne.CanvasObject) { out[it.ItemKey()] = o.Position().Y })
		return out
	}
	before := place()
	fyne.CurrentApp().Settings().SetTheme(kit.Theme(kit.Dark()))
	root.Refresh()
	if !root.t.Dark || root.line.FillColor != kit.Dark().Border {
		t.Fatal("the window is not dark")
	}
	if got := element(root, "composer").Text; got != "half a th" || win.Canvas().Focused() != root.chat.composer.entry {
		t.Errorf("the composer holds %q, focus at %T", got, win.Canvas().Focused())
	}
	typeKeys(t, win, "ought")
	if got := element(root, "composer").Text; got != "half a thought" {
		t.Errorf("typing goes on as %q", got)
	}
	if after := place(); len(after) != len(before) || !sameRows(before, after) {
		t.Errorf("the messages were at %v and are at %v", before, after)
	}
	if fresh := NewRoot(kit.Light(), &recorder{}, nil); !fresh.t.Dark {
		t.Error("a new window is not in the theme of the app")
	}
	m := NewMessage(kit.Light(), "Earshot", "x").(*message)
	if !m.t.Dark {
		t.Error("a message is not in the theme of the app")
	}
	win.SetContent(m)
	fyne.CurrentApp().Settings().SetTheme(kit.Theme(kit.Light()))
	m.Refresh()
	if m.t.Dark {
		t.Error("a message stays dark")
	}
}

func sameRows(a, b map[string]float32) bool {
	for k, y := range a {
		if b[k] != y {
			return false
		}
	}
	return true
}

// longChat is the sample with a hundred messages.
func longChat() viewmodel.Snapshot {
	snap := sample()
	chat := *snap.Chat
	chat.Rows, chat.Verified = nil, true
	for n := range 100 {
		key := strconv.Itoa(n)
		chat.Rows = append(chat.Rows, row(key, "message "+key, "10:00", n%2 == 0, viewmodel.TickNone, true, true))
	}
	snap.Chat = &chat
	return snap
}

// TestALongDraftKeepsToItsLines: the field shows whole lines and nothing at its
// edges.
func TestALongDraftKeepsToItsLines(t *testing.T) {
	for _, lines := range []int{1, 3, 6, 40} {
		root, _, win := window(t, sample(), 1000, 700)
		c := root.chat.composer
		c.setText(strings.TrimSuffix(strings.Repeat("WWWW\n", lines), "\n"))
		win.Canvas().Unfocus()
		picture := win.Canvas().Capture()
		at := fyne.CurrentApp().Driver().AbsolutePositionForObject(c.field)
		var inked []int // rows of the field with ink
		for y := range int(c.field.Size().Height) {
			for x := 16; x < 60; x++ {
				if r, _, _, _ := picture.At(int(at.X)+x, int(at.Y)+y).RGBA(); r>>8 < 120 {
					inked = append(inked, y)
					break
				}
			}
		}
		blocks := 1
		for i := 1; i < len(inked); i++ {
			if inked[i] != inked[i-1]+1 {
				blocks++
			}
		}
		if want := min(lines, composerLines); blocks != want || inked[0] < 10 || inked[len(inked)-1] > int(c.field.Size().Height)-10 {
			t.Errorf("%d lines: %d are seen, from %d to %d of %v", lines, blocks, inked[0], inked[len(inked)-1], c.field.Size().Height)
		}
	}
}
