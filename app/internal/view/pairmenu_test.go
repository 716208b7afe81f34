package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

// nearbyOf is a window with a strip of such devices, the first of them verified.
func nearbyOf(names ...string) viewmodel.Snapshot {
	snap := sample()
	snap.Chat, snap.Conversations[0].Open = nil, false
	snap.Nearby = []viewmodel.Device{snap.Nearby[0]}
	for i, name := range names {
		d := device(byte(20+i), name, "X", true)
		d.CanPair = true
		snap.Nearby = append(snap.Nearby, d)
	}
	return snap
}

// menuIDs are the names of the entries of the open menu, from above.
func menuIDs(r *Root) []string {
	var out []string
	for _, row := range r.open.rows {
		out = append(out, row.entry.id)
	}
	return out
}

// withThose are the names of the entries for devices and the two below them.
func withThose(devices ...viewmodel.Device) []string {
	var out []string
	for _, d := range devices {
		out = append(out, "pair/with/"+d.ShortID)
	}
	return append(out, "pair/show", "pair/enter")
}

// TestTheMenuToPairNamesWhoIsNear in the order of the strip, and a tap begins.
func TestTheMenuToPairNamesWhoIsNear(t *testing.T) {
	for _, width := range []float32{narrowPhone, 1000} {
		snap := nearbyOf("Tablet", "Laptop", "Desk")
		root, rec, _ := window(t, snap, width, 700)
		for _, d := range snap.Nearby[1:] {
			tap(t, root, "pair")
			if got, all := menuIDs(root), withThose(snap.Nearby[1:]...); !slices.Equal(got, all) {
				t.Fatalf("%v: the menu has %q, not %q", width, got, all)
			}
			row := element(root, "pair/with/"+d.ShortID)
			if !strings.Contains(row.Label, "Pair with ") || !strings.Contains(row.Label, string(d.Name)) || strings.Contains(row.Label, d.ShortID) {
				t.Errorf("%s is offered as %q", d.Name, row.Label)
			}
			tap(t, root, row.ID)
			want(t, rec, "pair "+d.ShortID)
			if root.open != nil {
				t.Error("the menu stays")
			}
		}
		many := nearbyOf("A", "B", "C", "D", "E", "F", "G")
		root.Set(many)
		tap(t, root, "pair")
		if got, all := menuIDs(root), withThose(many.Nearby[1:6]...); !slices.Equal(got, all) {
			t.Errorf("%v: of seven it has %q, not %q", width, got, all)
		}
		root.leaveMenu()
		root.Set(nearbyOf())
		tap(t, root, "pair")
		if got := menuIDs(root); !slices.Equal(got, withThose()) {
			t.Errorf("%v: of verified ones it has %q", width, got)
		}
	}
}

// TestTheMenuToPairStaysAsItWasOpened: what comes, goes or is renamed meanwhile
// moves nothing below the pointer.
func TestTheMenuToPairStaysAsItWasOpened(t *testing.T) {
	snap := nearbyOf("Tablet", "Laptop")
	root, rec, _ := window(t, snap, 1000, 700)
	tap(t, root, "pair")
	was, place := menuIDs(root), middle(element(root, "pair/with/"+snap.Nearby[2].ShortID))
	next := nearbyOf("Another", "Laptop", "One more")
	next.Nearby = next.Nearby[2:]
	root.Set(next)
	if got := menuIDs(root); !slices.Equal(got, was) {
		t.Errorf("the menu was %q and is %q", was, got)
	}
	if got := middle(element(root, "pair/with/"+snap.Nearby[2].ShortID)); got != place {
		t.Errorf("the entry went from %v to %v", place, got)
	}
	tap(t, root, "pair/with/"+snap.Nearby[2].ShortID)
	want(t, rec, "pair "+snap.Nearby[2].ShortID)
}

