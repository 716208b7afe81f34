package textflow

import (
	"slices"

	"golang.org/x/text/unicode/bidi"
)

// mirror maps characters to the ones that look like them from the other side
// (the part of UAX #9 L4 that people type).
var mirror = map[rune]rune{
	'(': ')', ')': '(', '[': ']', ']': '[', '{': '}', '}': '{', '<': '>', '>': '<',
	'«': '»', '»': '«', '‹': '›', '›': '‹', '⟨': '⟩', '⟩': '⟨', '〈': '〉', '〉': '〈',
	'《': '》', '》': '《', '「': '」', '」': '「', '『': '』', '』': '『', '【': '】', '】': '【',
	'（': '）', '）': '（', '［': '］', '］': '［', '｛': '｝', '｝': '｛', '≤': '≥', '≥': '≤',
}

// maxOpenBrackets is where UAX #9 (BD16) stops looking for pairs.
const maxOpenBrackets = 63

type pair struct{ open, end int }

// bracketPairs returns the matching brackets in order of the opening ones (BD16).
func bracketPairs(rs []rune, types []bidi.Class) []pair {
	var open []int
	var out []pair
	for i, r := range rs {
		if types[i] != bidi.ON {
			continue
		}
		p, _ := bidi.LookupRune(r)
		if !p.IsBracket() {
			continue
		}
		if p.IsOpeningBracket() {
			if len(open) == maxOpenBrackets {
				return nil
			}
			open = append(open, i)
			continue
		}
		for k := len(open) - 1; k >= 0; k-- {
			if mirror[rs[open[k]]] == r {
				out = append(out, pair{open[k], i})
				open = open[:k]
				break
			}
		}
	}
	slices.SortFunc(out, func(a, b pair) int { return a.open - b.open })
	return out
}

// resolveBrackets gives both brackets of a pair one direction (N0).
func resolveBrackets(rs []rune, types []bidi.Class, embedding bidi.Class) {
	for _, p := range bracketPairs(rs, types) {
		to, found := bidi.ON, false
		for _, t := range types[p.open+1 : p.end] {
			s := strongOf(t)
			if s == embedding {
				to, found = embedding, true
				break
			}
			if s != bidi.ON {
				to = s
			}
		}
		if to == bidi.ON {
			continue
		}
		if !found && strongBefore(types[:p.open], embedding) != to {
			to = embedding
		}
		types[p.open], types[p.end] = to, to
	}
}

func strongBefore(types []bidi.Class, sor bidi.Class) bidi.Class {
	for i := len(types) - 1; i >= 0; i-- {
		if s := strongOf(types[i]); s != bidi.ON {
			return s
		}
	}
	return sor
}
