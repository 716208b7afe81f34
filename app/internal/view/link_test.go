package view

import (
	"errors"
	"image/color"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/textflow"
	"earshot/app/internal/viewmodel"
)

// linked is a chat with one row of a text.
func linked(text string, out bool) viewmodel.Snapshot {
	snap := sample()
	chat := *snap.Chat
	chat.Rows = []*viewmodel.Row{row("1", text, "10:00", out, viewmodel.TickNone, true, true)}
	snap.Chat = &chat
	return snap
}

// areasOf are the places of the links in the row with a key.
func areasOf(r *Root, key string) []*linkArea { return element(r, key).Object.(*rowView).links }

// at is a place of the window, relative to an object.
func at(o fyne.CanvasObject, x, y float32) fyne.Position {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(o).AddXY(x, y)
}

// linkTexts are the texts that look like links in the row with a key.
func linkTexts(r *Root, key string) []*canvas.Text {
	var out []*canvas.Text
	for _, o := range element(r, key).Object.(*rowView).objects {
		if text, ok := o.(*canvas.Text); ok && text.Color == r.t.AccentText {
			out = append(out, text)
		}
	}
	return out
}

const wrapped = "https://example.org/a/very/long/address/that/does/not/fit/on/one/line/of/this/bubble"

// TestATapOpensALink: on each of its lines, and nowhere else.
func TestATapOpensALink(t *testing.T) {
	root, rec, win := window(t, linked("look: "+wrapped+", is it not", false), 1000, 700)
	areas := areasOf(root, "1")
	if len(areas) != 2 || areas[0].Position().Y+linePitch != areas[1].Position().Y {
		t.Fatalf("%d areas", len(areas))
	}
	for _, a := range areas {
		size := a.Size()
		for _, in := range [][2]float32{{1, 1}, {size.Width - 1, size.Height - 1}, {size.Width / 2, size.Height / 2}} {
			clickAt(win, at(a, in[0], in[1]))
			want(t, rec, "url "+wrapped)
			rec.clock = rec.clock.Add(settleTime)
		}
	}
	for i, text := range linkTexts(root, "1") {
		a := areas[i]
		if text.Position().X != a.Position().X || text.Size().Width != a.Size().Width {
			t.Errorf("%q at %v is tapped at %v, %v wide", text.Text, text.Position(), a.Position(), a.Size().Width)
		}
		if off := text.Position().Y + text.Size().Height/2 - a.Position().Y - a.Size().Height/2; off < -1 || off > 1 {
			t.Errorf("the middle of %q is %v from that of its area", text.Text, off)
		}
	}
	last := areas[1].Size()
	for _, beside := range []fyne.Position{
		at(areas[0], 5, -3), at(areas[0], areas[0].Size().Width+3, 5), at(areas[1], -3, 5),
		at(areas[1], last.Width+3, 5), at(areas[1], 5, last.Height+3),
	} {
		clickAt(win, beside)
		want(t, rec)
	}
	if n := len(linkTexts(root, "1")); n != len(areas) {
		t.Errorf("%d texts look like links", n)
	}
	if root.open != nil {
		t.Error("a plain link asks")
	}
}

// TestLinksAreNotOpenedByThemselves: not by showing them, the pointer, the
// wheel or the other button.
func TestLinksAreNotOpenedByThemselves(t *testing.T) {
	root, rec, win := window(t, linked("https://example.org", false), 1000, 700)
	a := areasOf(root, "1")[0]
	test.MoveMouse(win.Canvas(), at(a, 5, 5))
	test.Scroll(win.Canvas(), at(a, 5, 5), 0, -10)
	test.TapSecondaryAt(a, fyne.NewPos(5, 5))
	root.Set(linked("https://example.org and more", false))
	want(t, rec)
	if a.Cursor() != desktop.PointerCursor {
		t.Error("the pointer does not show that it is above a link")
	}
	if _, ok := element(root, "1").Object.(desktop.Cursorable); ok {
		t.Error("the pointer changes beside a link")
	}
}

