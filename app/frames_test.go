package app

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"
)

func TestFrameLog(t *testing.T) {
	test.NewTempApp(t)
	path := filepath.Join(t.TempDir(), "frames")
	from := time.Now()
	l := newFrameLog(path) // the test driver makes one turn
	l.later()
	l.later()
	l.turn()
	if raw, err := os.ReadFile(path); err != nil || strings.Count(string(raw), "\n") != 1 {
		t.Errorf("while something moves the file is left alone: %q, %v", raw, err)
	}
	l.turn()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var moved []int64
	for line := range strings.Lines(string(raw)) {
		var micros, m int64
		if _, err := fmt.Sscan(line, &micros, &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if at := time.UnixMicro(micros); at.Before(from.Truncate(time.Microsecond)) || at.After(time.Now()) {
			t.Errorf("a turn at %v", at)
		}
		moved = append(moved, m)
	}
	if fmt.Sprint(moved) != "[0 1 0]" {
		t.Errorf("moved in the turns %v", moved)
	}
}

func TestNoFrameLog(t *testing.T) {
	test.NewTempApp(t)
	l := newFrameLog("")
	l.later()
	if l.out != nil {
		t.Error("something is written without a path")
	}
}
