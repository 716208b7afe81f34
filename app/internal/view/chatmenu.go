package view

import (
	"fmt"
	"strings"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// wideMenu is the width of menus with longer words, in dp.
const wideMenu = 280

// openMenu shows what can be done with the conversation.
func (p *chatPane) openMenu(at fyne.Position) {
	if p.chat == nil || !p.chat.Contact && !p.chat.CanPair {
		return
	}
	var entries []menuEntry
	if p.chat.CanPair {
		entries = append(entries, p.pairEntry(p.chat.Device))
	}
	if p.chat.Contact {
		entries = append(entries, p.contactEntries(at)...)
	}
	m := newContextMenu(p.t, at, p.close, entries...)
	m.width = wideMenu
	p.card(m)
}

// contactEntries are what can be done with the conversation with a contact.
func (p *chatPane) contactEntries(at fyne.Position) []menuEntry {
	id, on := p.chat.ID, p.chat.Receipts
	return []menuEntry{
		{id: "chat/receipts", icon: kit.IconRead, word: "Tell what I read and type", state: pick(on, stateOn, stateOff),
			do: func() { p.a.SetReceipts(id, !on) }},
		{id: "chat/export", icon: kit.IconExport, word: "Export …", do: func() { p.askExport(at) }},
		{id: "chat/clear", icon: kit.IconDelete, word: "Delete conversation …", danger: true, do: func() { p.askClear(at) }},
	}
}

// askExport asks for the form of a file with the conversation.
func (p *chatPane) askExport(at fyne.Position) {
	if p.chat == nil {
		return
	}
	id := p.chat.ID
	export := func(name string, asJSON bool) func() {
		return func() {
			p.save(name, func(f viewmodel.File) { p.a.Export(id, f, asJSON) }, func(err error) {
				if p.chat != nil && p.chat.ID == id {
					p.refuse(fmt.Sprintf("The file could not be made (%v). Try it again.", err))
				}
			})
		}
	}
	name := "earshot-" + p.chat.ShortID
	p.question(at, "Export the conversation", "A file among your downloads. It is not encrypted: whoever has it can read every message.",
		menuEntry{id: "ask/text", icon: kit.IconExport, word: "Text, to read", do: export(name+".txt", false)},
		menuEntry{id: "ask/json", icon: kit.IconExport, word: "JSON, for programs", do: export(name+".json", true)})
}

// askClear asks before the conversation is deleted.
func (p *chatPane) askClear(at fyne.Position) {
	if p.chat == nil {
		return
	}
	id := p.chat.ID
	p.question(at, "Delete the conversation with "+safetext.Isolate(p.chat.Name)+"?",
		"It is deleted on this device only. Messages that still wait to be delivered stay.",
		menuEntry{id: "ask/clear", icon: kit.IconDelete, word: "Delete conversation", danger: true, do: func() { p.a.Clear(id) }})
}

// keepFor are the times for which messages can be kept, as the service knows
// them, and in words.
var keepFor = [...]struct{ value, word string }{
	{"forever", "For ever"}, {"30d", "30 days"}, {"365d", "1 year"},
}

// keepWord is a time for which messages are kept, in words.
func keepWord(value string) string {
	for _, k := range keepFor {
		if k.value == value {
			return k.word
		}
	}
	if days, ok := strings.CutSuffix(value, "d"); ok {
		return days + " days"
	}
	return value
}

// openSettings shows what can be chosen for this device.
func (r *Root) openSettings(at fyne.Position) {
	values := []string{}
	known := false
	for _, k := range keepFor {
		values = append(values, k.value)
		known = known || k.value == r.snap.Keep
	}
	if !known && r.snap.Keep != "" { // chosen elsewhere
		values = append(values, r.snap.Keep)
	}
	var entries []menuEntry
	for _, value := range values {
		e := menuEntry{id: "keep/" + value, icon: kit.IconKeep, word: keepWord(value), do: func() { r.askKeep(at, value) }}
		if value == r.snap.Keep {
			e.state = stateChosen
		}
		entries = append(entries, e)
	}
	m := newContextMenu(r.t, at, r.leaveMenu, entries...)
	m.width = wideMenu
	m.ask("Keep messages", "Older ones are deleted on this device. What still waits to be delivered stays.")
	m.width = wideMenu
	r.card(m)
}

// askKeep chooses how long messages are kept. That which deletes some is asked
// about first.
func (r *Root) askKeep(at fyne.Position, value string) {
	switch value {
	case r.snap.Keep:
	case "forever":
		r.a.SetKeep(value)
	default:
		r.openQuestion(at, safetext.Display("Keep messages for "+keepWord(value)+"?"),
			"Older messages are deleted on this device now, in all conversations.",
			menuEntry{id: "ask/keep", icon: kit.IconDelete, word: "Delete older messages", danger: true, do: func() { r.a.SetKeep(value) }})
	}
}
