package view

import (
	"strings"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
	"earshot/internal/safetext"
)

// Metrics of the head of the page about a device, in dp.
const (
	aboutAvatar = 72
	aboutName   = 20
	aboutStatus = 13
	aboutGap    = 2
)

// aboutPage says what there is to know of a device, and what can be done with it
// as a contact.
type aboutPage struct {
	*sheet
	id   identity.DeviceID
	chat *viewmodel.Chat

	avatar             *kit.Avatar
	name, said, status *kit.Label
	caution            *caution
	trust              *fact
	full               bool // the ID is shown in its long form
	short, copied      *sheetRow
	pair, rename       *sheetRow
	receipts, replace  *sheetRow
	block, unblock     *sheetRow
	forget             *sheetRow
	ids, acts, ends    *group
	column             *fyne.Container
}

// newAboutPage makes the page about a device whose chat is open.
func newAboutPage(id identity.DeviceID) pageMaker {
	return func(s *sheet) page {
		t := s.t
		p := &aboutPage{
			sheet: s, id: id, avatar: kit.NewAvatar(t, aboutAvatar, t.Bg),
			name:    kit.NewLabel(kit.Style{Size: aboutName, Color: t.Text, Bold: true}, 3).Centred(),
			said:    kit.NewLabel(kit.Style{Size: aboutStatus, Color: t.Muted}, 3).Centred(),
			status:  kit.NewLabel(kit.Style{Size: aboutStatus, Color: t.Muted}, 2).Centred(),
			caution: newCaution(t), trust: newFact(t),
		}
		p.addRows()
		head := kit.NewPanel(p.headHeight, p.placeHead, p.avatar, p.name, p.said, p.status)
		warn := kit.NewPanel(func(w float32) float32 {
			if p.caution.text.Text() == "" {
				return 0
			}
			return p.caution.height(w) + groupGap
		}, func(size fyne.Size) {
			kit.Place(p.caution.object, 0, 0, size.Width, p.caution.height(size.Width))
		}, p.caution.object)
		p.column = kit.Column(head, warn, p.trust.object, p.ids.object, p.acts.object, p.ends.object)
		return p
	}
}

// addRows makes what can be tapped.
func (p *aboutPage) addRows() {
	s, a := p.sheet, p.a
	row := func(id string, icon kit.IconName, hue int, word safetext.Display, mark rowMark, do func()) *sheetRow {
		return newSheetRow(s, "about/"+id, icon, hue, word, mark, do)
	}
	p.short = row("id", kit.IconLink, tileGrey, "ID", markNone, p.turnID)
	p.copied = row("copy", kit.IconCopy, tileGrey, "Copy full ID", markNone, func() {
		p.copyText(p.chat.About.LongID)
		p.copied.say("Copied", "")
		p.draw()
	})
	p.pair = row("pair", kit.IconPair, tileGreen, "Pair …", markMore, func() {
		p.leave()
		a.Pair(p.id)
	})
	p.rename = row("rename", kit.IconEdit, tileViolet, "Rename …", markMore, func() { s.push(newRenamePage(p.id)) })
	p.receipts = row("receipts", kit.IconRead, tileBlue, "Tell what I read and type", markState, func() { a.SetReceipts(p.id, !p.chat.Receipts) })
	p.replace = row("replace", kit.IconSwap, tileTeal, "Replace an older contact …", markMore, func() { s.push(newReplacePage(p.id)) })
	p.block = row("block", kit.IconCancel, tileRed, "Block …", markNone, p.askBlock).danger()
	p.unblock = row("unblock", kit.IconTick, tileGreen, "Unblock", markNone, func() { a.Unblock(p.id) })
	p.forget = row("forget", kit.IconDelete, tileRed, "Forget …", markNone, p.askForget).danger()
	p.ids = newGroup(s.t, p.short, p.copied)
	p.acts = newGroup(s.t, p.pair, p.rename, p.receipts, p.replace)
	p.ends = newGroup(s.t, p.block, p.unblock, p.forget)
}

func (p *aboutPage) title() safetext.Display { return "About this device" }
func (p *aboutPage) body() fyne.CanvasObject { return p.column }
func (p *aboutPage) opened()                 {}

