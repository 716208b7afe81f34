package view

import (
	"slices"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
	"earshot/internal/safetext"
)

// replacePage asks which contact a verified device takes the place of.
type replacePage struct {
	*sheet
	id     identity.DeviceID
	device viewmodel.Device
	older  []viewmodel.Older

	note   *sheetNote
	group  *group
	column *fyne.Container
}

// newReplacePage makes the page for a verified device whose chat is open.
func newReplacePage(id identity.DeviceID) pageMaker {
	return func(s *sheet) page {
		p := &replacePage{sheet: s, id: id, note: newSheetNote(s.t), group: newGroup(s.t)}
		p.column = kit.Column(p.note.object, p.group.object)
		return p
	}
}

func (p *replacePage) title() safetext.Display { return "Replace an older contact" }
func (p *replacePage) body() fyne.CanvasObject { return p.column }
func (p *replacePage) opened()                 {}

func (p *replacePage) set(snap viewmodel.Snapshot) bool {
	c := snap.Chat
	if c == nil || c.ID != p.id || len(c.About.Older) == 0 {
		return false
	}
	p.device = c.Device
	p.note.set("Somebody you know has a new device, or has set it up anew? Choose the contact whose place " + safetext.Isolate(c.Name) + " takes.")
	if slices.Equal(p.older, c.About.Older) {
		return true
	}
	p.older = c.About.Older
	var rows []*sheetRow
	for _, o := range p.older {
		var r *sheetRow
		r = newSheetRow(p.sheet, "replace/"+o.ShortID, kit.IconPerson, tileGrey, o.Name, markMore, func() { p.ask(r, o.Device) })
		r.say(o.Name, safetext.Display(o.ShortID+" · "+o.Seen))
		r.show(o.Face)
		rows = append(rows, r)
	}
	p.group.fill(rows...)
	return true
}

// ask asks before the contact is replaced.
func (p *replacePage) ask(r *sheetRow, old viewmodel.Device) {
	id, name := p.id, safetext.Isolate(p.device.Name)
	p.question(placeOf(r), "Replace "+titled(old)+" by "+titled(p.device)+"?",
		"The messages of both become one conversation, and what still waits goes to "+name+". The older device becomes a stranger. This cannot be undone.",
		menuEntry{id: "ask/replace", icon: kit.IconSwap, word: "Replace", danger: true, do: func() {
			p.goBack()
			p.a.Replace(old.ID, id)
		}})
}

// titled is a device in a question: its name and its short ID.
func titled(d viewmodel.Device) safetext.Display {
	return safetext.Isolate(d.Name) + safetext.Display(" ("+d.ShortID+")")
}

func (p *replacePage) elements() []Element {
	return append([]Element{{ID: "replace", Label: "Note", Text: p.note.text.Text(), Object: p.note.object}}, p.group.elements()...)
}
