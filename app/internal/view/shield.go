package view

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/kit"
)

// Metrics of the mark of a verified device on its avatar, in dp.
const (
	badgeShield = 13
	badgeDisc   = 18
)

// shieldBadge is a green shield at the upper right of an avatar.
type shieldBadge struct {
	disc   *canvas.Circle
	icon   *canvas.Image
	object *fyne.Container
}

func newShieldBadge(t *kit.Tokens) *shieldBadge {
	b := &shieldBadge{disc: canvas.NewCircle(t.Surface), icon: kit.Icon(kit.IconShield, t.Online)}
	b.object = kit.NewPanel(kit.High(badgeDisc), func(s fyne.Size) {
		const edge = (badgeDisc - badgeShield) / 2.0
		kit.Place(b.disc, 0, 0, badgeDisc, badgeDisc)
		kit.Place(b.icon, edge, edge, badgeShield, badgeShield)
	}, b.disc, b.icon)
	b.object.Hide()
	return b
}

// setRing changes the colour behind the shield.
func (b *shieldBadge) setRing(c color.NRGBA) {
	if b.disc.FillColor != color.Color(c) {
		b.disc.FillColor = c
		canvas.Refresh(b.disc)
	}
}

// place puts the badge at the upper right corner of an avatar.
func (b *shieldBadge) place(right, top float32) {
	kit.Place(b.object, right-badgeDisc+3, top-2, badgeDisc, badgeDisc)
}
