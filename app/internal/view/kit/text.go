package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// BodySize is the text size of messages and the composer, in dp.
const BodySize = 14.5

// Style is how a text is drawn.
type Style struct {
	Size  float32
	Color color.NRGBA
	Bold  bool
}

// measureCacheSize is how many widths are remembered: words repeat, and one
// measuring costs 50 times a look-up.
const measureCacheSize = 8192

type measured struct {
	text string
	size float32
	bold bool
}

var widths = make(map[measured]float32)

// Width is the width of a text drawn as one run.
func Width(s string, size float32, bold bool) float32 {
	k := measured{s, size, bold}
	if w, ok := widths[k]; ok {
		return w
	}
	if len(widths) >= measureCacheSize {
		clear(widths)
	}
	w := fyne.MeasureText(s, size, fyne.TextStyle{Bold: bold}).Width
	widths[k] = w
	return w
}

// ForgetFonts must be called when the fonts change.
func ForgetFonts() {
	clear(widths)
	clear(shifts)
}

// LineHeight is the height of a line of a size.
func LineHeight(size float32) float32 {
	return fyne.MeasureText("Hg", size, fyne.TextStyle{}).Height
}

// Text returns a text of the program (never of a peer: Label does that).
func Text(s string, st Style) *canvas.Text {
	t := canvas.NewText(s, st.Color)
	t.TextSize = st.Size
	t.TextStyle.Bold = st.Bold
	return t
}

// Rounded returns a rectangle with round corners.
func Rounded(c color.Color, radius float32) *canvas.Rectangle {
	r := canvas.NewRectangle(c)
	r.CornerRadius = radius
	return r
}

// Place gives an object its position and size in its parent.
func Place(o fyne.CanvasObject, x, y, w, h float32) {
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
}
