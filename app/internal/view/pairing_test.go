package view

import (
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/mobile"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/qr"
	"earshot/internal/safetext"
)

// later lets a time pass in a window.
func later(r *Root, d time.Duration) {
	rec := r.a.(*recorder)
	rec.clock = rec.clock.Add(d)
	r.changed()
}

// TestPairingBeginsEverywhere where a device that is not verified is shown, and
// nowhere for one that is.
func TestPairingBeginsEverywhere(t *testing.T) {
	snap := asking("Workshop tablet")
	snap.Chat = &viewmodel.Chat{Device: sample().Nearby[1], Contact: true, CanWrite: true}
	root, rec, _ := window(t, snap, 1000, 700)
	lounge, mia := snap.Nearby[1].ShortID, snap.Nearby[0].ShortID
	for name, open := range map[string]func(){
		"strip": func() { root.side.nearby.cells[snap.Nearby[1].ID].TappedSecondary(&fyne.PointEvent{}) },
		"list":  func() { root.side.rows[snap.Nearby[1].ID].TappedSecondary(&fyne.PointEvent{}) },
		"chat":  func() { tap(t, root, "chat-menu") },
	} {
		open()
		tap(t, root, "menu/pair")
		if got := rec.take(); len(got) != 1 || got[0] != "pair "+lounge {
			t.Errorf("%s: %q", name, got)
		}
	}
	tap(t, root, "request/"+snap.Requests[0].ShortID+"/pair")
	want(t, rec, "pair "+snap.Requests[0].ShortID)
	root.side.rows[snap.Nearby[0].ID].TappedSecondary(&fyne.PointEvent{})
	if element(root, "menu/pair").Object != nil {
		t.Error("a verified device is offered to be paired with")
	}
	tap(t, root, "menu/open")
	want(t, rec, "open "+mia)
	for id, call := range map[string]string{"pair/show": "show invite", "pair/enter": "enter link"} {
		tap(t, root, "pair")
		tap(t, root, id)
		want(t, rec, call)
	}
	snap.Nearby = nil
	root.Set(snap)
	if element(root, "pair").Object == nil {
		t.Error("where nobody is found there is no other way to pair")
	}
}

// TestTheMenuOfAStranger has two entries: what is known of it, and to pair.
func TestTheMenuOfAStranger(t *testing.T) {
	d := device(40, "Stranger", "S", true)
	d.CanPair = true
	snap := sample()
	snap.Chat = &viewmodel.Chat{Device: d, Bar: viewmodel.BarStranger, CanWrite: true}
	root, _, _ := window(t, snap, 1000, 700)
	tap(t, root, "chat-menu")
	if len(root.open.rows) != 2 || element(root, "menu/pair").Object == nil || element(root, "chat/about").Object == nil {
		t.Errorf("%d entries", len(root.open.rows))
	}
}

// TestTheDialogAnswersWhenItHasStood: not the second click of the one that opened
// it, and "They match" only when the number was seen.
func TestTheDialogAnswersWhenItHasStood(t *testing.T) {
	root, rec, win := window(t, sample(), 1000, 700)
	snap := withDialog("compare")
	root.Set(snap)
	rec.take()
	no, yes := element(root, "pair/no"), element(root, "pair/yes")
	if no.Object.Size() != yes.Object.Size() {
		t.Errorf("the answers have the sizes %v and %v", no.Object.Size(), yes.Object.Size())
	}
	click := func(e Element) { clickAt(win, middle(e)) }
	click(no)
	later(root, settleTime-time.Millisecond)
	click(no)
	want(t, rec)
	later(root, time.Millisecond)
	click(yes)
	want(t, rec)
	click(no)
	want(t, rec, "differ 1")
	later(root, matchAfter-settleTime-time.Millisecond)
	click(yes)
	want(t, rec)
	if got := element(root, "pair/yes").State; got != "settling" {
		t.Errorf("the button says it is %q", got)
	}
	later(root, time.Millisecond)
	if got := element(root, "pair/yes").State; got != "ready" {
		t.Errorf("the button says it is %q", got)
	}
	click(yes)
	want(t, rec, "match 1")

	other := *snap.Pairing
	other.Serial, other.Code = 2, "000000"
	snap.Pairing = &other
	root.Set(snap)
	later(root, settleTime)
	click(element(root, "pair/yes"))
	want(t, rec)
	snap.Pairing = withDialog("ask").Pairing // buttons that mean something else
	root.Set(snap)
	click(element(root, "pair/yes"))
	want(t, rec)
	later(root, settleTime)
	click(element(root, "pair/yes"))
	want(t, rec, "use link")
	win.Resize(fyne.NewSize(1000, 640)) // they move
	click(element(root, "pair/yes"))
	want(t, rec)
}

