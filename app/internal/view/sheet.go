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

// Metrics of a sheet, in dp.
const (
	sheetWidth  = 400
	sheetRadius = 24
	sheetEdge   = 24 // least distance from the edges of a window with two panes
	sheetHead   = 60
	sheetPad    = 14 // beside what is on it
	sheetFoot   = 18
	sheetTitle  = 17
	sheetX      = 20 // of the title without a way back
)

// page is one screen of a sheet.
type page interface {
	title() safetext.Display
	body() fyne.CanvasObject
	set(viewmodel.Snapshot) bool // shows it; false: what the page is about is gone
	elements() []Element
	opened() // it is on the screen now
}

// pageMaker makes a page, in the colours of now.
type pageMaker func(*sheet) page

// sheet lies above the window until it is left: a card beside which the window
// is dimmed, and the whole of a phone's screen. A page may lead to another one.
type sheet struct {
	widget.BaseWidget
	*host
	leave  func()
	makers []pageMaker
	pages  []page
	snap   viewmodel.Snapshot

	scrim, card *canvas.Rectangle
	head        *kit.Label
	back        *kit.IconButton
	closer      *kit.IconButton
	notice      *notice
	column      *fyne.Container
	content     *fyne.Container
	scroll      *kit.Scroll
}

// newSheet returns a sheet of these pages, the last of which is shown; leave
// takes it away.
func newSheet(h *host, snap viewmodel.Snapshot, leave func(), makers ...pageMaker) *sheet {
	t := h.t
	s := &sheet{
		host: h, leave: leave, snap: snap,
		scrim: canvas.NewRectangle(t.Scrim), card: kit.Rounded(t.Bg, sheetRadius),
		head:   kit.NewLabel(kit.Style{Size: sheetTitle, Color: t.Text, Bold: true}, 1),
		notice: newNotice(t, h.a.DismissNotice),
	}
	s.card.Shadow = canvas.Shadow{Color: t.Shadow, BlurRadius: 30, Offset: fyne.NewPos(0, 10)}
	s.card.StrokeColor = t.Border
	s.back = kit.NewIconButton(t, kit.IconBack, "Back", backSize, 22, s.goBack)
	s.back.Colors(kit.WithAlpha(t.Surface, 0), t.Text)
	s.closer = kit.NewIconButton(t, kit.IconClose, "Close", backSize, 20, leave)
	s.back.OnKey, s.closer.OnKey = s.typedKey, s.typedKey
	s.column = kit.Column()
	s.content = kit.NewPanel(s.contentHeight, func(size fyne.Size) {
		kit.Place(s.column, sheetPad, 0, size.Width-2*sheetPad, size.Height)
	}, s.column)
	s.scroll = kit.NewScroll(s.content, container.ScrollVerticalOnly)
	s.scroll.OnScrolled = func(fyne.Position) { h.moved() }
	s.ExtendBaseWidget(s)
	for _, m := range makers {
		s.push(m)
	}
	return s
}

// push puts a page above the others, unless what it is about is gone.
func (s *sheet) push(m pageMaker) {
	p := m(s)
	if !p.set(s.snap) {
		return
	}
	s.makers, s.pages = append(s.makers, m), append(s.pages, p)
	s.turn()
}

// turn shows the last page from its beginning.
func (s *sheet) turn() {
	p := s.pages[len(s.pages)-1]
	s.column.Objects = []fyne.CanvasObject{s.notice.object, p.body()}
	s.scroll.ScrollToOffset(fyne.Position{})
	s.draw()
	s.rest()
	p.opened()
	s.moved()
}

// rest gives the keyboard to the sheet itself, where nothing is marked. On a phone
// nothing has it, so that the keyboard on the screen goes.
func (s *sheet) rest() {
	switch {
	case fyne.CurrentApp().Driver().CanvasForObject(s) == nil:
	case fyne.CurrentDevice().IsMobile():
		s.takeKeys(nil)
	default:
		s.takeKeys(s)
	}
}

// goBack leaves the last page, or the sheet if there is no other.
func (s *sheet) goBack() {
	if len(s.pages) <= 1 {
		s.leave()
		return
	}
	s.pop()
	s.turn()
}

func (s *sheet) pop() {
	s.makers, s.pages = s.makers[:len(s.makers)-1], s.pages[:len(s.pages)-1]
}

// set shows a snapshot and reports whether there is anything left to show.
func (s *sheet) set(snap viewmodel.Snapshot) bool {
	s.snap = snap
	s.notice.set(snap.Notice)
	popped := false
	for len(s.pages) > 0 && !s.pages[len(s.pages)-1].set(snap) {
		s.pop()
		popped = true
	}
	switch {
	case len(s.pages) == 0:
		return false
	case popped:
		s.turn()
	default:
		s.draw()
	}
	return true
}

// draw lays everything out anew: what a page shows may need more room.
func (s *sheet) draw() {
	if s.Size().Width > 0 {
		s.layout(s.Size())
	}
	canvas.Refresh(s)
}

