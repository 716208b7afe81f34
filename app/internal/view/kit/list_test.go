package kit

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"
)

// block is an item whose height may depend on the width.
type block struct {
	key    string
	height float32
	wraps  bool
}

func (b *block) ItemKey() string { return b.key }

func (b *block) at(width float32) float32 {
	if b.wraps {
		return b.height * 400 / width
	}
	return b.height
}

// newTestList is a list of blocks; measured counts how many heights were asked for.
func newTestList(t testing.TB) (l *List, measured *int) {
	test.NewTempApp(t)
	measured = new(int)
	l = NewList(Light(), 8, 14)
	l.Height = func(it Item, w float32) float32 { *measured++; return it.(*block).at(w) }
	l.New = func() fyne.CanvasObject { return canvas.NewRectangle(nil) }
	l.Bind = func(Item, fyne.CanvasObject, float32) {}
	test.WidgetRenderer(l)
	l.Resize(fyne.NewSize(400, 300))
	return l, measured
}

func blocks(from, to int) []Item {
	var out []Item
	for n := from; n < to; n++ {
		out = append(out, &block{key: fmt.Sprint(n), height: 30 + float32((n*37%90+90)%90)})
	}
	return out
}

// ys is where the visible rows are.
func ys(l *List) map[string]float32 {
	out := make(map[string]float32)
	l.EachVisible(func(it Item, o fyne.CanvasObject) { out[it.ItemKey()] = o.Position().Y })
	return out
}

func TestListStandsAtItsEnd(t *testing.T) {
	l, _ := newTestList(t)
	l.SetItems(blocks(0, 50))
	if !l.AtEnd() {
		t.Error("a new list is not at its end")
	}
	if got, ok := ys(l)["49"]; !ok || got+l.items[49].(*block).height != 300-14 {
		t.Errorf("the last row is at %v", got)
	}
	l.SetItems(append(l.Items(), blocks(50, 53)...))
	if _, ok := ys(l)["52"]; !ok {
		t.Error("at the end, new rows do not come into view")
	}
}

// TestListGetsFewerItemsUnseen: a list that is not laid out takes what comes.
func TestListGetsFewerItemsUnseen(t *testing.T) {
	for _, left := range []int{0, 1, 3} {
		l, _ := newTestList(t)
		l.SetItems(blocks(0, 50))
		size := l.Size()
		l.Resize(fyne.NewSize(0, 0))
		l.SetItems(blocks(0, left))
		l.ScrollBy(10)
		l.SetItems(blocks(0, left+1))
		l.Resize(size)
		if got := ys(l); len(got) != left+1 {
			t.Errorf("%d of %d rows are visible", len(got), left+1)
		}
	}
}

func TestListShorterThanTheView(t *testing.T) {
	l, _ := newTestList(t)
	l.SetItems([]Item{&block{key: "a", height: 40}, &block{key: "b", height: 50}})
	if got := ys(l); got["b"] != 300-14-50 || got["a"] != 300-14-90 {
		t.Errorf("rows at %v, want them at the bottom", got)
	}
	l.ScrollBy(100)
	if got := ys(l); got["b"] != 300-14-50 {
		t.Errorf("a short list scrolls: %v", got)
	}
}

func TestListStopsAtTheTop(t *testing.T) {
	l, _ := newTestList(t)
	near := 0
	l.OnNearTop = func() { near++ }
	l.SetItems(blocks(0, 50))
	if near != 0 {
		t.Error("older items are asked for at the end")
	}
	l.ScrollBy(1e6)
	if got := ys(l)["0"]; got != 8 || near == 0 {
		t.Errorf("the first row is at %v, older items were asked for %d times", got, near)
	}
}

// TestListIsCheapWhenLong: only what is seen is measured, whatever the length.
func TestListIsCheapWhenLong(t *testing.T) {
	l, measured := newTestList(t)
	l.SetItems(blocks(0, 100_000))
	for range 20 {
		l.ScrollBy(100)
	}
	if *measured > 200 {
		t.Errorf("%d heights were measured to see %d rows", *measured, len(ys(l)))
	}
	if rows := len(l.pool) + len(l.shown); rows > 30 {
		t.Errorf("%d rows exist", rows)
	}
}

func TestListBindsOnlyWhatChanged(t *testing.T) {
	l, _ := newTestList(t)
	var bound []string
	l.Bind = func(it Item, _ fyne.CanvasObject, _ float32) { bound = append(bound, it.ItemKey()) }
	items := blocks(0, 50)
	l.SetItems(items)
	bound = nil
	changed := append([]Item(nil), items...)
	changed[48] = &block{key: "48", height: 77}
	l.SetItems(changed)
	if len(bound) != 1 || bound[0] != "48" {
		t.Errorf("bound %v, want 48", bound)
	}
	bound = nil
	l.Resize(fyne.NewSize(300, 300))
	if len(bound) != len(ys(l)) {
		t.Errorf("another width bound %d of %d visible rows", len(bound), len(ys(l)))
	}
}

