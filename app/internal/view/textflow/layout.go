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

	// FindAhead is how many characters behind MaxChars a Find sees: a part that
	// is no longer than that is seen whole, or not at all.
	FindAhead = 2048
)

// Measure returns the width of a text drawn as one run, in the caller's units.
type Measure func(s string) float32

// Span is a part of a text, in bytes.
type Span struct{ Start, End int }

// Find returns parts of a text, in their order and without overlaps. It gets
// the text as it is drawn, not more than FindAhead characters longer.
type Find func(text string) []Span

// Run is a piece of a line that is drawn as one text, left to right from X.
type Run struct {
	Text     string
	X, Width float32
	Part     int // it belongs to this part of what Find returned, counted from 1; 0: to none
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
	return LayoutParts(text, width, measure, nil)
}

// LayoutParts is Layout that marks the runs of the parts that find returns; nil
// finds none. Such a part runs from the left as one piece and does not change
// the order of the words around it, whatever is written in it. Parts that have
// no place on the lines or only in part are not marked.
func LayoutParts(text string, width float32, measure Measure, find Find) Block {
	text = plain(text)
	shown, hidden := head(text, MaxChars)
	var parts []part
	if find != nil {
		ahead, _ := head(text[len(shown):], FindAhead)
		for i, found := range find(text[:len(shown)+len(ahead)]) {
			if found.End <= len(shown) && !strings.Contains(text[found.Start:found.End], "\n") {
				parts = append(parts, part{found, i + 1})
			}
		}
	}
	b, end := layout(shown, width, measure, parts)
	b.Hidden += hidden
	for _, p := range parts {
		if p.End > end {
			b.unmark(p.n)
		}
	}
	return b
}

// part is one of the parts that were found, with its number.
type part struct {
	Span
	n int
}

// unmark makes the runs of a part ordinary ones.
func (b *Block) unmark(part int) {
	for _, l := range b.Lines {
		for i := range l.Runs {
			if l.Runs[i].Part == part {
				l.Runs[i].Part = 0
			}
		}
	}
}

// layout gives a text its lines and returns also where the last of them ends.
func layout(text string, width float32, measure Measure, parts []part) (b Block, end int) {
	rest := text
	for {
		par, after, more := strings.Cut(rest, "\n")
		at := len(text) - len(rest) // of the paragraph
		end = at + len(par)
		spans := wrap(par, width, measure)
		if room := MaxLines - len(b.Lines); len(spans) > room {
			b.Hidden += utf8.RuneCountInString(rest[spans[room].start:])
			end = at + spans[room-1].end
			spans, more = spans[:room], false
		}
		mine := 0
		for mine < len(parts) && parts[mine].Start < at+len(par) {
			mine++
		}
		p := newParagraph(par, parts[:mine], at)
		parts = parts[mine:]
		for _, s := range spans {
			line := p.line(s, measure)
			b.Width = max(b.Width, line.Width)
			b.Lines = append(b.Lines, line)
		}
		if !more {
			break
		}
		if len(b.Lines) == MaxLines {
			b.Hidden += utf8.RuneCountInString(after)
			break
		}
		rest = after
	}
	return b, end
}

// OneLine lays out text on a single line of at most width; what does not fit is
// replaced by an ellipsis. Line breaks become spaces.
func OneLine(text string, width float32, measure Measure) Line {
	text, _ = head(strings.ReplaceAll(plain(text), "\n", " "), MaxChars)
	text = ellipsize(text, width, measure)
	p := newParagraph(text, nil, 0)
	return p.line(span{0, len(text)}, measure)
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