// set shows what is known now, while the chat of the device is open.
func (p *aboutPage) set(snap viewmodel.Snapshot) bool {
	c := snap.Chat
	if c == nil || c.ID != p.id {
		return false
	}
	p.chat = c
	about := c.About
	p.avatar.Set(c.Initials, c.Hue, dot(c.Presence))
	p.name.SetText(c.Name)
	p.said.SetText("")
	if about.Said != "" {
		p.said.SetText("Calls itself " + safetext.Isolate(about.Said))
	}
	setVisible(p.said, about.Said != "")
	status := about.Presence
	if about.Kind != "" {
		status = about.Kind + " · " + status
	}
	p.status.SetText(safetext.Display(status))
	p.caution.set(c.Caution)
	icon, hue := trustIcon(about.Trust)
	p.trust.set(icon, hue, safetext.Display(about.Level), about.Means)
	p.showID()
	for _, one := range []struct {
		row *sheetRow
		on  bool
	}{
		{p.pair, c.CanPair}, {p.rename, about.CanName}, {p.receipts, c.Contact}, {p.replace, len(about.Older) > 0},
		{p.block, about.CanBlock}, {p.unblock, about.Trust == viewmodel.Blocked}, {p.forget, about.CanForget},
	} {
		setVisible(one.row, one.on)
	}
	p.receipts.set(pick(c.Receipts, stateOn, stateOff))
	p.acts.settle()
	p.ends.settle()
	return true
}

// trustIcon is what a level of trust looks like.
func trustIcon(l viewmodel.Trust) (kit.IconName, int) {
	switch l {
	case viewmodel.Verified:
		return kit.IconShield, tileGreen
	case viewmodel.Accepted:
		return kit.IconPerson, tileAmber
	case viewmodel.Blocked:
		return kit.IconCancel, tileRed
	}
	return kit.IconPerson, tileGrey
}

// turnID shows the ID in its long form, or does not any more.
func (p *aboutPage) turnID() {
	p.full = !p.full
	p.copied.say("Copy full ID", "")
	p.showID()
	p.draw()
	p.moved()
}

func (p *aboutPage) showID() {
	word, say := safetext.Display("ID "+p.chat.ShortID), safetext.Display("Show full ID")
	if p.full {
		say = longID(p.chat.About.LongID)
	}
	p.short.say(word, say)
	setVisible(p.copied, p.full)
}

// longID is an ID in lines of two groups each.
func longID(id string) safetext.Display {
	var b strings.Builder
	for i, group := range strings.Split(id, "-") {
		switch {
		case i == 0:
		case i%2 == 0:
			b.WriteString("-\n")
		default:
			b.WriteString("-")
		}
		b.WriteString(group)
	}
	return safetext.Display(b.String())
}

// placeOf is where a question about a row is.
func placeOf(r fyne.CanvasObject) fyne.Position {
	return fyne.CurrentApp().Driver().AbsolutePositionForObject(r)
}

func (p *aboutPage) askBlock() {
	p.question(placeOf(p.block), "Block "+safetext.Isolate(p.chat.Name)+"?",
		"Nothing that it sends gets here any more, and it is not told. It leaves your lists; you find it in the settings, among the blocked devices.",
		menuEntry{id: "ask/block", icon: kit.IconCancel, word: "Block", danger: true, do: func() { p.a.Block(p.id) }})
}

func (p *aboutPage) askForget() {
	p.question(placeOf(p.forget), "Forget "+safetext.Isolate(p.chat.Name)+"?",
		"The conversation is deleted on this device, and what waits to be delivered is cancelled. The device is a stranger then and has to ask again.",
		menuEntry{id: "ask/forget", icon: kit.IconDelete, word: "Forget and delete", danger: true, do: func() { p.a.Forget(p.id) }})
}

func (p *aboutPage) headHeight(width float32) float32 {
	h := aboutAvatar + 10 + p.name.Fit(width) + aboutGap + p.status.Fit(width) + 14
	if p.said.Visible() {
		h += p.said.Fit(width) + aboutGap
	}
	return h
}

func (p *aboutPage) placeHead(s fyne.Size) {
	kit.Place(p.avatar, (s.Width-aboutAvatar)/2, 0, aboutAvatar, aboutAvatar)
	y := float32(aboutAvatar + 10)
	for _, l := range []*kit.Label{p.name, p.said, p.status} {
		if l.Visible() {
			h := l.Fit(s.Width)
			kit.Place(l, 0, y, s.Width, h)
			y += h + aboutGap
		}
	}
}

func (p *aboutPage) elements() []Element {
	out := []Element{
		{ID: "about", Label: "About this device", Text: p.name.Text(), State: p.chat.About.Level, Object: p.name},
		{ID: "about/trust", Label: p.trust.word.Text(), Text: p.trust.text.Text(), Object: p.trust.object},
	}
	if p.said.Visible() {
		out = append(out, Element{ID: "about/said", Label: "Name of its own", Text: p.said.Text(), Object: p.said})
	}
	if p.caution.object.Visible() {
		out = append(out, Element{ID: "about/caution", Label: "Caution", Text: p.caution.text.Text(), Object: p.caution.object})
	}
	if p.full {
		out = append(out, Element{ID: "about/long", Label: "Full ID", Text: p.chat.About.LongID, Object: p.short.sub})
	}
	for _, g := range []*group{p.ids, p.acts, p.ends} {
		out = append(out, g.elements()...)
	}
	return out
}
