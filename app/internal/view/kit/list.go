package kit

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Item is one row of a List. Two items with equal keys are the same row, and if
// the items are equal too (==) the row did not change. Items must be
// comparable: pointers to values that are not changed.
type Item interface{ ItemKey() string }

// Metrics of the list, in dp.
const (
	nearTop = 20 // items from an end at which those behind it are asked for
	showAt  = .3 // of the view: where a row is put to which a person went
)

// List is the anchored list of a chat: rows of any height, of which only the
// visible ones exist and are measured. It keeps its place when items come
// above, and stays at the end if it is there.
type List struct {
	widget.BaseWidget

	// Height measures a row for a width, New makes an empty row, Bind fills it.
	Height func(item Item, width float32) float32
	New    func() fyne.CanvasObject
	Bind   func(item Item, row fyne.CanvasObject, width float32)
	// OnMoved is called after every change of what is visible.
	OnMoved func()
	// OnNearTop is called whenever the oldest item is close; often.
	OnNearTop func()
	// OnNearEnd is called whenever the newest item is close and is not the end; often.
	OnNearEnd func()

	items   []Item
	below   bool   // there are more items below, which are not here
	wanted  string // key of the item to show at the next layout, "" for none
	at      anchor
	heights map[Item]float32
	shown   map[string]shownRow
	pool    []fyne.CanvasObject
	width   float32 // that heights and shown are for

	top, bottom float32
	inner       *fyne.Container
	clip        *container.Clip
	bar         *thumb
	touch       *touch // nil where there is no finger
}

// shownRow is a row on the screen and what it shows.
type shownRow struct {
	object fyne.CanvasObject
	item   Item
}

// NewList returns an empty list that stands at its end; top and bottom are the
// room before the first and behind the last row.
func NewList(t *Tokens, top, bottom float32) *List {
	l := &List{
		at: anchor{stick: true}, top: top, bottom: bottom,
		heights: make(map[Item]float32), shown: make(map[string]shownRow),
		inner: container.NewWithoutLayout(),
	}
	l.bar = newThumb(t, l.drag)
	l.clip = container.NewClip(l.inner)
	l.bar.Hide()
	if fyne.CurrentDevice().IsMobile() {
		l.touch = newTouch(l)
	}
	l.ExtendBaseWidget(l)
	return l
}

// CreateRenderer implements fyne.Widget. On a phone the bar only shows the place:
// it is below what takes the finger.
func (l *List) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{l.clip, l.bar}
	if l.touch != nil {
		objects = []fyne.CanvasObject{l.bar, l.touch.below, l.clip, l.touch.guard}
	}
	return NewRenderer(Fixed(120, 60), func(s fyne.Size) {
		l.clip.Resize(s)
		l.inner.Resize(s)
		if l.touch != nil {
			l.touch.resize(s)
		}
		l.layout()
	}, objects...)
}

// ScrollBy moves the rows down by dy dp.
func (l *List) ScrollBy(dy float32) {
	l.at.stick = false
	l.at.y += dy
	l.layout()
}

// ToEnd goes to the newest row and stays there.
func (l *List) ToEnd() {
	l.halt()
	l.at.stick = true
	l.layout()
}

// GoTo puts an item where a person sees it at once, by its key.
func (l *List) GoTo(key string) {
	l.halt()
	l.wanted = key
	l.layout()
}

// showWanted moves the anchor to the item that is to be seen.
func (l *List) showWanted() {
	for i, it := range l.items {
		if it.ItemKey() == l.wanted {
			l.at = anchor{index: i, y: max(l.top, showAt*(l.Size().Height-l.height(it)))}
			break
		}
	}
	l.wanted = ""
}

// AtEnd reports whether the newest row is held at the bottom and is the end.
func (l *List) AtEnd() bool { return l.at.stick && !l.below }

// Len is the number of items.
func (l *List) Len() int { return len(l.items) }

// Items returns what SetItems was given last.
func (l *List) Items() []Item { return l.items }

// Reset empties the list and puts it at its end, for another chat.
func (l *List) Reset() {
	l.halt()
	l.items, l.below, l.wanted, l.at = nil, false, "", anchor{stick: true}
	l.layout()
}

// SetItems replaces the items. What is on the screen stays where it is, found
// by its key; at the end the list stays at the end.
func (l *List) SetItems(items []Item) { l.SetPart(items, false) }

