package view

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/textflow"
	"earshot/app/internal/viewmodel"
)

// rowView is one visible row of a chat: a bubble or the chip of a day. Rows are
// pooled and filled anew.
type rowView struct {
	widget.BaseWidget
	*host
	pane    *chatPane
	row     *viewmodel.Row
	bubble  bubble
	objects []fyne.CanvasObject
	links   []*linkArea // one for each line of each link
	areas   []*tapArea  // the quote and the reactions
	ticks   map[tickKey]*canvas.Image
}

func newRowView(p *chatPane) *rowView {
	v := &rowView{host: p.host, pane: p, ticks: map[tickKey]*canvas.Image{}}
	v.ExtendBaseWidget(v)
	return v
}

// bind makes the view show a row.
func (v *rowView) bind(r *viewmodel.Row, width float32) {
	v.row, v.bubble, v.objects, v.links, v.areas = r, layoutRow(r, width), nil, nil, nil
	if r.Kind == viewmodel.RowDay {
		v.drawDay(width)
	} else {
		v.drawBubble(width)
	}
	canvas.Refresh(v)
}

func (v *rowView) add(o fyne.CanvasObject, x, y, w, h float32) {
	kit.Place(o, x, y, w, h)
	v.objects = append(v.objects, o)
}

func (v *rowView) drawDay(width float32) {
	line := textflow.OneLine(string(v.row.Text), width, func(s string) float32 { return kit.Width(s, dayText, true) })
	w := line.Width + 2*daySide
	chip := kit.Rounded(v.t.Chip, dayChip/2)
	chip.Shadow = canvas.Shadow{Color: v.t.Shadow, BlurRadius: 3, Offset: fyne.NewPos(0, 1)}
	x, y := (width-w)/2, float32(dayRow-dayChip)/2+dayLower
	v.add(chip, x, y, w, dayChip)
	st := kit.Style{Size: dayText, Color: v.t.Muted, Bold: true}
	v.objects = append(v.objects, kit.DrawLine(line, st, line.Width, x+daySide, y+(dayChip-kit.LineHeight(dayText))/2)...)
}

func (v *rowView) drawBubble(width float32) {
	b, r := v.bubble, v.row
	x := float32(bubbleInset)
	ink, quiet, note := v.t.Text, v.t.Muted, v.t.AccentText
	if r.Out {
		x = width - bubbleInset - b.w
		ink, quiet, note = v.t.OnAccent, v.t.OnAccentMuted, v.t.OnAccent
	}
	if r.Found {
		v.add(kit.Rounded(v.t.AccentSoft, rowRadius), rowMargin, b.top-gapInside/2, width-2*rowMargin, b.total()-b.top+gapInside)
	}
	if b.big {
		v.drawBig(x)
		v.drawChips(x)
		return
	}
	v.add(v.shape(), x, b.top, b.w, b.h)
	v.drawQuote(x)
	if r.Deleted {
		ink = quiet
		v.add(v.tick(kit.IconCancel, quiet), x+bubblePadX, b.top+b.textY+(linePitch-goneIcon)/2, goneIcon, goneIcon)
	}
	st := kit.Style{Size: kit.BodySize, Color: ink}
	above := (linePitch - kit.LineHeight(kit.BodySize)) / 2
	y := b.top + b.textY + above
	for _, line := range b.text.Lines {
		objects, areas := kit.DrawLinks(line, st, note, b.w-b.textX-bubblePadX, x+b.textX, y)
		v.objects = append(v.objects, objects...)
		v.addLinks(areas, y-above)
		y += linePitch
	}
	if b.cut != "" {
		line := textflow.OneLine(b.cut, b.w-2*bubblePadX, func(s string) float32 { return kit.Width(s, cutSize, true) })
		v.objects = append(v.objects, kit.DrawLine(line, kit.Style{Size: cutSize, Color: note, Bold: true}, line.Width, x+bubblePadX, y+1)...)
	}
	v.drawMeta(x+b.metaX, b.top+b.metaY, quiet, v.t.ReadTick)
	v.drawChips(x)
}

// drawBig draws a few emoji at x, without a shape around them.
func (v *rowView) drawBig(x float32) {
	b := v.bubble
	y := b.top + (bigPitch-kit.LineHeight(bigSize))/2
	for _, line := range b.text.Lines {
		left := x
		if v.row.Out {
			left += b.w - line.Width
		}
		v.objects = append(v.objects, kit.DrawLine(line, kit.Style{Size: bigSize, Color: v.t.Text}, line.Width, left, y)...)
		y += bigPitch
	}
	v.drawMeta(x+b.metaX, b.top+b.metaY, v.t.Muted, v.t.AccentText)
}

