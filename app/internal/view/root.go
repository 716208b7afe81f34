package view

import (
	"cmp"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/driver/mobile"
	"fyne.io/fyne/v2/widget"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/view/weblink"
	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// host is what the parts of the window share.
type host struct {
	t             *kit.Tokens
	a             Actions
	now           func() time.Time
	takeKeys      func(fyne.Focusable) // gives the keyboard to a widget, nil: to none
	moved         func()               // to call after something was placed anew
	wake          func(time.Duration)  // calls moved after a time
	copyText      func(string)
	menu          func(at fyne.Position, entries ...menuEntry) // opens a menu in the window
	card          func(*contextMenu)                           // opens a menu that was made before
	close         func()                                       // closes it
	settings      func()                                       // opens the settings
	about         func()                                       // tells of the device of the open chat
	find          func()                                       // begins to look for messages
	save          func(name string, write func(viewmodel.File), failed func(error))
	question      func(at fyne.Position, question, note safetext.Display, answers ...menuEntry)
	questionAbout func(at fyne.Position, question, about, note safetext.Display, answers ...menuEntry)
	follow        func(l weblink.Link, at fyne.Position) // opens a link that was tapped there
}

// Root is the content of the window: list and chat side by side from 720 dp,
// below that one of them. It is drawn anew when the theme of the app changes.
type Root struct {
	widget.BaseWidget
	host

	// OnMoved is called after anything on the screen was placed anew; often.
	OnMoved func()

	// Now is the clock; it must be set before the first Set. It is time.Now
	// in a new Root.
	Now func() time.Time

	// OpenURL gives a link to the program that the system has for it: an
	// address of http, https or mailto. It must not block; if nothing opens, it
	// calls failed on the goroutine of the window.
	OpenURL func(address string, failed func(error))

	// SaveFile makes a file with a proposed name where a person looks for it and
	// calls write with it. If there is none, it calls failed. It does so on the
	// goroutine of the window.
	SaveFile func(name string, write func(viewmodel.File), failed func(error))

	// OnLeave, if there is one, is called when the back key of a phone is pressed
	// and there is nothing left to leave but the app.
	OnLeave func()

	snap  viewmodel.Snapshot
	side  *sidebar
	chat  *chatPane
	idle  *fyne.Container // instead of a chat while none is open
	line  *canvas.Rectangle
	sheet *sheet       // nil: none
	open  *contextMenu // above it; nil: none
	last  followed
	phone bool
	width float32

	dialog    *pairDialog // nil: none
	fieldKeys bool        // its field was given the keyboard
	pairCard  *pairCard
}

// NewRoot returns an empty window; copyText puts a text on the clipboard. Its
// colours are those of the app's theme, or t if that is not one of package kit.
func NewRoot(t *kit.Tokens, a Actions, copyText func(string)) *Root {
	r := &Root{Now: time.Now, OpenURL: func(_ string, failed func(error)) { failed(errNoOpener) }}
	r.SaveFile = func(_ string, _ func(viewmodel.File), failed func(error)) { failed(errNoSaver) }
	r.host = host{
		a: a, now: func() time.Time { return r.Now() }, takeKeys: r.giveKeys, moved: r.changed, wake: r.changesIn,
		copyText: copyText, menu: r.openMenu, card: r.openCard, close: r.leaveMenu, question: r.openQuestion, find: r.Find,
		questionAbout: r.openQuestionAbout, settings: r.openSettings, about: r.openAbout,
		save:   func(name string, write func(viewmodel.File), failed func(error)) { r.SaveFile(name, write, failed) },
		follow: r.follow,
	}
	r.build(cmp.Or(kit.Current(), t))
	r.ExtendBaseWidget(r)
	return r
}

// build makes the parts of the window, empty. Nothing fills its surface: the
// toolkit clears each frame to that colour for nothing, and a rectangle of the
// window's size would be half of the work of a frame where OpenGL is software.
func (r *Root) build(t *kit.Tokens) {
	r.t = t
	r.line = canvas.NewRectangle(t.Border)
	r.side = newSidebar(&r.host, pick(r.phone, phoneSizes, desktopSizes))
	r.chat = newChatPane(&r.host)
	r.chat.phone(r.phone)
	r.idle = newIdle(t)
	r.pairCard = newPairCard(&r.host)
}

// restyle draws the window in the colours of the app's theme if they changed.
// What was typed and where the lists stand is kept.
func (r *Root) restyle() {
	t := kit.Current()
	if t == nil || t == r.t {
		return
	}
	r.closeMenu()
	link := ""
	if r.dialog != nil {
		link = r.dialog.field.entry.Text
	}
	r.closeDialog()
	side, chat := r.side.state(), r.chat
	writing := r.hasKeys(chat.composer.entry)
	r.build(t)
	r.placePanes(r.Size())
	r.show()
	r.chat.adopt(chat)
	r.placePanes(r.Size())
	r.side.restore(side)
	if writing {
		r.chat.focus()
	}
	r.restyleSheet()
	r.showPairing()
	if r.dialog != nil {
		r.dialog.field.entry.SetText(link)
	}
}

// newIdle is what stands beside the list while no chat is open.
func newIdle(t *kit.Tokens) *fyne.Container {
	icon := kit.Icon(kit.IconWaves, t.AccentText)
	disc := canvas.NewCircle(t.AccentSoft)
	text := kit.NewLabel(kit.Style{Size: kit.BodySize, Color: t.Muted}, 2)
	text.SetText("Pick a device or a conversation")
	return container.NewStack(canvas.NewVerticalGradient(t.BgTop, t.Bg),
		kit.NewPanel(kit.High(100), func(s fyne.Size) {
			x, y := s.Width/2, s.Height/2
			kit.Place(disc, x-38, y-66, 76, 76)
			kit.Place(icon, x-18, y-46, 36, 36)
			w := min(text.NaturalWidth(), s.Width-2*inset)
			kit.Place(text, x-w/2, y+26, w, text.Fit(w))
		}, disc, icon, text))
}

// Set draws a snapshot.
func (r *Root) Set(s viewmodel.Snapshot) {
	opened := s.Chat != nil && (r.snap.Chat == nil || r.snap.Chat.ID != s.Chat.ID)
	if opened || s.Chat == nil && r.snap.Chat != nil {
		r.closeMenu()
	}
	r.snap = s
	r.show()
	r.setSheet(s)
	r.showPairing()
	r.arrange()
	if opened && r.sheet == nil && r.dialog == nil && !fyne.CurrentDevice().IsMobile() {
		r.chat.focus()
	}
	r.changed()
}

// show fills both panes with the snapshot.
func (r *Root) show() {
	r.side.set(r.snap)
	if r.snap.Chat != nil {
		r.chat.set(r.snap.Chat)
		return
	}
	r.chat.chat = nil
	if r.hasKeys(r.chat.composer.entry) { // a part that is hidden would keep them
		r.giveKeys(nil)
	}
}

// giveKeys gives the keyboard to a widget of the window, nil to none. The canvas is asked for
// by the root: the toolkit does not know that of a widget that was never drawn.
func (r *Root) giveKeys(f fyne.Focusable) {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	switch {
	case c == nil:
	case f == nil:
		c.Unfocus()
	default:
		c.Focus(f)
	}
}

func (r *Root) hasKeys(f fyne.Focusable) bool {
	c := fyne.CurrentApp().Driver().CanvasForObject(r)
	return c != nil && c.Focused() == f
}

// TypedRune takes a character that was typed while no widget had the keyboard:
// it begins or continues a text in the open chat.
func (r *Root) TypedRune(c rune) {
	if r.dialog == nil && r.sheet == nil && r.snap.Chat != nil && r.snap.Chat.CanWrite {
		r.chat.focus()
		r.chat.composer.entry.TypedRune(c)
	}
}

// TypedKey takes a key that was pressed while no widget had the keyboard: it
// scrolls the open chat or leaves it. Where there is nothing left to leave, the
// back key of a phone leaves the app.
func (r *Root) TypedKey(k *fyne.KeyEvent) {
	switch {
	case r.open != nil && kit.IsBack(k):
		r.leaveMenu()
	case r.dialog != nil:
		r.dialog.key(k)
	case r.sheet != nil:
		r.sheet.typedKey(k)
	case r.snap.Chat != nil && kit.IsBack(k):
		r.chat.back()
	case r.side.finder.open && kit.IsBack(k):
		r.side.finder.end()
	case r.snap.Chat != nil:
		r.chat.scrollByKey(k.Name)
	case k.Name == mobile.KeyBack && r.OnLeave != nil:
		r.OnLeave()
	}
}

// FindShortcut begins to look for messages: Ctrl+F, and Cmd+F on a Mac.
var FindShortcut = &desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierShortcutDefault}

