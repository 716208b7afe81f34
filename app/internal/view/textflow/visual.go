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
	parts  []int   // the part of each byte, 0 for none; nil: none anywhere
	rtl    bool
}

// newParagraph returns a paragraph with the parts in it; at is where it begins
// in the text of their spans.
func newParagraph(text string, parts []part, at int) paragraph {
	p := paragraph{text: text}
	if len(parts) > 0 {
		p.parts = make([]int, len(text))
		for _, part := range parts {
			for i := part.Start - at; i < part.End-at; i++ {
				p.parts[i] = part.n
			}
		}
	}
	if !hasRTL(text) {
		return p
	}
	p.resolve()
	i := 0
	for it := graphemes.FromString(text); it.Next(); { // no character is torn
		for k := range len(it.Value()) {
			p.levels[i+k] = p.levels[i]
		}
		i += len(it.Value())
	}
	return p
}

// partLevel is the level of what runs from the left inside a part. Around it
// are levels 0 and 1, as if it stood between LRI and PDI (UAX #9 X5b).
const partLevel = 2

// resolve finds the levels. For what is around it a part is one neutral
// character; inside it is a paragraph of its own that runs from the left.
func (p *paragraph) resolve() {
	const stand = '\uFFFC' // for a part
	around := make([]rune, 0, len(p.text))
	for i, r := range p.text {
		switch {
		case p.part(i) == 0:
			around = append(around, r)
		case i == 0 || p.part(i-1) != p.part(i):
			around = append(around, stand)
		}
	}
	base := baseLevel(around)
	p.rtl = base == 1
	outer := levels(around, base)
	p.levels = make([]uint8, 0, len(p.text))
	for i := 0; i < len(p.text); outer = outer[1:] {
		if n := p.part(i); n != 0 {
			end := i
			for end < len(p.text) && p.part(end) == n {
				end++
			}
			p.addLevels(p.text[i:end], levels([]rune(p.text[i:end]), 0), partLevel)
			i = end
			continue
		}
		_, size := utf8.DecodeRuneInString(p.text[i:])
		p.addLevels(p.text[i:i+size], outer[:1], 0)
		i += size
	}
}

// addLevels adds the levels of the next characters, each raised by more.
func (p *paragraph) addLevels(text string, of []uint8, more uint8) {
	for i, r := range []rune(text) {
		for range utf8.RuneLen(r) {
			p.levels = append(p.levels, of[i]+more)
		}
	}
}

func (p *paragraph) part(i int) int {
	if p.parts == nil {
		return 0
	}
	return p.parts[i]
}

func (p *paragraph) level(i int) uint8 {
	if p.levels == nil {
		return 0
	}
	return p.levels[i]
}

// line places the part s of the paragraph.
func (p *paragraph) line(s span, measure Measure) Line {
	l := Line{RTL: p.rtl}
	if p.levels == nil && p.parts == nil {
		if s.end > s.start {
			l.put(p.text[s.start:s.end], 0, measure)
		}
		return l
	}
	for _, r := range reorder(p.runs(s)) {
		text := p.text[r.start:r.end]
		if r.level%2 == 0 {
			l.put(text, r.part, measure)
			continue
		}
		// The toolkit starts a new run of glyphs wherever the font changes and
		// places those from left to right, so every word goes by itself.
		for _, token := range slices.Backward(tokens(text)) {
			l.put(token, r.part, measure)
		}
	}
	return l
}

func (l *Line) put(text string, part int, measure Measure) {
	w := measure(text)
	if strings.Trim(text, " ") != "" {
		l.Runs = append(l.Runs, Run{Text: text, X: l.Width, Width: w, Part: part})
	}
	l.Width += w
}

// levelRun is a piece of a line of one level that belongs to one part or none.
type levelRun struct {
	span
	level uint8
	part  int
}

func (p *paragraph) runs(s span) []levelRun {
	var out []levelRun
	for i := s.start; i < s.end; i++ {
		if k := len(out) - 1; k >= 0 && out[k].level == p.level(i) && out[k].part == p.part(i) {
			out[k].end = i + 1
			continue
		}
		out = append(out, levelRun{span{i, i + 1}, p.level(i), p.part(i)})
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
