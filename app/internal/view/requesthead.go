package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
)

// requestHead stands above the requests and counts them: that is all that tells
// of a stranger outside of its card.
type requestHead struct {
	title  *canvas.Text
	badge  *kit.Badge
	object *fyne.Container
}

func newRequestHead(t *kit.Tokens) *requestHead {
	h := &requestHead{title: kit.Text("REQUESTS", kit.Style{Size: 11, Color: t.Muted, Bold: true}), badge: kit.NewBadge(t)}
	h.object = kit.NewPanel(kit.High(stripTitle), func(s fyne.Size) {
		m, b := h.title.MinSize(), h.badge.MinSize()
		kit.Place(h.title, inset, (s.Height-m.Height)/2, m.Width, m.Height)
		kit.Place(h.badge, s.Width-inset-b.Width, (s.Height-b.Height)/2, b.Width, b.Height)
	}, h.title, h.badge)
	return h
}

func (h *requestHead) set(n int) {
	h.badge.Set(n)
	h.object.Refresh()
}

func (h *requestHead) element() Element {
	return Element{ID: "requests", Label: "Requests", Text: h.badge.Text(), Object: h.object}
}
