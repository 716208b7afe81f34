package view

import (
	"testing"

	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view/kit"
)

// TestNothingFillsTheSurface: what the toolkit clears is not painted again. In
// software each pixel that is painted twice is paid for twice.
func TestNothingFillsTheSurface(t *testing.T) {
	for _, width := range []float32{1000, 412} {
		for _, tokens := range []*kit.Tokens{kit.Light(), kit.Dark()} {
			_, _, win := windowIn(t, tokens, sample(), width, 700)
			for _, o := range test.LaidOutObjects(win.Content()) {
				r, ok := o.(*canvas.Rectangle)
				if !ok || r.FillColor != tokens.Surface || r.CornerRadius > 0 || !o.Visible() {
					continue
				}
				if share := r.Size().Width * r.Size().Height / (width * 700); share > .02 {
					t.Errorf("a window of %v: %.0f %% of it is painted in the colour that it has", width, 100*share)
				}
			}
		}
	}
}