// TestTheMenuToPairByTheKeyboard: the first entry has it, the arrows go on, Escape
// leaves. On a phone it would bring the keyboard up, so that no entry has it.
func TestTheMenuToPairByTheKeyboard(t *testing.T) {
	snap := nearbyOf("Tablet", "Laptop")
	root, rec, win := window(t, snap, 1000, 700)
	key := func(k fyne.KeyName) { win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k}) }
	tap(t, root, "pair")
	if onPhone() {
		if win.Canvas().Focused() != nil {
			t.Error("an entry has the keyboard")
		}
		return
	}
	key(fyne.KeyDown)
	key(fyne.KeyReturn)
	want(t, rec, "pair "+snap.Nearby[2].ShortID)
	tap(t, root, "pair")
	key(fyne.KeyEscape)
	if root.open != nil || len(rec.take()) > 0 {
		t.Error("Escape does not only close the menu")
	}
}

// TestNamesInTheMenuToPairAreToldApart: one that is cut, or is that of another
// device, has its short ID beside it, and nothing leaves the card.
func TestNamesInTheMenuToPairAreToldApart(t *testing.T) {
	snap := crowdToPair()
	for _, size := range []fyne.Size{{Width: leastWidth, Height: leastHeight}, {Width: leastWidth, Height: 320}, {Width: 640, Height: 300}, {Width: 1000, Height: 700}} {
		root, _, _ := window(t, snap, size.Width, size.Height)
		tap(t, root, "pair")
		card := root.open.card
		if p, s := card.Position(), card.Size(); p.X < 0 || p.Y < 0 || p.X+s.Width > size.Width || p.Y+s.Height > size.Height {
			t.Errorf("%v: the card is at %v, %v large", size, p, s)
		}
		for _, row := range root.open.rows {
			if row.name == nil {
				continue
			}
			right := row.Size().Width
			if row.sign != nil {
				right = row.sign.Position().X
			}
			if got := row.name.Position().X + row.name.DrawnWidth(); got > right {
				t.Errorf("%v: %s ends at %v of %v", size, row.said(), got, right)
			}
			cut := row.name.NaturalWidth() > row.name.Size().Width
			twin := strings.Contains(row.said(), "ThinkPad") || cut
			if (row.sign != nil) != twin || (row.sign != nil) != strings.Contains(row.Label(), row.entry.id[len("pair/with/"):]) {
				t.Errorf("%v: %q has the sign %v, cut %v", size, row.Label(), row.sign != nil, cut)
			}
		}
		if n := len(root.open.rows); size.Height >= leastHeight && n != 7 {
			t.Errorf("%v: %d entries", size, n)
		}
	}
}

// crowdToPair has names that are long, alike, doubtful and of another script.
func crowdToPair() viewmodel.Snapshot {
	const long = "Ludwig Bartholomäus Freiherr von Habenichts' living-room PC"
	snap := nearbyOf(long, long+" 2", "ThinkPad", "ThinkPad", "Дмитрий Ким", "Sixth")
	snap.Nearby[3].ShowID, snap.Nearby[4].ShowID = true, true
	snap.Nearby[4].Caution = "It has the name of a contact."
	return snap
}

// TestCautionInTheMenuToPair is seen and said.
func TestCautionInTheMenuToPair(t *testing.T) {
	snap := crowdToPair()
	root, _, _ := window(t, snap, 1000, 700)
	tap(t, root, "pair")
	for i, d := range snap.Nearby[1:6] {
		row := root.open.rows[i]
		if (row.entry.icon == kit.IconAlert) != (d.Caution != "") || strings.HasSuffix(row.Label(), fmt.Sprint(". ", d.Caution)) != (d.Caution != "") {
			t.Errorf("%s is offered as %q with the icon %s", d.Name, row.Label(), row.entry.icon)
		}
	}
}

// TestPairMenuPictures: TestPictures for the menu behind the cell to pair.
func TestPairMenuPictures(t *testing.T) {
	open := func(r *Root) {
		r.side.nearby.scroll.ScrollToOffset(fyne.NewPos(r.side.nearby.rowSize().Width, 0))
		r.side.nearby.fade()
		element(r, "pair").Object.(*pairCell).OnTap()
		for _, row := range r.open.rows {
			row.FocusLost()
		}
	}
	pictures(t, "pair-ways-names", crowdToPair(), 1000, 700, open)
	pictures(t, "pair-ways-narrow", crowdToPair(), narrowPhone, leastHeight, open)
}
