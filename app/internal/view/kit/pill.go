package kit

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Metrics of a Badge, in dp.
const (
	badgeHeight = 20
	badgeText   = 11.5
	badgePad    = 6
	badgeMost   = 999 // shown as "999+" above
)

// Badge is a small pill with a number; it is hidden at zero.
type Badge struct {
	widget.BaseWidget
	back *canvas.Rectangle
	text *canvas.Text
}

// NewBadge returns a hidden badge.
func NewBadge(t *Tokens) *Badge {
	b := &Badge{back: Rounded(t.Accent, badgeHeight/2), text: Text("", Style{badgeText, t.OnAccent, true})}
	b.ExtendBaseWidget(b)
	b.Hide()
	return b
}

// Set shows a number.
func (b *Badge) Set(n int) {
	word := strconv.Itoa(min(n, badgeMost))
	if n > badgeMost {
		word += "+"
	}
	b.text.Text = word
	if n <= 0 {
		b.Hide()
		return
	}
	b.Show()
	b.Resize(b.MinSize())
	b.layout(b.Size())
	canvas.Refresh(b)
}

// Text is the number that is shown, "" while it is hidden.
func (b *Badge) Text() string {
	if !b.Visible() {
		return ""
	}
	return b.text.Text
}

// MinSize implements fyne.CanvasObject.
func (b *Badge) MinSize() fyne.Size {
	return fyne.NewSize(max(badgeHeight, b.text.MinSize().Width+2*badgePad), badgeHeight)
}

func (b *Badge) layout(s fyne.Size) {
	Place(b.back, 0, 0, s.Width, s.Height)
	m := b.text.MinSize()
	Place(b.text, (s.Width-m.Width)/2, (s.Height-m.Height)/2, m.Width, m.Height)
}

// CreateRenderer implements fyne.Widget.
func (b *Badge) CreateRenderer() fyne.WidgetRenderer {
	return NewRenderer(b.MinSize, b.layout, b.back, b.text)
}
