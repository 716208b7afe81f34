package view

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

// pairCard tells above the list, or on a phone above the chat that is open, that
// a pairing waits. It makes no sound and takes neither the window nor the
// keyboard: anybody in earshot can ask.
type pairCard struct {
	host    *host
	c       *viewmodel.PairCard // nil: hidden
	stand   settler
	back    *canvas.Rectangle
	avatar  *kit.Avatar
	text    *kit.Label
	no, yes *kit.TextButton
	object  *fyne.Container
}

func newPairCard(h *host) *pairCard {
	t := h.t
	c := &pairCard{
		host: h, stand: settler{host: h}, back: kit.Rounded(t.AccentSoft, rowRadius), avatar: kit.NewAvatar(t, cardAvatar, t.AccentSoft),
		text: kit.NewLabel(kit.Style{Size: cardText, Color: t.Text}, 6),
	}
	c.no = kit.NewTextButton(t, "Not now", t.Surface, t.Text, c.refuse)
	c.yes = kit.NewTextButton(t, "Continue", t.Accent, t.OnAccent, c.accept)
	c.object = kit.NewPanel(c.height, c.place, c.back, c.avatar, c.text, c.no, c.yes)
	c.object.Hide()
	return c
}

// set shows a card, nil hides it, and reports whether others have to move.
func (c *pairCard) set(to *viewmodel.PairCard) (moved bool) {
	old := c.c
	if to == nil || old == nil || old.Serial != to.Serial || old.Asks != to.Asks {
		c.stand.leave()
	}
	c.c = to
	setVisible(c.object, to != nil)
	if to == nil {
		return old != nil
	}
	if old != nil && *old == *to {
		return false
	}
	if old == nil || old.Asks != to.Asks {
		c.yes = kit.NewTextButton(c.host.t, pick(to.Asks, "Continue", "Show"), c.host.t.Accent, c.host.t.OnAccent, c.accept)
		c.object.Objects[len(c.object.Objects)-1] = c.yes
	}
	c.avatar.Set(to.Initials, to.Hue, dot(to.Presence))
	c.text.SetText(to.Text)
	c.place(c.object.Size())
	c.object.Refresh()
	return true
}

func (c *pairCard) accept() {
	switch {
	case c.c == nil || !c.stand.settled():
	case c.c.Asks:
		c.host.a.AnswerPair(c.c.Serial, viewmodel.PairContinue)
	default:
		c.host.a.ShowPairing(c.c.Serial)
	}
}

func (c *pairCard) refuse() {
	switch {
	case c.c == nil || !c.stand.settled():
	case c.c.Asks:
		c.host.a.AnswerPair(c.c.Serial, viewmodel.PairNotNow)
	default:
		c.host.a.HidePairing(c.c.Serial)
	}
}

// textWidth is what the avatar leaves.
func (c *pairCard) textWidth(width float32) float32 {
	return width - 2*(rowMargin+cardPad) - cardAvatar - avatarGap
}

func (c *pairCard) height(width float32) float32 {
	h := rowMargin + cardPad + max(cardAvatar, c.text.Fit(c.textWidth(width))) + cardGap + cardButtons + cardPad
	return float32(math.Ceil(float64(h))) // edges are sharp on whole pixels
}

func (c *pairCard) place(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	kit.Place(c.back, rowMargin, rowMargin, s.Width-2*rowMargin, s.Height-rowMargin)
	x, y, w := float32(rowMargin+cardPad), float32(rowMargin+cardPad), s.Width-2*(rowMargin+cardPad)
	kit.Place(c.avatar, x, y, cardAvatar, cardAvatar)
	h := c.text.Fit(c.textWidth(s.Width))
	kit.Place(c.text, x+cardAvatar+avatarGap, y+max(0, (cardAvatar-h)/2), c.textWidth(s.Width), h)
	y += max(cardAvatar, h) + cardGap
	half := (w - 8) / 2
	kit.Place(c.no, x, y, half, cardButtons)
	kit.Place(c.yes, x+half+8, y, half, cardButtons)
}

// settle tells the buttons where they are.
func (c *pairCard) settle() {
	if c.c == nil {
		c.stand.leave()
		return
	}
	c.stand.settle(c.object.Position().Add(c.yes.Position()))
}

func (c *pairCard) elements() []Element {
	if c.c == nil {
		return nil
	}
	state := pick(c.stand.settled(), "ready", "settling")
	return []Element{
		{ID: "paircard", Label: "Pairing", Text: c.text.Text(), Object: c.object},
		{ID: "paircard/no", Label: c.no.Label(), State: state, Object: c.no},
		{ID: "paircard/yes", Label: c.yes.Label(), State: state, Object: c.yes},
	}
}
