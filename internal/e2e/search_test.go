//go:build e2e

package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"earshot/internal/faultbench"
)

// A word that stands far above in a long conversation is found; its place is
// opened, read on from there page by page without a gap, and left for the end.
func TestSearchFarAbove(t *testing.T) {
	const all, place = 3_000, 200
	d := newDevice(t, faultbench.NewLAN(t, "anna"), "anna")
	text := func(n int) string {
		if n == place {
			return fmt.Sprintf("message %d: pumpernickel", n)
		}
		return fmt.Sprintf("message %d", n)
	}
	d.chatters(longAnna, "Anna", all, text)
	d.chatters(someBert, "Bert", 3, func(n int) string { return fmt.Sprint("another ", n) })
	w := openWindow(d, desktopSize)
	w.seeID("conversation/" + someBert.Short())
	w.press("ctrl+f")
	w.seeID("search")
	w.keys("pumper")
	w.click(w.see("the hit", func(e element) bool { return e.ID == "hit/1" && e.Text == text(place) }))
	w.seeText(text(place))
	w.picture("far-above")

	for range 60 { // some 700 messages, more than are kept
		w.press("Next")
	}
	far := w.see("a message far below", func(e element) bool {
		n, ok := numberOf(e)
		return ok && n > place+600 && n < all-1000
	})
	var shown []int
	for _, e := range w.elements() {
		if n, ok := numberOf(e); ok {
			shown = append(shown, n)
		}
	}
	slices.SortFunc(shown, cmp.Compare[int])
	for i, n := range shown {
		if n != shown[0]+i {
			t.Errorf("around %q there is a gap: %v", far.Text, shown)
			break
		}
	}
	w.click(w.seeID("jump"))
	w.seeText(text(all - 1))
	w.seeGone("jump")
}

// numberOf is that of a message of TestSearchFarAbove.
func numberOf(e element) (n int, ok bool) {
	_, err := fmt.Sscanf(e.Text, "message %d", &n)
	return n, err == nil && isMessage(e)
}
