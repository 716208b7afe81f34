package view

import (
	"cmp"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/internal/safetext"
)

// message is a window content of words only.
type message struct {
	widget.BaseWidget
	t           *kit.Tokens
	title, text string
	object      *fyne.Container
}

// NewMessage returns a window content of words only, for times when there is
// nothing else to show: while the home folder opens, or when it does not. It has
// the colours of the app's theme, like NewRoot, and is drawn anew when that
// changes.
func NewMessage(t *kit.Tokens, title, text string) fyne.CanvasObject {
	m := &message{title: title, text: text}
	m.build(cmp.Or(kit.Current(), t))
	m.ExtendBaseWidget(m)
	return m
}

func (m *message) build(t *kit.Tokens) {
	m.t = t
	head := kit.NewLabel(kit.Style{Size: 20, Color: t.Text, Bold: true}, 2)
	head.SetText(safetext.Display(m.title))
	body := kit.NewLabel(kit.Style{Size: kit.BodySize, Color: t.Muted}, 12)
	body.SetText(safetext.Display(m.text))
	m.object = container.NewStack(canvas.NewVerticalGradient(t.BgTop, t.Bg),
		kit.NewPanel(kit.High(320), func(s fyne.Size) {
			w := min(460, s.Width-2*inset)
			x := (s.Width - w) / 2
			h, b := head.Fit(w), body.Fit(w)
			y := max(inset, (s.Height-h-b-12)/2)
			kit.Place(head, x, y, w, h)
			kit.Place(body, x, y+h+12, w, b)
		}, head, body))
}

// CreateRenderer implements fyne.Widget.
func (m *message) CreateRenderer() fyne.WidgetRenderer { return &messageRenderer{m} }

type messageRenderer struct{ m *message }

func (r *messageRenderer) Destroy()                     {}
func (r *messageRenderer) MinSize() fyne.Size           { return fyne.NewSize(leastWidth, leastHeight) }
func (r *messageRenderer) Layout(s fyne.Size)           { kit.Place(r.m.object, 0, 0, s.Width, s.Height) }
func (r *messageRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.m.object} }

// Refresh implements fyne.WidgetRenderer.
func (r *messageRenderer) Refresh() {
	if t := kit.Current(); t != nil && t != r.m.t {
		r.m.build(t)
		r.Layout(r.m.Size())
	}
	canvas.Refresh(r.m)
}
