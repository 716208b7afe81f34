package view

import (
	"fyne.io/fyne/v2"

	"earshot/app/internal/view/kit"
)

// Metrics of an entry with the name of a device, in dp.
const (
	nameSign  = 12 // text of the short ID
	nameGap   = 8  // between the name and it
	nameRight = 12 // beside them
)

// nameRoom is the width that a row leaves for a name beside a sign, 0 for none.
func nameRoom(row, sign float32) float32 {
	if sign > 0 {
		sign += nameGap
	}
	return row - (menuTextX - menuPad) - nameRight - sign
}

// addName makes what stands instead of the word of an entry with a name.
func (l *menuLine) addName() {
	e := l.entry
	if e.name == "" {
		return
	}
	l.name = kit.NewLabel(kit.Style{Size: menuText, Color: l.t.Text}, 1)
	l.name.SetText(e.name)
	said := string(e.name)
	if e.sign != "" {
		l.sign = kit.Text(e.sign, kit.Style{Size: nameSign, Color: l.t.Muted})
		said += " (" + e.sign + ")"
	}
	l.SetLabel(said + spoken(e.caution))
}

// inkName gives the name the colour of the word.
func (l *menuLine) inkName() {
	if l.name != nil {
		l.name.SetStyle(kit.Style{Size: menuText, Color: pick(l.ready(), l.t.Text, l.t.Faint)})
	}
}

// words are the parts that are written.
func (l *menuLine) words() []fyne.CanvasObject {
	if l.name == nil {
		return []fyne.CanvasObject{l.text}
	}
	if l.sign == nil {
		return []fyne.CanvasObject{l.name}
	}
	return []fyne.CanvasObject{l.name, l.sign}
}

// said is what is written, whole.
func (l *menuLine) said() string {
	if l.name == nil {
		return l.entry.word
	}
	return string(l.entry.name)
}

// placeName puts the name and its sign where the word would be.
func (l *menuLine) placeName(s fyne.Size) {
	if l.name == nil {
		return
	}
	sign := float32(0)
	if l.sign != nil {
		m := l.sign.MinSize()
		sign = m.Width
		kit.Place(l.sign, s.Width-nameRight-sign, (s.Height-m.Height)/2, sign, m.Height)
	}
	room := nameRoom(s.Width, sign)
	h := l.name.Fit(room)
	kit.Place(l.name, menuTextX-menuPad, (s.Height-h)/2, room, h)
}
