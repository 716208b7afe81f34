package view

import (
	"slices"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// blockedPage shows the devices that are blocked here, which no other list does.
type blockedPage struct {
	*sheet
	devices []viewmodel.BlockedDevice
	ready   func() bool // a tap counts: the rows have stood where they are for a while

	note   *sheetNote
	group  *group
	column *fyne.Container
}

func newBlockedPage(s *sheet) page {
	p := &blockedPage{sheet: s, note: newSheetNote(s.t), group: newGroup(s.t), ready: func() bool { return true }}
	p.column = kit.Column(p.note.object, p.group.object)
	return p
}

func (p *blockedPage) title() safetext.Display { return "Blocked devices" }
func (p *blockedPage) body() fyne.CanvasObject { return p.column }
func (p *blockedPage) opened()                 {}

func (p *blockedPage) set(snap viewmodel.Snapshot) bool {
	p.note.set("Nothing that they send gets here, and they are not told.")
	if len(snap.Blocked) == 0 {
		p.note.set("You have blocked no device.")
	}
	if slices.Equal(p.devices, snap.Blocked) {
		return true
	}
	p.devices = snap.Blocked
	var rows []*sheetRow
	for _, d := range p.devices {
		var r *sheetRow
		r = newSheetRow(p.sheet, "blocked/"+d.ShortID, kit.IconPerson, tileGrey, d.Name, markMore, func() { p.ask(r, d.Device) })
		sub := d.ShortID
		if d.Tries != "" {
			sub += "\n" + d.Tries
		}
		r.say(d.Name, safetext.Display(sub))
		r.show(d.Face)
		rows = append(rows, r)
	}
	p.group.fill(rows...)
	return true
}

// ask offers what can be done with a blocked device.
func (p *blockedPage) ask(r *sheetRow, d viewmodel.Device) {
	p.question(placeOf(r), "Unblock "+titled(d)+"?",
		"It is what it was before you blocked it, and can write to you again. One that was verified has to be paired again.",
		menuEntry{id: "ask/unblock", icon: kit.IconTick, word: "Unblock", do: func() { p.a.Unblock(d.ID) }},
		menuEntry{id: "ask/show", icon: kit.IconPerson, word: "Show its conversation", do: func() {
			p.leave()
			p.a.Open(d.ID)
		}})
}

func (p *blockedPage) elements() []Element {
	return append([]Element{{ID: "blocked", Label: "Note", Text: p.note.text.Text(), Object: p.note.object}}, p.group.elements()...)
}
