package kit

import (
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"

	"earshot/internal/safetext"
)

// sheet shows every element in every state.
func sheet(k *Tokens) fyne.CanvasObject {
	all := container.NewWithoutLayout(canvas.NewRectangle(k.Surface))
	Place(all.Objects[0], 0, 0, 640, 420)
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		Place(o, x, y, w, h)
		all.Add(o)
	}
	for i := range k.Hues {
		for j, dot := range []Dot{OnlineDot + Dot(i%2), NoDot} {
			a := NewAvatar(k, 46, k.Surface)
			a.Set([]string{"M", "JW", "É"}[i%3], i, dot)
			put(a, 16+float32(i)*60, 16+float32(j)*58, 46, 46)
		}
	}
	icons := []IconName{IconBack, IconSend, IconDown, IconEdit, IconClose, IconClock, IconDots, IconTick, IconTicks, IconAlert, IconShield, IconWaves, IconCopy, IconLink, IconOpen}
	for i, name := range icons {
		for j, c := range []color.NRGBA{k.Muted, k.Danger} {
			put(Icon(name, c), 16+float32(i)*41, 142+float32(j)*36, 24, 24)
		}
	}
	states := []func(p *Pressable){
		func(*Pressable) {}, func(p *Pressable) { p.MouseIn(nil) }, func(p *Pressable) { p.FocusGained() }, func(p *Pressable) { p.SetDisabled(true) },
	}
	for i, state := range states {
		x := 16 + float32(i)*150
		b := NewTextButton(k, "Accept", k.Accent, k.OnAccent, nil)
		quiet := NewTextButton(k, "Block", k.Field, k.Danger, nil)
		send := NewIconButton(k, IconSend, "", 40, 22, nil)
		send.Colors(k.Accent, k.OnAccent)
		plain := NewIconButton(k, IconEdit, "", 40, 18, nil)
		for _, p := range []*Pressable{&b.Pressable, &quiet.Pressable, &send.Pressable, &plain.Pressable} {
			state(p)
		}
		put(b, x, 214, 130, 38)
		put(quiet, x, 262, 130, 38)
		put(send, x, 312, 40, 40)
		put(plain, x+50, 312, 40, 40)
	}
	for i, n := range []int{1, 12, 1000} {
		b := NewBadge(k)
		b.Set(n)
		put(b, 16+float32(i)*44, 370, b.MinSize().Width, 20)
	}
	for i, st := range []Style{{BodySize, k.Text, false}, {BodySize, k.Text, true}, {12.5, k.Muted, false}, {12.5, k.AccentText, true}} {
		l := NewLabel(st, 1)
		l.SetText(safetext.Display("Zürich Ω Жук ❤️ 🚀 -> a name that is too long"))
		put(l, 170+float32(i%2)*230, 362+float32(i/2)*24, 215, LineHeight(st.Size))
	}
	return all
}

// TestPictures compares the elements with pictures that were looked at.
func TestPictures(t *testing.T) {
	for name, k := range map[string]*Tokens{"kit.png": Light(), "kit-dark.png": Dark()} {
		t.Run(name, func(t *testing.T) {
			app := test.NewTempApp(t)
			app.Settings().SetTheme(Theme(k))
			ForgetFonts()
			w := test.NewTempWindow(t, sheet(k))
			w.SetPadded(false)
			w.Resize(fyne.NewSize(640, 420))
			test.AssertRendersToImage(t, name, w.Canvas())
		})
	}
}
