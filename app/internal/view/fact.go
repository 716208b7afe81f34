package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/internal/safetext"
)

// factLines is the most lines of a fact: an ID in its long form has four on the
// narrowest phone.
const factLines = 8

// fact is a card on a sheet that says something and cannot be tapped.
type fact struct {
	t          *kit.Tokens
	back, tile *canvas.Rectangle
	icon       *canvas.Image
	word, text *kit.Label
	object     *fyne.Container
}

func newFact(t *kit.Tokens) *fact {
	f := &fact{
		t: t, back: kit.Rounded(t.Surface, groupRadius), tile: kit.Rounded(t.Field, sheetTileRound), icon: kit.Icon(kit.IconPerson, t.Muted),
		word: kit.NewLabel(kit.Style{Size: sheetWord, Color: t.Text, Bold: true}, 2),
		text: kit.NewLabel(kit.Style{Size: sheetSub, Color: t.Muted}, factLines),
	}
	f.object = kit.NewPanel(func(width float32) float32 { return f.height(width) + groupGap }, f.place, f.back, f.tile, f.icon, f.word, f.text)
	return f
}

// set says something; hue is that of the tile.
func (f *fact) set(icon kit.IconName, hue int, word, text safetext.Display) {
	f.tile.FillColor = f.t.Hues[hue].Bg
	f.icon.Resource = kit.IconResource(icon, f.t.Hues[hue].Fg)
	f.word.SetText(word)
	f.text.SetText(text)
	setVisible(f.text, text != "")
}

func (f *fact) width(of float32) float32 { return max(1, of-sheetTextX-sheetRowEnd) }

func (f *fact) height(width float32) float32 {
	w := f.width(width)
	h := 2*sheetRowPad + f.word.Fit(w)
	if f.text.Visible() {
		h += sheetSubGap + f.text.Fit(w)
	}
	return max(sheetRowMin, h)
}

func (f *fact) place(s fyne.Size) {
	w, h := f.width(s.Width), f.height(s.Width)
	kit.Place(f.back, 0, 0, s.Width, h)
	y := (h - sheetTile) / 2
	const in = (sheetTile - tileIcon) / 2
	kit.Place(f.tile, sheetTileX, y, sheetTile, sheetTile)
	kit.Place(f.icon, sheetTileX+in, y+in, tileIcon, tileIcon)
	wh, th := f.word.Fit(w), float32(0)
	if f.text.Visible() {
		th = sheetSubGap + f.text.Fit(w)
	}
	top := (h - wh - th) / 2
	kit.Place(f.word, sheetTextX, top, w, wh)
	kit.Place(f.text, sheetTextX, top+wh+sheetSubGap, w, f.text.Fit(w))
}
