package safetext

import (
	"slices"
	"strings"
	"testing"
)

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{
		"": 0, "abc": 3, "é": 1, "e\u0301": 1, "你好": 4, family: 2, "❤\ufe0f": 2, "ﾊ": 1, "Ａ": 2, "ليلى": 4, "👩🏽": 2,
	} {
		if got := Width(s); got != want {
			t.Errorf("Width(%+q) = %d, want %d", s, got, want)
		}
	}
	if got := Pad("你", 4) + "|" + Pad("abcde", 4); got != "你  |abcde" {
		t.Errorf("Pad = %q", got)
	}
}

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		line    string
		columns int
		want    string // lines, with | between them
	}{
		{"", 5, ""},
		{"abcde", 5, "abcde"},
		{"abcdef", 5, "abcde|f"},
		{"abc def", 5, "abc |def"},
		{"a bcdefgh", 5, "a bcd|efgh"}, // the space is too far to the left
		{"你好吗", 5, "你好|吗"},
		{"你", 1, "你"},
		{family + family, 3, family + "|" + family},
		{"e\u0301e\u0301", 1, "e\u0301|e\u0301"},
		{"ab\x1b[1mcd\x1b[22mef", 4, "ab\x1b[1mcd\x1b[22m|ef"},
		{"a \x1b[1mbcd", 3, "a |\x1b[1mbcd"},
	} {
		if got := strings.Join(Wrap(tt.line, tt.columns), "|"); got != tt.want {
			t.Errorf("Wrap(%+q, %d) = %+q, want %+q", tt.line, tt.columns, got, tt.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("May I?        09:31:40  paired     Anna is verified", 20)
	f.Add(family+"e\u0301 你好", 3)
	f.Fuzz(func(t *testing.T, s string, columns int) {
		s, columns = TerminalLine(s), min(max(columns, 2), 200)
		lines := Wrap(s, columns)
		if strings.Join(lines, "") != s {
			t.Fatalf("Wrap(%+q) lost something: %+q", s, lines)
		}
		if i := slices.IndexFunc(lines, func(l string) bool { return Width(l) > columns }); i >= 0 {
			t.Fatalf("Wrap(%+q, %d): line %d takes %d", s, columns, i, Width(lines[i]))
		}
	})
}
