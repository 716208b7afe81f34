package safetext

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/norm"
)

const (
	// MaxNameChars is the longest name in visible characters: one line on the
	// narrowest phone.
	MaxNameChars = 40

	// Unnamed stands for a name without any visible character.
	Unnamed Display = "Unnamed"

	maxNameInput = 4096 // bytes of a name that are looked at: 40 of the longest emoji sequences and some
)

// Name returns how a device's name is shown: NFC, one line, 1 to
// [MaxNameChars] visible characters with at most four combining marks each, no
// control, direction or invisible characters, no space at either end
// (docs/PROTOCOL.md, "Text"). Joiners stay inside emoji sequences and in
// scripts that spell with them. A name without anything visible is [Unnamed].
// Name(Name(s)) is Name(s). Before trust: FuzzName.
func Name(s string) Display {
	s = cut(s, maxNameInput)
	// Composing can bring characters together that are judged anew; it settles
	// at once for real names and in a few rounds for hostile ones.
	const maxRounds = 8
	for range maxRounds {
		next := norm.NFC.String(clip(clean(s), MaxNameChars, ""))
		if next == s {
			break
		}
		s = next
	}
	if s == "" {
		return Unnamed
	}
	return Display(s)
}

// ValidName reports whether a person may give this name to their own device:
// it is shown to others exactly as typed, but for spaces at the ends or in a
// row. Store string(Name(s)), not s.
func ValidName(s string) bool {
	typed := strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
	return typed != "" && utf8.ValidString(typed) && string(Name(typed)) == norm.NFC.String(typed)
}

// clean drops from s what a single line must not hold: every run of white
// space becomes one space, invisible characters and surplus marks go, unknown
// characters become U+FFFD.
func clean(s string) string {
	var b strings.Builder
	var base rune // the last visible character written since the last space
	var space, joined bool
	marks := 0
	for i, r := range s {
		size := utf8.RuneLen(r)
		if r == utf8.RuneError {
			_, size = utf8.DecodeRuneInString(s[i:])
		}
		switch {
		case unicode.IsSpace(r) || unicode.In(r, unicode.Zl, unicode.Zp):
			space, base, joined = b.Len() > 0, 0, false
		case isJoiner(r):
			if !joined && joins(r, base, after(s[i+size:])) {
				b.WriteRune(r)
				joined = true
			}
		case isVariation(r):
			if varies(base, r) && marks == 0 {
				b.WriteRune(r)
				marks++
			}
		case unicode.In(r, unicode.Cc, unicode.Cf, blank):
		case unicode.IsMark(r):
			if base != 0 && marks < maxMarks {
				b.WriteRune(r)
				marks++
			}
		default:
			if space {
				b.WriteByte(' ')
			}
			if !unicode.IsGraphic(r) {
				r = utf8.RuneError
			}
			b.WriteRune(r)
			base, marks, space, joined = r, 0, false, false
		}
	}
	return b.String()
}

// clip returns at most chars visible characters of s, each of at most
// maxCluster runes. If any is left out, the last one becomes tail unless tail
// is empty.
func clip(s string, chars int, tail string) string {
	var b strings.Builder
	lastStart, n := 0, 0
	all := graphemes.FromString(s)
	for all.Next() {
		if n == chars {
			if tail != "" {
				return trimEnd(b.String()[:lastStart]) + tail
			}
			break
		}
		lastStart = b.Len()
		left := maxCluster
		for _, r := range all.Value() {
			if left == 0 {
				break
			}
			b.WriteRune(r)
			left--
		}
		n++
	}
	return trimEnd(b.String())
}

func trimEnd(s string) string {
	return strings.TrimRightFunc(s, func(r rune) bool { return r == ' ' || isJoiner(r) })
}
