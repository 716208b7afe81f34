package view

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/internal/safetext"
)

// Metrics of a context menu, in dp.
const (
	menuWidth  = 196
	menuRow    = 38
	menuTouch  = 44 // a row on a phone
	menuBreak  = 9  // room of the hairline
	menuLineX  = 12
	menuRadius = 14
	menuPad    = 6 // around the rows
	menuIcon   = 18
	menuIconX  = 18
	menuTextX  = 48
	menuText   = 14
	menuHover  = 9 // radius of the mark on a row
	menuEdge   = 8 // least distance from the edges of the window

	askWidth = 320 // of a card that asks
	askPadX  = 18
	askPadY  = 14 // above the question
	askGap   = 4  // between the question and the note
	askNote  = 12.5
	askAbout = 2  // lines of a message that is asked about
	askSaid  = 3  // lines of what else is said
	askNotes = 9  // of the note: our longest with two long names
	askLines = 20 // the longest host there is, in the widest letters, is seen whole
)

// menuEntry is one line of a context menu.
type menuEntry struct {
	id   string // names it for tests, "menu/copy"
	icon kit.IconName
	word string
	do   func()

	name    safetext.Display // drawn instead of word, cut where the row ends; "" for nothing
	sign    string           // the short ID that stands at its right, "" for none
	caution safetext.Display // what is said to those who do not see it, "" for nothing

	danger bool // below a line, in its colour
	state  menuState

	ready func() bool // whether it can be chosen already; nil: at once
}

// menuState is what the mark behind the word of an entry says.
type menuState uint8

// The states: those of a switch and of one of several choices.
const (
	stateNone menuState = iota
	stateOff
	stateOn
	stateChosen
)

// contextMenu fills the window above everything: a card with the entries where
// the pointer was, below a question if it asks one; a tap elsewhere, Escape or
// an answer closes it.
type contextMenu struct {
	widget.BaseWidget
	t     *kit.Tokens
	at    fyne.Position
	width float32
	close func()
	card  *canvas.Rectangle
	head  []*kit.Label // the question and what there is to say about it
	names []string     // of the elements of head; "": none
	emoji []*emojiButton
	rows  []*menuLine
	line  *canvas.Rectangle // above what is dangerous
	pitch float32           // height of a row
}

func newContextMenu(t *kit.Tokens, at fyne.Position, leave func(), entries ...menuEntry) *contextMenu {
	m := &contextMenu{t: t, at: at, width: menuWidth, close: leave, card: kit.Rounded(t.Surface, menuRadius), pitch: menuRow}
	m.card.Shadow = canvas.Shadow{Color: t.Shadow, BlurRadius: 22, Offset: fyne.NewPos(0, 6)}
	m.card.StrokeColor, m.card.StrokeWidth = t.Border, 1
	m.line = canvas.NewRectangle(t.Border)
	for _, e := range entries {
		m.rows = append(m.rows, newMenuLine(t, e, m))
	}
	m.ExtendBaseWidget(m)
	return m
}

// forPhone makes everything large enough for a finger.
func (m *contextMenu) forPhone() {
	m.pitch = menuTouch
	m.width = max(m.width, float32(len(m.emoji))*emojiTouch+2*menuPad)
}

// breaks reports whether a line is above the row i.
func (m *contextMenu) breaks(i int) bool {
	return i > 0 && m.rows[i].entry.danger && !m.rows[i-1].entry.danger
}

// typedKey takes a key that goes to another entry or leaves the menu, and
// reports whether it is one.
func (m *contextMenu) typedKey(k *fyne.KeyEvent) bool {
	c := fyne.CurrentApp().Driver().CanvasForObject(m)
	switch {
	case kit.IsBack(k):
		m.close()
	case c == nil:
		return false
	case k.Name == fyne.KeyDown || k.Name == fyne.KeyRight:
		c.FocusNext()
	case k.Name == fyne.KeyUp || k.Name == fyne.KeyLeft:
		c.FocusPrevious()
	default:
		return false
	}
	return true
}

// ask puts a question above the entries.
func (m *contextMenu) ask(question, note safetext.Display) { m.askAbout(question, "", note) }

// askAbout puts a question above the entries, with the beginning of what it is
// about, "" for nothing.
func (m *contextMenu) askAbout(question, about, note safetext.Display) {
	m.width = askWidth
	m.add("ask", question, kit.Style{Size: kit.BodySize, Color: m.t.Text, Bold: true}, askLines)
	if about != "" {
		m.add("ask/about", "“"+safetext.Isolate(about)+"”", kit.Style{Size: askNote, Color: m.t.Text}, askAbout)
	}
	m.add("", note, m.noteStyle(), askNotes)
}

