package kit

import (
	"testing"

	"fyne.io/fyne/v2"
)

func wheel(l *List, dy float32) {
	l.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, dy)})
}

// TestAWheelGoesFurtherThanATouchPad: a notch is 25 at the toolkit.
func TestAWheelGoesFurtherThanATouchPad(t *testing.T) {
	l, _ := newTestList(t)
	var items []Item
	for n := range 50 {
		items = append(items, &block{key: string(rune('A' + n)), height: 50})
	}
	l.SetItems(items)
	for _, c := range []struct{ dy, want float32 }{{25, 75}, {50, 150}, {37.5, 112.5}, {7.3, 7.3}, {-25, -75}, {-3.1, -3.1}} {
		l.ScrollBy(500)
		before := ys(l)
		wheel(l, c.dy)
		for key, y := range ys(l) {
			if from, ok := before[key]; ok && (y-from < c.want-.01 || y-from > c.want+.01) {
				t.Errorf("%v moves a row by %v, want %v", c.dy, y-from, c.want)
				break
			}
		}
		l.ToEnd()
	}
}

func TestPages(t *testing.T) {
	l, _ := newTestList(t)
	l.SetItems(blocks(0, 200))
	l.Page(-1)
	before := ys(l)
	l.Page(-1)
	kept := 0
	for key := range ys(l) {
		if _, ok := before[key]; ok {
			kept++
		}
	}
	if kept == 0 || kept == len(before) {
		t.Errorf("%d of %d rows stay in view", kept, len(before))
	}
	l.ToStart()
	if got, ok := ys(l)["0"]; !ok || got != 8 || l.AtEnd() {
		t.Errorf("the first row is at %v", got)
	}
	l.Page(1)
	l.Page(-1)
	if got := ys(l)["0"]; got != 8 {
		t.Errorf("there and back: %v", got)
	}
}

func drag(l *List, dy float32) {
	l.bar.Dragged(&fyne.DragEvent{Dragged: fyne.NewDelta(0, dy)})
}

func TestTheBarIsDragged(t *testing.T) {
	l, measured := newTestList(t)
	l.SetItems(blocks(0, 10_000))
	if !l.bar.Visible() || l.bar.Position().Y+l.bar.Size().Height != 300-barInset {
		t.Fatalf("at the end the bar is at %v, %v", l.bar.Position(), l.bar.Size())
	}
	*measured = 0
	drag(l, -l.bar.room/2)
	if got := l.at.index; got < 4_900 || got > 5_100 || l.AtEnd() {
		t.Errorf("in the middle the list stands at row %d", got)
	}
	y := l.bar.Position().Y
	drag(l, -10)
	if got := l.bar.Position().Y; got != y-10 {
		t.Errorf("the bar is at %v, the pointer at %v", got, y-10)
	}
	drag(l, -1000)
	if got, ok := ys(l)["0"]; !ok || got > 8 {
		t.Errorf("at the top the first row is at %v", got)
	}
	drag(l, 2000)
	l.bar.DragEnd()
	if !l.AtEnd() {
		t.Error("at the bottom the list is not at its end")
	}
	if *measured > 200 {
		t.Errorf("%d rows were measured", *measured)
	}
	l.SetItems(blocks(0, 2))
	if l.bar.Visible() {
		t.Error("there is nothing to scroll and a bar")
	}
	drag(l, 10)
	l.Reset()
	drag(l, 10) // nothing to go to
}

// TestABarLeadsBack: where the bar stands for is where it is put.
func TestABarLeadsBack(t *testing.T) {
	l, _ := newTestList(t)
	l.SetItems(blocks(0, 300))
	for range 20 {
		l.ScrollBy(311)
		if l.at.index == 0 {
			break
		}
		before := ys(l)
		drag(l, 0)
		l.bar.DragEnd()
		met := false
		for key, y := range ys(l) {
			from, ok := before[key]
			met = met || ok
			if ok && (y-from > 150 || from-y > 150) {
				t.Errorf("taking the bar moves row %s from %v to %v", key, from, y)
			}
		}
		if !met {
			t.Fatalf("taking the bar moves everything away: %v, then %v", before, ys(l))
		}
	}
}
