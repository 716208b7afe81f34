package view

import (
	"fmt"
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Metrics of the dialog of pairing, in dp.
const (
	pairWidth   = 372
	pairRadius  = 24
	pairMargin  = 12 // least distance from the edges of the window
	pairPad     = 24
	pairTop     = 30
	pairTitle   = 19
	pairText    = 13.5
	pairNote    = 12.5
	pairClose   = 40
	pairIcon    = 60 // disc behind the shield
	pairButtons = 46
	pairBetween = 10 // two buttons
	pairField   = 46
	pairBottom  = 30
	pairBlur    = 6
	pairFoot    = 14 // beside the line at the foot
)

// matchAfter is for how long a code is seen before it can be called equal
// (docs/PROTOCOL.md §7.2).
const matchAfter = 2 * time.Second

// pairDialog fills the window above everything: a card in its middle on which
// two devices become verified. Only its buttons, Escape and the back key close
// it, not a tap beside it: that would cancel what another person waits for.
type pairDialog struct {
	widget.BaseWidget
	*host
	d       *viewmodel.PairDialog
	stand   settler
	codeAt  time.Time // the code came on the screen
	tick    time.Time // the remaining time is written again then
	expired bool      // of the link, when the buttons were made
	copied  bool      // the link is on the clipboard

	blur        *canvas.Blur
	scrim, card *canvas.Rectangle
	disc        *canvas.Circle
	icon        *canvas.Image
	title, text *kit.Label
	tiles       *codeTiles
	names, or   *kit.Label
	code        *qrTile
	left, error *kit.Label
	field       *linkField
	body        *fyne.Container
	scroll      *kit.Scroll
	bare        *container.ThemeOverride // scroll
	no, yes     *kit.TextButton          // either may be nil
	row         *fyne.Container
	foot        *lockLine
	x           *kit.IconButton
}

// newPairDialog returns the dialog; blurred says whether what is behind it is.
func newPairDialog(h *host, d *viewmodel.PairDialog, blurred bool) *pairDialog {
	t := h.t
	p := &pairDialog{
		host: h, stand: settler{host: h}, blur: canvas.NewBlur(pairBlur), scrim: canvas.NewRectangle(t.Scrim), card: kit.Rounded(t.Surface, pairRadius),
		disc: canvas.NewCircle(t.Field), icon: kit.Icon(kit.IconShield, t.Online),
		title: kit.NewLabel(kit.Style{Size: pairTitle, Color: t.Text, Bold: true}, 4).Centred(),
		text:  kit.NewLabel(kit.Style{Size: pairText, Color: t.Muted}, 9).Centred(),
		tiles: newCodeTiles(t), code: newQRTile(t), field: newLinkField(h),
		foot: newLockLine(t, "End-to-end encrypted, keys never leave your devices"),
	}
	note := func() *kit.Label { return kit.NewLabel(kit.Style{Size: pairNote, Color: t.Muted}, 3).Centred() }
	p.names, p.or, p.left = note(), note(), note()
	p.or.SetText("or scan from the other device")
	p.error = kit.NewLabel(kit.Style{Size: pairNote, Color: t.Danger}, 4).Centred()
	p.card.Shadow = canvas.Shadow{Color: t.Shadow, BlurRadius: 30, Offset: fyne.NewPos(0, 10)}
	p.x = kit.NewIconButton(t, kit.IconClose, "Close", pairClose, 20, p.leave)
	p.x.OnKey = p.key
	p.field.entry.leave, p.field.entry.OnSubmitted = p.leave, func(string) { p.submit() }
	p.body = kit.NewPanel(func(w float32) float32 { return p.flow(w, false) }, func(s fyne.Size) { p.flow(s.Width, true) },
		p.disc, p.icon, p.title, p.text, p.tiles.object, p.names, p.or, p.code.object, p.left, p.field.object, p.error)
	p.scroll = kit.NewScroll(p.body, container.ScrollVerticalOnly)
	p.scroll.OnScrolled = func(fyne.Position) { h.moved() }
	p.bare = container.NewThemeOverride(p.scroll, kit.WithoutScrollBars(t))
	p.row = kit.NewPanel(kit.High(pairButtons), p.placeButtons)
	setVisible(p.blur, blurred)
	p.set(d)
	p.ExtendBaseWidget(p)
	return p
}

// set shows a step. Buttons that mean something else now count only when they
// have stood.
func (p *pairDialog) set(d *viewmodel.PairDialog) {
	old := p.d
	if old != nil && *old == *d {
		return
	}
	p.d = d
	t := p.t
	p.title.SetText(d.Title)
	p.text.SetText(d.Text)
	p.text.SetStyle(kit.Style{Size: pairText, Color: pick(d.Warn, t.Text, t.Muted)})
	p.tiles.set(d.Code)
	p.names.SetText(d.Names)
	p.error.SetText(safetext.Display(d.Error))
	if old == nil || old.Code != d.Code || old.Serial != d.Serial {
		p.codeAt = p.now()
		p.wake(matchAfter)
	}
	if old == nil || old.Link != d.Link {
		p.copied, p.tick = false, time.Time{}
	}
	icon, ink := kit.IconShield, t.Online
	if d.Step == viewmodel.PairFailed {
		icon, ink = pick(d.Warn, kit.IconWarn, kit.IconAlert), pick(d.Warn, t.Danger, t.Muted)
	}
	p.icon.Resource = kit.IconResource(icon, ink)
	p.disc.FillColor = kit.WithAlpha(ink, 34)
	p.icon.Refresh()
	p.showParts()
	if old == nil || old.Step != d.Step || old.Serial != d.Serial || old.Again != d.Again || p.expired != p.over() {
		if d.Step == viewmodel.PairEnter {
			p.field.entry.SetText("")
		}
		p.newButtons()
	}
	p.draw()
	p.relayout()
}

// showParts hides what the step has no use for.
func (p *pairDialog) showParts() {
	d, step := p.d, p.d.Step
	ended := step == viewmodel.PairDone || step == viewmodel.PairFailed
	compare, invite := step == viewmodel.PairCompare, step == viewmodel.PairInvite
	setVisible(p.disc, ended)
	setVisible(p.icon, ended)
	setVisible(p.tiles.object, compare)
	setVisible(p.names, compare)
	setVisible(p.or, compare && d.Error == "")
	setVisible(p.code.object, (compare || invite) && d.Error == "")
	setVisible(p.left, invite && d.Error == "")
	setVisible(p.field.object, step == viewmodel.PairEnter)
	setVisible(p.error, d.Error != "" && !compare)
}

// over reports whether the link that is shown has ended.
func (p *pairDialog) over() bool { return p.d.Link != "" && !p.now().Before(p.d.Ends) }

// draw brings up to date what changes by waiting.
func (p *pairDialog) draw() {
	d := p.d
	over := p.over()
	if over != p.expired && d.Step == viewmodel.PairInvite {
		p.newButtons()
		p.relayout()
	}
	p.code.set(pick(over, "", d.Link))
	if p.yes != nil {
		p.yes.SetDisabled(d.Step == viewmodel.PairCompare && p.now().Sub(p.codeAt) < matchAfter)
	}
	if d.Step != viewmodel.PairInvite || d.Link == "" {
		p.left.SetText("")
		return
	}
	p.left.SetText(safetext.Display(p.timeLeft(over)))
	if now := p.now(); !over && !now.Before(p.tick) {
		p.tick = now.Add(time.Second)
		p.wake(time.Second)
	}
}

// timeLeft says for how long the link works.
func (p *pairDialog) timeLeft(over bool) string {
	if over {
		return "This code has ended."
	}
	s := int(math.Ceil(p.d.Ends.Sub(p.now()).Seconds()))
	return fmt.Sprintf("%sIt works once, for %d:%02d.", pick(p.copied, "Link copied. ", ""), s/60, s%60)
}

// leave closes the dialog.
func (p *pairDialog) leave() { p.a.ClosePairing() }

// key takes the keys that leave the dialog, wherever the keyboard is in it.
func (p *pairDialog) key(k *fyne.KeyEvent) bool {
	if kit.IsBack(k) {
		p.leave()
		return true
	}
	return false
}

// flow places the parts of the body one below the other, if place, and returns
// their height.
func (p *pairDialog) flow(width float32, place bool) float32 {
	w := width - 2*pairPad
	y := float32(pairTop)
	put := func(o fyne.CanvasObject, gap, margin float32, height func(float32) float32) {
		if !o.Visible() {
			return
		}
		y += gap
		h := float32(math.Ceil(float64(height(w - 2*margin))))
		if place {
			kit.Place(o, pairPad+margin, y, w-2*margin, h)
		}
		y += h
	}
	put(p.disc, 0, (w-pairIcon)/2, kit.High(pairIcon))
	if place {
		const icon = 30
		kit.Place(p.icon, (width-icon)/2, pairTop+(pairIcon-icon)/2, icon, icon)
	}
	put(p.title, pick[float32](p.disc.Visible(), 16, 0), 22, p.title.Fit)
	put(p.text, 5, 0, p.text.Fit)
	put(p.tiles.object, 14, 0, p.tiles.height)
	put(p.names, 10, 0, p.names.Fit)
	put(p.or, 14, 0, p.or.Fit)
	put(p.code.object, pick[float32](p.or.Visible(), 8, 16), 0, func(float32) float32 { h, _, _ := p.code.measure(); return h })
	put(p.left, 10, 0, p.left.Fit)
	put(p.field.object, 18, 0, kit.High(pairField))
	put(p.error, 10, 0, p.error.Fit)
	return y + 22
}

// layout puts the card into the middle. Where it is too high, the line at its
// foot goes first, then the body scrolls.
func (p *pairDialog) layout(s fyne.Size) {
	if s.Width <= 0 {
		return
	}
	kit.Place(p.blur, 0, 0, s.Width, s.Height)
	kit.Place(p.scrim, 0, 0, s.Width, s.Height)
	w := min(pairWidth, s.Width-2*pairMargin)
	most := s.Height - 2*pairMargin
	body, foot := p.flow(w, false), float32(0)
	setVisible(p.foot.object, p.d.Step == viewmodel.PairCompare || p.d.Step == viewmodel.PairInvite)
	if p.foot.object.Visible() {
		foot = 20 + float32(math.Ceil(float64(p.foot.height(w-2*pairFoot))))
	}
	if body+pairButtons+foot+pairBottom > most {
		p.foot.object.Hide()
		foot = 0
	}
	bottom := float32(pairBottom)
	if foot == 0 {
		bottom = pairPad
	}
	body = min(body, most-pairButtons-foot-bottom)
	h := body + pairButtons + foot + bottom
	x, y := float32(math.Floor(float64(s.Width-w)/2)), float32(math.Floor(float64(s.Height-h)/2))
	kit.Place(p.card, x, y, w, h)
	kit.Place(p.bare, x, y, w, body)
	kit.Place(p.row, x+pairPad, y+body, w-2*pairPad, pairButtons)
	kit.Place(p.foot.object, x+pairFoot, y+body+pairButtons+20, w-2*pairFoot, foot)
	kit.Place(p.x, x+w-pairClose-12, y+12, pairClose, pairClose)
	p.stand.settle(p.row.Position())
}

// relayout makes room for what the step needs.
func (p *pairDialog) relayout() {
	p.layout(p.Size())
	p.body.Layout.Layout(p.body.Objects, p.body.Size())
	p.scroll.Refresh()
	canvas.Refresh(p)
}

// CreateRenderer implements fyne.Widget.
func (p *pairDialog) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(kit.Fixed(leastWidth, 200), p.layout, p.blur, p.scrim, p.card, p.bare, p.row, p.foot.object, p.x)
}

// Tapped implements fyne.Tappable, so that nothing behind the dialog is tapped.
func (p *pairDialog) Tapped(*fyne.PointEvent) {}

// TappedSecondary implements fyne.SecondaryTappable.
func (p *pairDialog) TappedSecondary(*fyne.PointEvent) {}

// Scrolled implements fyne.Scrollable.
func (p *pairDialog) Scrolled(*fyne.ScrollEvent) {}
