package view

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/textflow"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Metrics of the search, in dp.
const (
	finderField = 38
	finderTouch = 44 // of the field on a phone
	finderInset = 16
	finderBelow = 8
	finderIcon  = 17
	finderIconX = 13
	finderTextX = 30
	finderClear = 38
	hitPad      = 10 // above and below a hit
	hitLines    = 2
	moreRoom    = 56 // for the button below the hits
)

// finder is the search in all conversations: a field, and what was found.
type finder struct {
	*host
	z       sizes
	small   bool   // on a phone: the field is there only while it is used
	open    bool   // it is used
	changed func() // the field came or went
	answer  *viewmodel.Search
	silent  bool // the text is changed by the program

	field  *canvas.Rectangle
	icon   *canvas.Image
	entry  *findEntry
	clear  *kit.IconButton
	bar    *fyne.Container
	note   *kit.Label
	rows   map[*viewmodel.Hit]*hitRow
	shownR []*hitRow
	more   *kit.TextButton
	column *fyne.Container
	scroll *kit.Scroll
	object *fyne.Container
}

func newFinder(h *host, z sizes, small bool) *finder {
	t := h.t
	f := &finder{
		host: h, z: z, small: small, changed: func() {}, rows: make(map[*viewmodel.Hit]*hitRow),
		field: kit.Rounded(t.Field, finderField/2), icon: kit.Icon(kit.IconSearch, t.Muted),
		note: kit.NewLabel(kit.Style{Size: 13, Color: t.Muted}, 4),
	}
	f.entry = newFindEntry(f)
	f.clear = kit.NewIconButton(t, kit.IconClose, "End the search", finderClear, 16, f.end)
	f.clear.Hide()
	high := pick[float32](small, finderTouch, finderField)
	f.field.CornerRadius = high / 2
	view := container.NewThemeOverride(f.entry, kit.WithoutScrollBars(t))
	f.bar = kit.NewPanel(kit.High(high+finderBelow), func(s fyne.Size) {
		w := s.Width - 2*finderInset
		kit.Place(f.field, finderInset, 0, w, high)
		kit.Place(f.icon, finderInset+finderIconX, (high-finderIcon)/2, finderIcon, finderIcon)
		eh := kit.LineHeight(kit.BodySize) + entryPad
		kit.Place(view, finderInset+finderTextX, (high-eh)/2, w-finderTextX-finderClear, eh)
		kit.Place(f.clear, finderInset+w-finderClear, (high-finderClear)/2, finderClear, finderClear)
	}, f.field, f.icon, view, f.clear)
	f.more = kit.NewTextButton(t, "Show more", t.Field, t.Text, h.a.SearchMore)
	f.column = kit.Column()
	f.scroll = kit.NewScroll(f.column, container.ScrollVerticalOnly)
	f.scroll.OnScrolled = func(fyne.Position) { h.moved() }
	f.object = kit.NewPanel(kit.High(100), func(s fyne.Size) {
		kit.Place(f.scroll, 0, 0, s.Width, s.Height)
		kit.Place(f.note, inset, 12, s.Width-2*inset, f.note.Fit(s.Width-2*inset))
	}, f.scroll, f.note)
	f.object.Hide()
	return f
}

// finding reports whether what was found is on the screen.
func (f *finder) finding() bool { return strings.TrimSpace(f.entry.Text) != "" }

// shown reports whether the field is.
func (f *finder) shown() bool { return !f.small || f.open }

// begin opens the field and gives it the keyboard.
func (f *finder) begin() {
	f.open = true
	f.changed()
	f.takeKeys(f.entry)
	f.entry.TypedShortcut(&fyne.ShortcutSelectAll{})
}

// end forgets the search.
func (f *finder) end() {
	f.open = false
	f.setText("")
	f.a.EndSearch()
	f.takeKeys(nil)
	f.changed()
}

func (f *finder) setText(text string) {
	f.silent = true
	f.entry.SetText(text)
	f.silent = false
	setVisible(f.clear, text != "" || f.small)
}

// typed looks for what was typed.
func (f *finder) typed(text string) {
	if f.silent {
		return
	}
	f.open = true
	setVisible(f.clear, text != "" || f.small)
	f.a.Search(text)
	f.changed()
}

