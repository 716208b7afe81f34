package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUsedLinks: of the links that Android shows again and again, each is taken
// once, also in the next run of the program.
func TestUsedLinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "used")
	now := &usedLinks{path: path}
	for _, step := range []struct {
		shown, want string
		restart     bool
	}{
		{"", "", false},
		{"first first", "first", false}, // base intent and activity show the same
		{"first first", "", false},
		{"second first", "second", false},
		{"second first", "", false},
		{"second first", "", true},
		{"first", "", false}, // a tap on the launcher took the newest away
		{"third first", "third", false},
		{"newest newer third", "newest", true}, // one was missed and is not asked about after a newer one
		{"newer", "", false},
	} {
		if step.restart {
			now = &usedLinks{path: path}
		}
		got, err := now.take(strings.Fields(step.shown))
		if got != step.want || err != nil {
			t.Errorf("shown %q: took %q, %v; want %q", step.shown, got, err, step.want)
		}
	}
	for n := range 3 * mostUsed {
		if got, err := now.take([]string{strings.Repeat("x", n+1)}); got == "" || err != nil {
			t.Errorf("link %d: %q, %v", n, got, err)
		}
	}
	raw, err := os.ReadFile(path)
	if lines := strings.Fields(string(raw)); err != nil || len(lines) != mostUsed || strings.Contains(string(raw), "x") {
		t.Errorf("kept %q, %v", raw, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read the file: %v, %v", info, err)
	}
}

// TestUsedLinksWithoutDisk: what cannot be kept is told without a path, and holds
// for this run.
func TestUsedLinksWithoutDisk(t *testing.T) {
	dir := t.TempDir()
	u := &usedLinks{path: filepath.Join(dir, "none", "used")}
	if got, err := u.take([]string{"one"}); got != "one" || err == nil || strings.Contains(err.Error(), dir) {
		t.Errorf("took %q, %v", got, err)
	}
	if got, err := u.take([]string{"one"}); got != "" || err != nil {
		t.Errorf("took %q, %v", got, err)
	}
	if got, err := (&usedLinks{}).take([]string{"one"}); got != "one" || err != nil {
		t.Errorf("took %q, %v", got, err)
	}
}
