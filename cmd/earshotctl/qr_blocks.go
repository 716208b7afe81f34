package main

import (
	"strings"

	"earshot/internal/qr"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// The screen that an invitation has to fit.
const (
	screenColumns = 80
	screenLines   = 24
)

// quietModules is the light border drawn around a code. The norm wants qr.Quiet;
// what reads from screens does with two, and four do not fit the screen.
const quietModules = qr.Quiet / 2

// Black on white of the palette that no theme changes, and back (ECMA-48
// §8.3.117).
const (
	blackOnWhite = "\x1b[38;5;16;48;5;231m"
	plain        = "\x1b[0m"
)

// fitInvitation returns a link that fits the screen together with its QR code, and
// the lines of the code: of addresses it names as many as there is room for.
func fitInvitation(link string) (string, []string, error) {
	v, err := trust.ParseInvitation(link)
	if err != nil {
		return "", nil, err
	}
	for {
		// In capitals, which the link may be written in, a code has fewer modules.
		modules, err := qr.Encode(strings.ToUpper(link))
		if err != nil {
			return "", nil, err
		}
		code := halfBlocks(modules)
		const countdown = 1
		if height := len(code) + linesOf(link) + countdown; height <= screenLines || len(v.Addrs) == 1 {
			return link, code, nil
		}
		v.Addrs = v.Addrs[:len(v.Addrs)-1]
		link = v.String()
	}
}

// linesOf is how many lines of the screen a text takes.
func linesOf(s string) int { return (safetext.Width(s) + screenColumns - 1) / screenColumns }

// halfBlocks draws a code with its border, two rows of modules to a line, in
// characters that leave the light modules to the background.
func halfBlocks(modules [][]bool) []string {
	n := len(modules) + 2*quietModules
	dark := func(y, x int) bool {
		y, x = y-quietModules, x-quietModules
		return y >= 0 && x >= 0 && y < len(modules) && x < len(modules) && modules[y][x]
	}
	var lines []string
	for y := 0; y < n; y += 2 {
		var b strings.Builder
		for x := range n {
			b.WriteRune([]rune(" ▀▄█")[index(dark(y, x), dark(y+1, x))])
		}
		lines = append(lines, b.String())
	}
	return lines
}

func index(upper, lower bool) int {
	i := 0
	if upper {
		i++
	}
	if lower {
		i += 2
	}
	return i
}

// beside puts words to the right of a drawing in black on white.
func beside(drawing, words []string) string {
	var b strings.Builder
	const first = 4 // line of the drawing
	for i, line := range drawing {
		b.WriteString(blackOnWhite + line + plain)
		if i >= first && i-first < len(words) {
			b.WriteString("  " + words[i-first])
		}
		b.WriteByte('\n')
	}
	return b.String()
}
