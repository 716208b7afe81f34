package view

import (
	"errors"
	"fmt"
	"time"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/weblink"
	"earshot/internal/safetext"
)

// errNoOpener is why links do not open in a Root without OpenURL.
var errNoOpener = errors.New("no program for links is known")

// errNoSaver is why files are not written in a Root without SaveFile.
var errNoSaver = errors.New("no way to save a file is known")

// openMenu shows a menu at a place of the window until it is answered.
func (r *Root) openMenu(at fyne.Position, entries ...menuEntry) {
	r.openCard(newContextMenu(r.t, at, r.leaveMenu, entries...))
}

// openCard shows a menu that was made before; the keyboard is on its first entry.
func (r *Root) openCard(m *contextMenu) { r.present(m, m.rows[0]) }

// openQuestion shows a card that asks; the keyboard is on its last answer, which
// changes nothing. What is dangerous counts only after settleTime: it may lie
// where the second click on the entry that asked falls.
func (r *Root) openQuestion(at fyne.Position, question, note safetext.Display, answers ...menuEntry) {
	r.openQuestionAbout(at, question, "", note, answers...)
}

// openQuestionAbout is openQuestion with the beginning of what it is about.
func (r *Root) openQuestionAbout(at fyne.Position, question, about, note safetext.Display, answers ...menuEntry) {
	settled := r.settling()
	for i := range answers {
		if answers[i].danger {
			answers[i].ready = settled
		}
	}
	answers = append(answers, menuEntry{id: "ask/cancel", icon: kit.IconClose, word: "Cancel", do: func() {}})
	m := newContextMenu(r.t, at, r.leaveMenu, answers...)
	m.askAbout(question, about, note)
	r.present(m, m.rows[len(m.rows)-1])
	r.changesIn(settleTime)
}

// settling reports, from settleTime after now, that what is shown now counts.
func (r *Root) settling() (settled func() bool) {
	shown := r.Now()
	return func() bool { return r.Now().Sub(shown) >= settleTime }
}

// present lays a card over the part of the window that nothing of a phone covers
// and, on a computer, gives the keyboard to first: a phone would show its own.
func (r *Root) present(m *contextMenu, first fyne.Focusable) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	if c == nil {
		return
	}
	r.closeMenu()
	if r.phone {
		m.forPhone()
	}
	r.open = m
	corner, size := c.InteractiveArea()
	m.at = m.at.Subtract(corner)
	c.Overlays().Add(m)
	m.Move(corner)
	m.Resize(size)
	if !fyne.CurrentDevice().IsMobile() {
		c.Focus(first)
	}
	r.changed()
}

// closeMenu takes the menu away.
func (r *Root) closeMenu() {
	if r.open == nil {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(r); c != nil {
		c.Overlays().Remove(r.open)
	}
	r.open = nil
	r.changed()
}

// leaveMenu is closeMenu for a person: unless something has the keyboard, what
// is written goes on, as the click that opened the menu took the keyboard away.
func (r *Root) leaveMenu() {
	r.closeMenu()
	if r.sheet == nil {
		r.writeOn()
	}
}

// writeOn gives the keyboard to the composer of the open chat if nothing has it.
func (r *Root) writeOn() {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	if c != nil && c.Focused() == nil && r.snap.Chat != nil && !fyne.CurrentDevice().IsMobile() {
		r.chat.focus()
	}
}

// followed is the link that was opened last without a question.
type followed struct {
	url string
	at  time.Time
}

// follow opens a link that a person chose at a place of the window. If what is
// written does not show where it leads, that is named first. The answer to open
// counts only after settleTime, like the one to a stranger: it may lie where a
// second click falls. For as long, a second click on the same link does nothing.
func (r *Root) follow(l weblink.Link, at fyne.Position) {
	if !l.Ask {
		if now := r.Now(); l.URL != r.last.url || now.Sub(r.last.at) >= settleTime {
			r.last = followed{l.URL, now}
			r.launch(l)
		}
		return
	}
	m := newContextMenu(r.t, at, r.leaveMenu,
		menuEntry{id: "ask/open", icon: kit.IconOpen, word: "Open", ready: r.settling(), do: func() { r.launch(l) }},
		menuEntry{id: "ask/copy", icon: kit.IconLink, word: "Copy link", do: func() { r.copyText(l.URL) }},
		menuEntry{id: "ask/cancel", icon: kit.IconClose, word: "Cancel", do: func() {}})
	question, note := "Open "+l.Host+"?", "What is written does not show plainly that this link leads there."
	if l.Mail {
		question, note = "Write to "+l.Host+"?", "What is written does not show plainly what this link does."
	}
	m.ask(safetext.Display(question), safetext.Display(note))
	if subject := safetext.Line(l.Subject); subject != "" {
		m.say("ask/subject", "Subject: "+safetext.Isolate(subject))
	}
	r.present(m, m.rows[len(m.rows)-1])
	r.changesIn(settleTime)
}

// launch opens a link. If that fails, the open chat says so, unless another one
// is open by then.
func (r *Root) launch(l weblink.Link) {
	from := r.snap.Chat
	r.OpenURL(l.URL, func(err error) {
		if chat := r.snap.Chat; chat != nil && from != nil && chat.ID == from.ID {
			r.chat.refuse(fmt.Sprintf("The link did not open (%v). Copy it with a right click or a long press, and paste it into a browser.", err))
		}
	})
}