// TestTheCodeThatComesLateMovesNothing: the room for it is there.
func TestTheCodeThatComesLateMovesNothing(t *testing.T) {
	snap := withDialog("compare")
	with := *snap.Pairing
	without := with
	without.Link = ""
	snap.Pairing = &without
	root, rec, _ := window(t, snap, 1000, 700)
	later(root, matchAfter)
	before := middle(element(root, "pair/yes"))
	snap.Pairing = &with
	root.Set(snap)
	if after := middle(element(root, "pair/yes")); (after.Y-before.Y) > 20 || after.X != before.X || element(root, "pair/qr").State != "shown" {
		t.Errorf("the answer was at %v and is at %v", before, after)
	}
	rec.take()
}

// TestAnswersOfEveryStep: what the buttons do.
func TestAnswersOfEveryStep(t *testing.T) {
	id := device(10, "", "", true).ShortID
	for name, c := range map[string]struct{ no, yes string }{
		"wait":    {"close pairing", ""},
		"compare": {"differ 1", "match 1"},
		"done":    {"", "close pairing"},
		"differ":  {"close pairing", ""},
		"failed":  {"close pairing", "pair " + id},
		"ask":     {"close pairing", "use link"},
		"invite":  {"close pairing", "copy 143"},
		"enter":   {"close pairing", `read ""`},
	} {
		root, rec, _ := window(t, withDialog(name), 1000, 700)
		later(root, matchAfter)
		rec.take()
		for button, call := range map[string]string{"pair/no": c.no, "pair/yes": c.yes, "pair/close": "close pairing"} {
			if there := element(root, button).Object != nil; there != (call != "") {
				t.Errorf("%s: %s is there: %v", name, button, there)
			} else if there {
				tap(t, root, button)
				want(t, rec, call)
			}
		}
		for _, e := range root.Elements() {
			if strings.HasPrefix(e.ID, "pair/") && e.Label == "" {
				t.Errorf("%s: %s has no label", name, e.ID)
			}
		}
	}
}

