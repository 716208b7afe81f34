package safetext

import "testing"

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
