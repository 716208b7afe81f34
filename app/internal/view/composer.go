package view

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/textflow"
	"earshot/app/internal/viewmodel"
)

// Metrics of the composer, in dp.
const (
	composerBar    = 62
	composerLines  = 6
	composerInset  = 12
	composerRadius = 21
	sendSize       = 40
	sendIcon       = 22
	entryInset     = 6  // of the entry in its field
	entryPad       = 16 // what the entry takes at both sides of its text
)

// sendEntry is a multi-line entry in which Enter sends and Shift+Enter makes a
// new line; on phones Enter makes a new line, as their keyboards do.
//
// A paste that would make the text longer than a message is not taken: the
// toolkit's time to break a text into lines grows with the square of its
// length, so the window would stand still for minutes. There is no way to paste
// past TypedShortcut: keys and the entry's own menu both call it.
type sendEntry struct {
	widget.Entry
	send   func()
	back   func()
	refuse func(why string)            // a paste was not taken
	scroll func(key fyne.KeyName) bool // moves the messages
	find   func()                      // looks for messages
	up     func()                      // arrow up in an empty field
	rows   func() int                  // lines that the text needs
	shift  bool
	phones bool
}

func newSendEntry(send, back func()) *sendEntry {
	e := &sendEntry{send: send, back: back, phones: fyne.CurrentDevice().IsMobile()}
	e.MultiLine = true
	e.Wrapping = fyne.TextWrapWord
	e.ExtendBaseWidget(e)
	e.SetPlaceHolder("Message")
	e.SetMinRowsVisible(1)
	return e
}

// AcceptsTab implements fyne.Tabbable: the key goes on to the button.
func (e *sendEntry) AcceptsTab() bool { return false }

// KeyDown implements desktop.Keyable.
func (e *sendEntry) KeyDown(k *fyne.KeyEvent) {
	if k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight {
		e.shift = true
	}
	e.Entry.KeyDown(k)
}

// KeyUp implements desktop.Keyable.
func (e *sendEntry) KeyUp(k *fyne.KeyEvent) {
	if k.Name == desktop.KeyShiftLeft || k.Name == desktop.KeyShiftRight {
		e.shift = false
	}
	e.Entry.KeyUp(k)
}

// FocusLost implements fyne.Focusable. A shift key that is let go elsewhere is
// not held any more.
func (e *sendEntry) FocusLost() {
	e.shift = false
	e.Entry.FocusLost()
}

// TypedKey implements fyne.Focusable.
func (e *sendEntry) TypedKey(k *fyne.KeyEvent) {
	if kit.IsBack(k) {
		e.back()
		return
	}
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if !e.shift && !e.phones {
			e.send()
			return
		}
	case fyne.KeyUp:
		if e.Text == "" {
			e.up()
			return
		}
	case fyne.KeyHome, fyne.KeyEnd:
		if e.Text == "" && e.scroll(k.Name) {
			return
		}
	case fyne.KeyPageUp, fyne.KeyPageDown:
		if e.rows() <= composerLines && e.scroll(k.Name) {
			return
		}
	}
	e.Entry.TypedKey(k)
}

// TypedShortcut implements fyne.Shortcutable. The one that looks for messages
// comes here while the keyboard is.
func (e *sendEntry) TypedShortcut(s fyne.Shortcut) {
	if s.ShortcutName() == FindShortcut.ShortcutName() {
		e.find()
		return
	}
	if paste, ok := s.(*fyne.ShortcutPaste); ok {
		n := len(e.Text) - len(e.SelectedText()) + len(paste.Clipboard.Content())
		if why := tooLong(n); why != "" {
			e.refuse(why)
			return
		}
	}
	e.Entry.TypedShortcut(s)
}

// tooLong says why no message holds n bytes of text, "" if one does.
func tooLong(n int) string {
	if n <= 0 {
		return ""
	}
	return viewmodel.CheckText(strings.Repeat("x", n)) // the rule for letters: only their number counts
}

// composer is the field in which a text is written and the button beside it.
type composer struct {
	widget.BaseWidget
	entry  *sendEntry
	button *kit.IconButton
	field  *canvas.Rectangle
	edges  [2]*canvas.Rectangle // of the field; no text is seen there

	onType func(string)
	onSend func(string)
	onGrow func()
	lines  int
	silent bool // the text is changed by the program
}

