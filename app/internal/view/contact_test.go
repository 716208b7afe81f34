package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

var escape = &fyne.KeyEvent{Name: fyne.KeyEscape}

// focusOn gives the keyboard to an element and presses a key there.
func keyAt(t *testing.T, r *Root, w fyne.Window, id string, k *fyne.KeyEvent) {
	t.Helper()
	f, ok := element(r, id).Object.(fyne.Focusable)
	if !ok {
		t.Fatalf("%s cannot have the keyboard", id)
	}
	w.Canvas().Focus(f)
	if w.Canvas().Focused() != f {
		t.Fatalf("%s does not get the keyboard", id)
	}
	pressKey(r, w, k)
}

// TestAboutIsOpened by a tap on the name, from the menu and by the keyboard, and
// left by Escape, by the back key, by a tap beside it and by its buttons.
func TestAboutIsOpened(t *testing.T) {
	root, rec, win := window(t, verified(), 1000, 700)
	rec.take()
	leave := map[string]func(){
		"Escape":            func() { pressKey(root, win, escape) },
		"Escape on a row":   func() { keyAt(t, root, win, "about/rename", escape) },
		"the back key":      func() { win.Canvas().Unfocus(); root.TypedKey(&fyne.KeyEvent{Name: mobile.KeyBack}) },
		"a tap beside it":   func() { clickAt(win, fyne.NewPos(40, 400)) },
		"its close button":  func() { tap(t, root, "sheet/close") },
		"a look for others": func() { root.Find(); root.side.finder.end() },
	}
	for how, open := range map[string]func(){
		"a tap on the name": func() { clickAt(win, middle(element(root, "chat-about"))) },
		"the menu":          func() { tap(t, root, "chat-menu"); tap(t, root, "chat/about") },
		"Enter on the name": func() { keyAt(t, root, win, "chat-about", enter) },
	} {
		for way, left := range leave {
			open()
			if got := element(root, "about").Text; got != "Mia's Pixel 9" {
				t.Fatalf("%s opens %q", how, got)
			}
			left()
			if root.sheet != nil || element(root, "about").Object != nil || win.Canvas().Overlays().Top() != nil {
				t.Fatalf("%s does not leave it", way)
			}
		}
	}
	rec.take()
	win.Canvas().Unfocus()
	openAbout(root)
	if !onPhone() {
		root.leaveSheet()
		if win.Canvas().Focused() != root.chat.composer.entry {
			t.Error("what was written does not go on")
		}
	}
}

// TestAboutOnAPhone is the whole screen, with a way back.
func TestAboutOnAPhone(t *testing.T) {
	root, rec, win := window(t, verified(), narrowPhone, leastHeight)
	rec.take()
	openAbout(root)
	if got := root.sheet.card.Size(); got != fyne.NewSize(narrowPhone, leastHeight) {
		t.Errorf("the sheet is %v large", got)
	}
	tap(t, root, "about/rename")
	pressKey(root, win, &fyne.KeyEvent{Name: mobile.KeyBack})
	if element(root, "about").Object == nil {
		t.Error("the back key leaves more than a page")
	}
	tap(t, root, "sheet/back")
	if root.sheet != nil {
		t.Error("the arrow does not leave the sheet")
	}
	want(t, rec)
}

func TestAboutSays(t *testing.T) {
	root, rec, _ := window(t, acceptedNick(), 1000, 700)
	rec.take()
	openAbout(root)
	c := root.snap.Chat
	for id, want := range map[string]string{
		"about": "Mia", "about/said": "Calls itself ⁨Mia's Pixel 9⁩", "about/trust": "Not verified yet. Pair to be sure whose device it is.",
		"about/caution": string(c.Caution), "about/id": "ID " + c.ShortID, "about/long": "", "about/copy": "",
	} {
		if got := element(root, id).Text; got != want {
			t.Errorf("%s says %q, want %q", id, got, want)
		}
	}
	if element(root, "about").State != "Accepted" {
		t.Errorf("the level is %q", element(root, "about").State)
	}
	tap(t, root, "about/id")
	if got := strings.ReplaceAll(root.sheet.pages[0].(*aboutPage).short.sub.Text(), "\n", ""); got != c.About.LongID || element(root, "about/long").Text != got {
		t.Errorf("the full ID is %q", got)
	}
	rec.take()
	tap(t, root, "about/copy")
	want(t, rec, fmt.Sprintf("copy %d", len(c.About.LongID)))
	if got := element(root, "about/copy").Text; got != "Copied" {
		t.Errorf("it says %q", got)
	}
	tap(t, root, "about/receipts")
	want(t, rec, "receipts false")
	tap(t, root, "about/pair")
	want(t, rec, "pair "+c.ShortID)
	if root.sheet != nil {
		t.Error("the sheet covers the pairing")
	}
}

