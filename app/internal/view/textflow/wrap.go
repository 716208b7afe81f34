package textflow

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

// span is a part of a paragraph, in bytes.
type span struct{ start, end int }

// wrap returns the lines of a paragraph without the spaces at their ends. An
// empty paragraph is one empty line.
func wrap(par string, width float32, measure Measure) []span {
	var lines []span
	cur, curWidth, space := span{}, float32(0), measure(" ")
	empty := true
	flush := func(next int) {
		lines = append(lines, cur)
		cur, curWidth, empty = span{next, next}, 0, true
	}
	for _, p := range pieces(par) {
		w := measure(par[p.start:p.end])
		gap := float32(p.start-cur.end) * space
		if !empty && curWidth+gap+w > width {
			flush(p.start)
			gap = 0
		}
		if w > width {
			parts := split(par, p, width, measure)
			for _, part := range parts[:len(parts)-1] {
				cur = part
				flush(part.end)
			}
			p = parts[len(parts)-1]
			cur.start, gap, w = p.start, 0, measure(par[p.start:p.end])
		}
		cur.end, empty = p.end, false
		curWidth += gap + w
	}
	return append(lines, cur)
}

// joints are the characters behind which an address or a path is broken first.
const joints = "/-_.,;:?&=#%+@\\|"

// split breaks one piece into parts that fit width: behind a joint if there is
// one in the second half of the line, else between any two characters.
func split(par string, p span, width float32, measure Measure) []span {
	var parts []span
	cur, w := span{p.start, p.start}, float32(0)
	joint, jointWidth := p.start, float32(0) // behind the last joint of this part
	for it := graphemes.FromString(par[p.start:p.end]); it.Next(); {
		g := measure(it.Value())
		if cur.end > cur.start && w+g > width {
			end, rest := cur.end, float32(0)
			if jointWidth > width/2 {
				end, rest = joint, w-jointWidth
			}
			parts = append(parts, span{cur.start, end})
			cur.start, w, jointWidth = end, rest, 0
		}
		cur.end += len(it.Value())
		w += g
		if strings.Contains(joints, it.Value()) {
			joint, jointWidth = cur.end, w
		}
	}
	return append(parts, cur)
}

// pieces cuts a paragraph at spaces and between ideographs, into parts that are
// not broken unless they are wider than a line. Spaces at the start belong to
// the first piece: they are an indentation.
func pieces(par string) []span {
	var out []span
	body := len(par) - len(strings.TrimLeft(par, " "))
	start, pos := 0, body
	add := func(end, next int) {
		out = append(out, span{start, end})
		start = next
	}
	var last rune // last character of the piece before pos
	for it := graphemes.FromString(par[body:]); it.Next(); {
		g := it.Value()
		first, _ := utf8.DecodeRuneInString(g)
		if g == " " {
			if last != ' ' && last != 0 {
				add(pos, pos+1)
			} else {
				start = pos + 1
			}
		} else if last != 0 && last != ' ' && pos > start && breaksBetween(last, first) {
			add(pos, pos)
		}
		pos += len(g)
		last, _ = utf8.DecodeLastRuneInString(g)
	}
	if start < len(par) {
		add(len(par), len(par))
	}
	return out
}

// boundaries returns the byte offsets between the visible characters of s, from
// 0 to len(s).
func boundaries(s string) []int {
	ends := []int{0}
	for it := graphemes.FromString(s); it.Next(); {
		ends = append(ends, ends[len(ends)-1]+len(it.Value()))
	}
	return ends
}

// breaksBetween reports whether a line may end between two characters that have
// no space between them: beside ideographs, but never before a closing and
// never after an opening mark.
func breaksBetween(before, after rune) bool {
	if !isIdeographic(before) && !isIdeographic(after) {
		return false
	}
	return !strings.ContainsRune(neverFirst, after) && !unicode.Is(unicode.Mn, after) &&
		!strings.ContainsRune(neverLast, before)
}

const (
	neverFirst = "、。，．：；？！）］｝」』】〉》〕〗〙々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ・…,.:;?!)]}”’%"
	neverLast  = "（［｛「『【〈《〔〖〘([{“‘"
)

func isIdeographic(r rune) bool {
	return r >= 0x2E80 && (unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) ||
		r >= 0x3000 && r <= 0x303F || r >= 0xFF01 && r <= 0xFF60)
}
