package kit

// anchor is where a list stands: the first visible item and where its top is.
// There is no coordinate of the whole list, so heights are measured for what is
// seen only, and the place is kept exactly whatever happens above it.
type anchor struct {
	index int
	y     float32 // top of that item in the view, 0 or less unless it is the first
	stick bool    // the newest item is held at the bottom
}

// extent is the view on the list.
type extent struct {
	n           int     // items
	height      float32 // of the view
	top, bottom float32 // room above the first and below the last item
	item        func(i int) float32
}

// settle corrects the anchor so that the view is filled as far as there are
// items: neither end moves into the view while there is more on the other side.
// A list shorter than the view stands at the bottom. It needs n > 0.
func (a *anchor) settle(e extent) {
	if a.index >= e.n || a.index < 0 {
		a.index, a.stick = e.n-1, true
	}
	if a.stick {
		a.index = e.n - 1
		a.y = e.height - e.bottom - e.item(a.index)
	}
	a.first(e)
	if a.index == 0 && a.y > e.top {
		a.y = e.top
	}
	end, y := a.index, a.y
	for ; end < e.n && y < e.height; end++ {
		y += e.item(end)
	}
	if end == e.n && y <= e.height-e.bottom {
		a.y += e.height - e.bottom - y
		a.stick = true
		a.first(e)
	}
}

// first moves the anchor to the first visible item without moving the list.
func (a *anchor) first(e extent) {
	for a.y > 0 && a.index > 0 {
		a.index--
		a.y -= e.item(a.index)
	}
	for a.index < e.n-1 && a.y+e.item(a.index) <= 0 {
		a.y += e.item(a.index)
		a.index++
	}
}

// last returns the last visible item.
func (a *anchor) last(e extent) int {
	i := a.index
	for y := a.y + e.item(i); y < e.height && i < e.n-1; y += e.item(i) {
		i++
	}
	return i
}
