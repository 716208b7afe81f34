package kit

import (
	"math"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/test"
)

// hand is a finger on a list, with a clock of its own.
type hand struct {
	*List
	clock time.Time
	at    fyne.Position
	due   []func()
}

// newHand is a finger on a list that stands in its middle.
func newHand(t *testing.T) *hand {
	t.Helper()
	l, _ := newTestList(t)
	h := &hand{List: l, clock: time.Unix(1, 0)}
	l.touch = newTouch(l)
	l.touch.now = func() time.Time { return h.clock }
	l.touch.after = func(_ time.Duration, f func()) { h.due = append(h.due, f) }
	test.WidgetRenderer(l).Layout(l.Size())
	l.SetItems(blocks(0, 2_000))
	l.bar.to(.5)
	return h
}

func (h *hand) grip() *grip { return h.touch.below.Objects[0].(*grip) }

func (h *hand) down() *grip {
	g := h.grip()
	h.at = fyne.NewPos(200, 150)
	g.TouchDown(&mobile.TouchEvent{PointEvent: fyne.PointEvent{Position: h.at}})
	return g
}

// drag moves the finger by dy in steps of a frame.
func (h *hand) drag(g *grip, dy ...float32) {
	for _, d := range dy {
		h.clock = h.clock.Add(flingFrame)
		h.at = h.at.AddXY(0, d)
		g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: h.at}, Dragged: fyne.NewDelta(0, d)})
	}
}

// lift is how the toolkit tells it: by going on, where the finger was last.
func (h *hand) lift(g *grip, dy float32) {
	e := &fyne.DragEvent{PointEvent: fyne.PointEvent{Position: h.at}, Dragged: fyne.NewDelta(0, dy)}
	for e.Dragged.DY > 2 || e.Dragged.DY < -2 {
		e.Dragged.DY *= .92
		g.Dragged(e)
	}
	g.DragEnd()
}

// frames lets time pass.
func (h *hand) frames(d time.Duration) {
	for end := h.clock.Add(d); h.clock.Before(end); {
		h.clock = h.clock.Add(flingFrame)
		due := h.due
		h.due = nil
		for _, f := range due {
			f()
		}
	}
}

// from remembers the place and returns how far the rows have moved since, while
// one of them stays in view.
func (h *hand) from() func(t *testing.T) float32 {
	before := ys(h.List)
	return func(t *testing.T) float32 {
		t.Helper()
		moved, seen := float32(0), false
		for key, y := range ys(h.List) {
			if old, ok := before[key]; ok {
				moved, seen = y-old, true
			}
		}
		if !seen {
			t.Fatal("no row that was in view is any more")
		}
		return moved
	}
}

func same(a, b, within float32) bool { return math.Abs(float64(a-b)) <= float64(within) }

// TestRowsFollowTheFinger: also when it moves a little only, and sideways.
func TestRowsFollowTheFinger(t *testing.T) {
	h := newHand(t)
	moved := h.from()
	g := h.down()
	h.drag(g, 5, 40, -12.5, .7)
	h.at = h.at.AddXY(30, 0)
	g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: h.at}, Dragged: fyne.NewDelta(30, 0)})
	if got := moved(t); !same(got, 33.2, .01) {
		t.Errorf("a finger that moved by 33.2 moved the rows by %v", got)
	}
	h.clock = h.clock.Add(time.Second) // it rests before it leaves
	h.lift(g, 30)
	h.frames(2 * time.Second)
	if got := moved(t); !same(got, 33.2, .01) || h.touch.guard.Visible() {
		t.Errorf("after a rest the rows went on to %v", got)
	}
}

