package weblink

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxLen is the longest link, in bytes: servers and browsers refuse longer
// ones, and a person cannot check them.
const MaxLen = 2048

// Link is a link in a text.
type Link struct {
	Start, End int // where it is written, in bytes

	// URL is what opens: ASCII, with one of the three schemes, its host in the
	// form of Host. It is what is written wherever that is a correct address.
	URL string

	// Host is where it leads: a name in lower case and punycode or an IP
	// number in its usual form, with the port if one is written. Of a mailto
	// link it is the address.
	Host string

	// Subject is that of a mailto link: foreign text, not cleaned. It holds no
	// control characters.
	Subject string

	Mail bool // it writes to Host
	Ask  bool // what is written does not show plainly that it leads to Host
}

// Find returns the links of a text in their order. They do not overlap. It
// takes time in proportion to the text.
func Find(text string) []Link {
	var out []Link
	for i := 0; i < len(text); {
		p, ok := prefixAt(text, i)
		if !ok {
			i++
			continue
		}
		end := len(text)
		if n := strings.IndexFunc(text[i:], endsLink); n >= 0 {
			end = i + n
		}
		next := end
		if end-i <= MaxLen { // with what is trimmed: a cut text holds no other links than the whole one
			body := text[i+len(p.text) : end]
			host := cutHost(p, body)
			rest := trim(host)
			if l, ok := p.parse(text[i : i+len(p.text)+len(rest)]); ok {
				l.Start, l.End = i, i+l.End
				l.Ask = l.Ask || len(host) == len(body) && hostGoesOn(rest, text[end:])
				out = append(out, l)
				if len(host) < len(body) {
					next = l.End
				}
			}
		}
		i = next
	}
	return out
}

// endsHost are ASCII marks that are in no host: a text without spaces goes on
// behind them, maybe with the next link.
const endsHost = ",;()[]{}'*|"

// partOfNames are the punctuation marks of names in some languages, and one
// that IDNA takes for a full stop.
const partOfNames = "\u00B7\u30FB\u05F3\u05F4\u2024"

// compatible is where the blocks of Unicode begin whose marks stand for others:
// IDNA takes some of them for hyphens and full stops.
const compatible = 0xFE00

// cutHost ends the rest of a link where its host cannot go on. A name of a
// person in front of the host may hold all these marks: then nothing is cut.
func cutHost(p prefix, rest string) string {
	authority := authorityOf(rest)
	if p.text == "mailto:" || strings.Contains(authority, "@") {
		return rest
	}
	from := 0
	if strings.HasPrefix(authority, "[") {
		if from = strings.IndexByte(authority, ']') + 1; from == 0 {
			return rest
		}
	}
	n := strings.IndexFunc(authority[from:], func(r rune) bool {
		if r < utf8.RuneSelf {
			return strings.ContainsRune(endsHost, r)
		}
		return unicode.IsPunct(r) && r < compatible && !strings.ContainsRune(partOfNames, r)
	})
	if n < 0 {
		return rest
	}
	return rest[:from+n]
}

// hostGoesOn reports whether a link whose rest ends in its host is followed by
// a full stop of other writing that a browser takes for one of the host (RFC
// 3490, 3.1), and not for one of a sentence: a letter or digit of a host name
// comes behind it, or what stands before it is no whole name.
func hostGoesOn(rest, behind string) bool {
	r, size := utf8.DecodeRuneInString(behind)
	if strings.ContainsAny(rest, "/?#") || r != '\u3002' && r != '\uFF0E' && r != '\uFF61' || len(behind) == size {
		return false
	}
	if p, ok := prefixAt(behind, size); ok && strings.HasSuffix(p.text, "://") {
		return false
	}
	first, _ := utf8.DecodeRuneInString(behind[size:])
	if first < utf8.RuneSelf {
		return isAlnum(byte(first))
	}
	return !strings.Contains(rest, ".") && (unicode.IsLetter(first) || unicode.IsDigit(first))
}

// prefix is how a link begins.
type prefix struct {
	text  string
	never string // it does not begin behind one of these, or a Latin letter or digit
	parse func(raw string) (Link, bool)
}

const notBefore = `+-_/\@%&=#?~$`

var prefixes = []prefix{
	{"https://", notBefore, webLink}, {"http://", notBefore, webLink},
	{"www.", notBefore + ".", wwwLink}, {"mailto:", notBefore, mailLink},
}

func prefixAt(text string, i int) (prefix, bool) {
	first := lower(text[i])
	for _, p := range prefixes {
		if first != p.text[0] || len(text)-i < len(p.text) || !equalFold(text[i:i+len(p.text)], p.text) {
			continue
		}
		if i > 0 && (isAlnum(text[i-1]) || strings.IndexByte(p.never, text[i-1]) >= 0) {
			continue
		}
		return p, true
	}
	return prefix{}, false
}

// delimiters are marks that end a link wherever they stand, like <, >, " and `:
// no address holds them, and texts without spaces go on behind them.
const delimiters = "“”„«»‹›" + "、。，．：；？！（）［］｛｝「」『』【】〈〉《》〔〕〖〗｡､｢｣"

func endsLink(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || r >= '\t' && r <= '\r' || r == '<' || r == '>' || r == '"' || r == '`'
	}
	return unicode.IsSpace(r) || strings.ContainsRune(delimiters, r)
}

// trailing are the ASCII marks that belong to the sentence if they end a link.
const trailing = ".,;:!?'*|"

// trim takes from the end of a link what belongs to the sentence around it:
// marks, brackets without a partner, characters that are not seen.
func trim(s string) string {
	const brackets = "()[]{}"
	var depth [3]int
	for i := range len(s) {
		if k := strings.IndexByte(brackets, s[i]); k >= 0 {
			depth[k/2] += 1 - 2*(k%2)
		}
	}
	for s != "" {
		r, size := utf8.DecodeLastRuneInString(s)
		k := -1
		if r < utf8.RuneSelf {
			k = strings.IndexByte(brackets, byte(r))
		}
		switch {
		case k >= 0 && k%2 == 1 && depth[k/2] >= 0:
			return s
		case k >= 0:
			depth[k/2] -= 1 - 2*(k%2)
		case strings.ContainsRune(trailing, r), r >= utf8.RuneSelf && unicode.IsPunct(r), isHidden(r):
		default:
			return s
		}
		s = s[:len(s)-size]
	}
	return s
}

// unseen are characters that count as letters, marks or symbols and show
// nothing, beside those that Unicode says so of.
var unseen = &unicode.RangeTable{
	R16: []unicode.Range16{{Lo: 0x2800, Hi: 0x2800, Stride: 1}},
	R32: []unicode.Range32{{Lo: 0x16FE4, Hi: 0x16FE4, Stride: 1}, {Lo: 0x1D159, Hi: 0x1D159, Stride: 1}},
}

// isHidden reports whether a person cannot see r, or sees something else in its
// place: controls and their symbols, direction marks, fillers, broken bytes.
func isHidden(r rune) bool {
	if r < utf8.RuneSelf {
		return r < ' ' || r == 0x7F
	}
	return !unicode.IsGraphic(r) || r == utf8.RuneError || r >= 0x2400 && r <= 0x243F ||
		unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unseen)
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// lowered is lower for each byte.
func lowered(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

// equalFold compares without regard to the case of ASCII letters only: other
// letters that fold to them do not make a scheme.
func equalFold(s, folded string) bool {
	for i := range len(s) {
		if lower(s[i]) != folded[i] {
			return false
		}
	}
	return true
}

func isAlnum(c byte) bool {
	c = lower(c)
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
}