// contentHeight is what the page needs at a width of the sheet.
func (s *sheet) contentHeight(width float32) float32 {
	return kit.HeightFor(s.column, max(1, width-2*sheetPad))
}

func (s *sheet) layout(size fyne.Size) {
	if len(s.pages) == 0 {
		return
	}
	phone := size.Width < twoPanes
	w, x, y := size.Width, float32(0), float32(0)
	if !phone {
		w = sheetWidth
		x = (size.Width - w) / 2
	}
	s.content.Resize(fyne.NewSize(w, s.contentHeight(w)))
	s.content.Layout.Layout(s.content.Objects, s.content.Size()) // its height may be that of before
	h := size.Height
	if !phone {
		h = min(sheetHead+s.contentHeight(w)+sheetFoot, size.Height-2*sheetEdge)
		y = (size.Height - h) / 2
	}
	s.card.CornerRadius = pick[float32](phone, 0, sheetRadius)
	s.card.StrokeWidth = pick[float32](phone, 0, 1)
	setVisible(s.scrim, !phone)
	kit.Place(s.scrim, 0, 0, size.Width, size.Height)
	kit.Place(s.card, x, y, w, h)
	setVisible(s.back, phone || len(s.pages) > 1)
	setVisible(s.closer, !phone)
	top := (float32(sheetHead) - backSize) / 2
	kit.Place(s.back, x+4, y+top, backSize, backSize)
	kit.Place(s.closer, x+w-8-backSize, y+top, backSize, backSize)
	left := pick[float32](s.back.Visible(), 4+backSize+4, sheetX)
	nh := kit.LineHeight(sheetTitle)
	s.head.SetText(s.pages[len(s.pages)-1].title())
	kit.Place(s.head, x+left, y+(sheetHead-nh)/2, w-left-pick[float32](phone, inset, 8+backSize+4), nh)
	foot := pick[float32](phone, 0, sheetFoot)
	kit.Place(s.scroll, x, y+sheetHead, w, max(0, h-sheetHead-foot))
	s.scroll.Refresh()
}

// typedKey takes a key that leaves the page or goes to another of its parts, and
// reports whether it is one.
func (s *sheet) typedKey(k *fyne.KeyEvent) bool {
	c := fyne.CurrentApp().Driver().CanvasForObject(s)
	switch {
	case kit.IsBack(k):
		s.goBack()
	case c == nil:
		return false
	case k.Name == fyne.KeyDown:
		c.FocusNext()
	case k.Name == fyne.KeyUp:
		c.FocusPrevious()
	default:
		return false
	}
	return true
}

// reveal scrolls to a part of the page that has got the keyboard.
func (s *sheet) reveal(o fyne.CanvasObject) {
	d := fyne.CurrentApp().Driver()
	top := d.AbsolutePositionForObject(o).Y - d.AbsolutePositionForObject(s.scroll).Y
	bottom := top + o.Size().Height
	switch at := s.scroll.Offset; {
	case top < 0:
		s.scroll.ScrollToOffset(at.AddXY(0, top))
	case bottom > s.scroll.Size().Height:
		s.scroll.ScrollToOffset(at.AddXY(0, bottom-s.scroll.Size().Height))
	}
}

// Tapped implements fyne.Tappable: beside the card it is left.
func (s *sheet) Tapped(e *fyne.PointEvent) {
	p, size := e.Position.Subtract(s.card.Position()), s.card.Size()
	if p.X < 0 || p.Y < 0 || p.X > size.Width || p.Y > size.Height {
		s.leave()
	}
}

// TappedSecondary implements fyne.SecondaryTappable: nothing below is meant.
func (s *sheet) TappedSecondary(*fyne.PointEvent) {}

// Scrolled implements fyne.Scrollable: nothing below is meant.
func (s *sheet) Scrolled(e *fyne.ScrollEvent) {}

// FocusGained implements fyne.Focusable.
func (s *sheet) FocusGained() {}

// FocusLost implements fyne.Focusable.
func (s *sheet) FocusLost() {}

// TypedRune implements fyne.Focusable.
func (s *sheet) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (s *sheet) TypedKey(k *fyne.KeyEvent) { s.typedKey(k) }

// CreateRenderer implements fyne.Widget.
func (s *sheet) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(kit.Fixed(leastWidth, leastHeight), s.layout, s.scrim, s.card, s.head, s.back, s.scroll, s.closer)
}

func (s *sheet) elements() []Element {
	out := []Element{{ID: "sheet", Label: "Sheet", Text: s.head.Text(), Object: s}}
	if s.back.Visible() {
		out = append(out, Element{ID: "sheet/back", Label: s.back.Label(), Object: s.back})
	}
	if s.closer.Visible() {
		out = append(out, Element{ID: "sheet/close", Label: s.closer.Label(), Object: s.closer})
	}
	if s.notice.object.Visible() {
		out = append(out, Element{ID: "sheet/notice", Label: "Notice", Text: s.notice.text.Text(), Object: s.notice.object})
	}
	if n := len(s.pages); n > 0 {
		out = append(out, s.pages[n-1].elements()...)
	}
	return out
}
