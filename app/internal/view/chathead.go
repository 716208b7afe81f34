package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Metrics of the head of a chat, in dp.
const (
	headAvatar = 40
	headName   = 15.5
	headStatus = 12.5
	backSize   = 44
	shieldSize = 14
	headMore   = 44
	headRight  = 8
	headRoom   = 6 // around what can be tapped
)

// chatHead says whom a chat is with.
type chatHead struct {
	t      *kit.Tokens
	avatar *kit.Avatar
	name   *kit.Label
	status *kit.Label
	shield *canvas.Image
	back   *kit.IconButton
	more   *kit.IconButton
	who    *headArea
	object *fyne.Container
}

// newChatHead returns the head; back leaves the chat, menu is called with the
// place for a menu about it, and about tells of the device.
func newChatHead(t *kit.Tokens, back func(), menu func(fyne.Position), about func()) *chatHead {
	h := &chatHead{
		t:      t,
		avatar: kit.NewAvatar(t, headAvatar, t.Surface),
		name:   kit.NewLabel(kit.Style{Size: headName, Color: t.Text, Bold: true}, 1),
		status: kit.NewLabel(kit.Style{Size: headStatus, Color: t.Muted}, 1),
		shield: kit.Icon(kit.IconShield, t.Online),
		back:   kit.NewIconButton(t, kit.IconBack, "Back to the list", backSize, 22, back),
	}
	h.back.Colors(kit.WithAlpha(t.Surface, 0), t.Text)
	h.more = kit.NewIconButton(t, kit.IconMore, "About this conversation", headMore, 20, nil)
	h.more.OnTap = func() {
		menu(fyne.CurrentApp().Driver().AbsolutePositionForObject(h.more).AddXY(0, headMore))
	}
	h.who = newHeadArea(t, about)
	line := canvas.NewRectangle(t.Border)
	h.object = kit.NewPanel(kit.High(headerHeight+1), func(s fyne.Size) {
		kit.Place(line, 0, s.Height-1, s.Width, 1)
		h.place(s)
	}, line, h.who, h.avatar, h.name, h.shield, h.status, h.back, h.more)
	return h
}

func (h *chatHead) place(s fyne.Size) {
	x := float32(inset)
	if h.back.Visible() {
		kit.Place(h.back, 4, (headerHeight-backSize)/2, backSize, backSize)
		x = 50
	}
	kit.Place(h.avatar, x, (headerHeight-headAvatar)/2, headAvatar, headAvatar)
	kit.Place(h.more, s.Width-headRight-headMore, (headerHeight-headMore)/2, headMore, headMore)
	end := s.Width - headRight
	if h.more.Visible() {
		end -= headMore
	}
	kit.Place(h.who, x-headRoom, 0, max(1, end-x+headRoom), headerHeight)
	x += headAvatar + avatarGap
	nh, sh := kit.LineHeight(headName), kit.LineHeight(headStatus)
	top := (headerHeight - nh - sh - headGap) / 2
	w := max(1, s.Width-headRight-headMore-4-x)
	kit.Place(h.name, x, top, w, nh)
	y := top + nh + headGap
	if h.shield.Visible() {
		kit.Place(h.shield, x, y+(sh-shieldSize)/2, shieldSize, shieldSize)
		x, w = x+shieldSize+4, w-shieldSize-4
	}
	kit.Place(h.status, x, y, w, sh)
}

func (h *chatHead) set(c *viewmodel.Chat) {
	h.avatar.Set(c.Initials, c.Hue, dot(c.Presence))
	h.name.SetText(c.Name)
	h.status.SetText(safetext.Display(c.Status))
	h.status.SetStyle(kit.Style{Size: headStatus, Color: pick(c.Typing, h.t.AccentText, h.t.Muted)})
	setVisible(h.more, c.Contact || c.CanPair)
	h.who.SetLabel("About " + string(c.Name))
	setVisible(h.shield, c.Verified)
	h.place(h.object.Size())
	canvas.Refresh(h.object)
}

// phone shows or hides the way back.
func (h *chatHead) phone(on bool) {
	setVisible(h.back, on)
	h.place(h.object.Size())
}

// headArea takes the taps on the name, and is marked while it has the pointer or
// the keyboard.
type headArea struct {
	kit.Pressable
	back *canvas.Rectangle
}

func newHeadArea(t *kit.Tokens, tap func()) *headArea {
	a := &headArea{back: kit.Rounded(kit.WithAlpha(t.Surface, 0), rowRadius)}
	a.OnTap = tap
	a.OnChange(func() {
		a.back.FillColor = pick(a.Hovered() || a.Focused(), t.Hover, kit.WithAlpha(t.Surface, 0))
		canvas.Refresh(a.back)
	})
	a.ExtendBaseWidget(a)
	return a
}

// CreateRenderer implements fyne.Widget.
func (a *headArea) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(kit.Fixed(1, 1), func(s fyne.Size) {
		kit.Place(a.back, 0, headRoom, s.Width, s.Height-2*headRoom)
	}, a.back)
}
