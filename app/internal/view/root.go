package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Root is the content of the window: list and chat side by side from 720 dp,
// below that one of them.
type Root struct {
	widget.BaseWidget
	t *kit.Tokens
	a Actions

	// OnMoved is called after anything on the screen was placed anew; often.
	OnMoved func()

	snap  viewmodel.Snapshot
	side  *sidebar
	chat  *chatPane
	idle  *fyne.Container // instead of a chat while none is open
	line  *canvas.Rectangle
	back  *canvas.Rectangle
	phone bool
	width float32
}

// NewRoot returns an empty window; copyText puts a text on the clipboard.
func NewRoot(t *kit.Tokens, a Actions, copyText func(string)) *Root {
	r := &Root{t: t, a: a, line: canvas.NewRectangle(t.Border), back: canvas.NewRectangle(t.Surface)}
	r.side = newSidebar(t, desktopSizes, a, r.takeKeys)
	r.chat = newChatPane(t, a, copyText, r.moved, r.takeKeys)
	r.idle = newIdle(t)
	r.ExtendBaseWidget(r)
	return r
}

// newIdle is what stands beside the list while no chat is open.
func newIdle(t *kit.Tokens) *fyne.Container {
	icon := kit.Icon(kit.IconWaves, t.AccentText)
	disc := canvas.NewCircle(t.AccentSoft)
	text := kit.NewLabel(kit.Style{Size: kit.BodySize, Color: t.Muted}, 2)
	text.SetText("Pick a device or a conversation")
	return container.NewStack(canvas.NewVerticalGradient(t.BgTop, t.Bg),
		kit.NewPanel(kit.High(100), func(s fyne.Size) {
			x, y := s.Width/2, s.Height/2
			kit.Place(disc, x-38, y-66, 76, 76)
			kit.Place(icon, x-18, y-46, 36, 36)
			w := min(text.NaturalWidth(), s.Width-2*inset)
			kit.Place(text, x-w/2, y+26, w, text.Fit(w))
		}, disc, icon, text))
}

// Set draws a snapshot.
func (r *Root) Set(s viewmodel.Snapshot) {
	opened := s.Chat != nil && (r.snap.Chat == nil || r.snap.Chat.ID != s.Chat.ID)
	r.snap = s
	r.side.set(s)
	if s.Chat != nil {
		r.chat.set(s.Chat)
	} else {
		r.chat.chat = nil
	}
	r.arrange()
	if opened && !fyne.CurrentDevice().IsMobile() {
		r.chat.focus()
	}
	r.moved()
}

// takeKeys gives the keyboard to a widget of the window, nil to none. The canvas is asked for
// by the root: the toolkit does not know that of a widget that was never drawn.
func (r *Root) takeKeys(f fyne.Focusable) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	switch {
	case c == nil:
	case f == nil:
		c.Unfocus()
	default:
		c.Focus(f)
	}
}

// TypedRune takes a character that was typed while no widget had the keyboard:
// it begins or continues a text in the open chat.
func (r *Root) TypedRune(c rune) {
	if r.snap.Chat != nil && r.snap.Chat.CanWrite {
		r.chat.focus()
		r.chat.composer.entry.TypedRune(c)
	}
}

func (r *Root) moved() {
	if r.OnMoved != nil {
		r.OnMoved()
	}
}

// arrange places the panes for the width of the window.
func (r *Root) arrange() {
	size := r.Size()
	if size.Width <= 0 {
		return
	}
	if phone := size.Width < twoPanes; phone != r.phone || r.width == 0 {
		r.phone = phone
		r.side = newSidebar(r.t, pick(phone, phoneSizes, desktopSizes), r.a, r.takeKeys)
		r.chat.head.phone(phone)
		r.placePanes(size) // cards need their width before they are filled
		r.side.set(r.snap)
	}
	r.width = size.Width
	r.placePanes(size)
	canvas.Refresh(r)
}

func (r *Root) placePanes(size fyne.Size) {
	open := r.snap.Chat != nil
	kit.Place(r.back, 0, 0, size.Width, size.Height)
	setVisible(r.line, !r.phone)
	setVisible(r.idle, !r.phone && !open)
	setVisible(r.chat.object, open)
	setVisible(r.side.object, !r.phone || !open)
	if r.phone {
		kit.Place(r.side.object, 0, 0, size.Width, size.Height)
		kit.Place(r.chat.object, 0, 0, size.Width, size.Height)
		return
	}
	w := max(sidebarLeast, min(sidebarMost, size.Width*sidebarShare))
	kit.Place(r.side.object, 0, 0, w, size.Height)
	kit.Place(r.line, w, 0, 1, size.Height)
	for _, o := range []fyne.CanvasObject{r.idle, r.chat.object} {
		kit.Place(o, w+1, 0, size.Width-w-1, size.Height)
	}
}

// Elements lists the named parts that are on the screen now.
func (r *Root) Elements() []Element {
	var out []Element
	if r.side.object.Visible() {
		out = append(out, r.side.elements()...)
	}
	if r.chat.object.Visible() {
		out = append(out, r.chat.elements()...)
	}
	return out
}

// CreateRenderer implements fyne.Widget.
func (r *Root) CreateRenderer() fyne.WidgetRenderer { return &rootRenderer{r} }

type rootRenderer struct{ r *Root }

func (w *rootRenderer) Destroy()           {}
func (w *rootRenderer) MinSize() fyne.Size { return fyne.NewSize(320, 320) }
func (w *rootRenderer) Refresh()           { w.r.arrange() }
func (w *rootRenderer) Layout(fyne.Size) {
	w.r.arrange()
	w.r.moved()
}
func (w *rootRenderer) Objects() []fyne.CanvasObject {
	r := w.r
	return []fyne.CanvasObject{r.back, r.side.object, r.idle, r.chat.object, r.line}
}

// NewMessage returns a window content of words only, for times when there is
// nothing else to show: while the home folder opens, or when it does not.
func NewMessage(t *kit.Tokens, title, text string) fyne.CanvasObject {
	head := kit.NewLabel(kit.Style{Size: 20, Color: t.Text, Bold: true}, 2)
	head.SetText(safetext.Display(title))
	body := kit.NewLabel(kit.Style{Size: kit.BodySize, Color: t.Muted}, 12)
	body.SetText(safetext.Display(text))
	return container.NewStack(canvas.NewVerticalGradient(t.BgTop, t.Bg),
		kit.NewPanel(kit.High(320), func(s fyne.Size) {
			w := min(460, s.Width-2*inset)
			x := (s.Width - w) / 2
			h, b := head.Fit(w), body.Fit(w)
			y := max(inset, (s.Height-h-b-12)/2)
			kit.Place(head, x, y, w, h)
			kit.Place(body, x, y+h+12, w, b)
		}, head, body))
}