func TestLinksInRightToLeftLines(t *testing.T) {
	root, rec, win := window(t, linked("ראה https://a.example/אב, www.b.example", false), 1000, 700)
	areas := areasOf(root, "1")
	slices.Reverse(areas) // they come as they are seen
	if len(areas) != 2 || areas[0].link.Start > areas[1].link.Start || areas[0].Position().X <= areas[1].Position().X {
		t.Fatalf("%d areas, or the first is not right of the second", len(areas))
	}
	clickAt(win, at(areas[0], 3, 5))
	rec.clock = rec.clock.Add(settleTime)
	clickAt(win, at(areas[0], areas[0].Size().Width-3, 5))
	clickAt(win, at(areas[1], 3, 5))
	const first = "url https://a.example/%D7%90%D7%91"
	want(t, rec, first, first, "url https://www.b.example")
}

// TestADoubleClickOpensALinkOnce, on whichever of its lines; another link is
// opened at once.
func TestADoubleClickOpensALinkOnce(t *testing.T) {
	root, rec, win := window(t, linked(wrapped+" https://b.example", false), 1000, 700)
	areas := areasOf(root, "1")
	first, other := areas[0], areas[len(areas)-1]
	clickAt(win, at(first, 5, 5))
	clickAt(win, at(first, 5, 5))
	clickAt(win, at(areas[1], 5, 5))
	want(t, rec, "url "+wrapped)
	clickAt(win, at(other, 5, 5))
	want(t, rec, "url https://b.example")
	rec.clock = rec.clock.Add(settleTime - 1)
	clickAt(win, at(other, 5, 5))
	want(t, rec)
	rec.clock = rec.clock.Add(1)
	clickAt(win, at(other, 5, 5))
	want(t, rec, "url https://b.example")
}

// TestOpenIsDimUntilItCounts and is drawn anew then.
func TestOpenIsDimUntilItCounts(t *testing.T) {
	root, rec, win := window(t, linked("https://a@b.example", false), 1000, 700)
	clickAt(win, at(areasOf(root, "1")[0], 20, 10))
	open, cancel := root.open.rows[0], root.open.rows[2]
	check := func(state string, text, icon color.Color) {
		t.Helper()
		if got := element(root, "ask/open").State; got != state || open.text.Color != text ||
			open.icon.Resource != kit.IconResource(kit.IconOpen, icon.(color.NRGBA)) {
			t.Errorf("Open is %s in %v with %s", got, open.text.Color, open.icon.Resource.Name())
		}
	}
	check("settling", root.t.Faint, root.t.Faint)
	open.MouseIn(nil)
	if open.back.FillColor != root.t.Surface {
		t.Error("it is marked before it counts")
	}
	if cancel.text.Color != root.t.Text {
		t.Error("Cancel is dim")
	}
	rec.clock = rec.clock.Add(settleTime)
	root.changed() // as the timer of changesIn does
	check("ready", root.t.Text, root.t.Muted)
	if open.back.FillColor != root.t.Hover {
		t.Error("it is not marked when it counts")
	}
}

// TestTheSubjectOfAMailIsShown, made harmless.
func TestTheSubjectOfAMailIsShown(t *testing.T) {
	root, _, win := window(t, linked("mailto:a@b.example?body=z&subject=Your%20%20%20account", false), 1000, 700)
	clickAt(win, at(areasOf(root, "1")[0], 20, 10))
	if got := element(root, "ask/subject").Text; got != "Subject: \u2068Your account\u2069" {
		t.Errorf("the card says %q", got)
	}
	root.Set(linked("mailto:a@b.example?body=x", false))
	root.closeMenu()
	clickAt(win, at(areasOf(root, "1")[0], 20, 10))
	if element(root, "ask").Object == nil || element(root, "ask/subject").Object != nil {
		t.Error("the card of a mail without a subject is wrong")
	}
}

