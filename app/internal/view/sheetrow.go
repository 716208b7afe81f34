package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Metrics of what stands on a sheet, in dp.
const (
	groupRadius    = 18
	groupGap       = 12 // below a group
	sheetRowMin    = 52
	sheetRowPad    = 10 // above and below the words
	sheetTile      = 34
	sheetTileRound = 10
	tileIcon       = 18
	sheetTileX     = 12
	sheetTextX     = 58
	sheetRowEnd    = 14
	sheetWord      = 14.5
	sheetSub       = 12.5
	sheetSubGap    = 1
	sheetHover     = 4 // distance of the mark on a row from the edge of its group
	sheetSubMost   = 6 // lines
	markGap        = 10
)

// The colours of tiles, as hues of avatars.
const (
	tileViolet = 0
	tileGreen  = 1
	tileOrange = 2
	tileBlue   = 4
	tileAmber  = 5
	tileTeal   = 7
	tileRed    = 8
	tileGrey   = 9
)

// rowMark is what stands at the end of a row.
type rowMark uint8

// The marks.
const (
	markNone  rowMark = iota
	markMore          // it leads to another page
	markState         // a switch or a tick
)

// sheetRow is a line of a sheet that can be tapped.
type sheetRow struct {
	kit.Pressable
	t    *kit.Tokens
	id   string // names it for tests
	mark rowMark

	back      *canvas.Rectangle
	line      *canvas.Rectangle // above it, unless it is the first of its group
	tile      *canvas.Rectangle
	icon      *canvas.Image
	avatar    *kit.Avatar // instead of tile and icon
	word, sub *kit.Label
	next      *canvas.Image
	state     menuState
	sign      *fyne.Container // shows the state
}

// newSheetRow returns a row of a sheet with an icon in a tile.
func newSheetRow(s *sheet, id string, icon kit.IconName, hue int, word safetext.Display, mark rowMark, do func()) *sheetRow {
	t := s.t
	r := &sheetRow{
		t: t, id: id, mark: mark, back: kit.Rounded(t.Surface, groupRadius-sheetHover), line: canvas.NewRectangle(t.Border),
		tile: kit.Rounded(t.Hues[hue].Bg, sheetTileRound), icon: kit.Icon(icon, t.Hues[hue].Fg),
		word: kit.NewLabel(kit.Style{Size: sheetWord, Color: t.Text}, 2),
		sub:  kit.NewLabel(kit.Style{Size: sheetSub, Color: t.Muted}, sheetSubMost),
		next: kit.Icon(kit.IconNext, t.Faint), sign: kit.NewPanel(kit.High(switchHeight), func(fyne.Size) {}),
	}
	r.avatar = kit.NewAvatar(t, sheetTile, t.Surface)
	r.avatar.Hide()
	setVisible(r.next, mark == markMore)
	r.OnTap, r.OnKey = do, s.typedKey
	r.OnChange(func() {
		r.draw()
		if r.Focused() {
			s.reveal(r)
		}
	})
	r.ExtendBaseWidget(r)
	r.say(word, "")
	return r
}

// danger gives the row the colour of what cannot be undone, and returns it.
func (r *sheetRow) danger() *sheetRow {
	r.word.SetStyle(kit.Style{Size: sheetWord, Color: r.t.Danger})
	return r
}

// say changes the words of the row.
func (r *sheetRow) say(word, sub safetext.Display) {
	r.word.SetText(word)
	r.sub.SetText(sub)
	setVisible(r.sub, sub != "")
	label := string(word)
	if sub != "" {
		label += ". " + string(sub)
	}
	r.SetLabel(label)
}

// show puts the face of a device in the place of the icon.
func (r *sheetRow) show(f viewmodel.Face) {
	r.avatar.Set(f.Initials, f.Hue, dot(f.Presence))
	r.avatar.Show()
	r.tile.Hide()
	r.icon.Hide()
}

// set shows the state of a switch or of a choice.
func (r *sheetRow) set(state menuState) {
	if r.state == state {
		return
	}
	r.state = state
	r.sign.Objects = nil
	if o := stateSign(r.t, state); o != nil {
		r.sign.Objects = []fyne.CanvasObject{o}
		w, h := signSize(state)
		kit.Place(o, 0, 0, w, h)
	}
	r.layout(r.Size())
	canvas.Refresh(r)
}

