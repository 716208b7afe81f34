package view

import (
	"cmp"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
	"earshot/internal/safetext"
)

// Metrics of the body of a chat, in dp.
const (
	listTop    = 8
	listBottom = 14
	jumpSize   = 40
	jumpInset  = 16
)

// chatPane is one conversation: head, messages, bar, composer.
type chatPane struct {
	*host
	chat     *viewmodel.Chat // what is shown, nil: nothing
	draftRev int
	atEnd    bool   // what was told last
	refused  string // why a paste was not taken or a link did not open, until the text changes
	placeRev int    // of the place where a person was sent last
	mode     viewmodel.ModeKind
	of       viewmodel.Quote // of the message that is answered or edited
	modeRev  int
	small    bool // the window is a phone's

	head     *chatHead
	list     *kit.List
	jump     *kit.IconButton
	missed   *kit.Badge // messages that came while an older part is read
	modeBar  *modeBar
	blank    *kit.Label
	bar      *chatBar
	problem  *problemLine
	composer *composer
	foot     *fyne.Container
	object   *fyne.Container
}

func newChatPane(h *host) *chatPane {
	t, a := h.t, h.a
	p := &chatPane{host: h, atEnd: true, problem: newProblemLine(t)}
	p.head = newChatHead(t, a.Close, p.openMenu, h.about)
	p.newList()
	p.jump = kit.NewIconButton(t, kit.IconDown, "Go to the newest message", jumpSize, 22, p.toEnd)
	p.jump.Colors(t.Surface, t.Muted)
	p.jump.Raise()
	p.jump.Hide()
	p.missed = kit.NewBadge(t)
	p.blank = kit.NewLabel(kit.Style{Size: 13.5, Color: t.Muted}, 2)
	p.blank.SetText("No messages yet")
	p.bar = newChatBar(h, func() identity.DeviceID { return p.chat.ID })
	p.modeBar = newModeBar(t, func() {
		p.jumpTo(p.of.Key)
		p.focus()
	}, func() {
		p.leaveMode()
		p.focus()
	})
	p.composer = newComposer(t, p.typed, p.send, p.back, func() { p.relayout() })
	p.composer.entry.refuse = p.refuse
	p.composer.entry.up, p.composer.entry.find = p.editLast, h.find
	p.composer.entry.scroll = p.scrollByKey
	line := canvas.NewRectangle(t.Border)
	line.SetMinSize(fyne.NewSize(1, 1))
	p.foot = kit.Column(p.bar.object, p.problem.object, line, p.modeBar, p.composer)
	p.object = kit.Frame(p.head.object, p.body(), p.foot)
	return p
}

func (p *chatPane) newList() {
	p.list = kit.NewList(p.t, listTop, listBottom)
	p.list.Height = func(it kit.Item, w float32) float32 { return layoutRow(it.(*viewmodel.Row), w).total() }
	p.list.New = func() fyne.CanvasObject { return newRowView(p) }
	p.list.Bind = func(it kit.Item, o fyne.CanvasObject, w float32) { o.(*rowView).bind(it.(*viewmodel.Row), w) }
	p.list.OnMoved = func() {
		p.showJump()
		p.moved()
	}
	p.list.OnNearTop = func() {
		if p.chat != nil && p.chat.Older {
			p.a.LoadOlder()
		}
	}
	p.list.OnNearEnd = p.a.LoadNewer
}

// toEnd goes to the newest message.
func (p *chatPane) toEnd() {
	if p.chat != nil && p.chat.Newer {
		p.a.Newest()
		return
	}
	p.list.ToEnd()
}

func (p *chatPane) body() fyne.CanvasObject {
	shade := canvas.NewVerticalGradient(p.t.BgTop, p.t.Bg)
	return kit.NewPanel(kit.High(100), func(s fyne.Size) {
		kit.Place(shade, 0, 0, s.Width, s.Height)
		kit.Place(p.list, 0, 0, s.Width, s.Height)
		x, y := s.Width-inset-jumpSize, s.Height-jumpInset-jumpSize
		kit.Place(p.jump, x, y, jumpSize, jumpSize)
		b := p.missed.MinSize()
		kit.Place(p.missed, x+(jumpSize-b.Width)/2, y-b.Height/2, b.Width, b.Height)
		w := min(p.blank.NaturalWidth(), s.Width-2*inset)
		kit.Place(p.blank, (s.Width-w)/2, s.Height/2-12, w, p.blank.Fit(w))
	}, shade, p.list, p.blank, p.jump, p.missed)
}

// showJump shows the way to the end while the end is not in view.
func (p *chatPane) showJump() {
	if p.jump == nil {
		return
	}
	if end := p.list.AtEnd(); end != p.atEnd && p.chat != nil {
		p.atEnd = end
		p.a.AtEnd(end)
	}
	setVisible(p.jump, !p.list.AtEnd())
	missed := 0
	if p.chat != nil && !p.list.AtEnd() {
		missed = p.chat.Missed
	}
	p.missed.Set(missed)
}

