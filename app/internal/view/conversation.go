package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Metrics of a conversation's row, in dp.
const (
	rowMargin  = 8
	rowRadius  = 14
	rowRight   = 20
	rowGap     = 3
	rowTime    = 12
	rowTick    = 16
	avatarGap  = 12
	shortIDGap = 6
	shieldGap  = 4
)

// conversationRow is one row of the list of conversations.
type conversationRow struct {
	kit.Pressable
	t *kit.Tokens
	z sizes
	c viewmodel.Conversation

	back          *canvas.Rectangle
	avatar        *kit.Avatar
	name, preview *kit.Label
	shortID       *canvas.Text
	time          *canvas.Text
	tick          *canvas.Image
	badge         *kit.Badge
	shield        *canvas.Image
	menu          func(fyne.Position, viewmodel.Device)
}

func newConversationRow(t *kit.Tokens, z sizes) *conversationRow {
	r := &conversationRow{
		t: t, z: z, back: kit.Rounded(t.Surface, rowRadius), avatar: kit.NewAvatar(t, z.avatar, t.Surface),
		name:    kit.NewLabel(kit.Style{Size: z.name, Color: t.Text, Bold: true}, 1),
		preview: kit.NewLabel(kit.Style{Size: z.preview, Color: t.Muted}, 1),
		shortID: kit.Text("", kit.Style{Size: rowTime, Color: t.Muted}),
		time:    kit.Text("", kit.Style{Size: rowTime, Color: t.Muted}),
		tick:    kit.Icon(kit.IconClock, t.Muted),
		badge:   kit.NewBadge(t),
		shield:  kit.Icon(kit.IconShield, t.Online),
	}
	r.OnChange(r.draw)
	r.ExtendBaseWidget(r)
	return r
}

func (r *conversationRow) set(c viewmodel.Conversation) {
	r.c = c
	r.SetLabel("Conversation with " + string(c.Name))
	r.avatar.Set(c.Initials, c.Hue, dot(c.Presence))
	r.name.SetText(c.Name)
	preview := c.Preview
	if c.Time == "" {
		preview = safetext.Display("No messages yet")
	}
	r.preview.SetText(preview)
	r.preview.SetStyle(kit.Style{Size: r.z.preview, Color: pick(c.Typing, r.t.AccentText, pick(c.Unread > 0, r.t.Text, r.t.Muted))})
	r.shortID.Text = c.ShortID
	setVisible(r.shortID, c.ShowID)
	setVisible(r.shield, c.Verified)
	r.time.Text = c.Time
	r.time.Color = pick(c.Unread > 0, r.t.AccentText, r.t.Muted)
	r.time.TextStyle.Bold = c.Unread > 0
	icon, ok := tickIcon(c.Tick)
	setVisible(r.tick, ok)
	if ok {
		ink := pick(c.Tick == viewmodel.TickRead, r.t.AccentText, r.t.Muted)
		r.tick.Resource = kit.IconResource(icon, pick(c.Tick == viewmodel.TickFailed, r.t.Danger, ink))
		r.tick.Refresh()
	}
	r.badge.Set(c.Unread)
	r.draw()
	r.layout(r.Size())
}

func (r *conversationRow) draw() {
	fill := r.t.Surface
	switch {
	case r.c.Open:
		fill = r.t.AccentSoft
	case r.Hovered() || r.Focused():
		fill = r.t.Hover
	}
	r.back.FillColor = fill
	r.avatar.SetRing(fill)
	canvas.Refresh(r)
}

func (r *conversationRow) layout(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	kit.Place(r.back, rowMargin, 1, s.Width-2*rowMargin, s.Height-2)
	a := r.z.avatar
	kit.Place(r.avatar, inset, (s.Height-a)/2, a, a)
	x, right := inset+a+avatarGap, s.Width-rowRight
	nh, ph := kit.LineHeight(r.z.name), kit.LineHeight(r.z.preview)
	top := (s.Height - nh - ph - rowGap) / 2
	m := r.time.MinSize()
	kit.Place(r.time, right-m.Width, top+nh-m.Height-1, m.Width, m.Height)
	r.placeName(x, top, right-m.Width-8-x, nh)
	y, end := top+nh+rowGap, right
	if r.tick.Visible() {
		kit.Place(r.tick, x, y+(ph-rowTick)/2, rowTick, rowTick)
		x += rowTick + 4
	}
	if r.badge.Visible() {
		b := r.badge.MinSize()
		kit.Place(r.badge, right-b.Width, y+(ph-b.Height)/2, b.Width, b.Height)
		end = right - b.Width - 8
	}
	kit.Place(r.preview, x, y, end-x, ph)
}

// TappedSecondary implements fyne.SecondaryTappable: right click or long press.
func (r *conversationRow) TappedSecondary(e *fyne.PointEvent) { r.menu(e.AbsolutePosition, r.c.Device) }

// placeName gives the name what the shield and the short ID behind it leave.
func (r *conversationRow) placeName(x, y, w, h float32) {
	if r.shield.Visible() {
		kit.Place(r.shield, x, y+(h-shieldSize)/2, shieldSize, shieldSize)
		x, w = x+shieldSize+shieldGap, w-shieldSize-shieldGap
	}
	if r.shortID.Visible() {
		m := r.shortID.MinSize()
		w -= m.Width + shortIDGap
		r.name.Fit(w)
		kit.Place(r.shortID, x+min(w, r.name.DrawnWidth())+shortIDGap, y+h-m.Height-1, m.Width, m.Height)
	}
	kit.Place(r.name, x, y, w, h)
}

// MinSize implements fyne.CanvasObject.
func (r *conversationRow) MinSize() fyne.Size { return fyne.NewSize(200, r.z.row) }

// CreateRenderer implements fyne.Widget.
func (r *conversationRow) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(r.MinSize, r.layout,
		r.back, r.avatar, r.name, r.shortID, r.time, r.tick, r.preview, r.badge, r.shield)
}

func pick[T any](yes bool, a, b T) T {
	if yes {
		return a
	}
	return b
}
