package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/internal/safetext"
)

// sectionLabel is the word above a group of a sheet.
func sectionLabel(t *kit.Tokens, word string) *fyne.Container {
	text := kit.Text(word, kit.Style{Size: sheetSub, Color: t.Muted, Bold: true})
	return kit.NewPanel(kit.High(kit.LineHeight(sheetSub)+4+7), func(fyne.Size) {
		m := text.MinSize()
		kit.Place(text, sheetTileX+2, 4, m.Width, m.Height)
	}, text)
}

// sheetNote is a text below or above a group.
type sheetNote struct {
	text   *kit.Label
	object *fyne.Container
}

// noteLines is the most lines of a text on a sheet: nine on the narrowest phone,
// with the longest names.
const noteLines = 12

func newSheetNote(t *kit.Tokens) *sheetNote {
	n := &sheetNote{text: kit.NewLabel(kit.Style{Size: 13, Color: t.Muted}, noteLines)}
	const x = sheetTileX + 2
	n.object = kit.NewPanel(func(width float32) float32 { return n.text.Fit(width-2*x) + groupGap }, func(s fyne.Size) {
		kit.Place(n.text, x, 0, s.Width-2*x, n.text.Fit(s.Width-2*x))
	}, n.text)
	return n
}

func (n *sheetNote) set(text safetext.Display) {
	n.text.SetText(text)
	setVisible(n.object, text != "")
}

// Metrics of a caution, in dp.
const (
	cautionText   = 12.5
	cautionPad    = 9
	cautionRadius = 10
	cautionIcon   = 16
	cautionLines  = 8 // of a sentence with two names as long as they get
)

// caution says in a box of its own what has to be known before a name is
// trusted.
type caution struct {
	back   *canvas.Rectangle
	icon   *canvas.Image
	text   *kit.Label
	object *fyne.Container
}

func newCaution(t *kit.Tokens) *caution {
	hue := t.Hues[tileAmber]
	c := &caution{
		back: kit.Rounded(hue.Bg, cautionRadius), icon: kit.Icon(kit.IconAlert, hue.Fg),
		text: kit.NewLabel(kit.Style{Size: cautionText, Color: hue.Fg}, cautionLines),
	}
	c.object = kit.NewPanel(c.height, func(s fyne.Size) {
		kit.Place(c.back, 0, 0, s.Width, s.Height)
		kit.Place(c.icon, cautionPad, cautionPad+(kit.LineHeight(cautionText)-cautionIcon)/2, cautionIcon, cautionIcon)
		x := float32(cautionPad + cautionIcon + 7)
		kit.Place(c.text, x, cautionPad, s.Width-x-cautionPad, c.text.Fit(s.Width-x-cautionPad))
	}, c.back, c.icon, c.text)
	c.object.Hide()
	return c
}

func (c *caution) set(text safetext.Display) {
	c.text.SetText(text)
	setVisible(c.object, text != "")
}

// height is what the box needs, 0 without words.
func (c *caution) height(width float32) float32 {
	if c.text.Text() == "" {
		return 0
	}
	return 2*cautionPad + c.text.Fit(max(1, width-2*cautionPad-cautionIcon-7))
}
