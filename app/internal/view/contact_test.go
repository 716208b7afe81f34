package view

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/mobile"

	"earshot/app/internal/viewmodel"
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
		"about": "Mia", "about/said": "Calls itself \u2068Mia's Pixel 9\u2069", "about/trust": "Not verified yet. Pair to be sure whose device it is.",
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
	pressKey(root, win, escape)
	if element(root, "about").Object == nil || element(root, "replace").Object != nil {
		t.Error("Escape leaves more than a page")
	}
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
