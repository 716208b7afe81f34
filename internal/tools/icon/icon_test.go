package main

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"testing"
)

// iconPath is the picture in the tree, as seen from here.
const iconPath = "../../../Icon.png"

func TestIconIsWhatIsDrawn(t *testing.T) {
	f, err := os.Open(iconPath)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	decoded, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if decoded.Bounds() != image.Rect(0, 0, size, size) {
		t.Fatalf("Icon.png is %v, want %d by %d", decoded.Bounds(), size, size)
	}
	got := image.NewNRGBA(decoded.Bounds())
	draw.Draw(got, got.Bounds(), decoded, image.Point{}, draw.Src)
	want := Draw(size)
	// Another processor may round the last bit of a distance differently.
	const tolerance = 1
	for i := range want.Pix {
		if d := int(got.Pix[i]) - int(want.Pix[i]); d < -tolerance || d > tolerance {
			t.Fatalf("Icon.png differs from the drawing at byte %d; draw it again: go -C internal/tools run ./icon ../../Icon.png", i)
		}
	}
}

func TestDrawAtEverySize(t *testing.T) {
	for _, n := range []int{1, 16, 32, 48, 512} {
		img := Draw(n)
		if img.Bounds().Dx() != n || img.Bounds().Dy() != n {
			t.Errorf("Draw(%d) is %v", n, img.Bounds())
		}
	}
	img := Draw(512)
	for _, row := range []struct {
		name string
		x, y int
		want color.NRGBA
	}{
		{"corner", 1, 1, color.NRGBA{top.R, top.G, top.B, 0}},
		{"rim of the ear", 216, 214, white},
		{"between rim and fold", 250, 230, shade(point{500, 461})},
	} {
		if got := img.NRGBAAt(row.x, row.y); !near(got, row.want) {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}

// near compares two colours; a transparent one is like any other of them.
func near(a, b color.NRGBA) bool {
	if a.A == 0 && b.A == 0 {
		return true
	}
	close := func(x, y uint8) bool { return max(x, y)-min(x, y) <= 2 }
	return close(a.R, b.R) && close(a.G, b.G) && close(a.B, b.B) && close(a.A, b.A)
}