func (r *sheetRow) draw() {
	fill := pick(r.Hovered() || r.Focused(), r.t.Hover, r.t.Surface)
	r.back.FillColor = fill
	r.back.StrokeColor, r.back.StrokeWidth = r.t.Accent, pick[float32](r.Focused(), 2, 0)
	r.avatar.SetRing(fill)
	canvas.Refresh(r.back)
}

// textWidth is what the words have of the width of the row.
func (r *sheetRow) textWidth(width float32) float32 {
	end := float32(sheetRowEnd)
	switch r.mark {
	case markMore:
		end += menuIcon + markGap
	case markState:
		end += switchWidth + markGap
	}
	return max(1, width-sheetTextX-end)
}

// HeightFor implements kit.Tall.
func (r *sheetRow) HeightFor(width float32) float32 {
	w := r.textWidth(width)
	h := 2*sheetRowPad + r.word.Fit(w)
	if r.sub.Visible() {
		h += sheetSubGap + r.sub.Fit(w)
	}
	return max(sheetRowMin, h)
}

func (r *sheetRow) layout(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	kit.Place(r.back, sheetHover, sheetHover, s.Width-2*sheetHover, s.Height-2*sheetHover)
	kit.Place(r.line, sheetTextX, 0, s.Width-sheetTextX, 1)
	y := (s.Height - sheetTile) / 2
	kit.Place(r.tile, sheetTileX, y, sheetTile, sheetTile)
	kit.Place(r.avatar, sheetTileX, y, sheetTile, sheetTile)
	const in = (sheetTile - tileIcon) / 2
	kit.Place(r.icon, sheetTileX+in, y+in, tileIcon, tileIcon)
	w := r.textWidth(s.Width)
	h, sub := r.word.Fit(w), float32(0)
	if r.sub.Visible() {
		sub = sheetSubGap + r.sub.Fit(w)
	}
	top := (s.Height - h - sub) / 2
	kit.Place(r.word, sheetTextX, top, w, h)
	kit.Place(r.sub, sheetTextX, top+h+sheetSubGap, w, r.sub.Fit(w))
	kit.Place(r.next, s.Width-sheetRowEnd-menuIcon, (s.Height-menuIcon)/2, menuIcon, menuIcon)
	sw, sh := signSize(r.state)
	kit.Place(r.sign, s.Width-sheetRowEnd-sw, (s.Height-sh)/2, sw, sh)
}

// MinSize implements fyne.CanvasObject.
func (r *sheetRow) MinSize() fyne.Size {
	return fyne.NewSize(200, r.HeightFor(max(200, r.Size().Width)))
}

// CreateRenderer implements fyne.Widget.
func (r *sheetRow) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(r.MinSize, r.layout, r.back, r.line, r.tile, r.icon, r.avatar, r.word, r.sub, r.next, r.sign)
}

func (r *sheetRow) element() Element {
	state := map[menuState]string{stateOn: "on", stateOff: "off", stateChosen: "chosen"}[r.state]
	return Element{ID: r.id, Label: r.Label(), Text: r.word.Text(), State: state, Object: r}
}

// group is a card of rows on a sheet.
type group struct {
	rows   []*sheetRow
	object *fyne.Container
}

func newGroup(t *kit.Tokens, rows ...*sheetRow) *group {
	g := &group{}
	back := kit.Rounded(t.Surface, groupRadius)
	g.object = kit.NewPanel(func(width float32) float32 {
		h := float32(groupGap)
		for _, r := range g.rows {
			if r.Visible() {
				h += r.HeightFor(width)
			}
		}
		return h
	}, func(s fyne.Size) {
		y := float32(0)
		for _, r := range g.rows {
			if r.Visible() {
				setVisible(r.line, y > 0)
				h := r.HeightFor(s.Width)
				kit.Place(r, 0, y, s.Width, h)
				y += h
			}
		}
		kit.Place(back, 0, 0, s.Width, y)
	}, back)
	g.fill(rows...)
	return g
}

// fill gives the group its rows.
func (g *group) fill(rows ...*sheetRow) {
	g.rows = rows
	g.object.Objects = g.object.Objects[:1]
	for _, r := range rows {
		g.object.Objects = append(g.object.Objects, r)
	}
	g.settle()
}

// settle takes away a group without rows.
func (g *group) settle() {
	some := false
	for _, r := range g.rows {
		some = some || r.Visible()
	}
	setVisible(g.object, some)
}

func (g *group) elements() []Element {
	var out []Element
	for _, r := range g.rows {
		if r.Visible() {
			out = append(out, r.element())
		}
	}
	return out
}