// say puts a note below the question; name is that of its element, "" for none.
func (m *contextMenu) say(name string, note safetext.Display) {
	m.add(name, note, m.noteStyle(), askSaid)
}

func (m *contextMenu) noteStyle() kit.Style { return kit.Style{Size: askNote, Color: m.t.Muted} }

func (m *contextMenu) add(name string, text safetext.Display, style kit.Style, lines int) {
	l := kit.NewLabel(style, lines)
	l.SetText(text)
	m.head, m.names = append(m.head, l), append(m.names, name)
}

// draw shows which entries can be chosen now.
func (m *contextMenu) draw() {
	for _, r := range m.rows {
		r.draw()
	}
}

// Tapped implements fyne.Tappable: beside the card the person changed its mind.
func (m *contextMenu) Tapped(e *fyne.PointEvent) {
	p, s := e.Position.Subtract(m.card.Position()), m.card.Size()
	if p.X < 0 || p.Y < 0 || p.X > s.Width || p.Y > s.Height {
		m.close()
	}
}

// TappedSecondary implements fyne.SecondaryTappable.
func (m *contextMenu) TappedSecondary(*fyne.PointEvent) { m.close() }

// Scrolled implements fyne.Scrollable: what is below would move away.
func (m *contextMenu) Scrolled(*fyne.ScrollEvent) { m.close() }

func (m *contextMenu) layout(s fyne.Size) {
	w := min(m.width, s.Width-2*menuEdge)
	above := float32(0)
	for _, l := range m.head {
		above += askGap + l.Fit(w-2*askPadX)
	}
	if above > 0 {
		above += askPadY - askGap
	}
	if len(m.emoji) > 0 {
		above += emojiRow
	}
	h := above + float32(len(m.rows))*m.pitch + 2*menuPad
	for i := range m.rows {
		if m.breaks(i) {
			h += menuBreak
		}
	}
	x := max(menuEdge, min(m.at.X, s.Width-w-menuEdge))
	y := max(menuEdge, min(m.at.Y, s.Height-h-menuEdge))
	kit.Place(m.card, x, y, w, h)
	top := y + askPadY
	for _, l := range m.head {
		height := l.Fit(w - 2*askPadX)
		kit.Place(l, x+askPadX, top, w-2*askPadX, height)
		top += height + askGap
	}
	for i, b := range m.emoji {
		cell := (w - 2*menuPad) / float32(len(m.emoji))
		kit.Place(b, x+menuPad+float32(i)*cell, y+menuPad, cell, emojiRow)
	}
	top = y + above + menuPad
	m.line.Hide()
	for i, r := range m.rows {
		if m.breaks(i) {
			m.line.Show()
			kit.Place(m.line, x+menuLineX, top+menuBreak/2, w-2*menuLineX, 1)
			top += menuBreak
		}
		kit.Place(r, x+menuPad, top, w-2*menuPad, m.pitch)
		top += m.pitch
	}
}

// CreateRenderer implements fyne.Widget.
func (m *contextMenu) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{m.card, m.line}
	for _, l := range m.head {
		objects = append(objects, l)
	}
	for _, b := range m.emoji {
		objects = append(objects, b)
	}
	for _, r := range m.rows {
		objects = append(objects, r)
	}
	return kit.NewRenderer(kit.Fixed(menuWidth, menuRow), m.layout, objects...)
}

func (m *contextMenu) elements() []Element {
	var out []Element
	for i, l := range m.head {
		if m.names[i] != "" {
			out = append(out, Element{ID: m.names[i], Label: pick(i == 0, "Question", "Note"), Text: l.Text(), Object: l})
		}
	}
	for i, b := range m.emoji {
		out = append(out, Element{ID: "menu/react/" + strconv.Itoa(i+1), Label: b.Label(), Text: b.emoji, State: pick(b.mine, "mine", ""), Object: b})
	}
	for _, r := range m.rows {
		state := pick(r.ready(), "ready", "settling")
		out = append(out, Element{ID: r.entry.id, Label: r.Label(), Text: r.said(), State: state, Object: r})
	}
	return out
}

// menuLine is an entry on the card.
type menuLine struct {
	kit.Pressable
	t     *kit.Tokens
	entry menuEntry
	menu  *contextMenu
	back  *canvas.Rectangle
	icon  *canvas.Image
	text  *canvas.Text
	name  *kit.Label        // instead of text; nil: none
	sign  *canvas.Text      // beside name; nil: none
	mark  fyne.CanvasObject // says the state; nil: none
	drawn struct{ ready, marked bool }
}

