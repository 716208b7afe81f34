package kit

import (
	"encoding/binary"
	"image/color"
	"math"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"earshot/internal/safetext"
)

// TestEveryIconIsDrawn: each name has a file that the toolkit can draw.
func TestEveryIconIsDrawn(t *testing.T) {
	test.NewTempApp(t)
	for _, name := range []IconName{
		IconHide, IconNext, IconPerson, IconSwap,
		IconBack, IconSend, IconDown, IconEdit, IconClose, IconClock, IconDots, IconTick, IconTicks, IconAlert, IconShield, IconWaves, IconCopy,
		IconReply, IconDelete, IconCancel, IconAgain, IconSearch, IconMore, IconExport, IconRead, IconKeep,
		IconPlus, IconPair, IconQR, IconLock, IconWarn, IconPaste,
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

// TestSystemTheme: the tokens follow the variant that the toolkit asks for.
func TestSystemTheme(t *testing.T) {
	app := test.NewTempApp(t)
	if Current() != nil {
		t.Error("a foreign theme has tokens")
	}
	follows, pinned := SystemTheme(), Theme(Dark())
	for _, c := range []struct {
		theme   fyne.Theme
		variant fyne.ThemeVariant
		want    *Tokens
	}{
		{follows, theme.VariantLight, Light()},
		{follows, theme.VariantDark, Dark()},
		{pinned, theme.VariantLight, Dark()},
		{WithoutScrollBars(Light()), theme.VariantDark, Light()},
	} {
		if got := c.theme.Color(theme.ColorNameBackground, c.variant); got != c.want.Surface {
			t.Errorf("%T in variant %d: %v", c.theme, c.variant, got)
		}
	}
	app.Settings().SetTheme(pinned)
	if got := Current(); got == nil || !got.Dark || got != Current() {
		t.Error("the tokens are not those of the theme, or new ones every time")
	}
}

// TestFonts: the faces are Inter, and have no glyph where an emoji belongs.
func TestFonts(t *testing.T) {
	f := Theme(Light())
	for _, c := range []struct {
		style fyne.TextStyle
		want  string
	}{
		{fyne.TextStyle{}, "Inter-Regular.ttf"}, {fyne.TextStyle{Bold: true}, "Inter-SemiBold.ttf"},
		{fyne.TextStyle{Italic: true}, "Inter-Regular.ttf"}, {fyne.TextStyle{Monospace: true}, theme.DefaultTheme().Font(fyne.TextStyle{Monospace: true}).Name()},
	} {
		if got := f.Font(c.style).Name(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.style, got, c.want)
		}
	}
	for _, face := range [][]byte{regular, semiBold} {
		for _, r := range "aZ0äßřŁÆąΩήЖщ“”’…–€№→½\u0301" {
			if !hasGlyph(t, face, uint16(r)) {
				t.Errorf("no %q", r)
			}
		}
		for _, r := range "❤★☆✓✔☺♥☀⭐➡⬅↗↩‼⁉ℹ" {
			if hasGlyph(t, face, uint16(r)) {
				t.Errorf("a black %q", r)
			}
		}
	}
}

// hasGlyph reads the table of characters (format 4) of a TrueType font.
func hasGlyph(t *testing.T, face []byte, r uint16) bool {
	t.Helper()
	u16 := binary.BigEndian.Uint16
	for at := 12; at < 12+16*int(u16(face[4:])); at += 16 {
		if string(face[at:at+4]) != "cmap" {
			continue
		}
		cmap := face[binary.BigEndian.Uint32(face[at+8:]):]
		for i := range int(u16(cmap[2:])) {
			sub := cmap[binary.BigEndian.Uint32(cmap[4+8*i+4:]):]
			if u16(sub) != 4 {
				continue
			}
			n := int(u16(sub[6:])) // twice the number of segments
			for k := 0; k < n; k += 2 {
				if last, first := u16(sub[14+k:]), u16(sub[16+n+k:]); r <= last {
					return r >= first
				}
			}
		}
	}
	t.Fatal("a font without a table of characters")
	return false
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