// TestStrangersHaveNoLinks: neither on the card nor in the open request.
func TestStrangersHaveNoLinks(t *testing.T) {
	snap := asking("Workshop tablet")
	stranger := snap.Requests[0].Device
	snap.Requests[0].Text = "https://evil.example"
	r := row("r", "https://evil.example", "14:30", false, viewmodel.TickNone, true, true)
	r.Links = false // as the view-model makes it
	snap.Chat = &viewmodel.Chat{Device: stranger, Bar: viewmodel.BarRequest, BarText: "It asks.", Rows: []*viewmodel.Row{r}}
	root, rec, win := window(t, snap, 1000, 700)
	if len(areasOf(root, "r")) != 0 || element(root, "link/1").Object != nil {
		t.Error("the text of a stranger holds a link")
	}
	for _, o := range element(root, "r").Object.(*rowView).objects {
		if text, ok := o.(*canvas.Text); ok && strings.HasPrefix(text.Text, "https") {
			if text.Color != root.t.Text {
				t.Error("the text of a stranger looks like a link")
			}
			clickAt(win, at(text, 5, 5))
		}
	}
	card := root.side.cards[stranger.ID]
	clickAt(win, at(card.text, 5, 5))
	want(t, rec, "open "+stranger.ShortID)
}

// TestAHostileLinkAsksFirst and names where it really leads.
func TestAHostileLinkAsksFirst(t *testing.T) {
	for _, c := range []struct{ text, question, url string }{
		{"https://bank.example@evil.example/login", "Open evil.example?", "https://bank.example@evil.example/login"},
		{"https://аpple.example", "Open xn--pple-43d.example?", "https://xn--pple-43d.example"},
		{"http://0x7f.1/", "Open 127.0.0.1?", "http://127.0.0.1/"},
		{"mailto:anna@example.org?body=x", "Write to anna@example.org?", "mailto:anna@example.org?body=x"},
		{"https://bank.ex\u202Eample@evil.example", "Open evil.example?", "https://bank.example@evil.example"},
	} {
		t.Run(c.question, func(t *testing.T) {
			root, rec, win := window(t, linked(c.text, false), 1000, 700)
			tapped := at(areasOf(root, "1")[0], 20, 10)
			clickAt(win, tapped)
			want(t, rec)
			if got := element(root, "ask").Text; got != c.question {
				t.Fatalf("it asks %q", got)
			}
			if got := win.Canvas().Focused() == root.open.rows[2]; got == onPhone() {
				t.Errorf("the keyboard is on Cancel: %v", got)
			}
			clickAt(win, tapped) // a double click
			tap(t, root, "ask/open")
			want(t, rec)
			if element(root, "ask/open").State != "settling" {
				t.Error("the answer counts at once")
			}
			rec.clock = rec.clock.Add(settleTime)
			tap(t, root, "ask/open")
			want(t, rec, "url "+c.url)
			if root.open != nil {
				t.Error("the card stays")
			}
			clickAt(win, tapped)
			tap(t, root, "ask/copy")
			if got := rec.take(); len(got) != 1 || !strings.HasPrefix(got[0], "copy ") {
				t.Errorf("calls are %q", got)
			}
			clickAt(win, tapped)
			key := pick(onPhone(), &fyne.KeyEvent{Name: mobile.KeyBack}, enter)
			pressKey(root, win, key)
			want(t, rec)
			if root.open != nil {
				t.Errorf("%s does not cancel", key.Name)
			}
		})
	}
}

// TestTheWholeHostIsNamed: also the longest one, in a small window.
func TestTheWholeHostIsNamed(t *testing.T) {
	label := strings.Repeat("w", 62) + "."
	host := strings.Repeat(label, 3) + strings.Repeat("w", 50) + ".example"
	root, _, win := window(t, linked("https://x@"+host+":65535/", false), leastWidth, leastHeight)
	lines := areasOf(root, "1")
	clickAt(win, at(lines[len(lines)-1], 5, 5)) // the first ones may be above the view
	var drawn strings.Builder
	for _, o := range test.LaidOutObjects(root.open.head[0]) {
		if text, ok := o.(*canvas.Text); ok {
			drawn.WriteString(text.Text)
		}
	}
	if got := strings.ReplaceAll(drawn.String(), " ", ""); got != "Open"+host+":65535?" {
		t.Errorf("the card says %q", got)
	}
	if p, s := root.open.card.Position(), root.open.card.Size(); p.Y+s.Height > leastHeight || p.X+s.Width > leastWidth {
		t.Errorf("the card at %v is %v large", p, s)
	}
}

