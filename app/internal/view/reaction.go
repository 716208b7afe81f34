package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/textflow"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Metrics of the reactions at the lower edge of a bubble, in dp.
const (
	chipHeight = 24
	chipOver   = 5 // of the bubble, which leaves the time free
	chipBelow  = 1
	chipApart  = 2  // from the time below large emoji
	chipX      = 10 // from the side of the bubble
	chipPad    = 8
	chipGap    = 4
	chipText   = 13
	chipCount  = 11.5
	chipTouch  = 44 // least size for a finger
)

// usualEmoji are the reactions that the menu of a message offers.
var usualEmoji = [...]string{"👍", "❤️", "😂", "😮", "😢", "🙏"}

// chip is one reaction.
type chip struct {
	emoji safetext.Display
	count string // "2" if both have put it, else ""
	mine  bool
	w     float32
}

// layoutChips are the reactions to the message of a row.
func layoutChips(r *viewmodel.Row) []chip {
	var out []chip
	add := func(c chip) {
		c.w = 2*chipPad + kit.Width(string(c.emoji), chipText, false)
		if c.count != "" {
			c.w += chipGap + kit.Width(c.count, chipCount, true)
		}
		out = append(out, c)
	}
	switch {
	case r.Mine != "" && r.Mine == r.Theirs:
		add(chip{emoji: r.Mine, count: "2", mine: true})
		return out
	case r.Mine != "":
		add(chip{emoji: r.Mine, mine: true})
	}
	if r.Theirs != "" {
		add(chip{emoji: r.Theirs})
	}
	return out
}

// chipsWidth is how wide they are, inside the padding of a bubble.
func chipsWidth(chips []chip) float32 {
	w := float32(0)
	for _, c := range chips {
		w += c.w + chipGap
	}
	return w - chipGap - 2*(bubblePadX-chipX)
}

// chipsY is where the reactions are in the row.
func (b bubble) chipsY() float32 {
	if b.big {
		return b.top + b.h + chipApart
	}
	return b.top + b.h - chipOver
}

// drawChips draws the reactions of the row whose bubble is at x.
func (v *rowView) drawChips(x float32) {
	y := v.bubble.chipsY()
	x += chipX
	for _, c := range v.bubble.chips {
		back := kit.Rounded(pick(c.mine, v.t.AccentSoft, v.t.Surface), chipHeight/2)
		back.StrokeColor, back.StrokeWidth = pick(c.mine, v.t.Accent, v.t.Border), 1
		v.add(back, x, y, c.w, chipHeight)
		line := textflow.OneLine(string(c.emoji), c.w, func(s string) float32 { return kit.Width(s, chipText, false) })
		line.RTL = false
		v.objects = append(v.objects, kit.DrawLine(line, kit.Style{Size: chipText, Color: v.t.Text}, c.w, x+chipPad, y+(chipHeight-kit.LineHeight(chipText))/2)...)
		if c.count != "" {
			n := kit.Text(c.count, kit.Style{Size: chipCount, Color: v.t.AccentText, Bold: true})
			w := kit.Width(c.count, chipCount, true)
			v.add(n, x+c.w-chipPad-w, y+(chipHeight-kit.LineHeight(chipCount))/2, w, kit.LineHeight(chipCount))
		}
		v.addChipArea(c, x, y)
		x += c.w + chipGap
	}
}

// addChipArea makes the chip at (x, y) one that toggles the own reaction. On a
// phone it takes more room than is drawn, above it.
func (v *rowView) addChipArea(c chip, x, y float32) {
	if v.row.Acts&viewmodel.CanReact == 0 {
		return
	}
	key, emoji, label := v.row.Key, string(c.emoji), "React with "+string(c.emoji)
	if c.mine {
		emoji, label = "", "Take back the reaction "+string(c.emoji)
	}
	w, h := c.w, float32(chipHeight)
	if v.pane.small {
		w, h = max(w, chipTouch), chipTouch
	}
	v.addArea("reaction/"+pick(c.mine, "mine/", "theirs/")+key, label, c.count, x-(w-c.w)/2, y+chipHeight-h, w, h,
		func() { v.a.React(v.pane.chat.ID, key, emoji) })
}

// Metrics of the row of emoji in a menu, in dp.
const (
	emojiRow     = 44
	emojiText    = 20
	emojiTouch   = 44
	emojiDesktop = (menuWidth - 2*menuPad) / float32(len(usualEmoji))
)

// emojiButton is one emoji in the menu of a message.
type emojiButton struct {
	kit.Pressable
	t     *kit.Tokens
	menu  *contextMenu
	back  *canvas.Rectangle
	text  []fyne.CanvasObject
	home  []fyne.Position // of text, when the emoji is at the origin
	width float32         // of the emoji
	emoji string
	mine  bool
}

func newEmojiButton(t *kit.Tokens, m *contextMenu, emoji string, mine bool, do func()) *emojiButton {
	b := &emojiButton{t: t, menu: m, emoji: emoji, mine: mine, back: kit.Rounded(t.Surface, menuHover)}
	line := textflow.OneLine(emoji, menuWidth, func(s string) float32 { return kit.Width(s, emojiText, false) })
	b.text, b.width = kit.DrawLine(line, kit.Style{Size: emojiText, Color: t.Text}, line.Width, 0, 0), line.Width
	for _, o := range b.text {
		b.home = append(b.home, o.Position())
	}
	b.SetLabel(pick(mine, "Take back the reaction ", "React with ") + emoji)
	b.OnTap = func() {
		m.close()
		do()
	}
	b.OnChange(b.draw)
	b.draw()
	b.ExtendBaseWidget(b)
	return b
}

func (b *emojiButton) draw() {
	switch {
	case b.mine:
		b.back.FillColor = b.t.AccentSoft
	default:
		b.back.FillColor = pick(b.Hovered() || b.Focused(), b.t.Hover, b.t.Surface)
	}
	b.back.StrokeColor, b.back.StrokeWidth = b.t.Accent, pick[float32](b.Focused(), 1, 0)
	canvas.Refresh(b.back)
}

// TypedKey implements fyne.Focusable.
func (b *emojiButton) TypedKey(k *fyne.KeyEvent) {
	if !b.menu.typedKey(k) {
		b.Pressable.TypedKey(k)
	}
}

// CreateRenderer implements fyne.Widget.
func (b *emojiButton) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(kit.Fixed(emojiDesktop, emojiRow), func(s fyne.Size) {
		kit.Place(b.back, 1, 4, s.Width-2, s.Height-8)
		x, y := (s.Width-b.width)/2, (s.Height-kit.LineHeight(emojiText))/2
		for i, o := range b.text {
			o.Move(b.home[i].AddXY(x, y))
		}
	}, append([]fyne.CanvasObject{b.back}, b.text...)...)
}
