package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
	"earshot/internal/safetext"
)

// sidebar is the list side of the window: this device, the devices in earshot,
// requests and conversations.
type sidebar struct {
	t *kit.Tokens
	z sizes
	a Actions

	header  *selfHeader
	nearby  *nearbyStrip
	notice  *notice
	cards   map[identity.DeviceID]*requestCard
	rows    map[identity.DeviceID]*conversationRow
	shown   []fyne.CanvasObject // cards, then rows
	hint    *kit.Label
	column  *fyne.Container
	scroll  *container.Scroll
	content *fyne.Container
	object  *fyne.Container
}

func newSidebar(t *kit.Tokens, z sizes, a Actions, takeKeys func(fyne.Focusable)) *sidebar {
	s := &sidebar{
		t: t, z: z, a: a,
		header: newSelfHeader(t, z, a.Rename, takeKeys),
		nearby: newNearbyStrip(t, z, a.Open),
		notice: newNotice(t, a.DismissNotice),
		cards:  make(map[identity.DeviceID]*requestCard),
		rows:   make(map[identity.DeviceID]*conversationRow),
		hint:   kit.NewLabel(kit.Style{Size: 13, Color: t.Muted}, 3),
	}
	s.hint.SetText("No conversations yet. Pick a device above and write to it.")
	s.column = kit.Column()
	s.scroll = container.NewVScroll(s.column)
	line := canvas.NewRectangle(t.Border)
	hairline := kit.NewPanel(kit.High(10), func(size fyne.Size) { kit.Place(line, inset, 2, size.Width-2*inset, 1) }, line)
	s.content = kit.NewPanel(kit.High(100), func(size fyne.Size) {
		kit.Place(s.scroll, 0, 0, size.Width, size.Height)
		kit.Place(s.hint, inset, 12, size.Width-2*inset, s.hint.Fit(size.Width-2*inset))
	}, s.scroll, s.hint)
	top := kit.Column(s.header, s.nearby.object, hairline)
	s.object = container.NewStack(canvas.NewRectangle(t.Surface), kit.Frame(top, s.content, s.notice.object))
	return s
}

func (s *sidebar) set(snap viewmodel.Snapshot) {
	s.header.set(snap.Self)
	s.nearby.set(snap.Nearby)
	s.notice.set(snap.Notice)
	s.shown = s.shown[:0]
	s.setCards(snap.Requests)
	s.setRows(snap.Conversations)
	setVisible(s.hint, snap.Ready && len(s.shown) == 0)
	s.column.Objects = append(s.column.Objects[:0], s.shown...)
	s.column.Refresh()
	s.scroll.Refresh()
	s.object.Refresh()
}

func (s *sidebar) setCards(requests []viewmodel.Request) {
	seen := make(map[identity.DeviceID]*requestCard, len(requests))
	for _, r := range requests {
		c := s.cards[r.ID]
		if c == nil {
			c = newRequestCard(s.t, s.a)
		}
		if c.r != r {
			c.set(r)
		}
		seen[r.ID] = c
		s.shown = append(s.shown, c)
	}
	s.cards = seen
}

func (s *sidebar) setRows(conversations []viewmodel.Conversation) {
	seen := make(map[identity.DeviceID]*conversationRow, len(conversations))
	for _, c := range conversations {
		r := s.rows[c.ID]
		if r == nil {
			r = newConversationRow(s.t, s.z)
			r.OnTap = func() { s.a.Open(c.ID) }
		}
		if r.c != c {
			r.set(c)
		}
		seen[c.ID] = r
		s.shown = append(s.shown, r)
	}
	s.rows = seen
}

func (s *sidebar) elements() []Element {
	out := []Element{
		{ID: "self", Label: "This device", Text: s.header.name.Text(), Object: s.header.name},
		{ID: "rename", Label: s.header.edit.Label(), Object: s.header.edit},
	}
	out = append(out, s.nearby.elements()...)
	first := true
	for _, o := range s.shown {
		switch o := o.(type) {
		case *requestCard:
			out = append(out, o.elements()...)
			if first {
				out = append(out, o.decision.elements("request")...)
				first = false
			}
		case *conversationRow:
			out = append(out, Element{ID: "conversation/" + o.c.ShortID, Label: o.Label(), Text: o.preview.Text(), State: o.c.Tick.String(), Object: o})
		}
	}
	if s.notice.object.Visible() {
		out = append(out, Element{ID: "notice", Label: "Notice", Text: s.notice.text.Text(), Object: s.notice.object})
	}
	return out
}

// notice says what went wrong, at the foot of the list, until it is tapped away.
type notice struct {
	text   *kit.Label
	object *fyne.Container
}

func newNotice(t *kit.Tokens, dismiss func()) *notice {
	n := &notice{text: kit.NewLabel(kit.Style{Size: 12.5, Color: t.Danger}, 3)}
	back := kit.Rounded(t.Field, rowRadius)
	button := kit.NewIconButton(t, kit.IconClose, "Close the notice", 32, 16, dismiss)
	n.object = kit.NewPanel(func(width float32) float32 {
		return n.text.Fit(width-2*rowMargin-2*cardPad-32) + 20 + rowMargin
	}, func(s fyne.Size) {
		kit.Place(back, rowMargin, 0, s.Width-2*rowMargin, s.Height-rowMargin)
		kit.Place(n.text, rowMargin+cardPad, 10, s.Width-2*rowMargin-2*cardPad-32, s.Height-20-rowMargin)
		kit.Place(button, s.Width-rowMargin-6-32, (s.Height-rowMargin-32)/2, 32, 32)
	}, back, n.text, button)
	n.object.Hide()
	return n
}

func (n *notice) set(text string) {
	n.text.SetText(safetext.Display(text))
	setVisible(n.object, text != "")
}
