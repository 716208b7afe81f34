package view

import (
	"strconv"
	"strings"

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
	cellMargin  = 1  // between the names of neighbours
	cellApart   = 13 // least space between two avatars
	stripFade   = 28 // wide, where more devices are behind the edge
	stripBottom = 6
	cellWarn    = 16
	hintBottom  = 4 // below the hint that stands below the devices
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
	shield  *shieldBadge
	menu    func(fyne.Position, viewmodel.Device)
	warn    *canvas.Image    // its name is that of another one
	disc    *canvas.Circle   // behind it
	first   safetext.Display // what may stand for a name that is too long, "" for nothing
}

func newNearbyCell(t *kit.Tokens, z sizes) *nearbyCell {
	c := &nearbyCell{
		t: t, z: z, avatar: kit.NewAvatar(t, z.cell, t.Surface),
		name:    kit.NewLabel(kit.Style{Size: cellText, Color: t.Text}, 1),
		shortID: kit.NewLabel(kit.Style{Size: cellID, Color: t.Muted}, 1),
		back:    kit.Rounded(t.Surface, 12),
		shield:  newShieldBadge(t),
		warn:    kit.Icon(kit.IconAlert, t.Hues[tileAmber].Fg), disc: canvas.NewCircle(t.Hues[tileAmber].Bg),
	}
	c.disc.StrokeWidth = 2
	c.draw()
	c.OnChange(c.draw)
	c.ExtendBaseWidget(c)
	return c
}

func (c *nearbyCell) set(d viewmodel.Device) {
	c.device = d
	c.SetLabel("Write to " + string(d.Name) + spoken(d.Caution))
	setVisible(c.warn, d.Caution != "")
	setVisible(c.disc, d.Caution != "")
	c.avatar.Set(d.Initials, d.Hue, dot(d.Presence))
	c.shortID.SetText(safetext.Display(d.ShortID))
	setVisible(c.shortID, d.ShowID)
	setVisible(c.shield.object, d.Verified)
	c.layout(c.Size())
}

func (c *nearbyCell) draw() {
	fill := pick(c.Hovered() || c.Focused(), c.t.Hover, c.t.Surface)
	c.back.FillColor = fill
	c.avatar.SetRing(fill)
	c.shield.setRing(fill)
	c.disc.StrokeColor = fill
	canvas.Refresh(c.disc)
	canvas.Refresh(c.back)
}

// MinSize implements fyne.CanvasObject.
func (c *nearbyCell) MinSize() fyne.Size {
	h := c.z.cell + cellGap + kit.LineHeight(cellText) + 2*cellRoom
	if c.device.ShowID {
		h += kit.LineHeight(cellID)
	}
	return fyne.NewSize(c.z.cell+cellApart, h)
}

func (c *nearbyCell) layout(s fyne.Size) {
	d := c.z.cell
	kit.Place(c.back, 0, 0, s.Width, s.Height)
	kit.Place(c.avatar, (s.Width-d)/2, cellRoom, d, d)
	c.shield.place((s.Width+d)/2, cellRoom)
	x := (s.Width+d)/2 - cellWarn + 3
	kit.Place(c.disc, x-2, cellRoom-5, cellWarn+4, cellWarn+4)
	kit.Place(c.warn, x, cellRoom-3, cellWarn, cellWarn)
	w := s.Width - 2*cellMargin
	c.name.SetText(c.device.Name)
	if c.first != "" && c.name.NaturalWidth() > w {
		c.name.SetText(c.first)
	}
	centre := func(l *kit.Label, y float32) {
		h := l.Fit(w)
		kit.Place(l, (s.Width-min(w, l.DrawnWidth()))/2, y, w, h)
	}
	centre(c.name, cellRoom+d+cellGap)
	centre(c.shortID, cellRoom+d+cellGap+kit.LineHeight(cellText))
}

// CreateRenderer implements fyne.Widget.
func (c *nearbyCell) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(c.MinSize, c.layout, c.back, c.avatar, c.shield.object, c.disc, c.warn, c.name, c.shortID)
}

// TappedSecondary implements fyne.SecondaryTappable: right click or long press.
func (c *nearbyCell) TappedSecondary(e *fyne.PointEvent) { c.menu(e.AbsolutePosition, c.device) }

