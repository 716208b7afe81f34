// Command icon draws the application icon: an ear and the sound that reaches
// it, white on iris. It needs nothing but the standard library, so that the
// picture can be made again anywhere, byte for byte.
//
//	go -C internal/tools run ./icon ../../Icon.png
//
// The shapes are signed distances in a square of 1024 units: negative inside,
// and smoothed over one pixel at the edge.
package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
)

// size is the edge of Icon.png in pixels: what the stores and the packaging
// tools want to start from.
const size = 1024

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: icon FILE.png")
		os.Exit(2)
	}
	var b bytes.Buffer
	err := png.Encode(&b, Draw(size))
	if err == nil {
		err = os.WriteFile(os.Args[1], b.Bytes(), 0o666)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "icon:", err)
		os.Exit(1)
	}
}

// Draw renders the icon n pixels wide and high.
func Draw(n int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, n, n))
	unit := canvas / float64(n)
	for y := range n {
		for x := range n {
			p := point{(float64(x) + 0.5) * unit, (float64(y) + 0.5) * unit}
			img.SetNRGBA(x, y, pixel(p, unit))
		}
	}
	return img
}

// pixel mixes the layers at p; unit is the width of a pixel.
func pixel(p point, unit float64) color.NRGBA {
	c := shade(p)
	c = mix(c, white, coverage(ear(p), unit))
	c = mix(c, white, coverage(sound(p), unit))
	c.A = uint8(math.Round(255 * coverage(tile(p), unit)))
	return c
}

// coverage is how much of a pixel a shape at distance d fills, 0 to 1.
func coverage(d, unit float64) float64 {
	return min(1, max(0, 0.5-d/unit))
}

// mix lays over on under with the given share.
func mix(under, over color.NRGBA, share float64) color.NRGBA {
	blend := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + (float64(b)-float64(a))*share))
	}
	return color.NRGBA{blend(under.R, over.R), blend(under.G, over.G), blend(under.B, over.B), 255}
}
