package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// focusRing is the width of the ring around what has the keyboard.
const focusRing = 2

// IconButton is a round button with an icon.
type IconButton struct {
	Pressable
	t        *Tokens
	size     float32
	iconSize float32
	fill     color.NRGBA // transparent: only while hovered
	name     IconName
	ink      color.NRGBA

	back  *canvas.Rectangle
	image *canvas.Image
}

// NewIconButton returns a button of a diameter; label is for screen readers.
func NewIconButton(t *Tokens, name IconName, label string, size, icon float32, tap func()) *IconButton {
	b := &IconButton{t: t, size: size, iconSize: icon, name: name, ink: t.Muted}
	b.OnTap, b.label = tap, label
	b.back = Rounded(color.Transparent, size/2)
	b.back.StrokeColor = t.Accent
	b.image = Icon(name, b.ink)
	b.OnChange(b.draw)
	b.ExtendBaseWidget(b)
	return b
}

// Colors sets the circle and the icon.
func (b *IconButton) Colors(fill, ink color.NRGBA) {
	b.fill, b.ink = fill, ink
	b.draw()
}

// SetIcon changes the drawing.
func (b *IconButton) SetIcon(name IconName) {
	if b.name != name {
		b.name = name
		b.draw()
	}
}

// Raise gives the button a shadow: it floats above other things.
func (b *IconButton) Raise() {
	b.back.Shadow = canvas.Shadow{Color: b.t.Shadow, BlurRadius: 10, Offset: fyne.NewPos(0, 2)}
}

func (b *IconButton) draw() {
	fill, ink := b.fill, b.ink
	switch {
	case b.disabled && b.fill.A > 0:
		fill, ink = b.t.Field, b.t.Faint
	case b.disabled:
		ink = b.t.Faint
	case b.Hovered() && b.fill.A == 0:
		fill = b.t.Field
	}
	b.back.FillColor = fill
	b.back.StrokeWidth = 0
	if b.focused {
		b.back.StrokeWidth = focusRing
	}
	b.image.Resource = IconResource(b.name, ink)
	canvas.Refresh(b.back)
	b.image.Refresh()
}

// MinSize implements fyne.CanvasObject.
func (b *IconButton) MinSize() fyne.Size { return fyne.NewSize(b.size, b.size) }

// CreateRenderer implements fyne.Widget.
func (b *IconButton) CreateRenderer() fyne.WidgetRenderer {
	b.draw()
	return NewRenderer(b.MinSize, func(s fyne.Size) {
		Place(b.back, 0, 0, s.Width, s.Height)
		Place(b.image, (s.Width-b.iconSize)/2, (s.Height-b.iconSize)/2, b.iconSize, b.iconSize)
	}, b.back, b.image)
}

// TextButton is a rounded button with a word.
type TextButton struct {
	Pressable
	t         *Tokens
	fill, ink color.NRGBA
	back      *canvas.Rectangle
	text      *canvas.Text
}

// Metrics of a TextButton, in dp.
const (
	buttonHeight = 38
	buttonRadius = 12
	buttonText   = 13.5
	buttonPad    = 16

	largeRadius = 14 // of one in a dialog
	largeText   = 14.5
)

// NewTextButton returns a button with a fill and the colour of its word.
func NewTextButton(t *Tokens, word string, fill, ink color.NRGBA, tap func()) *TextButton {
	b := &TextButton{t: t, fill: fill, ink: ink}
	b.OnTap, b.label = tap, word
	b.back = Rounded(fill, buttonRadius)
	b.back.StrokeColor = t.Text
	b.text = Text(word, Style{buttonText, ink, true})
	b.OnChange(b.draw)
	b.ExtendBaseWidget(b)
	return b
}

// Large makes the button that of a dialog, and returns it.
func (b *TextButton) Large() *TextButton {
	b.back.CornerRadius, b.text.TextSize = largeRadius, largeText
	return b
}

func (b *TextButton) draw() {
	b.back.FillColor, b.text.Color = b.fill, b.ink
	switch {
	case b.disabled:
		b.back.FillColor, b.text.Color = b.t.Field, b.t.Muted
	case b.Hovered():
		b.back.FillColor = mix(b.fill, b.t.Text, 14)
	}
	canvas.Refresh(b.text)
	b.back.StrokeWidth = 0
	if b.focused {
		b.back.StrokeWidth = focusRing
	}
	canvas.Refresh(b.back)
}

// MinSize implements fyne.CanvasObject.
func (b *TextButton) MinSize() fyne.Size {
	return fyne.NewSize(b.text.MinSize().Width+2*buttonPad, buttonHeight)
}

// CreateRenderer implements fyne.Widget.
func (b *TextButton) CreateRenderer() fyne.WidgetRenderer {
	return NewRenderer(b.MinSize, func(s fyne.Size) {
		Place(b.back, 0, 0, s.Width, s.Height)
		m := b.text.MinSize()
		Place(b.text, (s.Width-m.Width)/2, (s.Height-m.Height)/2, m.Width, m.Height)
	}, b.back, b.text)
}

// mix returns a with share/255 of b in it.
func mix(a, b color.NRGBA, share int) color.NRGBA {
	f := func(x, y uint8) uint8 { return uint8((int(x)*(255-share) + int(y)*share) / 255) }
	return color.NRGBA{f(a.R, b.R), f(a.G, b.G), f(a.B, b.B), a.A}
}
