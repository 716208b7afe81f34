package kit

import (
	"image/color"
	"math"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/internal/safetext"
)

// TestEveryIconIsDrawn: each name has a file that the toolkit can draw.
func TestEveryIconIsDrawn(t *testing.T) {
	test.NewTempApp(t)
	for _, name := range []IconName{
		IconBack, IconSend, IconDown, IconEdit, IconClose, IconClock, IconDots, IconTick, IconTicks, IconAlert, IconShield, IconWaves,
	} {
		w := test.NewTempWindow(t, Icon(name, Light().Danger))
		w.SetPadded(false)
		w.Resize(fyne.NewSize(48, 48))
		picture, coloured := w.Canvas().Capture(), 0
		for x := range picture.Bounds().Dx() {
			for y := range picture.Bounds().Dy() {
				r, g, b, _ := picture.At(x, y).RGBA()
				if r>>8 > 180 && g>>8 < 80 && b>>8 < 90 {
					coloured++
				}
			}
		}
		if coloured < 20 {
			t.Errorf("%s: %d pixels in its colour", name, coloured)
		}
	}
}

// contrast is the ratio of WCAG 2.
func contrast(a, b color.NRGBA) float64 {
	light := func(c color.NRGBA) float64 {
		f := func(v uint8) float64 {
			x := float64(v) / 255
			if x <= .03928 {
				return x / 12.92
			}
			return math.Pow((x+.055)/1.055, 2.4)
		}
		return .2126*f(c.R) + .7152*f(c.G) + .0722*f(c.B)
	}
	x, y := light(a), light(b)
	return (max(x, y) + .05) / (min(x, y) + .05)
}

// TestTextCanBeRead: text and secondary text have a contrast of 4.5 to 1 on
// everything they stand on.
func TestTextCanBeRead(t *testing.T) {
	for _, k := range []*Tokens{Light(), Dark()} {
		pairs := map[string][2]color.NRGBA{
			"text":              {k.Text, k.Surface},
			"text on soft":      {k.Text, k.AccentSoft},
			"muted":             {k.Muted, k.Surface},
			"muted on field":    {k.Muted, k.Field},
			"muted on selected": {k.Muted, k.AccentSoft},
			"incoming":          {k.Text, k.BubbleIn},
			"incoming time":     {k.Muted, k.BubbleIn},
			"outgoing":          {k.OnAccent, k.BubbleOut},
			"outgoing time":     {k.OnAccentMuted, k.BubbleOut},
			"button":            {k.OnAccent, k.Accent},
			"unread time":       {k.AccentText, k.Surface},
			"danger":            {k.Danger, k.Surface},
		}
		for i, h := range k.Hues { // initials are large and bold: 3 to 1 would do
			if c := contrast(h.Fg, h.Bg); c < 4.4 {
				t.Errorf("avatar %d (dark %v): %.2f", i, k.Dark, c)
			}
		}
		for name, p := range pairs {
			if c := contrast(p[0], p[1]); c < 4.5 {
				t.Errorf("%s (dark %v): %.2f", name, k.Dark, c)
			}
		}
	}
}

func TestLabelFits(t *testing.T) {
	test.NewTempApp(t)
	ForgetFonts()
	l := NewLabel(Style{Size: 14, Color: Light().Text}, 2)
	l.SetText("One two three four five six seven eight nine ten eleven twelve")
	one := LineHeight(14)
	for _, c := range []struct{ width, want float32 }{{1000, one}, {250, 2 * one}, {60, 2 * one}} {
		if got := l.Fit(c.width); got != c.want || l.DrawnWidth() > c.width {
			t.Errorf("at %v: height %v, want %v; %v wide", c.width, got, c.want, l.DrawnWidth())
		}
	}
	if l.Text() == "" || l.NaturalWidth() < 200 {
		t.Errorf("text %q, natural width %v", l.Text(), l.NaturalWidth())
	}
	l.SetText(safetext.Display(""))
	if got := l.Fit(100); got != one {
		t.Errorf("an empty label is %v high", got)
	}
}

func TestPressableByKeyboard(t *testing.T) {
	test.NewTempApp(t)
	taps := 0
	b := NewIconButton(Light(), IconSend, "Send", 40, 22, func() { taps++ })
	w := test.NewTempWindow(t, b)
	w.Canvas().Focus(b)
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	test.Tap(b)
	b.SetDisabled(true)
	test.Tap(b)
	if taps != 3 || !b.Focused() || b.AccessibilityLabel() != "Send" {
		t.Errorf("%d taps, focused %v, label %q", taps, b.Focused(), b.AccessibilityLabel())
	}
}

func TestBadge(t *testing.T) {
	test.NewTempApp(t)
	b := NewBadge(Light())
	var got []string
	for _, n := range []int{0, 1, 999, 1000} {
		b.Set(n)
		got = append(got, b.text.Text)
		if b.Visible() != (n > 0) {
			t.Errorf("visible %v at %d", b.Visible(), n)
		}
	}
	if want := []string{"0", "1", "999", "999+"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
