package safetext

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Terminal returns a text of several lines for a terminal: newline and tab
// stay, CR LF becomes newline, and everything else that does not print is
// written out as in a Go string: \x1b, \u202e, \xff for an invalid byte.
// Letters of every script, combining marks and emoji sequences stay. A
// backslash is not doubled: the result is for eyes, not for a parser. Before
// trust: FuzzTerminal.
func Terminal(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return escape(s, func(r rune) bool { return r == '\n' || r == '\t' })
}

// TerminalLine is [Terminal] for text on one line: newline and tab are written
// out too.
func TerminalLine(s string) string {
	return escape(s, func(rune) bool { return false })
}

func escape(s string, keep func(rune) bool) string {
	var b strings.Builder
	b.Grow(len(s))
	var base rune
	joined := false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
			base, joined = 0, false
		case isJoiner(r) && !joined && joins(r, base, after(s[i+size:])):
			b.WriteRune(r)
			joined = true
		case keep(r) || prints(r):
			b.WriteRune(r)
			if !unicode.IsMark(r) {
				base, joined = r, false
			}
		default:
			b.WriteString(escaped(r))
			base, joined = 0, false
		}
		i += size
	}
	return b.String()
}

// prints reports whether a terminal shows r and does nothing else with it.
func prints(r rune) bool {
	return unicode.IsGraphic(r) && (!unicode.Is(blank, r) || r == '\u2800')
}

func escaped(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\t':
		return `\t`
	case r == '\r':
		return `\r`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r > 0xFFFF:
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// JSON returns encoded JSON with everything written as \uXXXX that a terminal
// could take as a command or would not show: DEL, C1, direction controls and
// all other characters that do not print. It decodes to the same values as b.
// A carriage return between tokens becomes a space. Input that is not JSON
// comes out just as harmless, and still is not JSON. Before trust: FuzzJSON.
func JSON(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case r == '\r':
			out = append(out, ' ')
		case r == utf8.RuneError && size == 1:
			out = append(out, `\ufffd`...)
		case r == '\n' || r == '\t' || prints(r):
			out = append(out, b[i:i+size]...)
		case r > 0xFFFF:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += size
	}
	return out
}
