// Package words turns text into what a search compares: words without regard to
// case, accents and compatibility forms (Unicode UAX #15 and the case folding of
// the Unicode standard, chapter 3.13), and what a person types into what must be
// found. It is pure: no I/O, no state.
package words

import (
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/norm"
)

const (
	// MaxTokenRunes is how much of a word counts, in runes without their marks:
	// the longest words of languages are shorter, and what is longer (a key, a
	// file in base64) is found by its beginning.
	MaxTokenRunes = 64
	// maxMarks is how many marks of one character count. No language writes as
	// many; more only make an index grow.
	maxMarks = 8
)

// Token is one word, or one character of a script that is written without
// blanks, or one symbol.
type Token struct {
	// Text is what is compared. It holds a-z, 0-9 and characters above ASCII,
	// never anything else; Tokens(Text) is one token with the same Text.
	Text string
	// Start and End are the bytes of the original text that it came from. Tokens
	// of one character (㍻ is 平 and 成) share them.
	Start, End int
	// whole says that nothing can follow in the token that a person has begun to
	// type: a Han or kana character.
	whole bool
}

// Tokens returns the words of a text in their order.
//
// A word is a run of letters, digits and their marks. Every character of Han,
// Hiragana, Katakana, Thai, Lao, Khmer and Myanmar, with its marks, is a token of
// its own; so is every emoji with what belongs to it, and every other symbol above
// ASCII. Punctuation, white space, control characters and bytes that are not
// UTF-8 separate. Invisible characters neither separate nor count, except
// U+200B, the space without width.
//
// Marks go where they are accents or optional vowels: Latin, Greek, Cyrillic,
// Hebrew, Arabic, and on digits. Elsewhere they are letters and stay. The three
// kinds of Turkish i are one, so that a word is found in whatever case it was
// written.
func Tokens(text string) []Token {
	t := tokenizer{tokens: make([]Token, 0, len(text)/5+1)}
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf && (i+1 == len(text) || text[i+1] < utf8.RuneSelf) {
			t.ascii(c, i)
			i++
			continue
		}
		r, width := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError:
			t.flush()
			i += width
		case isSymbol(r) && norm.NFKD.PropertiesString(text[i:]).Decomposition() == nil:
			i += t.symbol(text[i:], i)
		default:
			i += t.segment(text[i:], i)
		}
	}
	t.flush()
	return t.tokens
}

// tokenizer builds the tokens of one text from left to right.
type tokenizer struct {
	tokens []Token
	open   bool // a token is being built
	buf    []byte
	start  int
	end    int
	runes  int
	marks  int    // of the last rune
	solo   bool   // the token is one character and its marks
	whole  bool   // see Token
	accent bool   // marks of the last rune are dropped
	above  bool   // buf holds characters above ASCII
	parts  []byte // the character that is being folded
	joined []byte // the token, put together again
}

// ascii takes a character that no mark follows.
func (t *tokenizer) ascii(c byte, at int) {
	switch {
	case 'A' <= c && c <= 'Z':
		c += 'a' - 'A'
	case 'a' <= c && c <= 'z' || '0' <= c && c <= '9':
	default:
		t.flush()
		return
	}
	if t.solo {
		t.flush()
	}
	t.begin(false, at)
	t.end = at + 1
	if t.runes++; t.runes <= MaxTokenRunes {
		t.buf = append(t.buf, c)
	}
	t.accent, t.marks = true, 0
}

// symbol takes an emoji with all that belongs to it, or another symbol, and
// returns its length. Marks on it do not count, and neither does a joiner that
// joins nothing.
func (t *tokenizer) symbol(rest string, at int) int {
	t.flush()
	g := graphemes.FromString(rest)
	g.Next()
	cluster := g.Value()
	t.begin(true, at)
	end := 0 // of the last rune that is no joiner
	runes := 0
	for _, r := range cluster {
		if r != joiner && !isSymbol(r) && !unicode.Is(tags, r) {
			continue
		}
		if runes++; runes > MaxTokenRunes {
			break
		}
		t.buf = utf8.AppendRune(t.buf, r)
		if r != joiner {
			end = len(t.buf)
		}
	}
	t.buf = t.buf[:end]
	t.end = at + len(cluster)
	t.flush()
	return len(cluster)
}

// segment takes a character and the marks behind it, folds them, and returns
// how many bytes of the text they were.
func (t *tokenizer) segment(rest string, at int) int {
	_, width := utf8.DecodeRuneInString(rest)
	n := max(norm.NFKD.NextBoundaryInString(rest, true), width)
	t.parts = norm.NFKD.AppendString(t.parts[:0], rest[:n])
	for b := t.parts; len(b) > 0; {
		r, size := utf8.DecodeRune(b)
		b = b[size:]
		if s := folded[r]; s != "" {
			for _, r := range s {
				t.rune(r, at, at+n)
			}
			continue
		}
		if !unicode.IsMark(r) { // U+0345 has an upper case, but is an accent
			r = fold(r)
		}
		t.rune(r, at, at+n)
	}
	return n
}

// rune takes one folded rune that came from text[from:to].
func (t *tokenizer) rune(r rune, from, to int) {
	switch {
	case isIgnored(r):
	case unicode.IsMark(r):
		t.mark(r, to)
	case unicode.IsLetter(r) || unicode.IsNumber(r):
		t.letter(r, from, to)
	case isSymbol(r): // out of a character that stands for several
		t.flush()
		t.begin(true, from)
		t.add(r, to)
		t.flush()
	default:
		t.flush()
	}
}

func (t *tokenizer) letter(r rune, from, to int) {
	solo := isSolo(r)
	if solo || t.solo {
		t.flush()
	}
	t.begin(solo, from)
	t.marks, t.accent = 0, !solo && takesAccents(r)
	t.whole = solo && unicode.In(r, unmarked...)
	if t.runes++; t.runes <= MaxTokenRunes {
		t.add(r, to)
	}
	t.end = to
}

// mark belongs to the last letter; one without a letter is nothing.
func (t *tokenizer) mark(r rune, to int) {
	if !t.open {
		return
	}
	t.end = max(t.end, to)
	if t.accent || t.runes > MaxTokenRunes {
		return
	}
	if t.marks++; t.marks <= maxMarks {
		t.add(r, to)
	}
}

func (t *tokenizer) begin(solo bool, at int) {
	if t.open {
		return
	}
	t.open, t.solo, t.whole, t.above = true, solo, false, false
	t.start, t.end, t.runes, t.marks = at, at, 0, 0
	t.buf = t.buf[:0]
}

func (t *tokenizer) add(r rune, to int) {
	t.buf = utf8.AppendRune(t.buf, r)
	t.above = t.above || r >= utf8.RuneSelf
	t.end = max(t.end, to)
}

// flush ends the token that is being built. What was taken apart to be folded
// is put together again, so that a Korean syllable or a kana with its mark is one
// character.
func (t *tokenizer) flush() {
	if !t.open {
		return
	}
	t.open = false
	text := t.buf
	if t.above {
		t.joined = norm.NFC.Append(t.joined[:0], t.buf...)
		text = t.joined
	}
	t.tokens = append(t.tokens, Token{Text: string(text), Start: t.start, End: t.end, whole: t.whole})
	t.solo = false
}
