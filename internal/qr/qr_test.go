package qr

import (
	"strings"
	"testing"
)

// finder reports whether the square of 7 modules that cameras look for begins at
// a corner.
func finder(m [][]bool, top, left int) bool {
	for y := range 7 {
		for x := range 7 {
			ring := max(max(3-y, y-3), max(3-x, x-3))
			if m[top+y][left+x] != (ring != 2) {
				return false
			}
		}
	}
	return true
}

func TestEncode(t *testing.T) {
	m, err := Encode("earshot://pair/1/" + strings.Repeat("A", 120))
	if err != nil {
		t.Fatal(err)
	}
	n := len(m)
	if (n-17)%4 != 0 || n > 41 {
		t.Fatalf("%d modules", n)
	}
	for _, row := range m {
		if len(row) != n {
			t.Fatalf("a row of %d modules in a code of %d", len(row), n)
		}
	}
	if !finder(m, 0, 0) || !finder(m, 0, n-7) || !finder(m, n-7, 0) {
		t.Error("the corners that cameras look for are not there")
	}
}

func TestEncodeTooLong(t *testing.T) {
	if _, err := Encode(strings.Repeat("x", 10000)); err == nil {
		t.Error("a text that no code holds was taken")
	}
}