// set shows what was found.
func (f *finder) set(answer *viewmodel.Search) {
	if answer == f.answer || answer == nil {
		f.answer = answer
		return
	}
	f.answer = answer
	seen := make(map[*viewmodel.Hit]*hitRow, len(answer.Hits))
	f.shownR, f.column.Objects = nil, nil
	for _, h := range answer.Hits {
		r := f.rows[h]
		if r == nil {
			r = newHitRow(f, h)
		}
		seen[h] = r
		f.shownR = append(f.shownR, r)
		f.column.Objects = append(f.column.Objects, r)
	}
	f.rows = seen
	if answer.More {
		f.column.Objects = append(f.column.Objects, kit.NewPanel(kit.High(moreRoom), func(s fyne.Size) {
			b := f.more.MinSize()
			kit.Place(f.more, (s.Width-b.Width)/2, (s.Height-b.Height)/2, b.Width, b.Height)
		}, f.more))
	}
	f.more.SetDisabled(answer.Busy)
	f.note.SetText(safetext.Display(answer.Note))
	setVisible(f.note, answer.Note != "" && len(answer.Hits) == 0)
	f.column.Refresh()
	f.scroll.Refresh()
	f.object.Refresh()
}

// first gives the keyboard to the newest hit and reports whether there is one.
func (f *finder) first() bool {
	if len(f.shownR) == 0 || !f.finding() {
		return false
	}
	f.takeKeys(f.shownR[0])
	return true
}

// step gives the keyboard to the hit before or behind r, above the first to the
// field, and shows it. Behind the last are more hits, if there are any.
func (f *finder) step(r *hitRow, by int) {
	i := slices.Index(f.shownR, r) + by
	switch {
	case i < 0:
		f.takeKeys(f.entry)
	case i < len(f.shownR):
		next := f.shownR[i]
		f.takeKeys(next)
		top, low := next.Position().Y, next.Position().Y+next.Size().Height-f.scroll.Size().Height
		f.scroll.ScrollToOffset(fyne.NewPos(0, max(low, min(top, f.scroll.Offset.Y))))
	case f.answer != nil && f.answer.More:
		f.a.SearchMore()
	}
}

// finderState is what survives when the list is made anew.
type finderState struct {
	open  bool
	text  string
	keys  bool // the field has the keyboard
	above float32
}

func (f *finder) state() finderState {
	return finderState{open: f.open, text: f.entry.Text, keys: f.entry.focused, above: f.scroll.Offset.Y}
}

func (f *finder) restore(st finderState) {
	f.open = st.open
	f.setText(st.text)
	f.changed()
	if st.keys {
		f.takeKeys(f.entry)
	}
	f.scroll.ScrollToOffset(fyne.NewPos(0, st.above))
}

func (f *finder) elements() []Element {
	if !f.shown() {
		return nil
	}
	out := []Element{{ID: "search", Label: "Search", Text: f.entry.Text, Object: f.entry}}
	if !f.finding() {
		return out
	}
	for i, r := range f.shownR {
		out = append(out, Element{ID: "hit/" + strconv.Itoa(i+1), Label: string(r.h.Name), Text: string(r.h.Line), State: r.h.Key, Object: r})
	}
	if f.note.Visible() {
		out = append(out, Element{ID: "search/note", Label: "Note", Text: f.note.Text(), Object: f.note})
	}
	if f.answer != nil && f.answer.More {
		out = append(out, Element{ID: "search/more", Label: f.more.Label(), Object: f.more})
	}
	return out
}

// findEntry is the field of the search. Escape ends it, the arrow down goes to
// what was found, Enter opens the newest of that.
type findEntry struct {
	widget.Entry
	f       *finder
	focused bool
}

func newFindEntry(f *finder) *findEntry {
	e := &findEntry{f: f}
	e.SetPlaceHolder("Search")
	e.OnChanged = f.typed
	e.OnSubmitted = func(string) {
		if len(f.shownR) > 0 && f.finding() {
			f.shownR[0].Tapped(nil)
		}
	}
	e.ExtendBaseWidget(e)
	return e
}

// TypedKey implements fyne.Focusable.
func (e *findEntry) TypedKey(k *fyne.KeyEvent) {
	switch {
	case kit.IsBack(k):
		e.f.end()
	case k.Name == fyne.KeyDown && e.f.first():
	default:
		e.Entry.TypedKey(k)
	}
}

// FocusGained implements fyne.Focusable.
func (e *findEntry) FocusGained() {
	e.focused = true
	e.Entry.FocusGained()
}

