package textflow

import (
	"strings"
	"unicode/utf8"
)

const (
	// MaxChars is the most characters (runes) of one text that are laid out:
	// two screens full, and little enough that a hostile text costs no frame.
	MaxChars = 4000

	// MaxLines is the most lines of one text that are laid out.
	MaxLines = 100
)

// Measure returns the width of a text drawn as one run, in the caller's units.
type Measure func(s string) float32

// Run is a piece of a line that is drawn as one text, left to right from X.
type Run struct {
	Text     string
	X, Width float32
}

// Line is one line of a block. Runs are in the order in which they are seen.
type Line struct {
	Runs  []Run
	Width float32
	RTL   bool // belongs at the right edge
}

// Block is a text laid out for a width.
type Block struct {
	Lines  []Line
	Width  float32 // of the widest line
	Hidden int     // characters that did not get a line, see MaxChars and MaxLines
}

// Layout breaks text into lines of at most width. A word wider than a line is
// broken between characters as a person sees them; a single character wider
// than the line stays whole. Newlines end a line, tabs are four spaces. A Block
// has at least one line.
func Layout(text string, width float32, measure Measure) Block {
	shown, hidden := head(plain(text), MaxChars)
	var b Block
	rest := shown
	for {
		par, after, more := strings.Cut(rest, "\n")
		spans := wrap(par, width, measure)
		if room := MaxLines - len(b.Lines); len(spans) > room {
			hidden += utf8.RuneCountInString(rest[spans[room].start:])
			spans, more = spans[:room], false
		}
		p := newParagraph(par)
		for _, s := range spans {
			line := p.line(s, measure)
			b.Width = max(b.Width, line.Width)
			b.Lines = append(b.Lines, line)
		}
		if !more {
			break
		}
		if len(b.Lines) == MaxLines {
			hidden += utf8.RuneCountInString(after)
			break
		}
		rest = after
	}
	b.Hidden = hidden
	return b
}

// OneLine lays out text on a single line of at most width; what does not fit is
// replaced by an ellipsis. Line breaks become spaces.
func OneLine(text string, width float32, measure Measure) Line {
	text, _ = head(strings.ReplaceAll(plain(text), "\n", " "), MaxChars)
	text = ellipsize(text, width, measure)
	return newParagraph(text).line(span{0, len(text)}, measure)
}

// plain removes the characters that are not drawn and widens tabs.
func plain(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexFunc(s, func(r rune) bool { return r == '\t' || isControl(r) }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteString("    ")
		case !isControl(r):
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isControl reports whether r only steers the direction of text.
func isControl(r rune) bool {
	return r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069' ||
		r == '\u200E' || r == '\u200F' || r == '\u061C'
}

// head returns the first n characters of s and how many are left.
func head(s string, n int) (string, int) {
	if len(s) <= n {
		return s, 0
	}
	count := 0
	for i := range s {
		if count == n {
			return s[:i], utf8.RuneCountInString(s[i:])
		}
		count++
	}
	return s, 0
}

// ellipsize returns s, or as much of it as fits width with an ellipsis behind.
func ellipsize(s string, width float32, measure Measure) string {
	if measure(s) <= width {
		return s
	}
	ends := boundaries(s)
	lo, hi := 0, len(ends)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if measure(strings.TrimRight(s[:ends[mid]], " ")+"…") <= width {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return strings.TrimRight(s[:ends[lo]], " ") + "…"
}
