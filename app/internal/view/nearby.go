package view

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
	"earshot/internal/safetext"
)

// Metrics of the strip, in dp.
const (
	stripTitle  = 28 // height of the line above the devices
	cellText    = 11.5
	cellID      = 10
	cellGap     = 5
	cellMargin  = 3
	stripBottom = 6
	cellRoom    = 4 // above and below a device, for its hover rectangle
)

// nearbyCell is one device in earshot.
type nearbyCell struct {
	kit.Pressable
	t       *kit.Tokens
	z       sizes
	device  viewmodel.Device
	avatar  *kit.Avatar
	name    *kit.Label
	shortID *kit.Label
	back    *canvas.Rectangle
}

func newNearbyCell(t *kit.Tokens, z sizes) *nearbyCell {
	c := &nearbyCell{
		t: t, z: z, avatar: kit.NewAvatar(t, z.cell, t.Surface),
		name:    kit.NewLabel(kit.Style{Size: cellText, Color: t.Text}, 1),
		shortID: kit.NewLabel(kit.Style{Size: cellID, Color: t.Muted}, 1),
		back:    kit.Rounded(t.Surface, 12),
	}
	c.OnChange(c.draw)
	c.ExtendBaseWidget(c)
	return c
}

func (c *nearbyCell) set(d viewmodel.Device) {
	c.device = d
	c.SetLabel("Write to " + string(d.Name))
	c.avatar.Set(d.Initials, d.Hue, d.Online)
	c.name.SetText(d.Name)
	c.shortID.SetText(safetext.Display(d.ShortID))
	setVisible(c.shortID, d.ShowID)
	c.layout(c.Size())
}

func (c *nearbyCell) draw() {
	fill := pick(c.Hovered() || c.Focused(), c.t.Hover, c.t.Surface)
	c.back.FillColor = fill
	c.avatar.SetRing(fill)
	canvas.Refresh(c.back)
}

// MinSize implements fyne.CanvasObject.
func (c *nearbyCell) MinSize() fyne.Size {
	h := c.z.cell + cellGap + kit.LineHeight(cellText) + 2*cellRoom
	if c.device.ShowID {
		h += kit.LineHeight(cellID)
	}
	return fyne.NewSize(c.z.cellPitch, h)
}

func (c *nearbyCell) layout(s fyne.Size) {
	d := c.z.cell
	kit.Place(c.back, 0, 0, s.Width, s.Height)
	kit.Place(c.avatar, (s.Width-d)/2, cellRoom, d, d)
	centre := func(l *kit.Label, y float32) {
		w := s.Width - 2*cellMargin
		h := l.Fit(w)
		kit.Place(l, (s.Width-min(w, l.DrawnWidth()))/2, y, w, h)
	}
	centre(c.name, cellRoom+d+cellGap)
	centre(c.shortID, cellRoom+d+cellGap+kit.LineHeight(cellText))
}

// CreateRenderer implements fyne.Widget.
func (c *nearbyCell) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(c.MinSize, c.layout, c.back, c.avatar, c.name, c.shortID)
}

// nearbyStrip is the row of all devices in earshot.
type nearbyStrip struct {
	t     *kit.Tokens
	z     sizes
	open  func(identity.DeviceID)
	cells map[identity.DeviceID]*nearbyCell
	order []identity.DeviceID

	title, count *canvas.Text
	hint         *kit.Label
	dot          *canvas.Circle
	row          *fyne.Container
	scroll       *container.Scroll
	object       *fyne.Container
}