// TestKeysInTheDialog: Escape and the back key close it from everywhere, Enter
// presses only what has the keyboard, and what is typed reaches no text behind it.
func TestKeysInTheDialog(t *testing.T) {
	root, rec, win := window(t, sample(), 1000, 700)
	root.chat.focus()
	typeKeys(t, win, "half")
	root.Set(withDialog("compare"))
	later(root, matchAfter)
	rec.take()
	if f := win.Canvas().Focused(); f != nil {
		t.Fatalf("the dialog gives the keyboard to %T", f)
	}
	pressKey(root, win, enter)
	pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeySpace})
	pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyPageUp})
	root.TypedRune('x')
	root.Find()
	want(t, rec)
	if got := root.chat.composer.entry.Text; got != "half" || root.side.finder.open {
		t.Errorf("behind the dialog the text became %q", got)
	}
	for _, back := range []fyne.KeyName{fyne.KeyEscape, mobile.KeyBack} {
		win.Canvas().Unfocus()
		pressKey(root, win, &fyne.KeyEvent{Name: back})
		want(t, rec, "close pairing")
		for range 4 {
			win.Canvas().FocusNext()
			pressKey(root, win, &fyne.KeyEvent{Name: back})
			want(t, rec, "close pairing")
		}
	}
	win.Canvas().Unfocus()
	var order []string
	for range 3 {
		win.Canvas().FocusNext()
		order = append(order, win.Canvas().Focused().(interface{ Label() string }).Label())
	}
	if strings.Join(order, ", ") != "They differ, They match, Close" {
		t.Errorf("Tab goes to %v", order)
	}
	win.Canvas().FocusPrevious()
	pressKey(root, win, enter)
	want(t, rec, "match 1")
	clickAt(win, fyne.NewPos(20, 300))
	want(t, rec) // beside it
	root.Set(sample())
	if win.Canvas().Overlays().Top() != nil || win.Canvas().Focused() != root.chat.composer.entry {
		t.Errorf("after the dialog %T has the keyboard", win.Canvas().Focused())
	}
	typeKeys(t, win, " done")
	if got := root.chat.composer.entry.Text; got != "half done" {
		t.Errorf("the text goes on as %q", got)
	}
}

// TestTheFieldForALink has the keyboard, reads by Enter and by the button, pastes
// by a tap, and keeps what it holds when the colours change.
func TestTheFieldForALink(t *testing.T) {
	root, rec, win := window(t, withDialog("enter"), 1000, 700)
	if win.Canvas().Focused() != root.dialog.field.entry {
		t.Fatalf("%T has the keyboard", win.Canvas().Focused())
	}
	rec.take()
	typeKeys(t, win, "earshot://")
	later(root, settleTime)
	win.Canvas().Focused().TypedKey(enter)
	want(t, rec, `read "earshot://"`)
	fyne.CurrentApp().Clipboard().SetContent(inviteLink)
	tap(t, root, "pair/paste")
	if got := element(root, "pair/field").Text; got != inviteLink {
		t.Errorf("the field holds %q", got)
	}
	fyne.CurrentApp().Settings().SetTheme(kit.Theme(kit.Dark()))
	root.Refresh()
	if got := element(root, "pair/field").Text; got != inviteLink || !root.dialog.t.Dark {
		t.Errorf("in other colours the field holds %q, dark %v", got, root.dialog.t.Dark)
	}
	root.dialog.field.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	want(t, rec, "close pairing")
}

// TestEnterAnswersNoQuestion: once the link is read, the keyboard leaves the field,
// and Enter in it reaches nothing. A link that is none is corrected where it is.
func TestEnterAnswersNoQuestion(t *testing.T) {
	root, rec, win := window(t, withDialog("enter"), 1000, 700)
	field := root.dialog.field.entry
	rec.take()
	later(root, settleTime)
	clickAt(win, middle(element(root, "pair/yes")))
	want(t, rec, `read ""`)
	if f := win.Canvas().Focused(); f != field && !fyne.CurrentDevice().IsMobile() {
		t.Errorf("after the button %T has the keyboard", f)
	}
	win.Canvas().Focus(field)
	for _, step := range []string{"ask", "compare"} {
		root.Set(withDialog(step))
		later(root, matchAfter)
		rec.take()
		if f := win.Canvas().Focused(); f != nil {
			t.Errorf("%s: %T has the keyboard", step, f)
		}
		field.TypedKey(enter)
		want(t, rec)
	}
}

