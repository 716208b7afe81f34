package kit

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/textflow"
	"earshot/internal/safetext"
)

// Label shows text of a device: words in the right order for both directions,
// at most a number of lines, an ellipsis where something is missing.
type Label struct {
	widget.BaseWidget
	style Style
	lines int
	text  safetext.Display
	marks []textflow.Span // of text, in ink; only where there may be more lines
	ink   color.NRGBA
	mid   bool // every line is in the middle

	objects []fyne.CanvasObject
	width   float32 // for which objects are made; below 0: none yet
	drawn   float32 // width of what is drawn
	height  float32
}

// NewLabel returns a label of at most lines lines (1 or more).
func NewLabel(style Style, lines int) *Label {
	l := &Label{style: style, lines: lines, width: -1, height: LineHeight(style.Size)}
	l.ExtendBaseWidget(l)
	return l
}

// Centred puts every line into the middle, and returns the label.
func (l *Label) Centred() *Label {
	l.mid = true
	return l
}

// SetText changes the text.
func (l *Label) SetText(text safetext.Display) {
	if text != l.text || l.width < 0 || l.marks != nil {
		l.text, l.marks = text, nil
		l.rebuild(l.Size().Width)
	}
}

// SetMarked changes the text of a label of two lines or more, and draws the
// words in marks in another colour.
func (l *Label) SetMarked(text safetext.Display, marks []textflow.Span, ink color.NRGBA) {
	l.text, l.marks, l.ink = text, marks, ink
	l.rebuild(l.Size().Width)
}

// SetStyle changes how the text is drawn.
func (l *Label) SetStyle(s Style) {
	if s != l.style {
		l.style = s
		l.rebuild(l.Size().Width)
	}
}

// Text is what the label holds, with what does not fit.
func (l *Label) Text() string { return string(l.text) }

// NaturalWidth is the width of the text on one line.
func (l *Label) NaturalWidth() float32 { return Width(string(l.text), l.style.Size, l.style.Bold) }

// DrawnWidth is how wide the visible text is after a Resize.
func (l *Label) DrawnWidth() float32 { return l.drawn }

// Fit lays the label out for a width and returns its height there.
func (l *Label) Fit(width float32) float32 {
	if width != l.width {
		l.rebuild(width)
	}
	return l.height
}

// Resize implements fyne.CanvasObject.
func (l *Label) Resize(s fyne.Size) {
	l.Fit(s.Width)
	l.BaseWidget.Resize(s)
}

// MinSize implements fyne.CanvasObject: one line, any width.
func (l *Label) MinSize() fyne.Size { return fyne.NewSize(1, max(l.height, LineHeight(l.style.Size))) }

func (l *Label) rebuild(width float32) {
	l.width = width
	measure := func(s string) float32 { return Width(s, l.style.Size, l.style.Bold) }
	var lines []textflow.Line
	if l.lines == 1 {
		line := textflow.OneLine(string(l.text), width, measure)
		line.RTL = false // in lists all names begin at one edge
		lines = []textflow.Line{line}
	} else {
		lines = clipLines(textflow.LayoutParts(string(l.text), width, measure, l.find()), l.lines, width, measure)
	}
	pitch := LineHeight(l.style.Size)
	l.objects, l.drawn = nil, 0
	for i, line := range lines {
		x := float32(0)
		if l.mid {
			x, line.RTL = max(0, (width-line.Width)/2), false // runs stand in their places from the left
		}
		drawn := DrawLine(line, l.style, width, x, float32(i)*pitch)
		for k, o := range drawn {
			if t, ok := o.(*canvas.Text); ok && line.Runs[k].Part > 0 {
				t.Color = l.ink
			}
		}
		l.objects = append(l.objects, drawn...)
		l.drawn = max(l.drawn, line.Width)
	}
	l.height = pitch * float32(len(lines))
	canvas.Refresh(l)
}

// find returns the marks as the layout wants them, nil for none.
func (l *Label) find() textflow.Find {
	if len(l.marks) == 0 {
		return nil
	}
	return func(string) []textflow.Span { return l.marks }
}

// clipLines keeps the first n lines of a block and ends the last one with an
// ellipsis if there were more.
func clipLines(b textflow.Block, n int, width float32, measure textflow.Measure) []textflow.Line {
	if len(b.Lines) <= n {
		return b.Lines
	}
	last := b.Lines[n-1]
	dots := textflow.Run{Text: "…", Width: measure("…")}
	if last.RTL {
		for i := range last.Runs {
			last.Runs[i].X += dots.Width
		}
	} else {
		dots.X = min(last.Width, width-dots.Width)
	}
	last.Runs = append(last.Runs, dots)
	last.Width += dots.Width
	return append(b.Lines[:n-1:n-1], last)
}

// DrawLine returns the texts of a line at (x, y) in a space of a width, one for
// each run.
func DrawLine(line textflow.Line, st Style, width, x, y float32) []fyne.CanvasObject {
	x = lineStart(line, width, x)
	h := LineHeight(st.Size)
	out := make([]fyne.CanvasObject, 0, len(line.Runs))
	for _, r := range line.Runs {
		t := Text(r.Text, st)
		Place(t, x+r.X, y+baselineShift(r.Text, st.Size), r.Width, h)
		out = append(out, t)
	}
	return out
}

// lineStart is where a line begins in a space of a width at x.
func lineStart(line textflow.Line, width, x float32) float32 {
	if line.RTL {
		return x + width - line.Width
	}
	return x
}

// CreateRenderer implements fyne.Widget.
func (l *Label) CreateRenderer() fyne.WidgetRenderer { return &labelRenderer{l} }

type labelRenderer struct{ l *Label }

func (r *labelRenderer) Destroy()                     {}
func (r *labelRenderer) Layout(fyne.Size)             {}
func (r *labelRenderer) Refresh()                     {}
func (r *labelRenderer) MinSize() fyne.Size           { return r.l.MinSize() }
func (r *labelRenderer) Objects() []fyne.CanvasObject { return r.l.objects }
