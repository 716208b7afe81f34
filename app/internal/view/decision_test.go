package view

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// asking is the sample with strangers that ask, nobody's chat open.
func asking(names ...string) viewmodel.Snapshot {
	snap := sample()
	snap.Chat, snap.Conversations[0].Open = nil, false
	for i, n := range names {
		snap.Requests = append(snap.Requests, viewmodel.Request{
			Device: device(byte(40+i), n, "S", true), Text: safetext.Display("Hello from " + n),
		})
	}
	return snap
}

func TestRequestIsDecided(t *testing.T) {
	snap := asking("Workshop tablet")
	stranger := snap.Requests[0].Device
	root, rec, _ := window(t, snap, 1000, 700)
	id := stranger.ShortID
	for _, word := range []string{"accept", "refuse", "block"} {
		for _, button := range []string{"request/" + word, "request/" + id + "/" + word} {
			rec.clock = rec.clock.Add(settleTime)
			root.Set(snap)
			tap(t, root, button)
			want(t, rec, word+" "+id)
		}
	}
	tap(t, root, "request/"+id)
	want(t, rec, "open "+id)
	snap.Chat = &viewmodel.Chat{Device: stranger, Bar: viewmodel.BarRequest, BarText: "Workshop tablet asks."}
	root.Set(snap)
	if element(root, "composer").Object != nil {
		t.Error("a request is answered by deciding, and there is a composer")
	}
	rec.clock = rec.clock.Add(settleTime)
	tap(t, root, "bar/accept")
	want(t, rec, "accept "+id)
}

// clickAt presses and lets go at a place of the window.
func clickAt(w fyne.Window, at fyne.Position) { test.TapCanvas(w.Canvas(), at) }

func middle(e Element) fyne.Position {
	pos, s := fyne.CurrentApp().Driver().AbsolutePositionForObject(e.Object), e.Object.Size()
	return pos.AddXY(s.Width/2, s.Height/2)
}

// TestADoubleClickAcceptsOne: the card that slides under the pointer after the
// first click is not answered by the second.
func TestADoubleClickAcceptsOne(t *testing.T) {
	snap := asking("First", "Second")
	first, second := snap.Requests[0].ShortID, snap.Requests[1].ShortID
	root, rec, win := window(t, snap, 1000, 700)
	at := middle(element(root, "request/accept"))
	clickAt(win, at)
	want(t, rec) // it has only just appeared
	rec.clock = rec.clock.Add(settleTime)
	clickAt(win, at)
	want(t, rec, "accept "+first)
	clickAt(win, at)
	want(t, rec) // the first is being let in
	rec.clock = rec.clock.Add(time.Minute)
	clickAt(win, at)
	want(t, rec) // and that may take its time
	snap.Requests = snap.Requests[1:]
	root.Set(snap)
	if got := middle(element(root, "request/"+second+"/accept")); got != at {
		t.Fatalf("the second card is at %v, not under the pointer at %v", got, at)
	}
	rec.clock = rec.clock.Add(settleTime - time.Millisecond)
	clickAt(win, at)
	want(t, rec)
	if got := element(root, "request/accept").State; got != "settling" {
		t.Errorf("the button says it is %q", got)
	}
	rec.clock = rec.clock.Add(time.Millisecond)
	if got := element(root, "request/accept").State; got != "ready" {
		t.Errorf("the button says it is %q", got)
	}
	clickAt(win, at)
	want(t, rec, "accept "+second)
}

// TestDecisionsThatMoveAreNotTaken: by scrolling, by what grows above, by
// another device in the bar.
func TestDecisionsThatMoveAreNotTaken(t *testing.T) {
	snap := asking("First", "Second", "Third", "Fourth", "Fifth")
	ids := snap.Requests
	root, rec, win := window(t, snap, 1000, 700)
	settle := func() { rec.clock = rec.clock.Add(settleTime) }
	settle()
	root.side.scroll.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, -60)})
	tap(t, root, "request/"+ids[1].ShortID+"/accept")
	want(t, rec)
	settle()
	snap.Nearby = nil // the strip becomes lower
	root.Set(snap)
	tap(t, root, "request/"+ids[1].ShortID+"/block")
	want(t, rec)

	bar := func(d viewmodel.Device) {
		snap.Chat = &viewmodel.Chat{Device: d, Bar: viewmodel.BarRequest, BarText: "It asks."}
		root.Set(snap)
	}
	bar(ids[0].Device)
	settle()
	bar(ids[1].Device) // in the very same place
	tap(t, root, "bar/accept")
	want(t, rec)
	settle()
	win.Resize(fyne.NewSize(1000, 640))
	tap(t, root, "bar/accept")
	want(t, rec)
	settle()
	tap(t, root, "bar/accept")
	want(t, rec, "accept "+ids[1].ShortID)
	tap(t, root, "bar/block")
	want(t, rec)
}

func TestTheOpenRequestIsMarked(t *testing.T) {
	snap := asking("First", "Second")
	root, _, _ := window(t, snap, 1000, 700)
	snap.Chat = &viewmodel.Chat{Device: snap.Requests[1].Device, Bar: viewmodel.BarRequest}
	root.Set(snap)
	for i, marked := range []bool{false, true} {
		back := root.side.cards[snap.Requests[i].ID].back
		if got := back.StrokeColor == root.t.Accent && back.StrokeWidth == cardMark; got != marked {
			t.Errorf("card %d is marked: %v", i, got)
		}
		if back.FillColor != root.t.Surface {
			t.Errorf("card %d hides what has the colour %v", i, back.FillColor)
		}
	}
}
