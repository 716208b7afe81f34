package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
)

// linkField is the field for a link, with a button that pastes one.
type linkField struct {
	back   *canvas.Rectangle
	entry  *linkEntry
	paste  *kit.IconButton
	object *fyne.Container
}

func newLinkField(h *host) *linkField {
	f := &linkField{back: kit.Rounded(h.t.Field, pairRadius-10), entry: newLinkEntry()}
	f.paste = kit.NewIconButton(h.t, kit.IconPaste, "Paste", 40, 19, func() { f.entry.SetText(fyne.CurrentApp().Clipboard().Content()) })
	f.paste.OnKey = func(k *fyne.KeyEvent) bool {
		if kit.IsBack(k) {
			f.entry.leave()
			return true
		}
		return false
	}
	f.entry.OnChanged = func(string) { h.moved() }
	view := container.NewThemeOverride(f.entry, kit.WithoutScrollBars(h.t))
	f.object = kit.NewPanel(kit.High(pairField), func(s fyne.Size) {
		kit.Place(f.back, 0, 0, s.Width, s.Height)
		eh := kit.LineHeight(kit.BodySize) + entryPad
		kit.Place(view, 6, (s.Height-eh)/2, s.Width-52, eh)
		kit.Place(f.paste, s.Width-43, (s.Height-40)/2, 40, 40)
	}, f.back, view, f.paste)
	return f
}

// linkEntry is a single line that Escape leaves with its dialog.
type linkEntry struct {
	widget.Entry
	leave func()
}

func newLinkEntry() *linkEntry {
	e := &linkEntry{leave: func() {}}
	e.SetPlaceHolder("Paste the link")
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey implements fyne.Focusable.
func (e *linkEntry) TypedKey(k *fyne.KeyEvent) {
	if kit.IsBack(k) {
		e.leave()
		return
	}
	e.Entry.TypedKey(k)
}
