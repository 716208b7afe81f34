package view

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
	"earshot/internal/safetext"
)

// renamePage gives a device a name that only this one shows.
type renamePage struct {
	*sheet
	id    identity.DeviceID
	nick  string // as it is now
	begun bool   // the entry was filled

	note, problem *sheetNote
	entry         *nameEntry
	save, own     *kit.TextButton
	column        *fyne.Container
}

// newRenamePage makes the page for the name of a device whose chat is open.
func newRenamePage(id identity.DeviceID) pageMaker {
	return func(s *sheet) page {
		t := s.t
		p := &renamePage{sheet: s, id: id, note: newSheetNote(t), problem: newSheetNote(t)}
		p.problem.text.SetStyle(kit.Style{Size: 13, Color: t.Danger})
		p.problem.set("")
		p.entry = newNameEntry(p.commit, s.goBack, func() {})
		p.entry.OnChanged = func(string) {
			p.problem.set("")
			p.draw()
		}
		view := container.NewThemeOverride(p.entry, kit.WithoutScrollBars(t))
		field := kit.Rounded(t.Surface, 20)
		line := kit.NewPanel(kit.High(44+groupGap), func(size fyne.Size) {
			kit.Place(field, 0, 0, size.Width, 44)
			h := kit.LineHeight(kit.BodySize) + entryPad
			kit.Place(view, 8, (44-h)/2, size.Width-16, h)
		}, field, view)
		p.save = kit.NewTextButton(t, "Save", t.Accent, t.OnAccent, func() { p.commit(p.entry.Text) })
		p.own = kit.NewTextButton(t, "Its own name", t.Surface, t.Text, func() { p.commit("") })
		p.save.OnKey, p.own.OnKey = s.typedKey, s.typedKey
		buttons := kit.NewPanel(kit.High(44), func(size fyne.Size) {
			w := size.Width
			if p.own.Visible() {
				w = (w - 8) / 2
				kit.Place(p.own, 0, 0, w, 44)
			}
			kit.Place(p.save, size.Width-w, 0, w, 44)
		}, p.own, p.save)
		p.column = kit.Column(p.note.object, line, p.problem.object, buttons)
		return p
	}
}

func (p *renamePage) title() safetext.Display { return "Rename" }
func (p *renamePage) body() fyne.CanvasObject { return p.column }

// opened gives the keyboard to the entry with all of the name selected.
func (p *renamePage) opened() {
	p.takeKeys(p.entry)
	p.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

func (p *renamePage) set(snap viewmodel.Snapshot) bool {
	c := snap.Chat
	if c == nil || c.ID != p.id || !c.About.CanName {
		return false
	}
	p.nick = c.About.Nick
	if !p.begun {
		p.begun = true
		p.entry.SetText(p.nick)
		if p.nick == "" {
			p.entry.SetText(string(c.Name))
		}
	}
	said := c.About.Said
	if p.nick == "" {
		said = c.Name
	}
	note := safetext.Display("Only this device shows that name.")
	if said != "" {
		note += " The device calls itself " + safetext.Isolate(said) + "."
	}
	p.note.set(note)
	setVisible(p.own, p.nick != "" && said != "")
	return true
}

// commit gives the name and goes back. An empty one is the device's own.
func (p *renamePage) commit(name string) {
	name = strings.TrimSpace(name)
	if name == p.nick {
		p.goBack()
		return
	}
	if name != "" && !safetext.ValidName(name) {
		p.problem.set("A name needs 1 to 40 visible characters.")
		p.draw()
		return
	}
	if p.a.SetNick(p.id, name) {
		p.goBack()
	}
}

func (p *renamePage) elements() []Element {
	out := []Element{
		{ID: "rename/note", Label: "Note", Text: p.note.text.Text(), Object: p.note.object},
		{ID: "rename/name", Label: "Name", Text: p.entry.Text, Object: p.entry},
		{ID: "rename/save", Label: p.save.Label(), Object: p.save},
	}
	if p.own.Visible() {
		out = append(out, Element{ID: "rename/own", Label: p.own.Label(), Object: p.own})
	}
	if p.problem.object.Visible() {
		out = append(out, Element{ID: "rename/error", Label: "Error", Text: p.problem.text.Text(), Object: p.problem.object})
	}
	return out
}