// TestAboutOffersWhatCanBeDone, and keeps the keyboard where it is when that
// changes.
func TestAboutOffersWhatCanBeDone(t *testing.T) {
	rows := []string{"pair", "rename", "receipts", "replace", "block", "unblock", "forget"}
	root, _, win := window(t, verified(), 1000, 700)
	openAbout(root)
	offered := func() string {
		var out []string
		for _, r := range rows {
			if element(root, "about/"+r).Object != nil {
				out = append(out, r)
			}
		}
		return strings.Join(out, " ")
	}
	if got := offered(); got != "rename receipts replace block forget" {
		t.Errorf("verified: %s", got)
	}
	if !onPhone() {
		win.Canvas().Focus(element(root, "about/receipts").Object.(fyne.Focusable))
		root.Set(verified())
		if win.Canvas().Focused() != element(root, "about/receipts").Object.(fyne.Focusable) {
			t.Error("a snapshot takes the keyboard away")
		}
	}
	root.Set(acceptedNick())
	if got := offered(); got != "pair rename receipts block forget" {
		t.Errorf("accepted: %s", got)
	}
	for _, c := range []struct {
		about viewmodel.About
		want  string
	}{
		{viewmodel.About{Trust: viewmodel.Stranger, CanBlock: true}, "block"},
		{viewmodel.About{Trust: viewmodel.Blocked, CanName: true, CanForget: true}, "rename unblock forget"},
	} {
		snap := verified()
		chat := *snap.Chat
		chat.Contact, chat.About = false, c.about
		snap.Chat = &chat
		root.Set(snap)
		if got := offered(); got != c.want {
			t.Errorf("%v: %s, want %s", c.about.Trust, got, c.want)
		}
	}
	root.Set(closed(verified()))
	if root.sheet != nil {
		t.Error("it stays after its chat was left")
	}
}

// TestEndingAContactAsks, also a second click does nothing at once.
func TestEndingAContactAsks(t *testing.T) {
	root, rec, win := window(t, verified(), 1000, 700)
	id := root.snap.Chat.ShortID
	for _, c := range []struct{ row, answer, want string }{
		{"about/block", "ask/block", "block " + id}, {"about/forget", "ask/forget", "forget " + id}, {"about/forget", "ask/cancel", ""},
	} {
		openAbout(root)
		rec.take()
		at := middle(element(root, c.row))
		clickAt(win, at)
		clickAt(win, at)
		want(t, rec)
		if root.open == nil {
			tap(t, root, c.row)
		}
		tap(t, root, "ask/cancel")
		tap(t, root, c.row)
		if c.answer != "ask/cancel" {
			tap(t, root, c.answer)
			want(t, rec)
		}
		rec.clock = rec.clock.Add(settleTime)
		tap(t, root, c.answer)
		if c.want == "" {
			want(t, rec)
		} else {
			want(t, rec, c.want)
		}
		if root.sheet == nil || root.open != nil {
			t.Error("the sheet went with the question, or the question stays")
		}
	}
	tap(t, root, "about/forget")
	root.Set(closed(verified()))
	if root.open != nil || root.sheet != nil {
		t.Error("the question stays when its device is gone")
	}
	snap := verified()
	chat := *snap.Chat
	chat.Contact, chat.About = false, viewmodel.About{Trust: viewmodel.Blocked, CanForget: true}
	snap.Chat = &chat
	root.Set(snap)
	openAbout(root)
	rec.take()
	tap(t, root, "about/unblock")
	want(t, rec, "unblock "+id)
}