// nearbyStrip is the row of all devices in earshot.
type nearbyStrip struct {
	t     *kit.Tokens
	z     sizes
	open  func(identity.DeviceID)
	menu  func(fyne.Position, viewmodel.Device)
	pair  *pairCell
	cells map[identity.DeviceID]*nearbyCell
	order []identity.DeviceID
	width float32 // of the strip at its last layout

	title, count *canvas.Text
	hint         *kit.Label
	dot          *canvas.Circle
	row          *fyne.Container
	scroll       *kit.Scroll
	view         *container.ThemeOverride // scroll without its bar
	left, right  *canvas.LinearGradient   // there are more devices on that side
	object       *fyne.Container
}

func newNearbyStrip(h *host, z sizes) *nearbyStrip {
	t := h.t
	n := &nearbyStrip{
		t: t, z: z, open: h.a.Open, menu: h.deviceMenu, cells: make(map[identity.DeviceID]*nearbyCell),
		title: kit.Text("NEARBY", kit.Style{Size: 11, Color: t.Muted, Bold: true}),
		count: kit.Text("", kit.Style{Size: 12, Color: t.Muted}),
		hint:  kit.NewLabel(kit.Style{Size: 12.5, Color: t.Muted}, 3),
		dot:   canvas.NewCircle(t.Online),
	}
	n.pair = newPairCell(t, z, func(at fyne.Position) { h.pairWays(at, n.toPair()) })
	n.row = container.New(stripLayout{n})
	n.scroll = kit.NewScroll(n.row, container.ScrollHorizontalOnly)
	n.scroll.OnScrolled = func(fyne.Position) {
		n.fade()
		h.moved()
	}
	n.view = container.NewThemeOverride(n.scroll, kit.WithoutScrollBars(t))
	clear := kit.WithAlpha(t.Surface, 0)
	n.left = canvas.NewHorizontalGradient(t.Surface, clear)
	n.right = canvas.NewHorizontalGradient(clear, t.Surface)
	n.object = kit.NewPanel(n.height, n.place, n.title, n.dot, n.count, n.hint, n.view, n.left, n.right)
	return n
}

// height is what the devices need, with the hint beside the cell to pair while
// there are none, and below them else.
func (n *nearbyStrip) height(width float32) float32 {
	h := n.rowSize().Height
	if len(n.order) == 0 {
		h = max(h, n.hint.Fit(n.hintWidth(width))+2*cellRoom)
	}
	return stripTitle - cellRoom + h + n.noteHeight(width) + stripBottom
}

// noteHeight is what the hint needs below the devices, 0 without them or it.
func (n *nearbyStrip) noteHeight(width float32) float32 {
	if len(n.order) == 0 || n.hint.Text() == "" {
		return 0
	}
	return n.hint.Fit(width-2*inset) + hintBottom
}

// hintWidth is what the cell to pair leaves.
func (n *nearbyStrip) hintWidth(width float32) float32 { return width - 2*inset - n.z.cell - avatarGap }

// stripLayout is the row of devices inside its scroller.
type stripLayout struct{ n *nearbyStrip }

// MinSize implements fyne.Layout.
func (l stripLayout) MinSize([]fyne.CanvasObject) fyne.Size { return l.n.rowSize() }

// Layout implements fyne.Layout.
func (l stripLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) { l.n.placeCells(s) }

// pitch is the distance of two devices: as much as fits, within bounds.
func (n *nearbyStrip) pitch() float32 {
	between := float32(max(1, len(n.order)))
	room := (n.width - 2*inset - n.z.cell) / between
	return max(n.z.cell+cellApart, min(n.z.cellPitch, room))
}

func (n *nearbyStrip) rowSize() fyne.Size {
	size := fyne.NewSize(2*inset+n.z.cell+float32(len(n.order))*n.pitch(), n.pair.MinSize().Height)
	for _, id := range n.order {
		size.Height = max(size.Height, n.cells[id].MinSize().Height)
	}
	return size
}

func (n *nearbyStrip) placeCells(s fyne.Size) {
	pitch := n.pitch()
	x := inset - (pitch-n.z.cell)/2
	for _, id := range n.order {
		kit.Place(n.cells[id], x, 0, pitch, s.Height)
		x += pitch
	}
	kit.Place(n.pair, x, 0, pitch, n.pair.MinSize().Height)
}

