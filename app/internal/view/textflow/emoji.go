package textflow

import (
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// Emoji returns how many emoji a text is made of, 0 if it holds anything else
// but spaces between them.
func Emoji(s string) int {
	n := 0
	for it := graphemes.FromString(s); it.Next(); {
		switch g := it.Value(); {
		case isEmoji(g):
			n++
		case g != " ":
			return 0
		}
	}
	return n
}

// isEmoji reports whether a character as a person sees it is drawn as a picture.
func isEmoji(g string) bool {
	const picture, keycap = '\uFE0F', '\u20E3' // they make pictures of signs and digits
	r, _ := utf8.DecodeRuneInString(g)
	return r >= 0x1F000 && r <= 0x1FAFF || strings.ContainsRune(g, picture) || strings.ContainsRune(g, keycap)
}