func newNearbyStrip(t *kit.Tokens, z sizes, open func(identity.DeviceID)) *nearbyStrip {
	n := &nearbyStrip{
		t: t, z: z, open: open, cells: make(map[identity.DeviceID]*nearbyCell),
		title: kit.Text("NEARBY", kit.Style{Size: 11, Color: t.Muted, Bold: true}),
		count: kit.Text("", kit.Style{Size: 12, Color: t.Muted}),
		hint:  kit.NewLabel(kit.Style{Size: 12.5, Color: t.Muted}, 3),
		dot:   canvas.NewCircle(t.Online),
	}
	n.hint.SetText("No other device in earshot. Start Earshot on one in this network and it appears here.")
	n.row = container.New(stripLayout{n})
	n.scroll = container.NewHScroll(n.row)
	n.object = kit.NewPanel(n.height, n.place, n.title, n.dot, n.count, n.hint, n.scroll)
	return n
}

// height is what the devices need, or the hint that there are none.
func (n *nearbyStrip) height(width float32) float32 {
	if len(n.order) == 0 {
		return stripTitle + n.hint.Fit(width-2*inset) + stripBottom
	}
	return stripTitle - cellRoom + n.rowSize().Height + stripBottom
}

// stripLayout is the row of devices inside its scroller.
type stripLayout struct{ n *nearbyStrip }

// MinSize implements fyne.Layout.
func (l stripLayout) MinSize([]fyne.CanvasObject) fyne.Size { return l.n.rowSize() }

// Layout implements fyne.Layout.
func (l stripLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) { l.n.placeCells(s) }

func (n *nearbyStrip) rowSize() fyne.Size {
	size := fyne.NewSize(0, 0)
	for _, id := range n.order {
		m := n.cells[id].MinSize()
		size.Width, size.Height = size.Width+m.Width, max(size.Height, m.Height)
	}
	size.Width += 2 * (inset - (n.z.cellPitch-n.z.cell)/2)
	return size
}

func (n *nearbyStrip) placeCells(s fyne.Size) {
	x := inset - (n.z.cellPitch-n.z.cell)/2
	for _, id := range n.order {
		kit.Place(n.cells[id], x, 0, n.z.cellPitch, s.Height)
		x += n.z.cellPitch
	}
}

func (n *nearbyStrip) place(s fyne.Size) {
	m := n.title.MinSize()
	kit.Place(n.title, inset, 4, m.Width, m.Height)
	c := n.count.MinSize()
	x := s.Width - inset - c.Width
	kit.Place(n.count, x, 4+(m.Height-c.Height)/2, c.Width, c.Height)
	kit.Place(n.dot, x-11, 4+(m.Height-6)/2, 6, 6)
	kit.Place(n.hint, inset, stripTitle, s.Width-2*inset, n.hint.Fit(s.Width-2*inset))
	kit.Place(n.scroll, 0, stripTitle-cellRoom, s.Width, s.Height-stripTitle+cellRoom)
}

func (n *nearbyStrip) set(devices []viewmodel.Device) {
	seen := make(map[identity.DeviceID]*nearbyCell, len(devices))
	n.order = n.order[:0]
	n.row.Objects = n.row.Objects[:0]
	for _, d := range devices {
		c := n.cells[d.ID]
		if c == nil {
			c = newNearbyCell(n.t, n.z)
			c.OnTap = func() { n.open(d.ID) }
		}
		if c.device != d {
			c.set(d)
		}
		seen[d.ID] = c
		n.order = append(n.order, d.ID)
		n.row.Objects = append(n.row.Objects, c)
	}
	n.cells = seen
	n.count.Text = "1 device"
	if len(devices) != 1 {
		n.count.Text = strconv.Itoa(len(devices)) + " devices"
	}
	none := len(devices) == 0
	setVisible(n.hint, none)
	setVisible(n.scroll, !none)
	setVisible(n.count, !none)
	setVisible(n.dot, !none)
	n.placeCells(n.rowSize())
	n.row.Refresh()
	n.scroll.Refresh()
}

func (n *nearbyStrip) elements() []Element {
	var out []Element
	for _, id := range n.order {
		c := n.cells[id]
		out = append(out, Element{ID: "nearby/" + c.device.ShortID, Label: c.Label(), Text: c.name.Text(), Object: c})
	}
	return out
}
