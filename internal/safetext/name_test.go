package safetext

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/norm"
)

const family = "👨\u200d👩\u200d👧\u200d👦"

func TestName(t *testing.T) {
	tests := []struct{ what, in, want string }{
		{"plain", "Anna's laptop", "Anna's laptop"},
		{"empty", "", "Unnamed"},
		{"only spaces", " \t\u3000\u00a0 ", "Unnamed"},
		{"only invisible", "\u200b\u200d\u2060\ufeff\u3164\u2800\u034f", "Unnamed"},
		{"only marks", "\u0301\u0302\ufe0f", "Unnamed"},
		{"trimmed and shrunk", "  a \n\t b\u2028c  ", "a b c"},
		{"escape sequence", "\x1b[31mred\x07\u009b0m", "[31mred0m"},
		{"bidi", "a\u202egnp.exe\u202c\u2066b\u2069\u200e", "agnp.exeb"},
		{"NFC", "Zoe\u0308", "Zoë"},
		{"storm", "a" + strings.Repeat("\u0335", 50) + "b", "a\u0335\u0335\u0335\u0335b"},
		{"family", family, family},
		{"skin and profession", "👩🏽\u200d🚀 Ada", "👩🏽\u200d🚀 Ada"},
		{"heart on fire", "❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥"},
		{"keycap", "Room 1\ufe0f\u20e3", "Room 1\ufe0f\u20e3"},
		{"hidden selector", "B\ufe0fob", "Bob"},
		{"hidden joiner", "B\u200dob", "Bob"},
		{"dangling joiner", "👩\u200d", "👩"},
		{"Persian joiner", "می\u200cخواهم", "می\u200cخواهم"},
		{"Arabic", "هاتف ليلى", "هاتف ليلى"},
		{"Chinese", "书房的电脑", "书房的电脑"},
		{"private use", "a\ue000b", "a\ufffdb"},
		{"invalid UTF-8", "a\xffb", "a\ufffdb"},
		{"41 characters", strings.Repeat("é", 41), strings.Repeat("é", 40)},
		{"40 families", strings.Repeat(family, 41), strings.Repeat(family, 40)},
		{"space at the cut", strings.Repeat("x", 39) + " y", strings.Repeat("x", 39)},
		{"tags", "🏴\U000E0067\U000E007Fx", "🏴x"},
	}
	for _, tt := range tests {
		if got := Name(tt.in); string(got) != tt.want {
			t.Errorf("%s: Name(%+q) = %+q, want %+q", tt.what, tt.in, got, tt.want)
		}
	}
}

func TestValidName(t *testing.T) {
	for s, want := range map[string]bool{
		"Anna": true, "  two  words ": true, "Zoe\u0308": true, family: true, strings.Repeat("x", 40): true,
		"": false, "   ": false, strings.Repeat("x", 41): false, "a\nb": false, "a\u202eb": false,
		"\u200b": false, "a\xff": false, "a\x1b": false, "a\u200bb": false,
	} {
		if got := ValidName(s); got != want {
			t.Errorf("ValidName(%+q) = %v, want %v", s, got, want)
		}
	}
}

// unfitForOneLine says why a rune must never be in a name or a preview.
func unfitForOneLine(r rune) string {
	switch {
	case unicode.IsControl(r):
		return "control"
	case unicode.In(r, unicode.Zl, unicode.Zp), unicode.Is(unicode.Zs, r) && r != ' ':
		return "separator"
	case unicode.Is(unicode.Bidi_Control, r):
		return "bidi"
	case unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d':
		return "format"
	case r == '\u034f' || r == '\u3164' || r == '\u2800' || r == '\u115f' || r == '\uffa0':
		return "blank"
	}
	return ""
}

// Before trust. FuzzName states that a name is never empty, at most 40 visible
// characters of one line, made of runes that show, and its own name.
func FuzzName(f *testing.F) {
	for _, s := range []string{"", "Anna", family, "a\u0344\u0344\u0344", "\u202e\u200d", "☺\u200d+", "ᄀ\u200cᅡ", "❤\ufe0f\u200d\u200d🔥"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(Name(s))
		if again := string(Name(got)); again != got {
			t.Fatalf("Name(%+q) = %+q, and again = %+q", s, got, again)
		}
		if got == "" || !utf8.ValidString(got) || !norm.NFC.IsNormalString(got) || got != strings.TrimSpace(got) {
			t.Fatalf("Name(%+q) = %+q: empty, invalid, not NFC or not trimmed", s, got)
		}
		chars := 0
		for g := graphemes.FromString(got); g.Next(); chars++ {
		}
		if chars > MaxNameChars || utf8.RuneCountInString(got) > MaxNameChars*maxCluster {
			t.Fatalf("Name(%+q) has %d characters, %d bytes", s, chars, len(got))
		}
		visible, marks := false, 0
		for _, r := range got {
			if why := unfitForOneLine(r); why != "" {
				t.Fatalf("Name(%+q) = %+q holds %U: %s", s, got, r, why)
			}
			if unicode.IsMark(r) {
				marks++
			} else if r != '\u200d' && r != '\u200c' {
				marks = 0
				visible = visible || r != ' '
			}
			if marks > 4 {
				t.Fatalf("Name(%+q) = %+q: more than 4 marks", s, got)
			}
		}
		if !visible {
			t.Fatalf("Name(%+q) = %+q shows nothing", s, got)
		}
		if strings.TrimSpace(s) == got && got != "Unnamed" && !ValidName(got) {
			t.Fatalf("%+q is shown as it is and yet not valid", got)
		}
	})
}