func TestTheMenuOfALink(t *testing.T) {
	snap := linked("see www.example.org or https://evil.example@b.example", false)
	root, rec, win := window(t, snap, 1000, 700)
	ask := func(n int) {
		test.TapSecondaryAt(areasOf(root, "1")[n], fyne.NewPos(5, 5))
		var words []string
		for _, e := range root.open.elements() {
			words = append(words, e.Text)
		}
		if got := strings.Join(words, ", "); got != "👍, ❤️, 😂, 😮, 😢, 🙏, Open link, Copy link, Reply, Copy text, Delete …" {
			t.Fatalf("the menu is %q", got)
		}
	}
	ask(0)
	tap(t, root, "menu/open-link")
	want(t, rec, "url https://www.example.org")
	ask(0)
	tap(t, root, "menu/copy-link")
	want(t, rec, "copy 23")
	ask(0)
	tap(t, root, "menu/copy")
	want(t, rec, "copy 53")
	ask(1)
	tap(t, root, "menu/open-link")
	want(t, rec)
	if got := element(root, "ask").Text; got != "Open b.example?" {
		t.Errorf("it asks %q", got)
	}
	root.closeMenu()
	test.TapSecondaryAt(element(root, "1").Object.(*rowView), fyne.NewPos(25, 60))
	if element(root, "menu/open-link").Object != nil {
		t.Error("beside a link the menu has its entries")
	}
	_ = win
}

func TestALinkThatDoesNotOpen(t *testing.T) {
	snap := linked("https://example.org", true)
	root, rec, _ := window(t, snap, 1000, 700)
	rec.broken = errors.New("no browser")
	tap(t, root, "link/1")
	if got := element(root, "error").Text; !strings.Contains(got, "no browser") || !strings.Contains(got, "Copy it") {
		t.Errorf("the error is %q", got)
	}
	root.Set(asking("Other"))
	root.Set(snap)
	var fail func(error)
	root.OpenURL = func(_ string, failed func(error)) { fail = failed }
	rec.clock = rec.clock.Add(settleTime)
	tap(t, root, "link/1")
	root.Set(asking("Other"))
	fail(errors.New("late"))
	other := linked("x", false)
	other.Chat.Device = device(33, "Other", "O", true)
	root.Set(other)
	fail(errors.New("later"))
	if element(root, "error").Object != nil {
		t.Error("another chat shows the error")
	}
	fresh := NewRoot(root.t, rec, nil)
	fresh.OpenURL("https://example.org", func(err error) { fail(err) })
}

// TestALinkThatIsCutOpensNothing: a part of an address leads elsewhere.
func TestALinkThatIsCutOpensNothing(t *testing.T) {
	for name, text := range map[string]string{
		"characters": strings.Repeat("a ", textflow.MaxChars/2-10) + "https://example.org/path",
		"lines":      strings.Repeat("\n", textflow.MaxLines-1) + "https://example.org/" + strings.Repeat("path", 40),
	} {
		root, rec, _ := window(t, linked("https://a.example "+text, false), 1000, 700)
		b := layoutRow(root.snap.Chat.Rows[0], 600)
		if b.cut == "" || len(b.links) != 2 {
			t.Fatalf("%s: %d links, cut %q", name, len(b.links), b.cut)
		}
		for _, l := range b.text.Lines {
			for _, r := range l.Runs {
				if r.Part > 1 {
					t.Errorf("%s: %q is a link", name, r.Text)
				}
			}
		}
		want(t, rec)
	}
}

func TestLinkElements(t *testing.T) {
	snap := linked(wrapped+" www.example.net", false)
	snap.Chat.Rows = append(snap.Chat.Rows, row("2", "mailto:a@b.example?subject=x", "10:01", true, viewmodel.TickNone, true, true))
	root, _, _ := window(t, snap, 1000, 700)
	var got []string
	for _, e := range root.Elements() {
		if strings.HasPrefix(e.ID, "link/") {
			got = append(got, e.ID+" "+e.Text+" "+e.State)
		}
	}
	const all = "link/1 " + wrapped + " opens, link/2 https://www.example.net opens, link/3 mailto:a@b.example?subject=x asks"
	if s := strings.Join(got, ", "); s != all {
		t.Errorf("got %s", s)
	}
}
