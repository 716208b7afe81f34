package kit

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/widget"
)

// How rows go on by themselves when a finger leaves them, after which their
// speed halves about four times a second.
const (
	flingDecay = 325 * time.Millisecond  // to 1/e of the speed
	flingMost  = 1500 * time.Millisecond // until they rest
	flingFrame = time.Second / 60
	flingLook  = 100 * time.Millisecond // before the finger left: how fast it was
	flingLeast = 50                     // slowest speed of a finger that throws them, dp a second
	flingEnd   = 20                     // speed at which they rest, dp a second
)

// touch moves a list by a finger. Only phones have one: with a mouse a drag is
// not a way to scroll.
type touch struct {
	list  *List
	below *fyne.Container // holds the grip, below the rows, whose taps are theirs
	guard *guard          // above the rows while they move by themselves
	now   func() time.Time
	after func(time.Duration, func()) // runs a function later on the goroutine of the window

	since time.Time // the finger is on the list
	trail []movement
	fling *fling // nil: the rows do not move by themselves
}

// movement is one of a finger, in dp.
type movement struct {
	at time.Time
	dy float32
}

// fling is how rows move by themselves.
type fling struct {
	began time.Time
	lasts time.Duration
	speed float64 // at the beginning, dp a second
	gone  float64 // dp so far
}

func newTouch(l *List) *touch {
	t := &touch{
		list: l, below: container.NewWithoutLayout(), guard: &guard{}, now: time.Now,
		after: func(d time.Duration, f func()) { time.AfterFunc(d, func() { fyne.Do(f) }) },
	}
	t.guard.ExtendBaseWidget(t.guard)
	t.guard.Hide()
	t.newGrip()
	return t
}

// newGrip makes the object that the next gesture is about. The toolkit goes on
// with a drag for a while after the finger has left, in a way of its own; what
// it says then reaches the grip of a gesture that is over.
func (t *touch) newGrip() {
	g := &grip{touch: t}
	g.ExtendBaseWidget(g)
	g.Resize(t.list.Size())
	t.below.Objects = []fyne.CanvasObject{g}
}

func (t *touch) resize(s fyne.Size) {
	Place(t.below, 0, 0, s.Width, s.Height)
	Place(t.below.Objects[0], 0, 0, s.Width, s.Height)
	Place(t.guard, 0, 0, s.Width, s.Height)
}

// hold begins a gesture: rows that move stop below the finger, and if it does
// not move it touched nothing else.
func (t *touch) hold() {
	if t.fling == nil {
		t.guard.Hide()
	}
	t.fling = nil
	t.since, t.trail = t.now(), nil
}

func (t *touch) move(dy float32) {
	t.guard.Hide()
	now := t.now()
	for len(t.trail) > 1 && now.Sub(t.trail[1].at) > flingLook { // one older tells where the first began
		t.trail = t.trail[1:]
	}
	t.trail = append(t.trail, movement{now, dy})
	t.list.ScrollBy(dy)
}

// release ends a gesture: the rows go on as fast as the finger was in its last
// moments.
func (t *touch) release() {
	now := t.now()
	speed := t.speed(now)
	if math.Abs(speed) < flingLeast {
		return
	}
	lasts := time.Duration(float64(flingDecay) * math.Log(math.Abs(speed)/flingEnd))
	t.fling = &fling{began: now, lasts: min(flingMost, lasts), speed: speed}
	t.guard.Show()
	t.next(t.fling)
}

// speed is that of the finger during flingLook, dp a second.
func (t *touch) speed(now time.Time) float64 {
	from, way := now, 0.0
	for i := len(t.trail) - 1; i >= 0 && now.Sub(t.trail[i].at) <= flingLook; i-- {
		way += float64(t.trail[i].dy)
		from = t.since
		if i > 0 {
			from = t.trail[i-1].at // where this movement began
		}
	}
	return way / min(flingLook+flingFrame, max(flingFrame, now.Sub(from))).Seconds()
}

func (t *touch) next(f *fling) { t.after(flingFrame, func() { t.frame(f) }) }

// frame moves the rows by what is due.
func (t *touch) frame(f *fling) {
	if t.fling != f {
		return
	}
	age, tau := t.now().Sub(f.began), flingDecay.Seconds()
	way := f.speed * tau * (1 - math.Exp(-age.Seconds()/tau))
	before := t.list.at
	t.list.ScrollBy(float32(way - f.gone))
	f.gone = way
	if atEnd := f.speed < 0 && t.list.AtEnd(); age >= f.lasts || atEnd || t.list.at == before {
		t.stop()
		return
	}
	t.next(f)
}

// stop lets the rows rest.
func (t *touch) stop() {
	t.fling = nil
	t.guard.Hide()
}

// halt lets rows that move by themselves rest.
func (l *List) halt() {
	if l.touch != nil {
		l.touch.stop()
	}
}

// grip takes what one finger does on the rows, from its touch to its lift.
type grip struct {
	widget.BaseWidget
	touch *touch
	at    fyne.Position // of the last movement
	known bool          // at is
	over  bool
}

// TouchDown implements mobile.Touchable.
func (g *grip) TouchDown(*mobile.TouchEvent) {
	g.known = false
	g.touch.hold()
}

// TouchUp implements mobile.Touchable.
func (g *grip) TouchUp(*mobile.TouchEvent) {}

// TouchCancel implements mobile.Touchable.
func (g *grip) TouchCancel(*mobile.TouchEvent) {}

// Dragged implements fyne.Draggable. An event whose place did not move as far
// as it says comes from the toolkit: the finger has left.
func (g *grip) Dragged(e *fyne.DragEvent) {
	if g.over {
		return
	}
	moved := e.Position.Subtract(g.at)
	if g.known && !(near(moved.X, e.Dragged.DX) && near(moved.Y, e.Dragged.DY)) {
		g.lift()
		return
	}
	g.at, g.known = e.Position, true
	g.touch.move(e.Dragged.DY)
}

func near(a, b float32) bool { return math.Abs(float64(a-b)) < .1 }

// DragEnd implements fyne.Draggable.
func (g *grip) DragEnd() {
	if !g.over {
		g.lift()
	}
}

func (g *grip) lift() {
	g.over = true
	g.touch.newGrip()
	g.touch.release()
}

// CreateRenderer implements fyne.Widget.
func (g *grip) CreateRenderer() fyne.WidgetRenderer {
	return NewRenderer(Fixed(1, 1), func(fyne.Size) {})
}

// guard lies over rows that move by themselves: a tap stops them and does
// nothing else.
type guard struct{ widget.BaseWidget }

// Tapped implements fyne.Tappable.
func (g *guard) Tapped(*fyne.PointEvent) { g.Hide() }

// TappedSecondary implements fyne.SecondaryTappable.
func (g *guard) TappedSecondary(*fyne.PointEvent) { g.Hide() }

// CreateRenderer implements fyne.Widget.
func (g *guard) CreateRenderer() fyne.WidgetRenderer {
	return NewRenderer(Fixed(1, 1), func(fyne.Size) {})
}