// Find begins to look for messages. On a phone it leaves the chat.
func (r *Root) Find() {
	if r.dialog != nil {
		return
	}
	r.closeMenu()
	r.closeSheet()
	if r.phone && r.snap.Chat != nil {
		r.a.Close()
	}
	r.side.finder.begin()
}

// changed tells that something was placed anew.
func (r *Root) changed() {
	if r.open != nil {
		r.open.draw()
	}
	if r.dialog != nil {
		r.dialog.draw()
	}
	if r.OnMoved != nil {
		r.OnMoved()
	}
}

// changesIn tells later that something changed by waiting.
func (r *Root) changesIn(d time.Duration) {
	if r.OnMoved != nil {
		time.AfterFunc(d, func() { fyne.Do(r.changed) })
	}
}

// arrange places the panes for the width of the window.
func (r *Root) arrange() {
	size := r.Size()
	if size.Width <= 0 {
		return
	}
	if phone := size.Width < twoPanes; phone != r.phone || r.width == 0 {
		r.phone = phone
		state := r.side.state()
		r.side = newSidebar(&r.host, pick(phone, phoneSizes, desktopSizes))
		r.chat.phone(phone)
		r.placePanes(size) // cards need their width before they are filled
		r.side.set(r.snap)
		r.side.restore(state)
	}
	r.width = size.Width
	r.placePanes(size)
	r.side.settle()
	r.chat.settle()
	r.pairCard.settle()
	canvas.Refresh(r)
}