// set shows a chat.
func (p *chatPane) set(c *viewmodel.Chat) {
	other := p.chat == nil || p.chat.ID != c.ID
	if other {
		p.list.Reset()
		p.refused, p.placeRev = "", 0
		p.bar.decision.leave() // the next place of the buttons is about another device
	}
	p.chat = c
	p.head.set(c)
	p.bar.set(c.Bar, c.BarText)
	p.bar.decision.enable(true)
	p.problem.set(cmp.Or(c.Error, p.refused))
	setVisible(p.composer, c.CanWrite)
	setVisible(p.blank, c.Blank && c.Bar == viewmodel.BarNone)
	if other || c.DraftRev != p.draftRev {
		p.composer.setText(c.Draft)
	}
	p.draftRev = c.DraftRev
	p.setMode(c, other)
	items := make([]kit.Item, len(c.Rows))
	for i, r := range c.Rows {
		items[i] = r
	}
	p.list.SetPart(items, c.Newer)
	p.goTo(c.Place)
	p.showJump()
	p.relayout()
}

// goTo goes where a person was sent, once.
func (p *chatPane) goTo(at viewmodel.Place) {
	if at.Rev == p.placeRev {
		return
	}
	p.placeRev = at.Rev
	if at.End {
		p.list.ToEnd()
	} else {
		p.list.GoTo(at.Key)
	}
}

// refuse says why a paste was not taken or a link did not open; what was
// written stays.
func (p *chatPane) refuse(why string) {
	p.refused = why
	p.problem.set(why)
	p.relayout()
	p.moved()
}

// scrollByKey moves the messages by a key and reports whether it is one for that.
func (p *chatPane) scrollByKey(k fyne.KeyName) bool {
	switch k {
	case fyne.KeyPageUp:
		p.list.Page(-1)
	case fyne.KeyPageDown:
		p.list.Page(1)
	case fyne.KeyHome:
		p.list.ToStart()
	case fyne.KeyEnd:
		p.toEnd()
	default:
		return false
	}
	return true
}

// adopt takes over what a person did in another pane that shows the same chat.
func (p *chatPane) adopt(from *chatPane) {
	if p.chat == nil || from.chat == nil || from.chat.ID != p.chat.ID {
		return
	}
	p.list.Adopt(from.list)
	p.showMode(from.mode, from.of)
	p.composer.adopt(from.composer)
	if from.refused != "" {
		p.refuse(from.refused)
	}
	p.showJump()
}

// settle tells the answers to a request where they are now.
func (p *chatPane) settle() {
	if !p.object.Visible() || !p.bar.deciding {
		p.bar.decision.leave()
		return
	}
	at := p.object.Position().Add(p.foot.Position()).Add(p.bar.object.Position())
	p.bar.decision.settle(at.Add(p.bar.decision.object.Position()))
}

func (p *chatPane) typed(text string) {
	if p.refused != "" {
		p.refused = ""
		p.problem.set("")
		p.relayout()
	}
	if p.chat != nil {
		p.a.Type(p.chat.ID, text)
	}
}

// focus gives the keyboard to the composer.
func (p *chatPane) focus() {
	if p.composer.Visible() {
		p.takeKeys(p.composer.entry)
	}
}

// relayout makes room for what the foot needs now.
func (p *chatPane) relayout() {
	if p.object != nil && p.object.Size().Width > 0 {
		p.object.Layout.Layout(p.object.Objects, p.object.Size())
		p.foot.Layout.Layout(p.foot.Objects, p.foot.Size())
		p.settle()
		canvas.Refresh(p.object)
	}
}

// problemLine says above the composer why a text was refused.
type problemLine struct {
	text   *kit.Label
	object *fyne.Container
}

func newProblemLine(t *kit.Tokens) *problemLine {
	l := &problemLine{text: kit.NewLabel(kit.Style{Size: 12.5, Color: t.Danger}, 3)}
	back, icon := canvas.NewRectangle(t.Surface), kit.Icon(kit.IconAlert, t.Danger)
	textWidth := func(width float32) float32 { return width - 2*inset - 22 }
	l.object = kit.NewPanel(func(width float32) float32 { return l.text.Fit(textWidth(width)) + 16 }, func(s fyne.Size) {
		kit.Place(back, 0, 0, s.Width, s.Height)
		kit.Place(icon, inset, 8+(kit.LineHeight(12.5)-16)/2, 16, 16)
		kit.Place(l.text, inset+22, 8, textWidth(s.Width), l.text.Fit(textWidth(s.Width)))
	}, back, icon, l.text)
	l.object.Hide()
	return l
}

func (l *problemLine) set(text string) {
	l.text.SetText(safetext.Display(text))
	setVisible(l.object, text != "")
}
