package words

import (
	"errors"
	"slices"
	"strings"
	"unicode"
)

const (
	// MaxQueryBytes is the longest query. A person types a line; a pasted page is
	// not looked for.
	MaxQueryBytes = 1024
	// MaxTerms is how many words and phrases a query may hold. Each is looked up.
	MaxTerms = 32
)

// Errors of ParseQuery.
var (
	// ErrNoWords means that a query holds nothing that could be found: no letter,
	// digit or symbol.
	ErrNoWords = errors.New("nothing to search for; write at least one letter or digit")
	// ErrTooLong means that a query is longer than MaxQueryBytes or MaxTerms.
	ErrTooLong = errors.New("too much to search for; use fewer words")
)

// Term is one thing that must be found.
type Term struct {
	// Tokens must stand one after the other. There is at least one.
	Tokens []string
	// Prefix says that more letters may follow the last token.
	Prefix bool
}

// Query is what must be found: every one of its terms. The zero value finds
// nothing. ParseQuery makes one.
type Query struct{ terms []Term }

// Terms returns what must be found, in the order it was typed, each once. The
// caller must not change it.
func (q Query) Terms() []Term { return q.terms }

// ParseQuery reads what a person typed. Words with white space between them must
// all be found, in any order, each as the beginning of a word. What is "in quotes"
// is found as a phrase of whole words; while the second quote is missing, the last
// of them may be a beginning. A chunk of several tokens (foo.bar, 東京) is a
// phrase too, whose last word may go on. A Han or kana character is always whole.
// ErrNoWords, ErrTooLong.
func ParseQuery(s string) (Query, error) {
	if len(s) > MaxQueryBytes {
		return Query{}, ErrTooLong
	}
	var q Query
	for s != "" {
		at := strings.IndexFunc(s, isQuote)
		if at < 0 {
			at = len(s)
		}
		for _, chunk := range strings.FieldsFunc(s[:at], unicode.IsSpace) {
			q.add(chunk, true)
		}
		_, s = cutRune(s[at:])
		end := strings.IndexFunc(s, isQuote)
		if end < 0 {
			q.add(s, true)
			break
		}
		q.add(s[:end], false)
		_, s = cutRune(s[end:])
	}
	switch {
	case len(q.terms) == 0:
		return Query{}, ErrNoWords
	case len(q.terms) > MaxTerms:
		return Query{}, ErrTooLong
	}
	return q, nil
}

// add adds a phrase, unless it is empty or there already.
func (q *Query) add(phrase string, prefix bool) {
	tokens := Tokens(phrase)
	if len(tokens) == 0 {
		return
	}
	t := Term{Tokens: make([]string, len(tokens)), Prefix: prefix && !tokens[len(tokens)-1].whole}
	for i, token := range tokens {
		t.Tokens[i] = token.Text
	}
	same := func(o Term) bool { return o.Prefix == t.Prefix && slices.Equal(o.Tokens, t.Tokens) }
	if !slices.ContainsFunc(q.terms, same) {
		q.terms = append(q.terms, t)
	}
}

// isQuote: also those that keyboards of phones make of the plain one.
func isQuote(r rune) bool { return strings.ContainsRune(`"“”„«»`, r) }

func cutRune(s string) (rune, string) {
	for i, r := range s {
		return r, s[i+len(string(r)):]
	}
	return 0, ""
}
