package view

import (
	"fmt"

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
	entries := []menuEntry{{id: "chat/about", icon: kit.IconPerson, word: "About this device …", do: p.about}}
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
