package textflow

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/bidi"
)

// paragraph is a text without newlines and, if any of it runs from the right,
// the levels of its bytes.
type paragraph struct {
	text   string
	levels []uint8 // one for each byte; nil: all 0
	rtl    bool
}

func newParagraph(text string) paragraph {
	p := paragraph{text: text}
	if !hasRTL(text) {
		return p
	}
	rs := []rune(text)
	base := baseLevel(rs)
	p.rtl = base == 1
	p.levels = make([]uint8, 0, len(text))
	for i, level := range levels(rs, base) {
		for range utf8.RuneLen(rs[i]) {
			p.levels = append(p.levels, level)
		}
	}
	at := 0
	for it := graphemes.FromString(text); it.Next(); { // no character is torn
		for i := range len(it.Value()) {
			p.levels[at+i] = p.levels[at]
		}
		at += len(it.Value())
	}
	return p
}

// line places the part s of the paragraph.
func (p paragraph) line(s span, measure Measure) Line {
	l := Line{RTL: p.rtl}
	if p.levels == nil {
		if s.end > s.start {
			l.put(p.text[s.start:s.end], measure)
		}
		return l
	}
	for _, r := range reorder(p.runs(s)) {
		text := p.text[r.start:r.end]
		if r.level%2 == 0 {
			l.put(text, measure)
			continue
		}
		// The toolkit starts a new run of glyphs wherever the font changes and
		// places those from left to right, so every word goes by itself.
		for _, token := range slices.Backward(tokens(text)) {
			l.put(token, measure)
		}
	}
	return l
}

func (l *Line) put(text string, measure Measure) {
	w := measure(text)
	if strings.Trim(text, " ") != "" {
		l.Runs = append(l.Runs, Run{Text: text, X: l.Width, Width: w})
	}
	l.Width += w
}

// levelRun is a part of a line of one level.
type levelRun struct {
	span
	level uint8
}

func (p paragraph) runs(s span) []levelRun {
	var out []levelRun
	for i := s.start; i < s.end; i++ {
		if k := len(out) - 1; k >= 0 && out[k].level == p.levels[i] {
			out[k].end = i + 1
			continue
		}
		out = append(out, levelRun{span{i, i + 1}, p.levels[i]})
	}
	return out
}

// reorder brings the runs of a line into the order in which they are seen
// (UAX #9 L2).
func reorder(runs []levelRun) []levelRun {
	var highest uint8
	for _, r := range runs {
		highest = max(highest, r.level)
	}
	for level := highest; level > 0; level-- {
		for i := 0; i < len(runs); i++ {
			end := i
			for end < len(runs) && runs[end].level >= level {
				end++
			}
			slices.Reverse(runs[i:end])
			i = max(i, end)
		}
	}
	return runs
}

// tokens cuts a run that is written from the right into words of such letters
// and single other characters, brackets already turned around.
func tokens(s string) []string {
	var out []string
	inWord := false
	for it := graphemes.FromString(s); it.Next(); {
		g := it.Value()
		r, size := utf8.DecodeRuneInString(g)
		c := classOf(r)
		word := c == bidi.R || c == bidi.AL
		if m, ok := mirror[r]; ok {
			g = string(m) + g[size:]
		}
		if word && inWord {
			out[len(out)-1] += g
		} else {
			out = append(out, g)
		}
		inWord = word
	}
	return out
}
