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
	*host
	z sizes

	header  *selfHeader
	finder  *finder
	nearby  *nearbyStrip
	notice  *notice
	visible *visibleCard
	asking  *requestHead
	alerts  []*alertCard
	cards   map[identity.DeviceID]*requestCard
	rows    map[identity.DeviceID]*conversationRow
	shown   []fyne.CanvasObject // alerts, cards, then rows
	ready   bool                // the first reading is done
	hint    *kit.Label
	column  *fyne.Container
	scroll  *kit.Scroll
	content *fyne.Container
	foot    *fyne.Container
	object  *fyne.Container
}

// hintLines is the most lines of emptyHint: six on the narrowest phone.
const hintLines = 7

// emptyHint is what the list says while it is empty. On a phone it also says what
// the system does to an app that is not on the screen.
func emptyHint() safetext.Display {
	const hint = "No conversations yet. Pick a device above and write to it."
	if !fyne.CurrentDevice().IsMobile() {
		return hint
	}
	return hint + "\n\nOn a phone Earshot receives while it is open; what others send meanwhile waits on their devices."
}

func newSidebar(h *host, z sizes) *sidebar {
	t := h.t
	s := &sidebar{
		host: h, z: z,
		header:  newSelfHeader(h, z),
		finder:  newFinder(h, z, z == phoneSizes),
		nearby:  newNearbyStrip(h, z),
		notice:  newNotice(t, h.a.DismissNotice),
		visible: newVisibleCard(h), asking: newRequestHead(t),
		cards: make(map[identity.DeviceID]*requestCard),
		rows:  make(map[identity.DeviceID]*conversationRow),
		hint:  kit.NewLabel(kit.Style{Size: 13, Color: t.Muted}, hintLines),
	}
	s.hint.SetText(emptyHint())
	s.column = kit.Column()
	s.scroll = kit.NewScroll(s.column, container.ScrollVerticalOnly)
	s.scroll.OnScrolled = func(fyne.Position) {
		s.settle()
		s.moved()
	}
	line := canvas.NewRectangle(t.Border)
	hairline := kit.NewPanel(kit.High(10), func(size fyne.Size) { kit.Place(line, inset, 2, size.Width-2*inset, 1) }, line)
	s.content = kit.NewPanel(kit.High(100), func(size fyne.Size) {
		kit.Place(s.scroll, 0, 0, size.Width, size.Height)
		kit.Place(s.hint, inset, 12, size.Width-2*inset, s.hint.Fit(size.Width-2*inset))
		kit.Place(s.finder.object, 0, 0, size.Width, size.Height)
	}, s.scroll, s.hint, s.finder.object)
	top := kit.Column(s.header, s.finder.bar, s.nearby.object, hairline)
	s.finder.changed = func() {
		s.arrange()
		s.object.Refresh()
		s.moved()
	}
	s.foot = kit.Column(s.visible.object, s.notice.object)
	s.object = kit.Frame(top, s.content, s.foot)
	return s
}

func (s *sidebar) set(snap viewmodel.Snapshot) {
	s.header.set(snap.Self)
	s.nearby.set(snap.Nearby, snap.NearbyHint)
	s.notice.set(snap.Notice)
	s.visible.set(snap)
	s.shown = s.shown[:0]
	s.setAlerts(snap.Alerts)
	s.setCards(snap)
	s.setRows(snap.Conversations)
	s.ready = snap.Ready
	s.finder.set(snap.Search)
	s.arrange()
	s.column.Objects = append(s.column.Objects[:0], s.shown...)
	s.column.Refresh()
	s.scroll.Refresh()
	s.object.Refresh()
}

func (s *sidebar) setAlerts(alerts []viewmodel.Alert) {
	for len(s.alerts) < len(alerts) {
		s.alerts = append(s.alerts, newAlertCard(s.host))
	}
	s.alerts = s.alerts[:len(alerts)]
	for i, a := range alerts {
		s.alerts[i].set(a)
		s.shown = append(s.shown, s.alerts[i].object)
	}
}

// arrange shows what was found instead of everything else while a person looks
// for something.
func (s *sidebar) arrange() {
	finding := s.finder.finding()
	setVisible(s.finder.object, finding)
	setVisible(s.finder.bar, s.finder.shown())
	setVisible(s.nearby.object, !finding)
	setVisible(s.scroll, !finding)
	setVisible(s.visible.object, !finding && s.visible.asked)
	setVisible(s.hint, !finding && s.ready && len(s.shown) == 0)
}