func TestRenamingAContact(t *testing.T) {
	root, rec, win := window(t, acceptedNick(), 1000, 700)
	id := root.snap.Chat.ShortID
	begin := func() {
		openAbout(root)
		tap(t, root, "about/rename")
		rec.take()
	}
	begin()
	if e := element(root, "rename/name"); e.Text != "Mia" || win.Canvas().Focused() != e.Object.(fyne.Focusable) {
		t.Errorf("the field holds %q; the keyboard is with %T", e.Text, win.Canvas().Focused())
	}
	if got := element(root, "rename/note").Text; !strings.Contains(got, "Mia's Pixel 9") || !strings.Contains(got, "Only this device") {
		t.Errorf("it says %q", got)
	}
	root.Set(acceptedNick()) // what is typed is not lost by what happens
	typeKeys(t, win, "M")
	root.Set(acceptedNick())
	typeKeys(t, win, "um")
	pressKey(root, win, enter)
	want(t, rec, "nick "+id+` "Mum"`)
	if element(root, "about").Object == nil {
		t.Error("it does not go back")
	}
	if on := win.Canvas().Focused(); onPhone() != (on == nil) {
		t.Errorf("the keyboard is with %T", on)
	}
	root.closeSheet()

	begin()
	root.sheet.pages[1].(*renamePage).entry.SetText(strings.Repeat("x", 41))
	tap(t, root, "rename/save")
	want(t, rec)
	if got := element(root, "rename/error").Text; !strings.Contains(got, "1 to 40") {
		t.Errorf("of a name that is too long it says %q", got)
	}
	tap(t, root, "rename/own")
	want(t, rec, "nick "+id+` ""`)
	root.closeSheet()

	begin()
	tap(t, root, "rename/save") // nothing has changed
	want(t, rec)
	tap(t, root, "about/rename")
	keyAt(t, root, win, "rename/name", escape)
	if element(root, "about").Object == nil || element(root, "rename/name").Object != nil {
		t.Error("Escape does not go back")
	}
	want(t, rec)
	rec.refuse = true
	tap(t, root, "about/rename")
	root.sheet.pages[1].(*renamePage).entry.SetText("Mum")
	tap(t, root, "rename/save")
	want(t, rec, "nick "+id+` "Mum"`)
	if element(root, "rename/name").Object == nil {
		t.Error("it goes back though the name was refused")
	}
}

func TestReplacingAContact(t *testing.T) {
	root, rec, win := window(t, verified(), 1000, 700)
	chat := root.snap.Chat
	openAbout(root)
	tap(t, root, "about/replace")
	rec.take()
	old := chat.About.Older[0].Device
	row := "replace/" + old.ShortID
	if got := element(root, row).Label; !strings.Contains(got, old.ShortID) || !strings.Contains(got, "Last seen yesterday 18:02") {
		t.Errorf("a row says %q", got)
	}
	at := middle(element(root, row))
	clickAt(win, at)
	clickAt(win, at)
	want(t, rec)
	if root.open == nil {
		tap(t, root, row)
	}
	if got := element(root, "ask").Text; !strings.Contains(got, old.ShortID) || !strings.Contains(got, chat.ShortID) {
		t.Errorf("it asks %q", got)
	}
	tap(t, root, "ask/replace")
	want(t, rec)
	rec.clock = rec.clock.Add(settleTime)
	tap(t, root, "ask/replace")
	want(t, rec, "replace "+old.ShortID+" "+chat.ShortID)
	if element(root, "about").Object == nil {
		t.Error("it does not go back to the device")
	}
	tap(t, root, "about/replace")
	tap(t, root, "replace/"+chat.About.Older[1].ShortID)
	snap := verified()
	less := *snap.Chat
	less.About.Older = nil
	snap.Chat = &less
	root.Set(snap)
	if root.open != nil || element(root, "about").Object == nil {
		t.Error("it asks about a contact that is gone")
	}
}

func TestBlockedDevicesAreFound(t *testing.T) {
	root, rec, win := window(t, blocking(), 1000, 700)
	rec.take()
	tap(t, root, "settings")
	if got := element(root, "settings/blocked").Label; got != "Blocked devices …. 2 devices" {
		t.Errorf("it says %q", got)
	}
	tap(t, root, "settings/blocked")
	anna := root.snap.Blocked[0].ShortID
	if got := element(root, "blocked/"+root.snap.Blocked[1].ShortID).Label; !strings.Contains(got, "tried 12 times") {
		t.Errorf("a row says %q", got)
	}
	tap(t, root, "blocked/"+anna)
	if got := element(root, "ask").Text; !strings.Contains(got, anna) {
		t.Errorf("it asks %q", got)
	}
	tap(t, root, "ask/unblock")
	want(t, rec, "unblock "+anna)
	snap := blocking()
	snap.Blocked = snap.Blocked[1:]
	root.Set(snap)
	if element(root, "blocked/"+anna).Object != nil {
		t.Error("it stays in the list")
	}
	at := middle(element(root, "blocked/"+snap.Blocked[0].ShortID)) // the row that slid there
	clickAt(win, at)
	want(t, rec)
	root.closeMenu()
	tap(t, root, "blocked/"+snap.Blocked[0].ShortID)
	tap(t, root, "ask/show")
	want(t, rec, "open "+snap.Blocked[0].ShortID)
	if root.sheet != nil {
		t.Error("the sheet covers the conversation")
	}
	tap(t, root, "settings")
	tap(t, root, "settings/blocked")
	snap.Blocked = nil
	root.Set(snap)
	if got := element(root, "blocked").Text; got != "You have blocked no device." {
		t.Errorf("of none it says %q", got)
	}
}