func (n *nearbyStrip) place(s fyne.Size) {
	n.width = s.Width
	m := n.title.MinSize()
	kit.Place(n.title, inset, 4, m.Width, m.Height)
	c := n.count.MinSize()
	x := s.Width - inset - c.Width
	kit.Place(n.count, x, 4+(m.Height-c.Height)/2, c.Width, c.Height)
	kit.Place(n.dot, x-11, 4+(m.Height-6)/2, 6, 6)
	y := float32(stripTitle - cellRoom)
	h := s.Height - y - n.noteHeight(s.Width)
	if len(n.order) > 0 {
		kit.Place(n.hint, inset, y+h, s.Width-2*inset, n.hint.Fit(s.Width-2*inset))
	} else {
		w := n.hintWidth(s.Width)
		hh := n.hint.Fit(w)
		kit.Place(n.hint, inset+n.z.cell+avatarGap, y+max(0, (h-stripBottom-hh)/2), w, hh)
	}
	kit.Place(n.view, 0, y, s.Width, h)
	n.placeCells(n.rowSize()) // the width may have changed their distance
	kit.Place(n.left, 0, y, stripFade, h)
	kit.Place(n.right, s.Width-stripFade, y, stripFade, h)
	n.fade()
}

// fade covers the edges behind which there are more devices.
func (n *nearbyStrip) fade() {
	rest := n.rowSize().Width - n.scroll.Offset.X - n.scroll.Size().Width
	setVisible(n.left, len(n.order) > 0 && n.scroll.Offset.X > 0)
	setVisible(n.right, len(n.order) > 0 && rest > .5)
}

// firstWords returns, for each device whose first word no other one has, that
// word.
func firstWords(devices []viewmodel.Device) map[identity.DeviceID]safetext.Display {
	first := func(d viewmodel.Device) safetext.Display {
		words := strings.Fields(string(d.Name))
		if len(words) < 2 {
			return d.Name
		}
		return safetext.Display(words[0])
	}
	owners := make(map[safetext.Display]int, len(devices))
	for _, d := range devices {
		owners[first(d)]++
	}
	out := make(map[identity.DeviceID]safetext.Display, len(devices))
	for _, d := range devices {
		if w := first(d); owners[w] == 1 {
			out[d.ID] = w
		}
	}
	return out
}

func (n *nearbyStrip) set(devices []viewmodel.Device, hint string) {
	n.hint.SetText(safetext.Display(hint))
	seen := make(map[identity.DeviceID]*nearbyCell, len(devices))
	first := firstWords(devices)
	n.order = n.order[:0]
	n.row.Objects = n.row.Objects[:0]
	for _, d := range devices {
		c := n.cells[d.ID]
		if c == nil {
			c = newNearbyCell(n.t, n.z)
			c.OnTap = func() { n.open(d.ID) }
			c.menu = n.menu
		}
		if c.device != d || c.first != first[d.ID] {
			c.first = first[d.ID]
			c.set(d)
		}
		seen[d.ID] = c
		n.order = append(n.order, d.ID)
		n.row.Objects = append(n.row.Objects, c)
	}
	n.row.Objects = append(n.row.Objects, n.pair)
	n.cells = seen
	n.count.Text = "1 device"
	if len(devices) != 1 {
		n.count.Text = strconv.Itoa(len(devices)) + " devices"
	}
	none := len(devices) == 0
	setVisible(n.hint, hint != "")
	setVisible(n.count, !none)
	setVisible(n.dot, !none)
	n.placeCells(n.rowSize())
	n.row.Refresh()
	n.scroll.Refresh()
	n.fade()
}

// toPair are the devices that the menu of the cell to pair names.
func (n *nearbyStrip) toPair() []viewmodel.Device {
	devices := make([]viewmodel.Device, 0, len(n.order))
	for _, id := range n.order {
		devices = append(devices, n.cells[id].device)
	}
	c := fyne.CurrentApp().Driver().CanvasForObject(n.pair)
	if c == nil {
		return nil
	}
	_, size := c.InteractiveArea()
	devices = viewmodel.ToPair(devices)
	return devices[:min(len(devices), pairRows(size.Height, n.z == phoneSizes))]
}

func (n *nearbyStrip) elements() []Element {
	var out []Element
	for _, id := range n.order {
		c := n.cells[id]
		out = append(out, Element{ID: "nearby/" + c.device.ShortID, Label: c.Label(), Text: c.name.Text(), State: pick(c.device.Verified, "verified", ""), Object: c})
	}
	return append(out, Element{ID: "pair", Label: n.pair.Label(), Text: n.pair.word.Text, Object: n.pair})
}