func newComposer(t *kit.Tokens, onType, onSend func(string), onBack, onGrow func()) *composer {
	c := &composer{onType: onType, onSend: onSend, onGrow: onGrow, lines: 1}
	c.entry = newSendEntry(c.send, onBack)
	c.entry.OnChanged = c.changed
	c.entry.rows = c.rows
	c.button = kit.NewIconButton(t, kit.IconSend, "Send", sendSize, sendIcon, c.send)
	c.button.Colors(t.Accent, t.OnAccent)
	c.button.SetDisabled(true)
	c.field = kit.Rounded(t.Field, composerRadius)
	for i := range c.edges {
		c.edges[i] = canvas.NewRectangle(t.Field)
	}
	c.ExtendBaseWidget(c)
	return c
}

// text is what is written.
func (c *composer) text() string { return c.entry.Text }

// setText replaces what is written, as another draft.
func (c *composer) setText(s string) {
	c.silent = true
	c.entry.SetText(s)
	c.entry.Entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyPageDown}) // the caret goes behind the text
	c.silent = false
	c.changedBy(false)
}

// editing says whether the text is that of a message which is changed.
func (c *composer) editing(on bool) {
	c.button.SetIcon(pick(on, kit.IconTick, kit.IconSend))
	c.button.SetLabel(pick(on, "Save", "Send"))
}

// clear empties the field; the text is on its way.
func (c *composer) clear() {
	c.silent = true
	c.entry.SetText("")
	c.silent = false
	c.changedBy(false)
}

func (c *composer) changed(string) { c.changedBy(!c.silent) }

func (c *composer) changedBy(person bool) {
	c.button.SetDisabled(strings.TrimSpace(c.entry.Text) == "")
	if person {
		c.onType(c.entry.Text)
	}
	c.grow()
}

func (c *composer) send() {
	if c.entry.Text != "" {
		c.onSend(c.entry.Text)
	}
}

// rows is how many lines the text needs.
func (c *composer) rows() int {
	if w := c.entry.Size().Width - entryPad; w > 0 {
		return len(textflow.Layout(c.entry.Text, w, bodyWidth).Lines)
	}
	return 1
}

// adopt takes over what another composer holds, and its caret.
func (c *composer) adopt(from *composer) {
	c.setText(from.text())
	c.entry.CursorRow, c.entry.CursorColumn = from.entry.CursorRow, from.entry.CursorColumn
	c.entry.Refresh()
}

// grow gives the field the lines that its text needs.
func (c *composer) grow() {
	lines := min(composerLines, c.rows())
	if lines != c.lines {
		c.lines = lines
		c.onGrow()
	}
}

// placeEntry gives the entry whole lines in the middle of the field, and covers
// what is scrolled past them.
func (c *composer) placeEntry(x, w, height float32) {
	h := kit.LineHeight(kit.BodySize)*float32(c.lines) + entryPad
	y := (height - h) / 2
	kit.Place(c.entry, x, y, w, h)
	const top = 11
	edge := y + entryPad/2 - top
	kit.Place(c.edges[0], x+entryPad/2, top, w-entryPad, edge)
	kit.Place(c.edges[1], x+entryPad/2, height-top-edge, w-entryPad, edge)
}

// MinSize implements fyne.CanvasObject.
func (c *composer) MinSize() fyne.Size {
	return fyne.NewSize(160, composerBar+kit.LineHeight(kit.BodySize)*float32(c.lines-1))
}

// CreateRenderer implements fyne.Widget.
func (c *composer) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(c.MinSize, func(s fyne.Size) {
		right := s.Width - composerInset - sendSize
		kit.Place(c.button, right, s.Height-(composerBar+sendSize)/2, sendSize, sendSize)
		w := right - 8 - composerInset
		kit.Place(c.field, composerInset, 10, w, s.Height-20)
		c.placeEntry(composerInset+entryInset, w-2*entryInset, s.Height)
		c.grow()
	}, c.field, c.entry, c.edges[0], c.edges[1], c.button)
}