// TestTheCodeCounts down, says that it was copied, and ends; a tap makes another.
func TestTheCodeCounts(t *testing.T) {
	snap := withDialog("invite")
	root, rec, _ := window(t, snap, 1000, 700)
	left := func() string { return element(root, "pair/left").Text }
	if left() != "It works once, for 1:58." {
		t.Errorf("at first %q", left())
	}
	later(root, 58*time.Second)
	if left() != "It works once, for 1:00." {
		t.Errorf("later %q", left())
	}
	rec.take()
	tap(t, root, "pair/yes")
	want(t, rec, "copy 143")
	if left() != "Link copied. It works once, for 1:00." {
		t.Errorf("copied: %q", left())
	}
	later(root, time.Minute)
	if left() != "This code has ended." || element(root, "pair/qr").State != "empty" || element(root, "pair/yes").Label != "New code" {
		t.Errorf("at its end: %q, %+v", left(), element(root, "pair/yes"))
	}
	tap(t, root, "pair/yes") // it was "Copy link" a moment ago
	want(t, rec)
	later(root, settleTime)
	tap(t, root, "pair/yes")
	want(t, rec, "show invite")
	fresh := *snap.Pairing
	fresh.Link, fresh.Ends = fresh.Link+"0", rec.clock.Add(2*time.Minute)
	snap.Pairing = &fresh
	root.Set(snap)
	if left() != "It works once, for 2:00." || element(root, "pair/qr").State != "shown" || element(root, "pair/yes").Label != "Copy link" {
		t.Errorf("a new one: %q, %+v", left(), element(root, "pair/yes"))
	}
}

// TestACameraCanRead: every module is where it belongs, on white.
func TestACameraCanRead(t *testing.T) {
	for _, tokens := range []*kit.Tokens{kit.Light(), kit.Dark()} {
		root, _, win := windowIn(t, tokens, withDialog("invite"), 1000, 700)
		modules, err := qr.Encode(inviteLink)
		if err != nil {
			t.Fatal(err)
		}
		im := root.dialog.code.image
		corner, size := fyne.CurrentApp().Driver().AbsolutePositionForObject(im), im.Size().Width
		step := size / float32(len(modules))
		if step != float32(int(step)) || corner.X != float32(int(corner.X)) || corner.Y != float32(int(corner.Y)) {
			t.Fatalf("a module is %v pixels, at %v", step, corner)
		}
		picture := win.Canvas().Capture()
		dark := func(x, y float32) bool {
			r, _, _, _ := picture.At(int(corner.X+x*step+step/2), int(corner.Y+y*step+step/2)).RGBA()
			return r < 0x8000
		}
		wrong, n := 0, float32(len(modules))
		for y, row := range modules {
			for x, want := range row {
				if dark(float32(x), float32(y)) != want {
					wrong++
				}
			}
		}
		for i := range len(modules) {
			for q := float32(1); q <= qr.Quiet; q++ {
				for _, at := range [][2]float32{{float32(i), -q}, {float32(i), n - 1 + q}, {-q, float32(i)}, {n - 1 + q, float32(i)}} {
					if q*step < qrPad && dark(at[0], at[1]) {
						wrong++
					}
				}
			}
		}
		if wrong > 0 {
			t.Errorf("dark %v: %d modules are wrong", tokens.Dark, wrong)
		}
	}
}