// SetPart is SetItems for a part of something longer: below says that it goes on
// behind the last item, which is then not the end.
func (l *List) SetPart(items []Item, below bool) {
	if !l.AtEnd() {
		l.reanchor(items)
	}
	l.items, l.below = items, below
	if len(l.heights) > 4*len(items)+1024 { // heights of rows that are gone
		clear(l.heights)
	}
	l.layout()
}

// reanchor finds the first visible row, or the first after it that is still
// there, among new items.
func (l *List) reanchor(items []Item) {
	l.at.index = min(l.at.index, max(0, len(l.items)-1)) // there may be fewer since it was last laid out
	if len(l.items) > 0 {
		if to := whereIs(l.items[l.at.index].ItemKey(), items, l.at.index, len(items)-len(l.items)); to >= 0 {
			l.at.index, l.at.stick = to, false
			return
		}
	}
	where := make(map[string]int, len(items))
	for i, it := range items {
		where[it.ItemKey()] = i
	}
	y := l.at.y
	for i := l.at.index; i < len(l.items); i++ {
		if to, ok := where[l.items[i].ItemKey()]; ok {
			l.at = anchor{index: to, y: y}
			return
		}
		y += l.height(l.items[i])
	}
	l.at = anchor{stick: true}
}

// whereIs finds an item that was at index before some were added: above it, so
// that it moved by more, or below. It returns -1 when it is in neither place.
func whereIs(key string, items []Item, index, more int) int {
	for _, i := range [2]int{index + more, index} {
		if i >= 0 && i < len(items) && items[i].ItemKey() == key {
			return i
		}
	}
	return -1
}

func (l *List) height(it Item) float32 {
	if h, ok := l.heights[it]; ok {
		return h
	}
	h := l.Height(it, l.width)
	l.heights[it] = h
	return h
}

func (l *List) extent() extent {
	return extent{
		n: len(l.items), height: l.Size().Height, top: l.top, bottom: l.bottom,
		item: func(i int) float32 { return l.height(l.items[i]) },
	}
}

// layout puts the visible rows in their places.
func (l *List) layout() {
	size := l.Size()
	if size.Width <= 0 || size.Height <= 0 {
		return
	}
	if l.width != size.Width {
		l.width = size.Width
		clear(l.heights)
		l.release(nil)
	}
	last := -1
	if len(l.items) == 0 {
		l.release(nil)
		l.show(nil)
		l.bar.Hide()
	} else {
		if l.wanted != "" {
			l.showWanted()
		}
		e := l.extent()
		l.at.settle(e)
		last = l.at.last(e)
		l.place(last)
		l.placeBar(last)
	}
	if l.OnMoved != nil {
		l.OnMoved()
	}
	if l.at.index < nearTop && len(l.items) > 0 && l.OnNearTop != nil {
		l.OnNearTop()
	}
	if l.below && last >= len(l.items)-nearTop && l.OnNearEnd != nil {
		l.OnNearEnd()
	}
}

// place binds and moves the rows from the anchor to last.
func (l *List) place(last int) {
	visible := l.items[l.at.index : last+1]
	keep := make(map[string]bool, len(visible))
	for _, it := range visible {
		keep[it.ItemKey()] = true
	}
	l.release(keep)
	objects := make([]fyne.CanvasObject, 0, len(visible))
	y := l.at.y
	for _, it := range visible {
		row, ok := l.shown[it.ItemKey()]
		if !ok {
			row.object = l.take()
		}
		if !ok || row.item != it {
			l.Bind(it, row.object, l.width)
			l.shown[it.ItemKey()] = shownRow{row.object, it}
		}
		h := l.height(it)
		Place(row.object, 0, y, l.width, h)
		y += h
		objects = append(objects, row.object)
	}
	l.show(objects)
}

func (l *List) show(objects []fyne.CanvasObject) {
	l.inner.Objects = objects
	canvas.Refresh(l.inner)
}

// release puts the rows that are not kept into the pool.
func (l *List) release(keep map[string]bool) {
	for key, row := range l.shown {
		if !keep[key] {
			l.pool = append(l.pool, row.object)
			delete(l.shown, key)
		}
	}
}

func (l *List) take() fyne.CanvasObject {
	if k := len(l.pool); k > 0 {
		row := l.pool[k-1]
		l.pool = l.pool[:k-1]
		return row
	}
	return l.New()
}

// EachVisible calls f with every visible row from top to bottom.
func (l *List) EachVisible(f func(item Item, row fyne.CanvasObject)) {
	for i := l.at.index; i < len(l.items); i++ {
		row, ok := l.shown[l.items[i].ItemKey()]
		if !ok {
			return
		}
		f(l.items[i], row.object)
	}
}
