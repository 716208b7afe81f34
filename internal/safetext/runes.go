package safetext

import (
	"unicode"
	"unicode/utf8"
)

const (
	zwnj        = '\u200C' // zero width non-joiner: Persian and Indic spelling
	zwj         = '\u200D' // zero width joiner: emoji sequences and Indic spelling
	graphemeSep = '\u034F' // combining grapheme joiner, shows nothing
	ellipsis    = '…'
	maxMarks    = 4  // combining marks per base: no living script stacks more
	maxCluster  = 12 // runes of one visible character; the longest emoji sequences have 11
)

// joiningScripts are those in which ZWJ and ZWNJ are part of the spelling.
var joiningScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Nko, unicode.Mongolian,
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya,
	unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
	unicode.Khmer, unicode.Myanmar,
}

// blank lists runes that count as letters, marks or symbols and yet show
// nothing: fillers, the empty Braille cell, a null note head.
var blank = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: graphemeSep, Hi: graphemeSep, Stride: 1},
		{Lo: 0x115F, Hi: 0x1160, Stride: 1},
		{Lo: 0x17B4, Hi: 0x17B5, Stride: 1},
		{Lo: 0x180B, Hi: 0x180F, Stride: 1},
		{Lo: 0x2800, Hi: 0x2800, Stride: 1},
		{Lo: 0x3164, Hi: 0x3164, Stride: 1},
		{Lo: 0xFFA0, Hi: 0xFFA0, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x16FE4, Hi: 0x16FE4, Stride: 1},
		{Lo: 0x1D159, Hi: 0x1D159, Stride: 1},
	},
}

func isJoiner(r rune) bool { return r == zwj || r == zwnj }

func isVariation(r rune) bool {
	return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}

// joins reports whether a joiner between base and next does something visible:
// inside an emoji sequence, or between letters of a script that needs it.
func joins(joiner, base, next rune) bool {
	if joiner == zwj && isPicture(base) && isPicture(next) {
		return true
	}
	return unicode.In(base, joiningScripts...) && unicode.In(next, joiningScripts...)
}

// isPicture reports whether r can be a part of an emoji sequence.
func isPicture(r rune) bool {
	return r > unicode.MaxASCII && r != utf8.RuneError && !unicode.Is(blank, r) &&
		unicode.In(r, unicode.So, unicode.Sm, unicode.Sk)
}

// varies reports whether a variation selector changes how base looks.
func varies(base, selector rune) bool {
	switch {
	case selector >= 0xE0100:
		return unicode.Is(unicode.Han, base)
	case base == '#' || base == '*' || base >= '0' && base <= '9' || base == 'ℹ':
		return true
	}
	return base > unicode.MaxASCII && (!unicode.IsLetter(base) || unicode.Is(unicode.Han, base))
}

// isBidi reports whether r is an explicit control of writing direction.
func isBidi(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }

// after returns the first rune of s, or 0 at its end.
func after(s string) rune {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return 0
	}
	return r
}

// cut returns at most the first n bytes of s without splitting a character.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
