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
