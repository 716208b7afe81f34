package view

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

const (
	alertLines  = 14 // of a sentence or two with a path: eleven on the narrowest phone
	alertButton = 96 // width of OK, in dp
)

// alertCard tells what happened to the history, above everything else in the
// list, until a person has read it.
type alertCard struct {
	alert  viewmodel.Alert
	back   *canvas.Rectangle
	text   *kit.Label
	button *kit.TextButton
	object *fyne.Container
}

func newAlertCard(h *host) *alertCard {
	t := h.t
	c := &alertCard{
		back: kit.Rounded(t.AccentSoft, rowRadius),
		text: kit.NewLabel(kit.Style{Size: cardText, Color: t.Text}, alertLines),
	}
	c.button = kit.NewTextButton(t, "OK", t.Accent, t.OnAccent, func() { h.a.DismissAlert(c.alert.ID) })
	c.object = kit.NewPanel(c.height, c.place, c.back, c.text, c.button)
	return c
}

func (c *alertCard) set(a viewmodel.Alert) {
	if c.alert != a {
		c.alert = a
		c.text.SetText(a.Text)
	}
}

func (c *alertCard) height(width float32) float32 {
	h := cardPad + c.text.Fit(width-2*(rowMargin+cardPad)) + cardGap + cardButtons + cardPad + rowMargin
	return float32(math.Ceil(float64(h))) // edges are sharp on whole pixels
}

func (c *alertCard) place(s fyne.Size) {
	w := s.Width - 2*(rowMargin+cardPad)
	if w <= 0 {
		return
	}
	x, h := float32(rowMargin+cardPad), c.text.Fit(w)
	kit.Place(c.back, rowMargin, 0, s.Width-2*rowMargin, s.Height-rowMargin)
	kit.Place(c.text, x, cardPad, w, h)
	kit.Place(c.button, x+w-alertButton, cardPad+h+cardGap, alertButton, cardButtons)
}

func (c *alertCard) elements() []Element {
	id := "alert/" + c.alert.ID
	return []Element{
		{ID: id, Label: "Notice about the history", Text: c.text.Text(), Object: c.object},
		{ID: id + "/ok", Label: c.button.Label(), Object: c.button},
	}
}
