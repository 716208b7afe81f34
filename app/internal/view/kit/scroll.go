package kit

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Metrics of scrolling, in dp.
const (
	barWidth    = 4
	barHovered  = 6
	barGrip     = 14 // wide, to be met by a pointer
	barInset    = 2
	barShortest = 36
	pageKept    = 40 // of a page that stays in view

	// wheelStep is what the toolkit reports for half a notch of a wheel; what
	// is no multiple of it comes from a touch pad, which is precise already.
	wheelStep   = 12.5
	wheelFactor = 3
)

// Scrolled implements fyne.Scrollable. A notch of a wheel moves the list by
// about four lines.
func (l *List) Scrolled(e *fyne.ScrollEvent) { l.ScrollBy(notches(e.Scrolled.DY)) }

// notches makes the steps of a wheel longer.
func notches(d float32) float32 {
	if math.Mod(float64(d), wheelStep) == 0 {
		return d * wheelFactor
	}
	return d
}

// Scroll is the toolkit's scroller with the longer steps of a List.
type Scroll struct{ container.Scroll }

// NewScroll returns a scroller of content for one direction.
func NewScroll(content fyne.CanvasObject, direction container.ScrollDirection) *Scroll {
	s := &Scroll{}
	s.Content, s.Direction = content, direction
	s.ExtendBaseWidget(s)
	return s
}

// Scrolled implements fyne.Scrollable.
func (s *Scroll) Scrolled(e *fyne.ScrollEvent) {
	longer := *e
	longer.Scrolled = fyne.NewDelta(notches(e.Scrolled.DX), notches(e.Scrolled.DY))
	s.Scroll.Scrolled(&longer)
}

// Page moves the view by n pages, down if n is positive.
func (l *List) Page(n float32) {
	l.ScrollBy(-n * max(pageKept, l.Size().Height-pageKept))
}

// ToStart goes to the oldest row that is loaded.
func (l *List) ToStart() {
	l.halt()
	l.at = anchor{y: l.top}
	l.layout()
}

// Adopt puts the list where another one with the same items stands.
func (l *List) Adopt(from *List) {
	from.halt()
	l.at, l.wanted = from.at, ""
	l.layout()
}

// placeBar shows by the number of items where the view stands.
func (l *List) placeBar(last int) {
	n, seen := float32(len(l.items)), float32(last-l.at.index+1)
	if seen >= n {
		l.bar.Hide()
		return
	}
	size := l.Size()
	h := max(barShortest, size.Height*seen/n)
	l.bar.room = size.Height - 2*barInset - h
	y := l.bar.room
	if !l.at.stick {
		top := -l.at.y / l.height(l.items[l.at.index])
		y *= min(1, (float32(l.at.index)+max(0, top))/max(1, n-seen))
	}
	if l.bar.dragged { // the thumb stays under the pointer
		y = l.bar.y
	}
	Place(l.bar, size.Width-barGrip, barInset+y, barGrip, h)
	l.bar.y = y
	l.bar.Show()
}

// drag goes to where a thumb at share of its way stands for.
func (l *List) drag(share float32) {
	if len(l.items) == 0 {
		return
	}
	if share >= 1 {
		l.ToEnd()
		return
	}
	seen := max(1, len(l.shown))
	at := share * float32(max(1, len(l.items)-seen))
	i := min(int(at), len(l.items)-1)
	l.at = anchor{index: i, y: -(at - float32(i)) * l.height(l.items[i])}
	l.layout()
}

// thumb is the part of a scroll bar that shows where the view is; it can be
// dragged.
type thumb struct {
	widget.BaseWidget
	mark    *canvas.Rectangle
	to      func(share float32)
	y, room float32 // its place and the way that it has
	dragged bool
	hovered bool
}

func newThumb(t *Tokens, to func(float32)) *thumb {
	b := &thumb{mark: Rounded(WithAlpha(t.Faint, 120), barWidth/2), to: to}
	b.ExtendBaseWidget(b)
	return b
}

// Dragged implements fyne.Draggable.
func (b *thumb) Dragged(e *fyne.DragEvent) {
	b.dragged = true
	b.y = max(0, min(b.room, b.y+e.Dragged.DY))
	if b.room > 0 {
		b.to(b.y / b.room)
	}
}

// DragEnd implements fyne.Draggable.
func (b *thumb) DragEnd() {
	b.dragged = false
	b.Refresh()
}

// MouseIn implements desktop.Hoverable.
func (b *thumb) MouseIn(*desktop.MouseEvent) { b.hover(true) }

// MouseMoved implements desktop.Hoverable.
func (b *thumb) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (b *thumb) MouseOut() { b.hover(false) }

func (b *thumb) hover(on bool) {
	b.hovered = on
	b.layout(b.Size())
	canvas.Refresh(b.mark)
}

func (b *thumb) layout(s fyne.Size) {
	w := float32(barWidth)
	if b.hovered || b.dragged {
		w = barHovered
	}
	b.mark.CornerRadius = w / 2
	Place(b.mark, s.Width-barInset-w, 0, w, s.Height)
}

// CreateRenderer implements fyne.Widget.
func (b *thumb) CreateRenderer() fyne.WidgetRenderer {
	return NewRenderer(Fixed(barGrip, barShortest), b.layout, b.mark)
}