// FocusLost implements fyne.Focusable.
func (e *findEntry) FocusLost() {
	e.focused = false
	e.Entry.FocusLost()
}

// hitRow is a message that was found.
type hitRow struct {
	kit.Pressable
	f      *finder
	h      *viewmodel.Hit
	back   *canvas.Rectangle
	avatar *kit.Avatar
	name   *kit.Label
	line   *kit.Label
	time   *canvas.Text
}

func newHitRow(f *finder, h *viewmodel.Hit) *hitRow {
	t := f.t
	r := &hitRow{
		f: f, h: h, back: kit.Rounded(t.Surface, rowRadius), avatar: kit.NewAvatar(t, f.z.avatar, t.Surface),
		name: kit.NewLabel(kit.Style{Size: f.z.name, Color: t.Text, Bold: true}, 1),
		line: kit.NewLabel(kit.Style{Size: f.z.preview, Color: t.Muted}, hitLines),
		time: kit.Text(h.Time, kit.Style{Size: rowTime, Color: t.Muted}),
	}
	r.avatar.Set(h.Initials, h.Hue, dot(h.Presence))
	name, line, marks := h.Name, h.Line, h.Marks
	if h.ShowID {
		name += safetext.Display(" · " + h.ShortID)
	}
	r.name.SetText(name)
	const you = "You: "
	shift := 0
	if h.Out {
		line, shift = you+line, len(you)
	}
	var spans []textflow.Span
	for _, m := range marks {
		spans = append(spans, single(string(line), m.Start+shift, m.End+shift)...)
	}
	r.line.SetMarked(line, spans, t.AccentText)
	r.SetLabel("Message in the conversation with " + string(h.Name))
	r.OnTap = func() { f.a.OpenAt(h.ID, h.Key) }
	r.OnChange(func() {
		fill := pick(r.Hovered() || r.Focused(), t.Hover, t.Surface)
		r.back.FillColor = fill
		r.avatar.SetRing(fill)
		canvas.Refresh(r.back)
	})
	r.ExtendBaseWidget(r)
	return r
}

// single are the words of a part of a text: a part is drawn as one piece from
// the left, which for words of a script from the right would turn their order.
func single(text string, from, to int) []textflow.Span {
	var out []textflow.Span
	begun := -1
	for i, c := range text[from:to] {
		switch {
		case unicode.IsSpace(c) && begun >= 0:
			out = append(out, textflow.Span{Start: from + begun, End: from + i})
			begun = -1
		case !unicode.IsSpace(c) && begun < 0:
			begun = i
		}
	}
	if begun >= 0 {
		out = append(out, textflow.Span{Start: from + begun, End: to})
	}
	return out
}

// TypedKey implements fyne.Focusable: the arrows go from hit to hit.
func (r *hitRow) TypedKey(k *fyne.KeyEvent) {
	switch {
	case kit.IsBack(k):
		r.f.end()
	case k.Name == fyne.KeyDown:
		r.f.step(r, 1)
	case k.Name == fyne.KeyUp:
		r.f.step(r, -1)
	default:
		r.Pressable.TypedKey(k)
	}
}

// MinSize implements fyne.CanvasObject.
func (r *hitRow) MinSize() fyne.Size {
	return fyne.NewSize(200, 2*hitPad+kit.LineHeight(r.f.z.name)+rowGap+hitLines*kit.LineHeight(r.f.z.preview))
}

// CreateRenderer implements fyne.Widget.
func (r *hitRow) CreateRenderer() fyne.WidgetRenderer {
	return kit.NewRenderer(r.MinSize, func(s fyne.Size) {
		kit.Place(r.back, rowMargin, 1, s.Width-2*rowMargin, s.Height-2)
		a := r.f.z.avatar
		kit.Place(r.avatar, inset, hitPad, a, a)
		x, right := inset+a+avatarGap, s.Width-rowRight
		nh, m := kit.LineHeight(r.f.z.name), r.time.MinSize()
		kit.Place(r.time, right-m.Width, hitPad+nh-m.Height-1, m.Width, m.Height)
		kit.Place(r.name, x, hitPad, right-m.Width-8-x, nh)
		kit.Place(r.line, x, hitPad+nh+rowGap, right-x, hitLines*kit.LineHeight(r.f.z.preview))
	}, r.back, r.avatar, r.name, r.time, r.line)
}
