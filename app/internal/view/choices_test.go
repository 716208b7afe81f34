package view

import (
	"strings"
	"testing"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

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
	if got := element(root, "visible").Text; got != "Everyone on this network can see “\u2068Lena's laptop\u2069”. Keep it so?" {
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
