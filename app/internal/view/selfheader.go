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

// selfHeader shows this device's name and lets a person change it.
type selfHeader struct {
	widget.BaseWidget
	z        sizes
	rename   func(string) bool
	takeKeys func(fyne.Focusable) // gives the keyboard to a widget

	avatar *kit.Avatar
	own    *avatarButton // above it
	name   *kit.Label
	status *kit.Label
	edit   *kit.IconButton
	gear   *kit.IconButton
	find   *kit.IconButton // on a phone
	self   viewmodel.Self
	field  *canvas.Rectangle
	entry  *nameEntry
	view   *container.ThemeOverride // entry without the bar of a long name
}

func newSelfHeader(host *host, z sizes) *selfHeader {
	t := host.t
	h := &selfHeader{
		z: z, rename: host.a.Rename, takeKeys: host.takeKeys,
		avatar: kit.NewAvatar(t, z.selfAvatar, t.Surface),
		name:   kit.NewLabel(kit.Style{Size: z.title, Color: t.Text, Bold: true}, 1),
		status: kit.NewLabel(kit.Style{Size: selfStatus, Color: t.Muted}, 1),
		field:  kit.Rounded(t.Field, 20),
	}
	h.edit = kit.NewIconButton(t, kit.IconEdit, "Change the name of this device", z.button, 18, h.begin)
	h.gear = kit.NewIconButton(t, kit.IconGear, "Settings", z.button, 20, host.settings)
	h.find = kit.NewIconButton(t, kit.IconSearch, "Search", z.button, 20, host.find)
	setVisible(h.find, z == phoneSizes) // elsewhere there is a field
	h.entry = newNameEntry(h.commit, h.end, func() { h.editing(false) })
	h.view = container.NewThemeOverride(h.entry, kit.WithoutScrollBars(t))
	h.own = newAvatarButton(t, host.settings)
	h.field.Hide()
	h.entry.Hide()
	h.ExtendBaseWidget(h)
	return h
}

func (h *selfHeader) set(s viewmodel.Self) {
	h.avatar.Set(s.Initials, s.Hue, kit.NoDot)
	h.name.SetText(s.Name)
	h.self = s
	h.showStatus()
}

// showStatus shows the status, or what matters of it most where it has no room.
func (h *selfHeader) showStatus() {
	status := h.self.Status
	if room := h.status.Size().Width; room > 0 && kit.Width(status, selfStatus, false) > room {
		status = pick(h.self.Offline, "No network", h.self.ShortID)
	}
	h.status.SetText(safetext.Display(status))
}

// begin opens the entry with the name in it.
func (h *selfHeader) begin() {
	h.editing(true)
	h.entry.SetText(h.name.Text())
	h.takeKeys(h.entry)
	h.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

func (h *selfHeader) commit(name string) {
	if name == h.name.Text() || h.rename(name) {
		h.end()
	}
}

func (h *selfHeader) end() {
	h.editing(false)
	h.takeKeys(nil)
}

func (h *selfHeader) editing(on bool) {
	for _, o := range []fyne.CanvasObject{h.name, h.status, h.edit, h.gear} {
		setVisible(o, !on)
	}
	setVisible(h.find, !on && h.z == phoneSizes)
	setVisible(h.field, on)
	setVisible(h.entry, on)
	h.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (h *selfHeader) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(kit.Fixed(200, headerHeight), func(s fyne.Size) {
		a, b := h.z.selfAvatar, h.z.button
		kit.Place(h.avatar, 16, (s.Height-a)/2, a, a)
		kit.Place(h.own, 16+a/2-ownTouch/2, (s.Height-ownTouch)/2, ownTouch, ownTouch)
		x, right := 16+a+12, s.Width-10-b
		nh, sh := kit.LineHeight(h.z.title), kit.LineHeight(selfStatus)
		top := (s.Height - nh - sh - headGap) / 2
		kit.Place(h.gear, right, (s.Height-b)/2, b, b)
		right -= b
		kit.Place(h.edit, right, (s.Height-b)/2, b, b)
		if h.z == phoneSizes {
			right -= b
			kit.Place(h.find, right, (s.Height-b)/2, b, b)
		}
		kit.Place(h.name, x, top, right-x, nh)
		kit.Place(h.status, x, top+nh+headGap, right-x, sh)
		h.showStatus()
		kit.Place(h.field, x-6, 10, s.Width-x-4, 40)
		eh := kit.LineHeight(kit.BodySize) + entryPad
		kit.Place(h.view, x-2, (s.Height-eh)/2, s.Width-x-12, eh)
	}, h.own, h.avatar, h.name, h.status, h.edit, h.gear, h.find, h.field, h.view)
}

// selfStatus is the size of the text below the own name, in dp.
const selfStatus = 12

// ownTouch is the size of what takes the taps on the own avatar, in dp.
const ownTouch = 44

// avatarButton takes the taps on the own avatar, and draws the ring around it
// while it has the keyboard or the pointer.
type avatarButton struct {
	kit.Pressable
	ring *canvas.Rectangle
}

func newAvatarButton(t *kit.Tokens, tap func()) *avatarButton {
	b := &avatarButton{ring: kit.Rounded(kit.WithAlpha(t.Surface, 0), ownTouch/2)}
	b.OnTap = tap
	b.SetLabel("Settings")
	b.OnChange(func() {
		b.ring.FillColor = pick(b.Hovered() || b.Focused(), t.Field, kit.WithAlpha(t.Surface, 0))
		canvas.Refresh(b.ring)
	})
	b.ExtendBaseWidget(b)
	return b
}

// CreateRenderer implements fyne.Widget.
func (b *avatarButton) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(kit.Fixed(ownTouch, ownTouch), func(s fyne.Size) { kit.Place(b.ring, 0, 0, s.Width, s.Height) }, b.ring)
}

// nameEntry is a single line that Escape and leaving it close.
type nameEntry struct {
	widget.Entry
	cancel func() // Escape
	left   func() // the keyboard went elsewhere
}

func newNameEntry(commit func(string), cancel, left func()) *nameEntry {
	e := &nameEntry{cancel: cancel, left: left}
	e.OnSubmitted = commit
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey implements fyne.Focusable.
func (e *nameEntry) TypedKey(k *fyne.KeyEvent) {
	if kit.IsBack(k) {
		e.cancel()
		return
	}
	e.Entry.TypedKey(k)
}

// FocusLost implements fyne.Focusable.
func (e *nameEntry) FocusLost() {
	e.Entry.FocusLost()
	e.left()
}

func setVisible(o fyne.CanvasObject, on bool) {
	if on {
		o.Show()
	} else {
		o.Hide()
	}
}
