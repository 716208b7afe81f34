package kit

import (
	"image"
	"image/color"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/software"

	"earshot/app/internal/view/textflow"
)

// The toolkit hangs a text from its top by the ascent of the fonts in it. A
// word that is drawn by itself in another font than its neighbours therefore
// stands on another line than they do, and the toolkit does not say where. So
// a letter of each such script that stands on the line is drawn once, large,
// and its foot is compared with that of a Latin one.

// probes are the blocks of Unicode whose words and marks are drawn by
// themselves (see package textflow) and a letter of each that ends at the line.
var probes = []struct {
	from, to rune
	letter   string
}{
	{0x0590, 0x05FF, "ם"}, {0xFB1D, 0xFB4F, "ם"}, // Hebrew
	{0x0600, 0x06FF, "ا"}, {0x0750, 0x077F, "ا"}, {0x08A0, 0x08FF, "ا"}, // Arabic
	{0xFB50, 0xFDFF, "ا"}, {0xFE70, 0xFEFF, "ا"},
}

const (
	probeSize = 96 // dp: a pixel is a hundredth of the text size
	probeRoom = 3  // times the size: width and height of the picture
)

// shifts holds, for each letter, how far it stands too high, in text sizes.
var shifts = make(map[string]float32)

// baselineShift is how many dp lower a run must be drawn to stand on the line
// of the text around it.
func baselineShift(run string, size float32) float32 {
	if textflow.Emoji(run) > 0 {
		return emojiShift() * size
	}
	r, _ := utf8.DecodeRuneInString(run)
	for _, p := range probes {
		if r >= p.from && r <= p.to {
			return shiftOf(p.letter) * size
		}
	}
	return 0
}

func shiftOf(letter string) float32 {
	s, ok := shifts[letter]
	if !ok {
		if probe := drawProbe(letter); !samePicture(probe, drawProbe("\uFFFD")) {
			s = float32(foot(drawProbe("H"))-foot(probe)) / probeSize
		}
		shifts[letter] = s
	}
	return s
}

// emojiShift is that of a run of pictures only. They hang below the line, so
// the picture beside a letter, where it is right, is compared with one alone.
func emojiShift() float32 {
	const picture = "🙂"
	s, ok := shifts[picture]
	if !ok {
		letter := int(Width("H", probeSize, false)) + 1
		s = float32(footBeside(drawProbe("H"+picture), letter)-foot(drawProbe(picture))) / probeSize
		shifts[picture] = s
	}
	return s
}

func drawProbe(s string) image.Image {
	t := canvas.NewText(s, color.Black)
	t.TextSize = probeSize
	c := software.NewTransparentCanvas()
	c.SetPadded(false)
	c.SetContent(t)
	c.Resize(fyne.NewSize(probeSize*probeRoom, probeSize*probeRoom))
	return c.Capture()
}

// foot is the lowest row with ink.
func foot(m image.Image) int { return footBeside(m, 0) }

// footBeside is the lowest row with ink from the column left on.
func footBeside(m image.Image, left int) int {
	b := m.Bounds()
	for y := b.Max.Y - 1; y >= b.Min.Y; y-- {
		for x := b.Min.X + left; x < b.Max.X; x++ {
			if _, _, _, a := m.At(x, y).RGBA(); a > 0x7fff {
				return y
			}
		}
	}
	return 0
}

func samePicture(a, b image.Image) bool {
	r := a.Bounds()
	if r != b.Bounds() {
		return false
	}
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if a.At(x, y) != b.At(x, y) {
				return false
			}
		}
	}
	return true
}