func (s *sidebar) setCards(snap viewmodel.Snapshot) {
	seen := make(map[identity.DeviceID]*requestCard, len(snap.Requests))
	s.asking.set(len(snap.Requests))
	if len(snap.Requests) > 0 {
		s.shown = append(s.shown, s.asking.object)
	}
	for _, r := range snap.Requests {
		c := s.cards[r.ID]
		if c == nil {
			c = newRequestCard(s.host)
		}
		c.decision.enable(true)
		c.setOpen(snap.Chat != nil && snap.Chat.ID == r.ID)
		if c.r != r {
			c.set(r)
		}
		seen[r.ID] = c
		s.shown = append(s.shown, c)
	}
	s.cards = seen
}

// settle tells the cards where they are now.
func (s *sidebar) settle() {
	for _, c := range s.cards {
		if !s.object.Visible() || !s.scroll.Visible() {
			c.decision.leave()
			continue
		}
		at := s.content.Position().Add(c.Position()).Add(c.decision.object.Position())
		c.decision.settle(at.Subtract(s.scroll.Offset))
	}
	if !s.object.Visible() || !s.visible.object.Visible() {
		s.visible.leave()
		return
	}
	s.visible.settle(s.foot.Position().Add(s.visible.object.Position()).AddXY(s.object.Size().Width, 0))
}

// sidebarState is what a person did to the list that must survive when it is
// made anew, in other sizes or colours.
type sidebarState struct {
	naming bool
	name   string  // in the entry while naming
	row    int     // first visible card or row
	hidden float32 // share of it that is scrolled away
	strip  float32 // how far the strip is scrolled, in devices
	find   finderState
}

func (s *sidebar) state() sidebarState {
	out := sidebarState{
		naming: s.header.entry.Visible(), name: s.header.entry.Text,
		strip: s.nearby.scroll.Offset.X / s.nearby.pitch(),
		find:  s.finder.state(),
	}
	for i, o := range s.shown {
		if below := s.scroll.Offset.Y - o.Position().Y; below >= 0 && o.Size().Height > 0 {
			out.row, out.hidden = i, below/o.Size().Height
		}
	}
	return out
}

// restore needs the list to be filled and placed.
func (s *sidebar) restore(st sidebarState) {
	if st.naming {
		s.header.begin()
		s.header.entry.SetText(st.name)
	}
	s.finder.restore(st.find)
	if st.row < len(s.shown) {
		o := s.shown[st.row]
		s.scroll.ScrollToOffset(fyne.NewPos(0, o.Position().Y+st.hidden*o.Size().Height))
	}
	s.nearby.scroll.ScrollToOffset(fyne.NewPos(st.strip*s.nearby.pitch(), 0))
}

func (s *sidebar) setRows(conversations []viewmodel.Conversation) {
	seen := make(map[identity.DeviceID]*conversationRow, len(conversations))
	for _, c := range conversations {
		r := s.rows[c.ID]
		if r == nil {
			r = newConversationRow(s.t, s.z)
			r.OnTap = func() { s.a.Open(c.ID) }
			r.menu = s.deviceMenu
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
		{ID: "settings", Label: s.header.own.Label(), Object: s.header.own},
		{ID: "settings/gear", Label: s.header.gear.Label(), Object: s.header.gear},
		{ID: "rename", Label: s.header.edit.Label(), Object: s.header.edit},
	}
	out = append(out, s.finder.elements()...)
	if !s.finder.finding() {
		out = append(out, s.nearby.elements()...)
		out = append(out, s.listElements()...)
	}
	out = append(out, s.visible.elements()...)
	if s.notice.object.Visible() {
		out = append(out, Element{ID: "notice", Label: "Notice", Text: s.notice.text.Text(), Object: s.notice.object})
	}
	return out
}

// listElements names the alerts, requests and conversations.
func (s *sidebar) listElements() []Element {
	var out []Element
	for _, a := range s.alerts {
		out = append(out, a.elements()...)
	}
	first := true
	for _, o := range s.shown {
		switch o := o.(type) {
		case *fyne.Container:
			if o == s.asking.object {
				out = append(out, s.asking.element())
			}
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
