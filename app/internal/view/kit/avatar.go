package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

const (
	initialsShare = .385 // of the diameter
	dotShare      = .235
	dotSmallest   = 9
	dotRing       = 2
)

// Dot is the mark at the lower right of an avatar.
type Dot uint8

// NoDot is the zero Dot; the others have the colours Online and Warn.
const (
	NoDot Dot = iota
	OnlineDot
	AwayDot
)

// Avatar is a circle in a device's colour with its initials, and a dot while it
// is in earshot.
type Avatar struct {
	widget.BaseWidget
	t        *Tokens
	diameter float32
	ring     color.NRGBA

	circle, edge, dot *canvas.Circle
	text              *canvas.Text
}

// NewAvatar returns an avatar; ring is the colour behind it.
func NewAvatar(t *Tokens, diameter float32, ring color.NRGBA) *Avatar {
	a := &Avatar{
		t: t, diameter: diameter, ring: ring,
		circle: canvas.NewCircle(t.Hues[0].Bg), edge: canvas.NewCircle(ring), dot: canvas.NewCircle(t.Online),
		text: Text("", Style{diameter * initialsShare, t.Hues[0].Fg, true}),
	}
	a.ExtendBaseWidget(a)
	return a
}

// Set changes whose avatar it is. hue counts from 0 to 9.
func (a *Avatar) Set(initials string, hue int, dot Dot) {
	h := a.t.Hues[hue%len(a.t.Hues)]
	a.circle.FillColor, a.text.Color, a.text.Text = h.Bg, h.Fg, initials
	a.dot.Hidden, a.edge.Hidden = dot == NoDot, dot == NoDot
	a.dot.FillColor = a.t.Online
	if dot == AwayDot {
		a.dot.FillColor = a.t.Warn
	}
	a.layout()
	canvas.Refresh(a)
}

// SetDiameter changes the size.
func (a *Avatar) SetDiameter(d float32) {
	if d != a.diameter {
		a.diameter, a.text.TextSize = d, d*initialsShare
		a.layout()
	}
}

// SetRing changes the colour behind the avatar.
func (a *Avatar) SetRing(c color.NRGBA) {
	if c != a.ring {
		a.ring, a.edge.FillColor = c, c
		canvas.Refresh(a.edge)
	}
}

// MinSize implements fyne.CanvasObject.
func (a *Avatar) MinSize() fyne.Size { return fyne.NewSize(a.diameter, a.diameter) }

func (a *Avatar) layout() {
	d := a.diameter
	Place(a.circle, 0, 0, d, d)
	m := a.text.MinSize()
	Place(a.text, (d-m.Width)/2, (d-m.Height)/2, m.Width, m.Height)
	dot := max(dotSmallest, d*dotShare)
	x := d - dot - .5
	Place(a.edge, x-dotRing, x-dotRing, dot+2*dotRing, dot+2*dotRing)
	Place(a.dot, x, x, dot, dot)
}

// CreateRenderer implements fyne.Widget.
func (a *Avatar) CreateRenderer() fyne.WidgetRenderer {
	a.layout()
	return NewRenderer(a.MinSize, func(fyne.Size) { a.layout() }, a.circle, a.text, a.edge, a.dot)
}
