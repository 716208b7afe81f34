package safetext

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// FoldName returns what two device names have in common that people read as one:
// their Name without regard to case, compatible forms of characters (NFKC), and
// joiners and variations, which only change how a character looks. Characters of
// other scripts that look alike stay different. A name without anything visible
// has "", and is nobody's.
func FoldName(s string) string {
	name := Name(s)
	if name == Unnamed {
		return ""
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(string(name)) {
		if !isJoiner(r) && !isVariation(r) {
			b.WriteRune(unicode.ToLower(unicode.ToUpper(r))) // upper case first: σ and ς share it
		}
	}
	return strings.Join(strings.Fields(norm.NFKC.String(b.String())), " ")
}
