package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// pairEntry is the line of a menu that begins to pair with a device.
func (h *host) pairEntry(d viewmodel.Device) menuEntry {
	return menuEntry{id: "menu/pair", icon: kit.IconPair, word: "Pair …", do: func() { h.a.Pair(d.ID) }}
}

// deviceMenu shows what can be done with a device of the list.
func (h *host) deviceMenu(at fyne.Position, d viewmodel.Device) {
	entries := []menuEntry{{id: "menu/open", icon: kit.IconEdit, word: "Write", do: func() { h.a.Open(d.ID) }}}
	if d.CanPair {
		entries = append(entries, h.pairEntry(d))
	}
	h.menu(at, entries...)
}

// pairMenuWidth is that of the menu behind the cell to pair, in dp: what the
// narrowest phone leaves.
const pairMenuWidth = 304

// pairWays shows whom to pair with: the devices that can be, as they are now,
// then how it is done with one that need not be in the list. The menu stays as it
// was opened: nothing moves below the pointer.
func (h *host) pairWays(at fyne.Position, devices []viewmodel.Device) {
	var entries []menuEntry
	for _, d := range devices {
		entries = append(entries, h.pairWith(d))
	}
	entries = append(entries,
		menuEntry{id: "pair/show", icon: kit.IconQR, word: "Show my code", do: h.a.ShowInvite},
		menuEntry{id: "pair/enter", icon: kit.IconLink, word: "Enter a link", do: h.a.EnterLink})
	m := newContextMenu(h.t, at, h.close, entries...)
	if len(devices) > 0 {
		m.width = pairMenuWidth
	}
	h.card(m)
}

// pairWith is pairEntry where the device is not seen otherwise. A name that is
// cut may read like another one: it has its short ID beside it.
func (h *host) pairWith(d viewmodel.Device) menuEntry {
	e := h.pairEntry(d)
	e.id, e.caution = "pair/with/"+d.ShortID, d.Caution
	e.name = "Pair with " + safetext.Isolate(d.Name)
	if d.Caution != "" {
		e.icon = kit.IconAlert
	}
	if d.ShowID || kit.Width(string(e.name), menuText, false) > nameRoom(pairMenuWidth-2*menuPad, 0) {
		e.sign = d.ShortID
	}
	return e
}

// pairRows is how many devices the menu of a window can name, so that the other
// ways, below them, are seen in a low one.
func pairRows(height float32, phone bool) int {
	const ways = 2
	return max(0, int((height-2*menuEdge-2*menuPad)/pick[float32](phone, menuTouch, menuRow))-ways)
}

// showPairing shows the dialog and the card of the snapshot.
func (r *Root) showPairing() {
	if r.pairCard.set(r.snap.PairCard) && r.Size().Width > 0 {
		r.placePanes(r.Size())
	}
	switch d := r.snap.Pairing; {
	case d == nil:
		r.closeDialog()
	case r.dialog == nil:
		r.openDialog(d)
	default:
		r.dialog.set(d)
	}
	r.keysToField()
}

// openDialog opens the dialog of pairing. It takes the keyboard from what is
// below it and gives it to none of its buttons: Enter, meant for a text, must not
// answer. What is behind it is blurred where that is cheap enough: not while a
// field blinks, and not on a phone.
func (r *Root) openDialog(d *viewmodel.PairDialog) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	if c == nil {
		return
	}
	r.closeMenu()
	r.closeSheet()
	r.dialog = newPairDialog(&r.host, d, !r.phone && d.Step != viewmodel.PairEnter)
	c.Overlays().Add(r.dialog)
	r.changed()
}

// closeDialog takes the dialog away. What is written goes on.
func (r *Root) closeDialog() {
	if r.dialog == nil {
		return
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	if c != nil {
		c.Overlays().Remove(r.dialog)
	}
	r.dialog = nil
	if c != nil && c.Focused() == nil && r.snap.Chat != nil && !fyne.CurrentDevice().IsMobile() {
		r.chat.focus()
	}
	r.changed()
}

// keysToField gives the keyboard to the field of the dialog, once, and takes it
// away when the field goes: Enter, meant for it, must not answer what comes then.
func (r *Root) keysToField() {
	field := r.dialog != nil && r.dialog.d.Step == viewmodel.PairEnter
	switch {
	case field && !r.fieldKeys:
		r.giveKeys(r.dialog.field.entry)
	case !field && r.dialog != nil && r.hasKeys(r.dialog.field.entry):
		r.giveKeys(nil)
	}
	r.fieldKeys = field
}

// pairCell is the last one of the strip: it leads to other ways to pair.
type pairCell struct {
	kit.Pressable
	z    sizes
	t    *kit.Tokens
	back *canvas.Rectangle
	ring *canvas.Circle
	plus *canvas.Image
	word *canvas.Text
}

// pairRing is the width of the circle around the plus, in dp.
const pairRing = 1.5

func newPairCell(t *kit.Tokens, z sizes, ways func(fyne.Position)) *pairCell {
	c := &pairCell{
		t: t, z: z, back: kit.Rounded(t.Surface, 12), ring: canvas.NewCircle(kit.WithAlpha(t.Surface, 0)),
		plus: kit.Icon(kit.IconPlus, t.Text), word: kit.Text("Pair", kit.Style{Size: cellText, Color: t.Muted}),
	}
	c.ring.StrokeColor, c.ring.StrokeWidth = t.Faint, pairRing
	c.SetLabel("Pair with a device")
	c.OnTap = func() {
		ways(fyne.CurrentApp().Driver().AbsolutePositionForObject(c).AddXY(0, c.Size().Height))
	}
	c.OnChange(func() {
		c.back.FillColor = pick(c.Hovered() || c.Focused(), t.Hover, t.Surface)
		canvas.Refresh(c.back)
	})
	c.ExtendBaseWidget(c)
	return c
}

// MinSize implements fyne.CanvasObject.
func (c *pairCell) MinSize() fyne.Size {
	return fyne.NewSize(c.z.cell+cellApart, c.z.cell+cellGap+kit.LineHeight(cellText)+2*cellRoom)
}

// CreateRenderer implements fyne.Widget.
func (c *pairCell) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(c.MinSize, func(s fyne.Size) {
		const plus, edge = 20, 1
		d := c.z.cell
		kit.Place(c.back, 0, 0, s.Width, s.Height)
		kit.Place(c.ring, (s.Width-d)/2+edge, cellRoom+edge, d-2*edge, d-2*edge)
		kit.Place(c.plus, (s.Width-plus)/2, cellRoom+(d-plus)/2, plus, plus)
		m := c.word.MinSize()
		kit.Place(c.word, (s.Width-m.Width)/2, cellRoom+d+cellGap, m.Width, m.Height)
	}, c.back, c.ring, c.plus, c.word)
}