func newMenuLine(t *kit.Tokens, e menuEntry, m *contextMenu) *menuLine {
	l := &menuLine{
		t: t, entry: e, menu: m, back: kit.Rounded(t.Surface, menuHover),
		icon: kit.Icon(e.icon, pick(e.danger, t.Danger, t.Muted)),
		text: kit.Text(e.word, kit.Style{Size: menuText, Color: pick(e.danger, t.Danger, t.Text)}),
	}
	l.SetLabel(e.word)
	l.addName()
	l.addMark()
	l.drawn.ready = true
	l.OnTap = func() {
		if l.ready() {
			m.close()
			e.do()
		}
	}
	l.OnChange(l.draw)
	l.draw()
	l.ExtendBaseWidget(l)
	return l
}

// ready reports whether the entry can be chosen.
func (l *menuLine) ready() bool { return l.entry.ready == nil || l.entry.ready() }

// draw shows whether the entry can be chosen and is about to be. It is called
// often, and what looks right already is left alone.
func (l *menuLine) draw() {
	ready := l.ready()
	if marked := ready && (l.Hovered() || l.Focused()); marked != l.drawn.marked {
		l.drawn.marked = marked
		l.back.FillColor = pick(marked, l.t.Hover, l.t.Surface)
		canvas.Refresh(l.back)
	}
	if ready != l.drawn.ready {
		l.drawn.ready = ready
		l.text.Color = pick(ready, pick(l.entry.danger, l.t.Danger, l.t.Text), l.t.Faint)
		l.icon.Resource = kit.IconResource(l.entry.icon, pick(ready, pick(l.entry.danger, l.t.Danger, l.t.Muted), l.t.Faint))
		l.inkName()
		canvas.Refresh(l.text)
		l.icon.Refresh()
	}
}

// TypedKey implements fyne.Focusable.
func (l *menuLine) TypedKey(k *fyne.KeyEvent) {
	if !l.menu.typedKey(k) {
		l.Pressable.TypedKey(k)
	}
}

// Metrics of what says the state of an entry, in dp.
const (
	switchWidth  = 34
	switchHeight = 20
	switchKnob   = 16
	stateRight   = 12
)

// addMark makes what says the state of the entry.
func (l *menuLine) addMark() { l.mark = stateSign(l.t, l.entry.state) }

// stateSign returns what says a state, nil for nothing. Its size is signSize.
func stateSign(t *kit.Tokens, state menuState) fyne.CanvasObject {
	switch state {
	case stateChosen:
		tick := kit.Icon(kit.IconTick, t.AccentText)
		tick.SetMinSize(fyne.NewSize(menuIcon, menuIcon))
		return tick
	case stateOn, stateOff:
		on := state == stateOn
		track, knob := kit.Rounded(pick(on, t.Accent, t.Faint), switchHeight/2), canvas.NewCircle(t.OnAccent)
		return kit.NewPanel(kit.High(switchHeight), func(s fyne.Size) {
			const edge = (switchHeight - switchKnob) / 2
			kit.Place(track, 0, 0, switchWidth, switchHeight)
			kit.Place(knob, pick[float32](on, switchWidth-switchKnob-edge, edge), edge, switchKnob, switchKnob)
		}, track, knob)
	}
	return nil
}

// signSize is the size of what says a state.
func signSize(state menuState) (w, h float32) {
	if state == stateOn || state == stateOff {
		return switchWidth, switchHeight
	}
	return menuIcon, menuIcon
}

// placeMark puts it at the right of the entry.
func (l *menuLine) placeMark(s fyne.Size) {
	w, h := signSize(l.entry.state)
	if l.mark != nil {
		kit.Place(l.mark, s.Width-stateRight-w, (s.Height-h)/2, w, h)
	}
}

// CreateRenderer implements fyne.Widget.
func (l *menuLine) CreateRenderer() fyne.WidgetRenderer {
	objects := append([]fyne.CanvasObject{l.back, l.icon}, l.words()...)
	if l.mark != nil {
		objects = append(objects, l.mark)
	}
	return kit.NewRenderer(kit.Fixed(menuWidth-2*menuPad, menuRow), func(s fyne.Size) {
		kit.Place(l.back, 0, 0, s.Width, s.Height)
		kit.Place(l.icon, menuIconX-menuPad, (s.Height-menuIcon)/2, menuIcon, menuIcon)
		m := l.text.MinSize()
		kit.Place(l.text, menuTextX-menuPad, (s.Height-m.Height)/2, m.Width, m.Height)
		l.placeName(s)
		l.placeMark(s)
	}, objects...)
}
