package app

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"earshot/app/internal/view"
	"earshot/internal/trust"
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
	link  string // the text of a pairing link that was opened; "" for none
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
	flags.Usage = func() {
		fmt.Fprint(stderr, "usage: earshot [--home FOLDER] [--geometry SIZE] [LINK]\n\n"+
			"LINK is a pairing link, "+linkForm+"; Earshot asks before it connects.\n\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return arguments{}, err
	}
	rest := flags.Args()
	switch {
	case len(rest) == 0:
		return a, nil
	case len(rest) == 1 && isLink(rest[0]):
		a.link = strings.TrimSpace(rest[0])
		return a, nil
	case slices.ContainsFunc(rest, holdsLink): // which is for no screen and no log
		fmt.Fprintln(stderr, "earshot: a pairing link ("+linkForm+") comes last and alone; put the other arguments before it")
	default:
		fmt.Fprintf(stderr, "earshot: unexpected %q; the arguments are --home FOLDER, --geometry SIZE and a pairing link (%s)\n", rest[0], linkForm)
	}
	return arguments{}, errors.New("unexpected argument")
}

// linkForm is a pairing link as messages and help name it.
const linkForm = linkStart + "pair/…"

// linkStart is what a text begins with that is passed on as a pairing link. What
// follows is for the messenger to read, which says what is wrong with it.
const linkStart = trust.Scheme + "://"

// isLink reports whether a text is to be taken for a pairing link, in either case.
func isLink(text string) bool {
	text = strings.TrimSpace(text)
	return len(text) >= len(linkStart) && strings.EqualFold(text[:len(linkStart)], linkStart)
}

// holdsLink reports whether a pairing link, or something like one, is in a text.
func holdsLink(text string) bool { return strings.Contains(strings.ToLower(text), trust.Scheme+":") }
