//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// The time from the start of the process to the first window with the device's
// own name in it, next to the yardstick: the command line that opens the same
// home folder, says who it is and ends. It is printed, not judged. Up to 30 ms
// of it is the pause before the description of the window is written.
func TestFirstFrame(t *testing.T) {
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			lan := faultbench.NewLAN(t, "anna")
			a := newDevice(t, lan, "anna")
			began := time.Now()
			a.must("id")
			yardstick := time.Since(began)

			w := openWindow(a, desktopSize)
			began = time.Now() // the process has just begun; the screen was there before
			shown := w.firstDump().Sub(began)
			w.seeID("self")
			t.Logf("first frame after %v, yardstick %v, ratio %.1f",
				shown.Round(time.Millisecond), yardstick.Round(time.Millisecond), float64(shown)/float64(yardstick))
		})
	}
}

// firstDump returns when the window was described for the first time.
func (w *window) firstDump() time.Time {
	w.t.Helper()
	limit, tick := time.After(patience), time.NewTicker(2*time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if info, err := os.Stat(w.dump); err == nil {
				return info.ModTime()
			}
		case <-limit:
			w.t.Fatalf("no window within %v", patience)
		}
	}
}
