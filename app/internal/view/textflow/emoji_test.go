package textflow

import "testing"

func TestEmoji(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"", 0}, {" ", 0}, {"a", 0}, {"1", 0}, {"❤", 0},
		{"🚀", 1}, {"❤️", 1}, {"👨‍👩‍👧‍👦", 1}, {"🇩🇪", 1}, {"👍🏽", 1}, {"1️⃣", 1},
		{"👋👋 👋", 3}, {"👋 a", 0}, {"👋\n👋", 0}, {"👋.", 0},
	} {
		if got := Emoji(c.text); got != c.want {
			t.Errorf("%q: %d, want %d", c.text, got, c.want)
		}
	}
}