// TestAFlingDecays: the rows go on as fast as the finger was, lose speed by the
// time constant and rest; what the toolkit adds of its own is not taken.
func TestAFlingDecays(t *testing.T) {
	h := newHand(t)
	for _, dy := range []float32{6, -6} {
		g := h.down()
		h.drag(g, dy, dy, dy, dy, dy, dy, dy, dy, dy, dy)
		speed := dy / float32(flingFrame.Seconds())
		moved := h.from()
		h.lift(g, dy)
		if got := moved(t); got != 0 {
			t.Fatalf("the toolkit's own way moved the rows by %v", got)
		}
		const tau = .325 // seconds
		h.frames(325 * time.Millisecond)
		if got, want := moved(t), speed*tau*(1-1/math.E); !same(got, want, 4) {
			t.Errorf("after the time constant the rows are at %v, want %v", got, want)
		}
		if !h.touch.guard.Visible() {
			t.Error("the rows move, and a tap would be theirs")
		}
		h.frames(1500 * time.Millisecond)
		if got, want := moved(t), speed*tau; !same(got, want, 10) {
			t.Errorf("at last the rows are at %v, want %v", got, want)
		}
		if len(h.due) != 0 || h.touch.fling != nil || h.touch.guard.Visible() {
			t.Errorf("the fling does not end: %d frames due", len(h.due))
		}
	}
}

// TestATapStopsAFling: and that tap does nothing else.
func TestATapStopsAFling(t *testing.T) {
	h := newHand(t)
	g := h.down()
	h.drag(g, 10, 10, 10, 10)
	h.lift(g, 10)
	h.frames(100 * time.Millisecond)
	h.down()
	moved := h.from()
	h.frames(time.Second)
	if got := moved(t); got != 0 {
		t.Errorf("under the finger the rows went on by %v", got)
	}
	if !h.touch.guard.Visible() {
		t.Fatal("the tap that stops the rows is theirs")
	}
	test.Tap(h.touch.guard)
	if h.touch.guard.Visible() {
		t.Error("the next tap is not theirs")
	}
}

// TestFlicksOverlap: the toolkit still tells of the last flick when the next
// finger is down.
func TestFlicksOverlap(t *testing.T) {
	h := newHand(t)
	first := h.down()
	h.drag(first, 12, 12, 12)
	old := &fyne.DragEvent{PointEvent: fyne.PointEvent{Position: h.at}, Dragged: fyne.NewDelta(0, 11)}
	first.Dragged(old)
	second := h.down()
	if second == first {
		t.Fatal("the second gesture has the grip of the first")
	}
	moved := h.from()
	first.Dragged(old)
	h.drag(second, -5, -5)
	first.DragEnd()
	if h.grip() != second || h.touch.fling != nil {
		t.Error("the end of the first flick ends the second gesture")
	}
	h.drag(second, -5)
	if got := moved(t); !same(got, -15, .01) {
		t.Errorf("a finger that moved by -15 moved the rows by %v", got)
	}
}

func TestAFlingEndsAtTheEnds(t *testing.T) {
	h := newHand(t)
	for name, to := range map[string]func(){"top": h.ToStart, "end": h.ToEnd} {
		to()
		dy := map[string]float32{"top": 10, "end": -10}[name]
		g := h.down()
		h.drag(g, dy, dy, dy)
		h.lift(g, dy)
		h.frames(2 * flingFrame)
		if h.touch.fling != nil || h.touch.guard.Visible() {
			t.Errorf("%s: the rows do not move, and a tap is not theirs", name)
		}
	}
}

// TestWhatGoesElsewhereStopsAFling: a jump is where it said.
func TestWhatGoesElsewhereStopsAFling(t *testing.T) {
	h := newHand(t)
	for name, to := range map[string]func(){"start": h.ToStart, "end": h.ToEnd, "another list": func() { h.Adopt(h.List) }} {
		h.bar.to(.5)
		g := h.down()
		h.drag(g, 10, 10, 10)
		h.lift(g, 10)
		to()
		moved := h.from()
		h.frames(200 * time.Millisecond)
		if got := moved(t); got != 0 {
			t.Errorf("%s: then the rows went on by %v", name, got)
		}
	}
}

// TestOnlyPhonesHaveAFinger: the tag "mobile" makes this system one.
func TestOnlyPhonesHaveAFinger(t *testing.T) {
	l, _ := newTestList(t)
	if got, want := l.touch != nil, fyne.CurrentDevice().IsMobile(); got != want {
		t.Errorf("a finger: %v, a phone: %v", got, want)
	}
}
