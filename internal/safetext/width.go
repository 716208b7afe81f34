package safetext

import (
	"strings"
	"unicode"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/width"
)

// Width returns how many columns s takes on a terminal: 2 for a wide East Asian
// character or an emoji, 0 for marks. Terminals differ on rare sequences, so it
// serves for aligning columns and not for placing a cursor. s is one line that
// [TerminalLine] returned.
func Width(s string) int {
	columns := 0
	for g := graphemes.FromString(s); g.Next(); {
		widest := 0
		for _, r := range g.Value() {
			widest = max(widest, runeWidth(r))
		}
		columns += widest
	}
	return columns
}

func runeWidth(r rune) int {
	const emojiSelector = 0xFE0F // asks for the coloured, wide form
	switch {
	case r == emojiSelector:
		return 2
	case unicode.IsMark(r) || isJoiner(r):
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

// Pad returns s with spaces at its end so that it takes at least the given
// number of columns.
func Pad(s string, columns int) string {
	return s + strings.Repeat(" ", max(0, columns-Width(s)))
}

// Wrap breaks one line into lines of at most the given number of columns, after a
// space where there is one in the second half of a line, else between characters.
// A terminal that breaks a line itself goes on at its first column, where a peer's
// text would pass for a line of the program. s is what [TerminalLine] returned, in
// which the caller may have put sequences ESC [ … m: they take no room. A line holds
// one character at least.
func Wrap(s string, columns int) []string {
	var lines []string
	var line strings.Builder
	used := 0            // columns
	broke, space := 0, 0 // bytes and columns up to the last space
	ours := false        // inside ESC [ … m
	for g := graphemes.FromString(s); g.Next(); {
		part := g.Value()
		ours = ours || part == "\x1b"
		wide := Width(part)
		if ours {
			wide = 0
		}
		if used > 0 && used+wide > columns {
			full := line.String()
			at := len(full)
			if space > used/2 {
				at = broke
			}
			lines = append(lines, full[:at])
			line.Reset()
			line.WriteString(full[at:])
			used = plainWidth(full[at:])
			broke, space = 0, 0
		}
		line.WriteString(part)
		used += wide
		if part == " " {
			broke, space = line.Len(), used
		}
		ours = ours && part != "m"
	}
	return append(lines, line.String())
}

// plainWidth is Width without the sequences that [Wrap] allows.
func plainWidth(s string) int {
	columns := 0
	for {
		before, after, found := strings.Cut(s, "\x1b")
		columns += Width(before)
		if !found {
			return columns
		}
		_, s, _ = strings.Cut(after, "m")
	}
}
