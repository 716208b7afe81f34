package words

import (
	"cmp"
	"slices"
	"strings"
)

// Span is a range of bytes of a text, from Start to before End.
type Span struct{ Start, End int }

// Matches reports whether every term of q is in text.
func (q Query) Matches(text string) bool {
	tokens := Tokens(text)
	for _, t := range q.terms {
		if !t.in(tokens) {
			return false
		}
	}
	return len(q.terms) > 0
}

// Spans returns what a search for q found in text, for a screen to mark: whole
// words, from the first word of a phrase to its last, in ascending order and
// apart from each other. Terms are looked for one by one, so that a part of a
// text, or a copy cleaned for a screen, shows what is left of them.
func Spans(text string, q Query) []Span {
	tokens := Tokens(text)
	var found []Span
	for _, t := range q.terms {
		for i := range tokens {
			if t.at(tokens[i:]) {
				found = append(found, Span{tokens[i].Start, tokens[i+len(t.Tokens)-1].End})
			}
		}
	}
	return merge(found)
}

func (t Term) in(tokens []Token) bool {
	for i := range tokens {
		if t.at(tokens[i:]) {
			return true
		}
	}
	return false
}

// at reports whether the term stands at the beginning of tokens.
func (t Term) at(tokens []Token) bool {
	last := len(t.Tokens) - 1
	if len(tokens) <= last {
		return false
	}
	for i, want := range t.Tokens[:last] {
		if tokens[i].Text != want {
			return false
		}
	}
	if t.Prefix {
		return strings.HasPrefix(tokens[last].Text, t.Tokens[last])
	}
	return tokens[last].Text == t.Tokens[last]
}

// merge sorts spans and joins those that overlap or touch.
func merge(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
	})
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start <= out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}