// shape is the body of the bubble with its corners.
func (v *rowView) shape() *canvas.Rectangle {
	r := v.row
	fill := v.t.BubbleIn
	if r.Out {
		fill = v.t.BubbleOut
	}
	s := kit.Rounded(fill, bubbleRadius)
	s.TopLeftCornerRadius, s.TopRightCornerRadius = bubbleRadius, bubbleRadius
	s.BottomLeftCornerRadius, s.BottomRightCornerRadius = bubbleRadius, bubbleRadius
	upper, lower := &s.TopLeftCornerRadius, &s.BottomLeftCornerRadius
	if r.Out {
		upper, lower = &s.TopRightCornerRadius, &s.BottomRightCornerRadius
	}
	*lower = bubbleTight
	if !r.First {
		*upper = bubbleTight
	}
	if !r.Out && !v.t.Dark {
		s.Shadow = canvas.Shadow{Color: v.t.Shadow, BlurRadius: 4, Offset: fyne.NewPos(0, 1)}
	}
	return s
}

// drawMeta draws the time and the tick; read is the colour of one that was read.
func (v *rowView) drawMeta(x, y float32, quiet, read color.NRGBA) {
	st := kit.Style{Size: metaSize, Color: quiet}
	text := metaText(v.row)
	w, h := kit.Width(text, metaSize, false), kit.LineHeight(metaSize)
	if v.row.Changing {
		v.add(v.tick(kit.IconClock, quiet), x, y+(h-changeSize)/2, changeSize, changeSize)
		x += changeSize + noteGap
	}
	v.add(kit.Text(text, st), x, y, w, h)
	name, ok := tickIcon(v.row.Tick)
	if !ok {
		return
	}
	ink, size := quiet, float32(tickSize)
	switch v.row.Tick {
	case viewmodel.TickFailed:
		ink = v.t.Danger
		back := canvas.NewCircle(pick(v.t.Dark, v.t.Surface, v.t.OnAccent))
		v.add(back, x+w+tickGap, y+(h-size)/2, size, size)
	case viewmodel.TickRead:
		ink = read
	case viewmodel.TickQueued:
		size = clockSize
	}
	v.add(v.tick(name, ink), x+w+tickGap+(tickSize-size)/2, y+(h-size)/2, size, size)
}

// tick is an icon in a colour. The toolkit draws each new picture from its
// vectors, which would be a third of the work for a row, so a view keeps its
// few.
func (v *rowView) tick(name kit.IconName, ink color.NRGBA) *canvas.Image {
	key := tickKey{name, ink}
	if v.ticks[key] == nil {
		v.ticks[key] = kit.Icon(name, ink)
	}
	return v.ticks[key]
}

// tickKey is what two ticks that look the same have in common.
type tickKey struct {
	name kit.IconName
	ink  color.NRGBA
}

// tickIcon is the drawing for a tick.
func tickIcon(t viewmodel.Tick) (kit.IconName, bool) {
	switch t {
	case viewmodel.TickQueued:
		return kit.IconClock, true
	case viewmodel.TickWaiting:
		return kit.IconDots, true
	case viewmodel.TickSent:
		return kit.IconTick, true
	case viewmodel.TickDelivered, viewmodel.TickRead:
		return kit.IconTicks, true
	case viewmodel.TickFailed, viewmodel.TickUnstored:
		return kit.IconAlert, true
	}
	return "", false
}

// Tapped implements fyne.Tappable: a text that is not shown whole is copied, and
// a cancelled one offers to go again.
func (v *rowView) Tapped(e *fyne.PointEvent) {
	switch {
	case v.bubble.cut != "":
		v.copyText(v.row.Raw)
	case v.row.Acts&viewmodel.CanResend != 0:
		v.openMenu(e.AbsolutePosition, nil)
	}
}

// TappedSecondary implements fyne.SecondaryTappable: right click or long press.
func (v *rowView) TappedSecondary(e *fyne.PointEvent) { v.openMenu(e.AbsolutePosition, nil) }

// CreateRenderer implements fyne.Widget.
func (v *rowView) CreateRenderer() fyne.WidgetRenderer { return &rowRenderer{v} }

type rowRenderer struct{ v *rowView }

func (r *rowRenderer) Destroy()                     {}
func (r *rowRenderer) Layout(fyne.Size)             {}
func (r *rowRenderer) Refresh()                     {}
func (r *rowRenderer) MinSize() fyne.Size           { return fyne.NewSize(1, r.v.bubble.total()) }
func (r *rowRenderer) Objects() []fyne.CanvasObject { return r.v.objects }
