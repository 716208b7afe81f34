package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// Tall is an object whose height follows from its width.
type Tall interface {
	HeightFor(width float32) float32
}

// HeightFor is the height that an object wants at a width.
func HeightFor(o fyne.CanvasObject, width float32) float32 {
	if t, ok := o.(Tall); ok {
		return t.HeightFor(width)
	}
	if c, ok := o.(*fyne.Container); ok {
		if t, ok := c.Layout.(interface {
			heightFor([]fyne.CanvasObject, float32) float32
		}); ok {
			return t.heightFor(c.Objects, width)
		}
	}
	return o.MinSize().Height
}

// panel places objects freely: it is a layout made of two functions.
type panel struct {
	height func(width float32) float32
	place  func(size fyne.Size)
	width  float32 // of the last layout
}

func (p *panel) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(leastWidth, p.height(max(leastWidth, p.width)))
}

func (p *panel) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	p.width = size.Width
	p.place(size)
}

func (p *panel) heightFor(_ []fyne.CanvasObject, width float32) float32 { return p.height(width) }

// leastWidth is the width that a panel asks for, in dp: less than any window.
const leastWidth = 200

// Fixed returns the size that never changes, for a renderer.
func Fixed(w, h float32) func() fyne.Size {
	return func() fyne.Size { return fyne.NewSize(w, h) }
}

// High returns the height that does not depend on the width, for NewPanel.
func High(h float32) func(float32) float32 { return func(float32) float32 { return h } }

// NewPanel returns a container that place lays out and that wants a height.
func NewPanel(height func(width float32) float32, place func(fyne.Size), objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&panel{height: height, place: place}, objects...)
}

// Column stacks objects without gaps; hidden ones take no room.
func Column(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&column{}, objects...)
}

type column struct{ width float32 }

func (c *column) heightFor(objects []fyne.CanvasObject, width float32) float32 {
	h := float32(0)
	for _, o := range objects {
		if o.Visible() {
			h += HeightFor(o, width)
		}
	}
	return h
}

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(leastWidth, c.heightFor(objects, max(leastWidth, c.width)))
}

func (c *column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	c.width = size.Width
	y := float32(0)
	for _, o := range objects {
		if o.Visible() {
			h := HeightFor(o, size.Width)
			Place(o, 0, y, size.Width, h)
			y += h
		}
	}
}

// Frame stacks top, body and bottom; the body gets what is left. Hidden parts
// take no room.
func Frame(top, body, bottom fyne.CanvasObject) *fyne.Container {
	height := func(o fyne.CanvasObject, width float32) float32 {
		if !o.Visible() {
			return 0
		}
		return HeightFor(o, width)
	}
	return NewPanel(func(width float32) float32 {
		return height(top, width) + body.MinSize().Height + height(bottom, width)
	}, func(size fyne.Size) {
		t, b := height(top, size.Width), height(bottom, size.Width)
		Place(top, 0, 0, size.Width, t)
		Place(body, 0, t, size.Width, max(0, size.Height-t-b))
		Place(bottom, 0, size.Height-b, size.Width, b)
	}, body, top, bottom)
}

// objectsRenderer draws objects that the widget places itself.
type objectsRenderer struct {
	objects []fyne.CanvasObject
	min     func() fyne.Size
	place   func(fyne.Size)
}

func (r *objectsRenderer) Destroy()                     {}
func (r *objectsRenderer) MinSize() fyne.Size           { return r.min() }
func (r *objectsRenderer) Objects() []fyne.CanvasObject { return r.objects }

// Refresh implements fyne.WidgetRenderer: everything is drawn again.
func (r *objectsRenderer) Refresh() {
	for _, o := range r.objects {
		canvas.Refresh(o)
	}
}

// Layout implements fyne.WidgetRenderer.
func (r *objectsRenderer) Layout(size fyne.Size) {
	if r.place != nil {
		r.place(size)
	}
}

// NewRenderer returns a renderer for a widget with a fixed set of objects.
func NewRenderer(minSize func() fyne.Size, place func(fyne.Size), objects ...fyne.CanvasObject) fyne.WidgetRenderer {
	return &objectsRenderer{objects, minSize, place}
}