func (r *Root) placePanes(size fyne.Size) {
	open := r.snap.Chat != nil
	setVisible(r.line, !r.phone)
	setVisible(r.idle, !r.phone && !open)
	setVisible(r.chat.object, open)
	setVisible(r.side.object, !r.phone || !open)
	w := size.Width
	if !r.phone {
		w = max(sidebarLeast, min(sidebarMost, size.Width*sidebarShare))
	}
	y := float32(0) // of what is below the card
	if r.pairCard.object.Visible() {
		y = r.pairCard.height(w)
		kit.Place(r.pairCard.object, 0, 0, w, y)
	}
	kit.Place(r.side.object, 0, y, w, size.Height-y)
	if r.phone {
		kit.Place(r.chat.object, 0, y, size.Width, size.Height-y)
		return
	}
	kit.Place(r.line, w, 0, 1, size.Height)
	for _, o := range []fyne.CanvasObject{r.idle, r.chat.object} {
		kit.Place(o, w+1, 0, size.Width-w-1, size.Height)
	}
}

// Elements lists the named parts that are on the screen now.
func (r *Root) Elements() []Element {
	var out []Element
	if r.side.object.Visible() {
		out = append(out, r.side.elements()...)
	}
	if r.chat.object.Visible() {
		out = append(out, r.chat.elements()...)
	}
	out = append(out, r.pairCard.elements()...)
	if r.sheet != nil {
		out = append(out, r.sheet.elements()...)
	}
	if r.open != nil {
		out = append(out, r.open.elements()...)
	}
	if r.dialog != nil {
		out = append(out, r.dialog.elements()...)
	}
	return out
}

// CreateRenderer implements fyne.Widget.
func (r *Root) CreateRenderer() fyne.WidgetRenderer { return &rootRenderer{r} }

type rootRenderer struct{ r *Root }

func (w *rootRenderer) Destroy()           {}
func (w *rootRenderer) MinSize() fyne.Size { return fyne.NewSize(leastWidth, leastHeight) }
func (w *rootRenderer) Refresh() {
	w.r.restyle()
	w.r.arrange()
}
func (w *rootRenderer) Layout(fyne.Size) {
	w.r.arrange()
	w.r.changed()
}
func (w *rootRenderer) Objects() []fyne.CanvasObject {
	r := w.r
	return []fyne.CanvasObject{r.side.object, r.idle, r.chat.object, r.line, r.pairCard.object}
}
