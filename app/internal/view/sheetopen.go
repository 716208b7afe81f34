package view

import (
	"fyne.io/fyne/v2"

	"earshot/app/internal/viewmodel"
)

// openSheet lays pages over the window, instead of those that lie there.
func (r *Root) openSheet(makers ...pageMaker) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	if c == nil {
		return
	}
	r.closeSheet()
	s := newSheet(&r.host, r.snap, r.leaveSheet, makers...)
	if len(s.pages) == 0 {
		return
	}
	r.sheet = s
	corner, size := c.InteractiveArea()
	c.Overlays().Add(s)
	s.Move(corner)
	s.Resize(size)
	s.rest()
	s.pages[len(s.pages)-1].opened()
	r.changed()
}

// closeSheet takes the sheet away, and what asks above it.
func (r *Root) closeSheet() {
	if r.sheet == nil {
		return
	}
	r.closeMenu()
	if c := fyne.CurrentApp().Driver().CanvasForObject(r); c != nil {
		c.Unfocus() // the keyboard on a phone's screen goes
		c.Overlays().Remove(r.sheet)
	}
	r.sheet = nil
	r.changed()
}

// leaveSheet is closeSheet for a person: what is written goes on.
func (r *Root) leaveSheet() {
	r.closeSheet()
	r.writeOn()
}

// setSheet shows a snapshot on the sheet. One that has nothing to show any more
// goes, with what it asks.
func (r *Root) setSheet(snap viewmodel.Snapshot) {
	if r.sheet == nil {
		return
	}
	depth := len(r.sheet.pages)
	switch {
	case !r.sheet.set(snap):
		r.leaveSheet()
	case len(r.sheet.pages) < depth:
		r.closeMenu()
	}
}

// restyleSheet draws the sheet in the colours of now.
func (r *Root) restyleSheet() {
	if r.sheet != nil {
		r.openSheet(r.sheet.makers...)
	}
}

// openAbout shows what there is to know of the device of the open chat.
func (r *Root) openAbout() {
	if r.snap.Chat != nil {
		r.openSheet(newAboutPage(r.snap.Chat.ID))
	}
}

// openSettings shows what can be chosen for this device.
func (r *Root) openSettings() { r.openSheet(newSettingsPage) }
