package safetext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// MaxLineChars is the longest preview line in visible characters: what a
// notification shows.
const MaxLineChars = 200

const (
	lre, rle, pdf, lro, rlo = '\u202A', '\u202B', '\u202C', '\u202D', '\u202E'
	lri, rli, fsi, pdi      = '\u2066', '\u2067', '\u2068', '\u2069'

	// maxEmbedding is the deepest nesting of directions that is kept. The
	// Unicode algorithm ends at 125; no person writes 16.
	maxEmbedding = 16
)

// Body returns how the text of a message is shown: newline and tab stay, CR LF
// and the Unicode line and paragraph separators become newline, other control
// characters become visible symbols (control pictures, U+FFFD above ASCII), and
// changes of direction end with their line, so that they cannot reach what is
// drawn around them (docs/PROTOCOL.md, "Text"). Body(Body(s)) is Body(s). Before
// trust: FuzzBody.
func Body(s string) Display {
	var b strings.Builder
	b.Grow(len(s))
	var open embeddings
	for i, r := range s {
		switch {
		case r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
		case r == '\n' || r == '\u2028' || r == '\u2029':
			open.closeAll(&b)
			b.WriteByte('\n')
		case r == '\t':
			b.WriteByte('\t')
		case unicode.IsControl(r):
			b.WriteRune(picture(r))
		case isBidi(r):
			open.write(&b, r)
		default:
			b.WriteRune(r) // an invalid byte arrives here as U+FFFD
		}
	}
	open.closeAll(&b)
	return Display(b.String())
}

// Line returns a preview of a text on one line: at most [MaxLineChars] visible
// characters, the last one an ellipsis if there is more. White space shrinks to
// single spaces, control characters become visible symbols, direction controls
// and invisible characters go. A text without anything visible gives "". Before
// trust: FuzzLine.
func Line(s string) Display {
	visible := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && !unicode.IsSpace(r) {
			return picture(r)
		}
		return r
	}, s)
	return Display(clip(clean(visible), MaxLineChars, string(ellipsis)))
}

// Isolate returns a name for use inside a sentence of the program: its writing
// direction does not reach the words around it (Unicode UAX #9, FSI and PDI).
func Isolate(name Display) Display { return Display(fsi) + name + Display(pdi) }

// picture returns the visible symbol of a control character.
func picture(r rune) rune {
	switch {
	case r < ' ':
		return 0x2400 + r
	case r == 0x7F:
		return 0x2421
	}
	return utf8.RuneError
}

// embeddings are the open changes of direction of one line, the closers they
// need, innermost last.
type embeddings []rune

// write writes the direction control r if it fits what is open. A closer
// without an opener is dropped: it could close what surrounds the text.
func (e *embeddings) write(b *strings.Builder, r rune) {
	switch r {
	case lre, rle, lro, rlo, lri, rli, fsi:
		if len(*e) == maxEmbedding {
			return
		}
		closer := rune(pdf)
		if r >= lri {
			closer = pdi
		}
		*e = append(*e, closer)
	case pdf:
		n := len(*e)
		if n == 0 || (*e)[n-1] != pdf {
			return
		}
		*e = (*e)[:n-1]
	case pdi:
		if !e.has(pdi) {
			return
		}
		for (*e)[len(*e)-1] == pdf { // an isolate ends the embeddings opened in it
			b.WriteRune(pdf)
			*e = (*e)[:len(*e)-1]
		}
		*e = (*e)[:len(*e)-1]
	}
	b.WriteRune(r)
}

func (e *embeddings) has(closer rune) bool {
	return slices.Contains(*e, closer)
}

func (e *embeddings) closeAll(b *strings.Builder) {
	for len(*e) > 0 {
		last := len(*e) - 1
		b.WriteRune((*e)[last])
		*e = (*e)[:last]
	}
}

// Emoji returns a reaction as it is shown: one visible character, whatever else
// its sender put beside it, or "" if there is none.
func Emoji(s string) Display { return Display(clip(clean(strings.Map(hideControl, s)), 1, "")) }

// IsEmoji reports whether Emoji shows all of s: one visible character. Whether a
// font has a picture for it is not known here.
func IsEmoji(s string) bool {
	all := graphemes.FromString(s)
	return all.Next() && all.Value() == s && Emoji(s) != ""
}

// hideControl drops control characters.
func hideControl(r rune) rune {
	if unicode.IsControl(r) {
		return -1
	}
	return r
}
