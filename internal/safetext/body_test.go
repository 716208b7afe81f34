package safetext

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
)

func TestBody(t *testing.T) {
	tests := []struct{ what, in, want string }{
		{"plain", "Hello\n\tworld", "Hello\n\tworld"},
		{"empty", "", ""},
		{"windows lines", "a\r\nb\r\n", "a\nb\n"},
		{"lone return", "a\rb", "a␍b"},
		{"return return newline", "\r\r\n", "␍\n"},
		{"separators", "a\u2028b\u2029c", "a\nb\nc"},
		{"escape", "\x1b]0;title\x07\x00\x7f", "␛]0;title␇␀␡"},
		{"C1", "a\u009b31mb\u0085", "a\ufffd31mb\ufffd"},
		{"invalid", "a\xc3(", "a\ufffd("},
		{"text stays", family + " مرحبا 你好 e\u0301", family + " مرحبا 你好 e\u0301"},
		{"open override", "a\u202eb\nc", "a\u202eb\u202c\nc"},
		{"open isolate", "\u2067a", "\u2067a\u2069"},
		{"nested", "\u202a\u2067a", "\u202a\u2067a\u2069\u202c"},
		{"balanced", "\u202ba\u202c \u2068b\u2069", "\u202ba\u202c \u2068b\u2069"},
		{"stray closers", "a\u202cb\u2069c", "abc"},
		{"closer does not cross an isolate", "\u202a\u2066a\u202c", "\u202a\u2066a\u2069\u202c"},
		{"isolate ends embedding", "\u2066\u202ba\u2069b", "\u2066\u202ba\u202c\u2069b"},
		{"marks stay", "a\u200eb\u061c", "a\u200eb\u061c"},
		{"too deep", strings.Repeat("\u202e", 20), strings.Repeat("\u202e", 16) + strings.Repeat("\u202c", 16)},
	}
	for _, tt := range tests {
		if got := Body(tt.in); string(got) != tt.want {
			t.Errorf("%s: Body(%+q) = %+q, want %+q", tt.what, tt.in, got, tt.want)
		}
	}
}

func TestLine(t *testing.T) {
	tests := []struct{ what, in, want string }{
		{"plain", "Hello", "Hello"},
		{"empty", " \n\u200b ", ""},
		{"lines", "a\r\n\r\n  b\tc\u2029d", "a b c d"},
		{"escape", "\x1b[2J\u009b", "␛[2J\ufffd"},
		{"bidi", "a\u202eb", "ab"},
		{"exactly 200", strings.Repeat("é", 200), strings.Repeat("é", 200)},
		{"201", strings.Repeat("é", 201), strings.Repeat("é", 199) + "…"},
		{"families", strings.Repeat(family, 201), strings.Repeat(family, 199) + "…"},
		{"space before the cut", strings.Repeat("a ", 200), strings.Repeat("a ", 99) + "a…"},
	}
	for _, tt := range tests {
		if got := Line(tt.in); string(got) != tt.want {
			t.Errorf("%s: Line(%+q) = %+q, want %+q", tt.what, tt.in, got, tt.want)
		}
	}
}

func TestIsolate(t *testing.T) {
	if got := Isolate("ليلى"); got != "\u2068ليلى\u2069" || Body(string(got)) != got {
		t.Errorf("Isolate = %+q", got)
	}
}

// checkBalanced walks one line as UAX #9 does and fails if a direction control
// reaches out of it.
func checkBalanced(t *testing.T, line string) {
	t.Helper()
	var open []rune
	for _, r := range line {
		switch r {
		case '\u202A', '\u202B', '\u202D', '\u202E':
			open = append(open, 'e')
		case '\u2066', '\u2067', '\u2068':
			open = append(open, 'i')
		case '\u202C', '\u2069':
			want := 'e'
			if r == '\u2069' {
				want = 'i'
			}
			if len(open) == 0 || open[len(open)-1] != want {
				t.Fatalf("%+q: %U closes nothing", line, r)
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) != 0 {
		t.Fatalf("%+q stays open", line)
	}
}

// Before trust. FuzzBody states that a text is UTF-8 without control characters,
// that no line of it reaches over what is drawn around it, that it is its own
// text, and that it grows by a bounded factor.
func FuzzBody(f *testing.F) {
	for _, s := range []string{"", "a\r\nb", "\u202a\u2067\u202c\u2069", "\u2066\u202b\n\u2069", "\x1b[0m\xff\u0085", family} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(Body(s))
		if !utf8.ValidString(got) {
			t.Fatalf("Body(%+q) is not UTF-8", s)
		}
		if string(Body(got)) != got {
			t.Fatalf("Body(%+q) = %+q, and again = %+q", s, got, Body(got))
		}
		if len(got) > 3*len(s) {
			t.Fatalf("Body(%+q) = %+q: more than three times as long", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || r == '\u2028' || r == '\u2029' {
				t.Fatalf("Body(%+q) holds %U", s, r)
			}
		}
		for line := range strings.SplitSeq(got, "\n") {
			checkBalanced(t, line)
		}
	})
}

// Before trust. FuzzLine states that a preview is one line of at most 200 visible
// characters, made of runes that show.
func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "a\nb", "\u202a\u200d", "☺\u200d+", strings.Repeat("e\u0301", 300)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := string(Line(s))
		chars := 0
		for g := graphemes.FromString(got); g.Next(); chars++ {
		}
		if chars > MaxLineChars || !utf8.ValidString(got) || got != strings.TrimSpace(got) {
			t.Fatalf("Line(%+q) = %+q: %d characters", s, got, chars)
		}
		if i := slices.IndexFunc([]rune(got), func(r rune) bool { return unfitForOneLine(r) != "" }); i >= 0 {
			t.Fatalf("Line(%+q) = %+q holds an unfit rune at %d", s, got, i)
		}
	})
}

func TestEmoji(t *testing.T) {
	for in, want := range map[string]Display{
		"": "", "👍": "👍", "👍🏽": "👍🏽", "👨‍👩‍👧‍👦": "👨‍👩‍👧‍👦", "❤️": "❤️", "🇩🇪🇫🇷": "🇩🇪", "1️⃣": "1️⃣", "👍 and more": "👍", "ok": "o",
		" \t\n": "", "\x00\x1b\x7f": "", "\u202e👍": "👍", "\u200d": "", "\u2800": "", "\xff": "\uFFFD",
	} {
		if got := Emoji(in); got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func TestIsEmoji(t *testing.T) {
	for in, want := range map[string]bool{
		"👍": true, "👍🏽": true, "👨‍👩‍👧‍👦": true, "❤️": true, "❤": true, "1️⃣": true, "🇩🇪": true, "🏳️‍🌈": true, "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F": true,
		"": false, "ok": false, "👍👍": false, "👍 ": false, "🇩🇪🇫🇷": false, "\u202e": false, "\u200d": false, "\x1b": false,
	} {
		if got := IsEmoji(in); got != want {
			t.Errorf("IsEmoji(%q) = %v, want %v", in, got, want)
		}
	}
}

func FuzzEmoji(f *testing.F) {
	f.Add("👨‍👩‍👧‍👦 and more")
	f.Add("e\u0301\u0301\u202e\x00")
	f.Fuzz(func(t *testing.T, s string) {
		got := string(Emoji(s))
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxCluster {
			t.Fatalf("%q is shown as %q", s, got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || isBidi(r) {
				t.Fatalf("%q is shown as %q", s, got)
			}
		}
		if again := Emoji(got); string(again) != got {
			t.Fatalf("%q is shown as %q, and that as %q", s, got, again)
		}
	})
}
