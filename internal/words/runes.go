package words

import "unicode"

// folded are letters that neither their decomposition nor their case makes equal
// to how people write them where their keyboard has none.
var folded = map[rune]string{
	'ß': "ss", 'ẞ': "ss",
	'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe",
	'ø': "o", 'Ø': "o", 'đ': "d", 'Đ': "d", 'ł': "l", 'Ł': "l", 'ħ': "h", 'Ħ': "h", 'ŧ': "t", 'Ŧ': "t",
}

// solo are the scripts that are written without blanks between words.
var solo = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, kanaSigns,
}

// unmarked are those of them whose characters are typed in one piece.
var unmarked = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, kanaSigns}

// kanaSigns are the signs that Hiragana and Katakana share: 〱 to 〵, 〼 and ー.
var kanaSigns = &unicode.RangeTable{R16: []unicode.Range16{{0x3031, 0x3035, 1}, {0x303C, 0x303C, 1}, {0x30FC, 0x30FC, 1}}}

// accented are the scripts whose marks are accents or optional vowels.
var accented = []*unicode.RangeTable{
	unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic,
}

// tags are what names a region behind 🏴.
var tags = &unicode.RangeTable{R32: []unicode.Range32{{0xE0020, 0xE007F, 1}}}

// invisible are the characters without a look or meaning of their own that are
// not of category Cf: joiners of marks, fillers of Korean syllables, and tatweel,
// which only stretches Arabic letters.
var invisible = &unicode.RangeTable{R16: []unicode.Range16{{0x034F, 0x034F, 1}, {0x0640, 0x0640, 1}, {0x115F, 0x1160, 1}, {0x17B4, 0x17B5, 1}}}

const (
	zeroWidthSpace = '\u200B'
	joiner         = '\u200D' // zero width joiner
	fractionSlash  = '\u2044' // of ½
	replacement    = '\uFFFD' // what was not text, also after cleaning for a screen
	firstPicture   = '\u2400' // how a screen shows control characters: they separate, and so do these
	lastPicture    = '\u243F'
	firstSkinTone  = '\U0001F3FB'
	lastSkinTone   = '\U0001F3FF'
)

// fold makes the cases of a letter one. Upper case comes first because several
// lower ones (σ and ς) share it.
func fold(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// isSymbol reports whether r is a token of its own: emoji, arrows, currencies,
// mathematics, but nothing of ASCII.
func isSymbol(r rune) bool {
	switch {
	case r < 0x80, r == replacement, r == fractionSlash, firstPicture <= r && r <= lastPicture:
		return false
	case firstSkinTone <= r && r <= lastSkinTone:
		return true
	}
	return unicode.In(r, unicode.So, unicode.Sm, unicode.Sc)
}

// isIgnored reports whether r is invisible and says nothing about the word that
// it is in.
func isIgnored(r rune) bool {
	return r != zeroWidthSpace && unicode.In(r, unicode.Cf, unicode.Variation_Selector, invisible)
}

func isSolo(r rune) bool { return r >= 0x0E00 && unicode.In(r, solo...) }

// takesAccents reports whether marks on r may go.
func takesAccents(r rune) bool {
	return r < 0x80 || unicode.In(r, accented...) || unicode.Is(unicode.Common, r)
}