// TestListKeepsItsPlace: whatever comes above or below, what a person reads
// stays where it is; and the view has no holes.
func TestListKeepsItsPlace(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l, _ := newTestList(t)
		low, high := 0, rapid.IntRange(1, 40).Draw(rt, "items")
		l.SetItems(blocks(low, high))
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			before, atEnd := ys(l), l.AtEnd()
			kept := false
			switch rapid.SampledFrom([]string{"scroll", "prepend", "append", "width", "height", "drop"}).Draw(rt, "step") {
			case "scroll":
				l.ScrollBy(rapid.Float32Range(-400, 400).Draw(rt, "by"))
			case "prepend":
				k := rapid.IntRange(1, 30).Draw(rt, "k")
				low -= k
				l.SetItems(append(blocks(low, low+k), l.Items()...))
				kept = true
			case "append":
				k := rapid.IntRange(1, 5).Draw(rt, "k")
				l.SetItems(append(append([]Item(nil), l.Items()...), blocks(high, high+k)...))
				high += k
				kept = !atEnd
			case "width":
				l.Resize(fyne.NewSize(rapid.Float32Range(200, 600).Draw(rt, "w"), l.Size().Height))
			case "height":
				l.Resize(fyne.NewSize(l.Size().Width, rapid.Float32Range(100, 700).Draw(rt, "h")))
			case "drop": // a row above goes: a day's chip moved up
				if len(l.items) > 1 {
					l.SetItems(append([]Item(nil), l.Items()[1:]...))
					kept = l.at.index > 0
				}
			}
			if kept && !atEnd && !l.AtEnd() {
				for key, y := range ys(l) {
					if old, ok := before[key]; ok && abs(old-y) > .01 {
						rt.Fatalf("row %s moved from %v to %v", key, old, y)
					}
				}
			}
			checkView(rt, l)
		}
	})
}

// checkView fails if the rows do not fill the view without holes and overlap.
func checkView(t *rapid.T, l *List) {
	size := l.Size()
	y, first, n := float32(0), true, 0
	l.EachVisible(func(it Item, o fyne.CanvasObject) {
		if !first && abs(o.Position().Y-y) > .01 {
			t.Fatalf("row %s is at %v, the one above ends at %v", it.ItemKey(), o.Position().Y, y)
		}
		if first && o.Position().Y > l.top+.01 && l.at.index > 0 {
			t.Fatalf("a hole above row %s", it.ItemKey())
		}
		y, first = o.Position().Y+o.Size().Height, false
		n++
	})
	if n == 0 {
		t.Fatal("nothing is visible")
	}
	if y < size.Height-l.bottom-.01 {
		t.Fatalf("a hole below: the last row ends at %v of %v", y, size.Height)
	}
	if _, atLast := ys(l)[l.items[len(l.items)-1].ItemKey()]; l.AtEnd() && (!atLast || abs(y-(size.Height-l.bottom)) > .01) {
		t.Fatalf("at the end, but the last row ends at %v of %v", y, size.Height)
	}
}

func abs(x float32) float32 { return max(x, -x) }

// TestAPartKeepsItsPlace: a window on something longer moves, and what a person
// reads stays where it is, also at the last row, which is not the end.
func TestAPartKeepsItsPlace(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const all = 400
		l, _ := newTestList(t)
		low, high := 150, 200
		set := func() { l.SetPart(blocks(low, high), high < all) }
		set()
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			before, atEnd := ys(l), l.AtEnd()
			kept := true
			switch rapid.SampledFrom([]string{"scroll", "older", "newer", "trim above", "trim below", "show"}).Draw(rt, "step") {
			case "scroll":
				l.ScrollBy(rapid.Float32Range(-900, 900).Draw(rt, "by"))
				kept = false
			case "older":
				low = max(0, low-rapid.IntRange(1, 30).Draw(rt, "k"))
				set()
			case "newer":
				high = min(all, high+rapid.IntRange(1, 30).Draw(rt, "k"))
				set()
			case "trim above":
				low = min(low+rapid.IntRange(0, 20).Draw(rt, "k"), low+l.at.index)
				set()
			case "trim below":
				if seen := l.at.index + len(ys(l)); !atEnd && low+seen+1 < high {
					high = low + seen + 1
					set()
				}
			case "show":
				key := fmt.Sprint(rapid.IntRange(low, high-1).Draw(rt, "key"))
				l.GoTo(key)
				if _, ok := ys(l)[key]; !ok {
					rt.Fatalf("row %s is not in view", key)
				}
				kept = false
			}
			if got := high == all && l.at.stick; l.AtEnd() != got {
				rt.Fatalf("at the end: %v", l.AtEnd())
			}
			if kept && !atEnd {
				for key, y := range ys(l) {
					if old, ok := before[key]; ok && abs(old-y) > .01 && !l.AtEnd() {
						rt.Fatalf("row %s moved from %v to %v", key, old, y)
					}
				}
			}
			checkView(rt, l)
		}
	})
}

// TestGoToBeforeTheFirstLayout: a chat is opened at a message.
func TestGoToBeforeTheFirstLayout(t *testing.T) {
	l, _ := newTestList(t)
	l.Resize(fyne.NewSize(0, 0))
	l.SetPart(blocks(0, 50), true)
	l.GoTo("25")
	asked := 0
	l.OnNearEnd = func() { asked++ }
	l.Resize(fyne.NewSize(400, 300))
	if y, ok := ys(l)["25"]; !ok || y < 8 || y > 200 || asked != 0 {
		t.Errorf("row 25 is at %v, %v; more was asked for %d times", y, ok, asked)
	}
	l.ScrollBy(-1e6)
	if l.AtEnd() || asked == 0 {
		t.Errorf("at the end: %v; more was asked for %d times", l.AtEnd(), asked)
	}
	l.SetPart(blocks(0, 50), false)
	if !l.AtEnd() {
		t.Error("there is nothing more below, and it is not at the end")
	}
}