func TestWhoSeesThisDevice(t *testing.T) {
	root, rec, win := window(t, blocking(), 1000, 700)
	rec.take()
	tap(t, root, "settings")
	for _, v := range []string{"contacts", "hidden", "everyone"} {
		e := element(root, "visible/"+v)
		if chosen := e.State == "chosen"; chosen != (v == "everyone") || !strings.Contains(e.Label, ". ") {
			t.Errorf("%s: %q, %q", v, e.State, e.Label)
		}
		keyAt(t, root, win, "visible/"+v, enter)
		want(t, rec, "visible "+v)
	}
	snap := blocking()
	snap.Visibility = viewmodel.VisibleHidden
	snap.Notice = "That did not work. Try again; the log says more."
	root.Set(snap)
	if element(root, "visible/hidden").State != "chosen" || element(root, "visible/everyone").State != "" {
		t.Error("what was chosen is not marked")
	}
	if got := element(root, "sheet/notice").Text; got != snap.Notice {
		t.Errorf("what went wrong is below the sheet; on it is %q", got)
	}
}

// TestAskedWhoSees: the card comes below the list, where nothing moves by it,
// takes no keyboard, counts no early click and stays until it is answered.
func TestAskedWhoSees(t *testing.T) {
	snap := blocking()
	snap.Chat = sample().Chat
	root, rec, win := window(t, snap, 1000, 700)
	root.chat.focus()
	row := "conversation/" + snap.Conversations[1].ShortID
	before := middle(element(root, row))
	rec.take()
	snap.AskVisible = true
	root.Set(snap)
	if got := middle(element(root, row)); got != before {
		t.Errorf("a row moved from %v to %v", before, got)
	}
	if win.Canvas().Focused() != root.chat.composer.entry {
		t.Errorf("the keyboard is with %T", win.Canvas().Focused())
	}
	if got := element(root, "visible").Text; got != "Everyone on this network can see “⁨Lena's laptop⁩”. Keep it so?" {
		t.Errorf("it asks %q", got)
	}
	for _, v := range []string{"everyone", "contacts", "hidden"} {
		root.Set(snap)
		id := "visible/card/" + v
		if root.side.visible.settled() {
			t.Error("it counts at once")
		}
		clickAt(win, middle(element(root, id)))
		want(t, rec)
		rec.clock = rec.clock.Add(settleTime)
		clickAt(win, middle(element(root, id)))
		want(t, rec, "visible "+v)
		clickAt(win, middle(element(root, id)))
		want(t, rec)
		root.side.visible.leave()
	}
	snap.AskVisible = false
	root.Set(snap)
	if element(root, "visible").Object != nil {
		t.Error("it stays after it was answered")
	}
}

// TestStrangersAreCounted, and that is all that their number shows.
func TestStrangersAreCounted(t *testing.T) {
	root, _, _ := window(t, asking("First", "Second"), 1000, 700)
	if got := element(root, "requests").Text; got != "2" {
		t.Errorf("the badge says %q", got)
	}
	root.Set(closed(sample()))
	if element(root, "requests").Object != nil {
		t.Error("the badge stays without requests")
	}
}

func TestNamesakesAreMarked(t *testing.T) {
	snap := namesakes()
	root, _, _ := window(t, snap, 1000, 700)
	r := snap.Requests[0]
	card := root.side.cards[r.ID]
	if !card.caution.object.Visible() || card.caution.text.Text() != string(r.Caution) || !strings.Contains(card.Label(), string(r.Caution)) {
		t.Errorf("the card says %q, %q", card.caution.text.Text(), card.Label())
	}
	whole := kit.NewLabel(kit.Style{Size: cautionText}, 100)
	whole.SetText(r.Caution)
	if label := card.caution.text; label.Fit(label.Size().Width) != whole.Fit(label.Size().Width) {
		t.Error("the caution is cut")
	}
	for _, d := range snap.Nearby {
		e := element(root, "nearby/"+d.ShortID)
		c := e.Object.(*nearbyCell)
		if c.warn.Visible() != (d.ID == r.ID) || strings.Contains(e.Label, "unless you pair") != (d.ID == r.ID) {
			t.Errorf("%s is marked: %v, %q", d.Name, c.warn.Visible(), e.Label)
		}
	}
	if hint := root.side.nearby.hint; !hint.Visible() || hint.Position().Y < root.side.nearby.view.Position().Y+root.side.nearby.rowSize().Height {
		t.Errorf("the hint is at %v, shown: %v", hint.Position(), hint.Visible())
	}
}

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
	if got := element(root, "ask/about").Text; got != "“⁨Perfect! Shall we meet at the station?⁩”" {
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
