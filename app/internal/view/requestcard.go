package view

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
	"earshot/internal/safetext"
)

// Metrics of a request, in dp.
const (
	cardPad     = 14
	cardGap     = 10
	cardAvatar  = 40
	cardText    = 13.5
	cardLines   = 4
	cardButtons = 38
	cardEdge    = 1
	cardMark    = 2 // edge of the open card
	cardPair    = 40

	barLines = 9 // of what stands above a composer: two sentences with names as long as they get
)

// requestCard is a stranger that asks, above the conversations. A tap on it
// shows the whole text.
type requestCard struct {
	kit.Pressable
	t *kit.Tokens
	r viewmodel.Request

	back       *canvas.Rectangle
	avatar     *kit.Avatar
	name, text *kit.Label
	ask        *canvas.Text
	caution    *caution
	decision   *decision
	pair       *kit.IconButton
	open       bool // its chat is on the screen
}

func newRequestCard(h *host) *requestCard {
	t, a := h.t, h.a
	c := &requestCard{
		t: t, back: kit.Rounded(t.Surface, rowRadius), avatar: kit.NewAvatar(t, cardAvatar, t.Surface),
		name: kit.NewLabel(kit.Style{Size: kit.BodySize, Color: t.Text, Bold: true}, 1),
		text: kit.NewLabel(kit.Style{Size: cardText, Color: t.Text}, cardLines),
		ask:  kit.Text("", kit.Style{Size: rowTime, Color: t.Muted}), caution: newCaution(t),
	}
	c.decision = newDecision(h, t.Field, func() identity.DeviceID { return c.r.ID })
	c.pair = kit.NewIconButton(t, kit.IconPair, "Pair", cardPair, 20, func() { a.Pair(c.r.ID) })
	c.OnTap = func() { a.Open(c.r.ID) }
	c.OnChange(c.draw)
	c.draw()
	c.ExtendBaseWidget(c)
	return c
}

// draw gives the card its edge: the open one and the one with the keyboard are
// marked by the accent.
func (c *requestCard) draw() {
	c.back.FillColor = pick(c.Hovered(), c.t.Hover, c.t.Surface)
	c.avatar.SetRing(pick(c.Hovered(), c.t.Hover, c.t.Surface))
	c.back.StrokeColor = pick(c.open || c.Focused(), c.t.Accent, c.t.Border)
	c.back.StrokeWidth = pick[float32](c.open || c.Focused(), cardMark, cardEdge)
	canvas.Refresh(c.back)
}

func (c *requestCard) setOpen(open bool) {
	if c.open != open {
		c.open = open
		c.draw()
	}
}

func (c *requestCard) set(r viewmodel.Request) {
	c.r = r
	c.SetLabel("Request of " + string(r.Name) + spoken(r.Caution))
	c.pair.SetLabel("Pair with " + string(r.Name))
	c.avatar.Set(r.Initials, r.Hue, dot(r.Presence))
	c.name.SetText(r.Name)
	c.text.SetText(r.Text)
	c.caution.set(r.Caution)
	c.ask.Text = r.ShortID + " · asks to write to you"
	c.layout(c.Size())
	canvas.Refresh(c)
}

// HeightFor implements kit.Tall.
func (c *requestCard) HeightFor(width float32) float32 {
	w := width - 2*(rowMargin+cardPad)
	h := cardPad + cardAvatar + cardGap + c.cautionHeight(w) + c.text.Fit(w) + cardGap + cardButtons + cardPad + rowMargin
	return float32(math.Ceil(float64(h))) // edges are sharp on whole pixels
}

func (c *requestCard) layout(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	kit.Place(c.back, rowMargin, 0, s.Width-2*rowMargin, s.Height-rowMargin)
	x, w := float32(rowMargin+cardPad), s.Width-2*(rowMargin+cardPad)
	kit.Place(c.avatar, x, cardPad, cardAvatar, cardAvatar)
	nh, m := kit.LineHeight(kit.BodySize), c.ask.MinSize()
	top := cardPad + (cardAvatar-nh-m.Height-1)/2
	tx := x + cardAvatar + avatarGap
	kit.Place(c.name, tx, top, s.Width-rowMargin-cardPad-cardPair-tx, nh)
	kit.Place(c.pair, s.Width-rowMargin-8-cardPair, cardPad+(cardAvatar-cardPair)/2, cardPair, cardPair)
	kit.Place(c.ask, tx, top+nh+1, m.Width, m.Height)
	y := float32(cardPad + cardAvatar + cardGap)
	if warn := c.cautionHeight(w); warn > 0 {
		kit.Place(c.caution.object, x, y, w, warn-cardGap)
		y += warn
	}
	h := c.text.Fit(w)
	kit.Place(c.text, x, y, w, h)
	kit.Place(c.decision.object, x, y+h+cardGap, w, cardButtons)
}

// cautionHeight is what the caution and the gap below it need, 0 without one.
func (c *requestCard) cautionHeight(width float32) float32 {
	if c.r.Caution == "" {
		return 0
	}
	return c.caution.height(width) + cardGap
}

// spoken is a caution behind a label.
func spoken(c safetext.Display) string {
	if c == "" {
		return ""
	}
	return ". " + string(c)
}

// MinSize implements fyne.CanvasObject.
func (c *requestCard) MinSize() fyne.Size {
	return fyne.NewSize(220, c.HeightFor(max(c.Size().Width, 220)))
}

// CreateRenderer implements fyne.Widget.
func (c *requestCard) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(c.MinSize, c.layout, c.back, c.avatar, c.name, c.ask, c.text, c.caution.object, c.decision.object, c.pair)
}

func (c *requestCard) elements() []Element {
	id := "request/" + c.r.ShortID
	return append([]Element{
		{ID: id, Label: c.Label(), Text: c.text.Text(), Object: c},
		{ID: id + "/pair", Label: c.pair.Label(), Object: c.pair},
	}, c.decision.elements(id)...)
}

// chatBar stands between the messages and the composer: a request to decide,
// or words about why nothing arrives yet.
type chatBar struct {
	text     *kit.Label
	back     *canvas.Rectangle
	decision *decision
	deciding bool
	object   *fyne.Container
}

func newChatBar(h *host, id func() identity.DeviceID) *chatBar {
	t := h.t
	b := &chatBar{
		text: kit.NewLabel(kit.Style{Size: 13, Color: t.Text}, barLines), back: canvas.NewRectangle(t.AccentSoft),
		decision: newDecision(h, t.Surface, id),
	}
	b.object = kit.NewPanel(b.height, b.place, b.back, b.text, b.decision.object)
	b.object.Hide()
	return b
}

func (b *chatBar) set(bar viewmodel.Bar, text safetext.Display) {
	b.deciding = bar == viewmodel.BarRequest
	b.text.SetText(text)
	setVisible(b.object, bar != viewmodel.BarNone)
	setVisible(b.decision.object, b.deciding)
	b.place(b.object.Size())
}

func (b *chatBar) height(width float32) float32 {
	h := 10 + b.text.Fit(width-2*inset) + 10
	if b.deciding {
		h += cardButtons + cardGap
	}
	return h
}

func (b *chatBar) place(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	kit.Place(b.back, 0, 0, s.Width, s.Height)
	h := b.text.Fit(s.Width - 2*inset)
	kit.Place(b.text, inset, 10, s.Width-2*inset, h)
	kit.Place(b.decision.object, inset, 10+h+cardGap, min(360, s.Width-2*inset), cardButtons)
}
