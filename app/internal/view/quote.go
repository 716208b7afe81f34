package view

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/textflow"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Metrics of a quote, in dp.
const (
	quoteHeight = 42
	quoteRadius = 9
	quoteInset  = 10 // from the sides of the bubble
	quoteTop    = 9
	quoteGap    = 6 // between the quote and the text
	quoteBar    = 3
	quoteBarX   = 6
	quoteBarY   = 5
	quoteTextX  = 15
	quoteRight  = 10
	quoteSize   = 12.5
	quoteMost   = 240 // of a quote that is wider than the text below it
	quoteAlpha  = 36  // of white, in a bubble of the accent's colour
)

// quoteWidth is what a line of a quote needs beside the padding of a bubble.
const quoteExtra = quoteTextX + quoteRight + 2*quoteInset - 2*bubblePadX

// layoutQuote makes room for the quote of a row and returns the width that it
// wants inside the padding of the bubble, of at most inner.
func (b *bubble) layoutQuote(r *viewmodel.Row, inner float32) float32 {
	if r.Quote.Line == "" {
		return 0
	}
	b.textY = quoteTop + quoteHeight + quoteGap
	b.quote = quoteLine(r.Quote.Line, quoteMost)
	name := quoteLine(r.Quote.Name, quoteMost) // drawn bold, and measured so in fitQuote
	return min(inner, quoteMost, float32(math.Ceil(float64(max(b.quote.Width, name.Width*1.1))))+quoteExtra)
}

// fitQuote cuts the quote to the width that the bubble has now.
func (b *bubble) fitQuote(r *viewmodel.Row) {
	b.quote = quoteLine(r.Quote.Line, b.w-2*quoteInset-quoteTextX-quoteRight)
}

func quoteLine(text safetext.Display, width float32) textflow.Line {
	line := textflow.OneLine(string(text), width, func(s string) float32 { return kit.Width(s, quoteSize, false) })
	line.RTL = false
	return line
}

// drawQuote draws the quote of the row in the bubble at x.
func (v *rowView) drawQuote(x float32) {
	b, q := v.bubble, v.row.Quote
	if q.Line == "" {
		return
	}
	fill, bar, name, ink := v.t.AccentSoft, v.t.Accent, v.t.AccentText, v.t.Muted
	if v.row.Out {
		fill, bar = kit.WithAlpha(v.t.OnAccent, quoteAlpha), v.t.OnAccent
		name, ink = v.t.OnAccent, v.t.OnAccentMuted
	}
	x, y, w := x+quoteInset, b.top+quoteTop, b.w-2*quoteInset
	v.add(kit.Rounded(fill, quoteRadius), x, y, w, quoteHeight)
	v.add(kit.Rounded(bar, quoteBar/2.), x+quoteBarX, y+quoteBarY, quoteBar, quoteHeight-2*quoteBarY)
	lh, tw := kit.LineHeight(quoteSize), w-quoteTextX-quoteRight
	top := y + (quoteHeight-2*lh)/2
	if q.Name == "" {
		top = y + (quoteHeight-lh)/2
	} else {
		who := textflow.OneLine(string(q.Name), tw, func(s string) float32 { return kit.Width(s, quoteSize, true) })
		who.RTL = false
		v.objects = append(v.objects, kit.DrawLine(who, kit.Style{Size: quoteSize, Color: name, Bold: true}, tw, x+quoteTextX, top)...)
		top += lh
	}
	v.objects = append(v.objects, kit.DrawLine(b.quote, kit.Style{Size: quoteSize, Color: ink}, tw, x+quoteTextX, top)...)
	if q.Key != "" {
		v.addArea("quote/"+v.row.Key, "Go to the quoted message", string(q.Line), x, y, w, quoteHeight, func() { v.pane.jumpTo(q.Key) })
	}
}

// tapArea takes the taps on a part of a row. It draws nothing; a right click or
// a long press is about the row.
type tapArea struct {
	widget.BaseWidget
	row       *rowView
	id, label string
	text      string // what is written there
	tap       func()
}

func (v *rowView) addArea(id, label, text string, x, y, w, h float32, tap func()) {
	a := &tapArea{row: v, id: id, label: label, text: text, tap: tap}
	a.ExtendBaseWidget(a)
	v.add(a, x, y, w, h)
	v.areas = append(v.areas, a)
}

