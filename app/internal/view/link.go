package view

import (
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/weblink"
)

// linkArea takes the taps on one line of a link. It draws nothing.
type linkArea struct {
	widget.BaseWidget
	row  *rowView
	link weblink.Link
}

// addLinks lays areas over the links of the line whose top is at y.
func (v *rowView) addLinks(areas []kit.PartArea, y float32) {
	for _, a := range areas {
		l := &linkArea{row: v, link: v.bubble.links[a.Part-1]}
		l.ExtendBaseWidget(l)
		v.add(l, a.X, y, a.Width, linePitch)
		v.links = append(v.links, l)
	}
}

// Tapped implements fyne.Tappable: only a tap opens a link.
func (l *linkArea) Tapped(e *fyne.PointEvent) { l.row.follow(l.link, e.AbsolutePosition) }

// TappedSecondary implements fyne.SecondaryTappable: right click or long press.
func (l *linkArea) TappedSecondary(e *fyne.PointEvent) {
	at, link, row := e.AbsolutePosition, l.link, l.row
	row.openMenu(at, []menuEntry{
		{id: "menu/open-link", icon: kit.IconOpen, word: "Open link", do: func() { row.follow(link, at) }},
		{id: "menu/copy-link", icon: kit.IconLink, word: "Copy link", do: func() { row.copyText(link.URL) }},
	})
}

// Cursor implements desktop.Cursorable.
func (l *linkArea) Cursor() desktop.Cursor { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (l *linkArea) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(kit.Fixed(1, 1), func(fyne.Size) {})
}

// linkElements names the links of the visible rows from top to bottom, link/1
// and so on, each where it begins.
func (p *chatPane) linkElements() []Element {
	var out []Element
	p.list.EachVisible(func(_ kit.Item, o fyne.CanvasObject) {
		begun := -1 // where the last link begins in its text
		for _, l := range o.(*rowView).links {
			if l.link.Start == begun {
				continue
			}
			begun = l.link.Start
			state := pick(l.link.Ask, "asks", "opens")
			out = append(out, Element{ID: "link/" + strconv.Itoa(len(out)+1), Label: l.link.Host, Text: l.link.URL, State: state, Object: l})
		}
	})
	return out
}
