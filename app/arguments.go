package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view"
)

// Size of the window at the first start, in dp.
const (
	windowWidth  = 1000
	windowHeight = 700
)

// mostPixels bounds a typed size or place: no screen is as large.
const mostPixels = 1 << 15

// arguments are what the program was started with.
type arguments struct {
	home  string // "" for the usual home folder
	place geometry
}

// geometry is where a window opens: its size and, if placed, the upper left
// corner on the screen, in dp. Systems that place windows themselves
// (Wayland, tiling window managers) ignore the corner.
type geometry struct {
	size   fyne.Size
	placed bool
	x, y   float32
}

// usualPlace is where the window opens unless told.
func usualPlace() geometry { return geometry{size: fyne.NewSize(windowWidth, windowHeight)} }

// String implements flag.Value.
func (g *geometry) String() string {
	s := fmt.Sprintf("%vx%v", g.size.Width, g.size.Height)
	if g.placed {
		s += fmt.Sprintf("+%v+%v", g.x, g.y)
	}
	return s
}

// Set implements flag.Value: WIDTHxHEIGHT, or WIDTHxHEIGHT+X+Y.
func (g *geometry) Set(s string) error {
	size, corner, placed := strings.Cut(s, "+")
	w, h, ok := numbers(size, "x")
	least := view.LeastSize()
	if !ok || float32(w) < least.Width || float32(h) < least.Height {
		return fmt.Errorf("want WIDTHxHEIGHT or WIDTHxHEIGHT+X+Y, at least %vx%v", least.Width, least.Height)
	}
	to := geometry{size: fyne.NewSize(float32(w), float32(h)), placed: placed}
	if placed {
		x, y, ok := numbers(corner, "+")
		to.x, to.y = float32(x), float32(y)
		if !ok {
			return errors.New("the corner is +X+Y, for example 400x700+900+40")
		}
	}
	*g = to
	return nil
}

// numbers reads two numbers from 0 to mostPixels with sep between them.
func numbers(s, sep string) (a, b int, ok bool) {
	left, right, _ := strings.Cut(s, sep)
	a, aerr := strconv.Atoi(left)
	b, berr := strconv.Atoi(right)
	return a, b, aerr == nil && berr == nil && min(a, b) >= 0 && max(a, b) <= mostPixels
}

// parse reads the arguments; what is wrong with them is already written.
func parse(args []string, stderr io.Writer) (arguments, error) {
	a := arguments{place: usualPlace()}
	flags := flag.NewFlagSet("earshot", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&a.home, "home", "", "the home `folder` of this device (default: the system's folder for application data)")
	flags.Var(&a.place, "geometry", "`size` and place of the window: WIDTHxHEIGHT or WIDTHxHEIGHT+X+Y")
	if err := flags.Parse(args); err != nil {
		return arguments{}, err
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "earshot: unexpected %q; the arguments are --home FOLDER and --geometry SIZE\n", flags.Arg(0))
		return arguments{}, errors.New("unexpected argument")
	}
	return a, nil
}