// TestTheDialogFits the narrowest phone, a low window and the longest names.
func TestTheDialogFits(t *testing.T) {
	const long = safetext.Display("Pair with Ludwig Bartholomäus Freiherr von Habenichts' living-room PC (ABCD2345)?")
	for name := range pairingOf() {
		for _, s := range []fyne.Size{{Width: narrowPhone, Height: leastHeight}, {Width: narrowPhone, Height: 300}, {Width: 1000, Height: 700}} {
			snap := withDialog(name)
			snap.Pairing.Title = long
			snap.Pairing.Names = long
			root, _, _ := window(t, snap, s.Width, s.Height)
			later(root, matchAfter)
			p := root.dialog
			card := fyne.CurrentApp().Driver().AbsolutePositionForObject(p.card)
			in := func(what string, o fyne.CanvasObject, down bool) {
				at := fyne.CurrentApp().Driver().AbsolutePositionForObject(o)
				if at.X < card.X || at.X+o.Size().Width > card.X+p.card.Size().Width || down && at.Y+o.Size().Height > card.Y+p.card.Size().Height {
					t.Errorf("%s at %v: %s is at %v, %v large, the card at %v, %v", name, s, what, at, o.Size(), card, p.card.Size())
				}
			}
			for _, b := range p.buttons() {
				in(b.Label(), b, true)
				if w := kit.Width(b.Label(), 14.5, true); w > b.Size().Width {
					t.Errorf("%s at %v: %q needs %v, has %v", name, s, b.Label(), w, b.Size().Width)
				}
			}
			in("close", p.x, true)
			for _, o := range p.body.Objects {
				if o.Visible() && o != p.code.object { // which is as wide as the rest, around its tile
					in("a part", o, false)
				}
			}
			if p.code.object.Visible() {
				in("the code", p.code.back, false)
			}
			for i, back := range p.tiles.backs {
				if !p.tiles.object.Visible() {
					break
				}
				in("a digit", back, false)
				if d := p.tiles.digits[i]; d.MinSize().Width > back.Size().Width {
					t.Errorf("digit %d is %v wide in %v", i, d.MinSize().Width, back.Size().Width)
				}
			}
			if size := root.Size(); card.X < 0 || card.Y < 0 || card.Y+p.card.Size().Height > size.Height {
				t.Errorf("%s at %v: the card is at %v, %v large", name, s, card, p.card.Size())
			}
		}
	}
}

// TestTheCardOfARequest takes neither a click nor the keyboard, and counts anew
// for every device.
func TestTheCardOfARequest(t *testing.T) {
	for _, size := range []fyne.Size{{Width: 1000, Height: 700}, {Width: usualPhone, Height: 915}} {
		root, rec, win := window(t, sample(), size.Width, size.Height)
		root.chat.focus()
		typeKeys(t, win, "I wri")
		snap := withCard()
		root.Set(snap)
		rec.take()
		if win.Canvas().Overlays().Top() != nil || win.Canvas().Focused() != root.chat.composer.entry {
			t.Fatal("a request takes the window or the keyboard")
		}
		typeKeys(t, win, "te")
		rec.take()
		yes := func() { clickAt(win, middle(element(root, "paircard/yes"))) }
		yes()
		want(t, rec)
		later(root, settleTime)
		yes()
		want(t, rec, "continue 3")
		tap(t, root, "paircard/no")
		want(t, rec, "not now 3")
		if got := element(root, "paircard").Text; !strings.Contains(got, "wants to pair") {
			t.Errorf("the card says %q", got)
		}
		other := *snap.PairCard
		other.Serial = 4
		snap.PairCard = &other
		root.Set(snap)
		yes()
		want(t, rec)
		under := *snap.PairCard
		under.Asks = false
		snap.PairCard = &under
		root.Set(snap)
		later(root, settleTime)
		yes()
		want(t, rec, "show pairing 4")
		tap(t, root, "paircard/no")
		want(t, rec, "hide pairing 4")
		snap.PairCard = nil
		root.Set(snap)
		if element(root, "paircard").Object != nil || root.side.object.Position().Y != 0 || root.chat.object.Position().Y != 0 {
			t.Error("the room of the card stays")
		}
	}
}

// TestADialogOverAMenu: the menu goes, and a window that turns into a
// phone's keeps it.
func TestADialogOverAMenu(t *testing.T) {
	root, _, win := window(t, sample(), 1000, 700)
	tap(t, root, "pair")
	root.Set(withDialog("wait"))
	if root.open != nil || win.Canvas().Overlays().Top() != root.dialog || !root.dialog.blur.Visible() {
		t.Error("the dialog is not on top of everything")
	}
	win.Resize(fyne.NewSize(usualPhone, 700))
	if s := root.dialog.Size(); s.Width != usualPhone {
		t.Errorf("the dialog is %v wide", s.Width)
	}
	phone, _, _ := window(t, withDialog("wait"), usualPhone, 915)
	if phone.dialog.blur.Visible() {
		t.Error("a phone blurs what is behind")
	}
}
