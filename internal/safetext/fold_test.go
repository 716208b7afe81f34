package safetext

import "testing"

func TestFoldName(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"Anna", "anna", true},
		{"Straße", "STRASSE", false}, // letters that people tell apart
		{"ΣΟΦΟΣ", "σοφος", true},
		{"Pixel\u00a07", "pixel 7", true},
		{"e\u0301cole", "\u00c9COLE", true},
		{"ｐｉｘｅｌ ７", "Pixel 7", true},
		{"❤️ phone", "❤ phone", true},
		{"pixel", "рixel", false}, // Cyrillic р
		{"Anna", "Anna 2", false},
	} {
		if got := FoldName(tt.a) == FoldName(tt.b); got != tt.same {
			t.Errorf("%q and %q: same %t (%q, %q)", tt.a, tt.b, got, FoldName(tt.a), FoldName(tt.b))
		}
	}
	for _, nothing := range []string{"", " ", "\u200b\u202e"} {
		if got := FoldName(nothing); got != "" {
			t.Errorf("%q gives %q", nothing, got)
		}
	}
}
