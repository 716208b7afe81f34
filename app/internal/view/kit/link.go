package kit

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"earshot/app/internal/view/textflow"
)

// Metrics of the line below a link, in dp.
const (
	underlineGap   = 1.5 // below the line on which the letters stand
	underlineWidth = 1
)

// PartArea is where a marked part of a text is seen on one line.
type PartArea struct {
	Part     int
	X, Width float32
}

// DrawLinks is DrawLine for a line with links: the runs that belong to a part
// are in ink and underlined. It returns also where they are.
func DrawLinks(line textflow.Line, st Style, ink color.NRGBA, width, x, y float32) ([]fyne.CanvasObject, []PartArea) {
	out := DrawLine(line, st, width, x, y)
	x = lineStart(line, width, x)
	var areas []PartArea
	for i, r := range line.Runs {
		if r.Part == 0 {
			continue
		}
		if t, ok := out[i].(*canvas.Text); ok {
			t.Color = ink
		}
		if k := len(areas) - 1; k >= 0 && areas[k].Part == r.Part {
			areas[k].Width = x + r.X + r.Width - areas[k].X
			continue
		}
		areas = append(areas, PartArea{Part: r.Part, X: x + r.X, Width: r.Width})
	}
	if len(areas) == 0 {
		return out, nil
	}
	under := float32(math.Round(float64(y + baseline(st.Size) + underlineGap))) // sharp
	for _, a := range areas {
		l := canvas.NewRectangle(ink)
		Place(l, a.X, under, a.Width, underlineWidth)
		out = append(out, l)
	}
	return out, areas
}

// baseline is how far below the top of a line its letters stand.
func baseline(size float32) float32 {
	_, b := fyne.CurrentApp().Driver().RenderedTextSize("H", size, fyne.TextStyle{}, nil)
	return b
}
