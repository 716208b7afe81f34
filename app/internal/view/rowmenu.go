package view

import (
	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
	"earshot/internal/safetext"
)

// openMenu shows what can be done with the row, below what more brings.
func (v *rowView) openMenu(at fyne.Position, more []menuEntry) {
	if v.row == nil || v.row.Kind != viewmodel.RowMessage || v.pane.chat == nil {
		return
	}
	entries := append(more, v.entries(at)...)
	if len(entries) == 0 {
		return
	}
	m := newContextMenu(v.t, at, v.close, entries...)
	if v.row.Acts&viewmodel.CanReact != 0 {
		v.addEmoji(m)
	}
	v.card(m)
}

// addEmoji puts the usual reactions above the entries.
func (v *rowView) addEmoji(m *contextMenu) {
	id, key := v.pane.chat.ID, v.row.Key
	for _, e := range usualEmoji {
		give, mine := e, string(v.row.Mine) == e
		if mine {
			give = ""
		}
		m.emoji = append(m.emoji, newEmojiButton(v.t, m, e, mine, func() { v.a.React(id, key, give) }))
	}
}

// entries are what can be done with the row; at is where the menu is.
func (v *rowView) entries(at fyne.Position) []menuEntry {
	id, r, a := v.pane.chat.ID, v.row, v.a
	var out []menuEntry
	add := func(needs viewmodel.Acts, name string, icon kit.IconName, word string, do func()) {
		if r.Acts&needs != 0 {
			out = append(out, menuEntry{id: "menu/" + name, icon: icon, word: word, do: do})
		}
	}
	add(viewmodel.CanReply, "reply", kit.IconReply, "Reply", func() { a.Reply(id, r.Key) })
	add(viewmodel.CanCopy, "copy", kit.IconCopy, "Copy text", func() { v.copyText(r.Raw) })
	add(viewmodel.CanEdit, "edit", kit.IconEdit, "Edit", func() { a.Edit(id, r.Key) })
	if r.Mine != "" {
		add(viewmodel.CanReact, "unreact", kit.IconAgain, "Take back "+string(r.Mine), func() { a.React(id, r.Key, "") })
	}
	add(viewmodel.CanCancel, "cancel", kit.IconCancel, "Do not send", func() { a.Cancel(id, r.Key) })
	add(viewmodel.CanResend, "resend", kit.IconAgain, "Send again", func() { a.Resend(id, r.Key) })
	switch {
	case r.Deleted && r.Acts&viewmodel.CanRemove != 0:
		out = append(out, menuEntry{id: "menu/remove", icon: kit.IconDelete, word: "Delete on this device", danger: true, do: func() { a.Remove(id, r.Key) }})
	case r.Acts&(viewmodel.CanDelete|viewmodel.CanRemove) != 0:
		out = append(out, menuEntry{id: "menu/delete", icon: kit.IconDelete, word: "Delete …", danger: true, do: func() { v.askDelete(at, id, r) }})
	}
	return out
}

// askDelete asks where a message is to be deleted.
func (v *rowView) askDelete(at fyne.Position, id identity.DeviceID, r *viewmodel.Row) {
	var answers []menuEntry
	note := safetext.Display("It stays on the other device.")
	if r.Acts&viewmodel.CanDelete != 0 {
		note = "Deleted for everyone, it says on both devices that it was deleted."
		answers = append(answers, menuEntry{id: "ask/everyone", icon: kit.IconDelete, word: "For everyone", danger: true, do: func() { v.a.Delete(id, r.Key) }})
	}
	if r.Acts&viewmodel.CanRemove != 0 {
		answers = append(answers, menuEntry{id: "ask/here", icon: kit.IconDelete, word: "On this device only", danger: true, do: func() { v.a.Remove(id, r.Key) }})
	}
	v.questionAbout(at, "Delete this message?", safetext.Line(r.Raw), note, answers...)
}