// Tapped implements fyne.Tappable.
func (a *tapArea) Tapped(*fyne.PointEvent) { a.tap() }

// TappedSecondary implements fyne.SecondaryTappable.
func (a *tapArea) TappedSecondary(e *fyne.PointEvent) { a.row.TappedSecondary(e) }

// AccessibilityLabel implements fyne.Accessible.
func (a *tapArea) AccessibilityLabel() string { return a.label }

// AccessibilityRole implements fyne.Accessible.
func (a *tapArea) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// Cursor implements desktop.Cursorable.
func (a *tapArea) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (a *tapArea) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(kit.Fixed(1, 1), func(fyne.Size) {})
}

// areaElements names the quotes and reactions that are on the screen.
func (p *chatPane) areaElements() []Element {
	var out []Element
	p.list.EachVisible(func(it kit.Item, o fyne.CanvasObject) {
		for _, a := range o.(*rowView).areas {
			out = append(out, Element{ID: a.id, Label: a.label, Text: a.text, Object: a})
		}
	})
	return out
}

// Metrics of the bar above the composer, in dp.
const (
	modeHeight = 50
	modeClose  = 44
	modeIcon   = 20
	modeTextX  = inset + modeIcon + 14
)

// modeBar says above the composer which message is answered or edited.
type modeBar struct {
	kit.Pressable
	t          *kit.Tokens
	back       *canvas.Rectangle
	bar        *canvas.Rectangle
	icon       *canvas.Image
	name, line *kit.Label
	leave      *kit.IconButton
}

func newModeBar(t *kit.Tokens, jump, leave func()) *modeBar {
	b := &modeBar{
		t: t, back: canvas.NewRectangle(t.Surface), bar: kit.Rounded(t.Accent, quoteBar/2.), icon: kit.Icon(kit.IconReply, t.AccentText),
		name: kit.NewLabel(kit.Style{Size: quoteSize, Color: t.AccentText, Bold: true}, 1),
		line: kit.NewLabel(kit.Style{Size: quoteSize, Color: t.Muted}, 1),
	}
	b.leave = kit.NewIconButton(t, kit.IconClose, "Leave", modeClose, 18, leave)
	b.OnTap = jump
	b.ExtendBaseWidget(b)
	b.Hide()
	return b
}

func (b *modeBar) set(kind viewmodel.ModeKind, q viewmodel.Quote) {
	setVisible(b, kind != viewmodel.ModeNew)
	name, icon := "Reply to "+safetext.Isolate(q.Name), kit.IconReply
	if q.Name == "You" {
		name = "Reply to yourself"
	}
	if kind == viewmodel.ModeEdit {
		name, icon = "Editing", kit.IconEdit
	}
	b.name.SetText(name)
	b.line.SetText(q.Line)
	b.SetLabel(string(name))
	b.leave.SetLabel(pick(kind == viewmodel.ModeEdit, "Stop editing", "Do not reply"))
	b.icon.Resource = kit.IconResource(icon, b.t.AccentText)
	b.icon.Refresh()
}

// MinSize implements fyne.CanvasObject.
func (b *modeBar) MinSize() fyne.Size { return fyne.NewSize(160, modeHeight) }

// CreateRenderer implements fyne.Widget.
func (b *modeBar) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(b.MinSize, func(s fyne.Size) {
		kit.Place(b.back, 0, 0, s.Width, s.Height)
		kit.Place(b.icon, inset, (s.Height-modeIcon)/2, modeIcon, modeIcon)
		lh := kit.LineHeight(quoteSize)
		top := (s.Height - 2*lh) / 2
		kit.Place(b.bar, modeTextX, top, quoteBar, 2*lh)
		x := float32(modeTextX + quoteBar + 8)
		right := s.Width - composerInset - modeClose
		kit.Place(b.name, x, top, right-x-8, lh)
		kit.Place(b.line, x, top+lh, right-x-8, lh)
		kit.Place(b.leave, right+(composerInset-4)/2, (s.Height-modeClose)/2, modeClose, modeClose)
	}, b.back, b.icon, b.bar, b.name, b.line, b.leave)
}
