package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Metrics of the card that asks who sees this device, in dp.
const (
	visibleLines  = 6 // of the question, with a name as long as it gets
	visibleButton = 38
	visibleGap    = 8
)

// visibleCard asks once who may see this device. It stands below the list, where
// nothing moves when it comes, and its answers count only when it has stood there
// for a while.
type visibleCard struct {
	settler
	asked bool

	text                       *kit.Label
	back                       *canvas.Rectangle
	everyone, contacts, hidden *kit.TextButton
	object                     *fyne.Container
}

func newVisibleCard(h *host) *visibleCard {
	t := h.t
	c := &visibleCard{
		settler: settler{host: h},
		text:    kit.NewLabel(kit.Style{Size: cardText, Color: t.Text}, visibleLines),
		back:    kit.Rounded(t.AccentSoft, rowRadius),
	}
	button := func(word, value string) *kit.TextButton {
		return kit.NewTextButton(t, word, t.Surface, t.Text, func() { c.answer(value) })
	}
	c.everyone = kit.NewTextButton(t, "Yes, everyone", t.Accent, t.OnAccent, func() { c.answer(viewmodel.VisibleEveryone) })
	c.contacts, c.hidden = button("Contacts only", viewmodel.VisibleContacts), button("Hidden", viewmodel.VisibleHidden)
	c.object = kit.NewPanel(func(width float32) float32 {
		return cardPad + c.text.Fit(width-2*(rowMargin+cardPad)) + cardGap + 2*visibleButton + visibleGap + cardPad + rowMargin
	}, c.place, c.back, c.text, c.everyone, c.contacts, c.hidden)
	c.object.Hide()
	return c
}

func (c *visibleCard) place(s fyne.Size) {
	w := s.Width - 2*(rowMargin+cardPad)
	if w <= 0 {
		return
	}
	x, h := float32(rowMargin+cardPad), c.text.Fit(w)
	kit.Place(c.back, rowMargin, 0, s.Width-2*rowMargin, s.Height-rowMargin)
	kit.Place(c.text, x, cardPad, w, h)
	y, half := cardPad+h+cardGap, (w-visibleGap)/2
	kit.Place(c.everyone, x, y, w, visibleButton)
	y += visibleButton + visibleGap
	kit.Place(c.contacts, x, y, half, visibleButton)
	kit.Place(c.hidden, x+half+visibleGap, y, half, visibleButton)
}

func (c *visibleCard) buttons() []*kit.TextButton {
	return []*kit.TextButton{c.everyone, c.contacts, c.hidden}
}

// set asks or does not.
func (c *visibleCard) set(snap viewmodel.Snapshot) {
	c.asked = snap.AskVisible
	for _, b := range c.buttons() {
		b.SetDisabled(false)
	}
	c.text.SetText("Everyone on this network can see “" + safetext.Isolate(snap.Self.Name) + "”. Keep it so?")
}

func (c *visibleCard) answer(value string) {
	if !c.settled() {
		return
	}
	for _, b := range c.buttons() {
		b.SetDisabled(true)
	}
	c.restart()
	c.host.a.SetVisibility(value)
}

func (c *visibleCard) elements() []Element {
	if !c.object.Visible() {
		return nil
	}
	state := pick(c.settled() && !c.everyone.Disabled(), "ready", "settling")
	out := []Element{{ID: "visible", Label: "Who sees this device", Text: c.text.Text(), Object: c.object}}
	for i, id := range []string{"everyone", "contacts", "hidden"} {
		b := c.buttons()[i]
		out = append(out, Element{ID: "visible/card/" + id, Label: b.Label(), State: state, Object: b})
	}
	return out
}
