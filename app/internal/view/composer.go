package view

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/textflow"
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
type sendEntry struct {
	widget.Entry
	send   func()
	back   func()
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
	switch k.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if !e.shift && !e.phones {
			e.send()
			return
		}
	case fyne.KeyEscape:
		e.back()
		return
	}
	e.Entry.TypedKey(k)
}

// composer is the field in which a text is written and the button beside it.
type composer struct {
	widget.BaseWidget
	entry  *sendEntry
	button *kit.IconButton
	field  *canvas.Rectangle
	back   *canvas.Rectangle

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
	c.button = kit.NewIconButton(t, kit.IconSend, "Send", sendSize, sendIcon, c.send)
	c.button.Colors(t.Accent, t.OnAccent)
	c.button.SetDisabled(true)
	c.field, c.back = kit.Rounded(t.Field, composerRadius), canvas.NewRectangle(t.Surface)
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

// grow gives the field the lines that its text needs.
func (c *composer) grow() {
	lines := 1
	if w := c.entry.Size().Width - entryPad; w > 0 {
		lines = min(composerLines, len(textflow.Layout(c.entry.Text, w, bodyWidth).Lines))
	}
	if lines != c.lines {
		c.lines = lines
		c.onGrow()
	}
}

// MinSize implements fyne.CanvasObject.
func (c *composer) MinSize() fyne.Size {
	return fyne.NewSize(160, composerBar+kit.LineHeight(kit.BodySize)*float32(c.lines-1))
}

// CreateRenderer implements fyne.Widget.
func (c *composer) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(c.MinSize, func(s fyne.Size) {
		kit.Place(c.back, 0, 0, s.Width, s.Height)
		right := s.Width - composerInset - sendSize
		kit.Place(c.button, right, s.Height-(composerBar+sendSize)/2, sendSize, sendSize)
		w := right - 8 - composerInset
		kit.Place(c.field, composerInset, 10, w, s.Height-20)
		kit.Place(c.entry, composerInset+entryInset, 12, w-2*entryInset, s.Height-24)
		c.grow()
	}, c.back, c.field, c.entry, c.button)
}
