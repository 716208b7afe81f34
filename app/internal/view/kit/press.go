package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Pressable is what buttons and rows have in common: a tap, the pointer above
// them, the keyboard, a label for screen readers and tests.
type Pressable struct {
	widget.BaseWidget
	OnTap func()
	OnKey func(*fyne.KeyEvent) bool // takes a key before the widget does and reports whether it was for it; nil: none

	label    string
	changed  func() // redraws after hovered, focused or disabled changed
	hovered  bool
	focused  bool
	disabled bool
}

// Label is what a screen reader says.
func (p *Pressable) Label() string { return p.label }

// SetLabel changes what a screen reader says.
func (p *Pressable) SetLabel(s string) { p.label = s }

// Disabled reports whether taps do nothing.
func (p *Pressable) Disabled() bool { return p.disabled }

// SetDisabled switches taps off or on.
func (p *Pressable) SetDisabled(off bool) {
	if p.disabled != off {
		p.disabled = off
		p.redraw()
	}
}

// Hovered reports whether the pointer is above.
func (p *Pressable) Hovered() bool { return p.hovered && !p.disabled }

// Focused reports whether the keyboard is here.
func (p *Pressable) Focused() bool { return p.focused }

// OnChange sets what redraws the widget.
func (p *Pressable) OnChange(f func()) { p.changed = f }

func (p *Pressable) redraw() {
	if p.changed != nil {
		p.changed()
	}
}

// Tapped implements fyne.Tappable.
func (p *Pressable) Tapped(*fyne.PointEvent) {
	if p.OnTap != nil && !p.disabled {
		p.OnTap()
	}
}

// MouseIn implements desktop.Hoverable.
func (p *Pressable) MouseIn(*desktop.MouseEvent) { p.hovered = true; p.redraw() }

// MouseMoved implements desktop.Hoverable.
func (p *Pressable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (p *Pressable) MouseOut() { p.hovered = false; p.redraw() }

// Cursor implements desktop.Cursorable.
func (p *Pressable) Cursor() desktop.Cursor {
	if p.disabled {
		return desktop.DefaultCursor
	}
	return desktop.PointerCursor
}

// FocusGained implements fyne.Focusable.
func (p *Pressable) FocusGained() { p.focused = true; p.redraw() }

// FocusLost implements fyne.Focusable.
func (p *Pressable) FocusLost() { p.focused = false; p.redraw() }

// TypedRune implements fyne.Focusable.
func (p *Pressable) TypedRune(rune) {}

// TypedKey implements fyne.Focusable: space and return press.
func (p *Pressable) TypedKey(k *fyne.KeyEvent) {
	if p.OnKey != nil && p.OnKey(k) {
		return
	}
	switch k.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		p.Tapped(nil)
	}
}

// AccessibilityLabel implements fyne.Accessible.
func (p *Pressable) AccessibilityLabel() string { return p.label }

// AccessibilityRole implements fyne.Accessible.
func (p *Pressable) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }
