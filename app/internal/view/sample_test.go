package view

import (
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/identity"
	"earshot/internal/safetext"
)

// recorder is Actions that only writes down what was asked.
type recorder struct {
	calls  []string
	refuse bool  // Send says no
	broken error // why nothing opens links
	clock  time.Time
}

func (r *recorder) note(format string, args ...any) {
	r.calls = append(r.calls, fmt.Sprintf(format, args...))
}
func (r *recorder) Open(id identity.DeviceID)              { r.note("open %s", id.Short()) }
func (r *recorder) Close()                                 { r.note("close") }
func (r *recorder) Type(id identity.DeviceID, text string) { r.note("type %s %q", id.Short(), text) }
func (r *recorder) Send(id identity.DeviceID, text, reply string) bool {
	if reply != "" {
		r.note("answer %s %s %q", id.Short(), reply, text)
	} else {
		r.note("send %s %q", id.Short(), text)
	}
	return !r.refuse
}
func (r *recorder) Save(id identity.DeviceID, key, text string) bool {
	r.note("save %s %q", key, text)
	return !r.refuse
}
func (r *recorder) Reply(_ identity.DeviceID, key string)        { r.note("reply %s", key) }
func (r *recorder) Edit(_ identity.DeviceID, key string)         { r.note("edit %s", key) }
func (r *recorder) EditLast(identity.DeviceID)                   { r.note("edit last") }
func (r *recorder) LeaveMode(identity.DeviceID)                  { r.note("leave mode") }
func (r *recorder) React(_ identity.DeviceID, key, emoji string) { r.note("react %s %s", key, emoji) }
func (r *recorder) Cancel(_ identity.DeviceID, key string)       { r.note("cancel %s", key) }
func (r *recorder) Resend(_ identity.DeviceID, key string)       { r.note("resend %s", key) }
func (r *recorder) Delete(_ identity.DeviceID, key string)       { r.note("delete %s", key) }
func (r *recorder) Remove(_ identity.DeviceID, key string)       { r.note("remove %s", key) }
func (r *recorder) Jump(_ identity.DeviceID, key string)         { r.note("jump %s", key) }
func (r *recorder) Newest()                                      { r.note("newest") }
func (r *recorder) LoadNewer()                                   { r.note("newer") }
func (r *recorder) Clear(id identity.DeviceID)                   { r.note("clear %s", id.Short()) }
func (r *recorder) SetReceipts(_ identity.DeviceID, on bool)     { r.note("receipts %v", on) }
func (r *recorder) Search(text string)                           { r.note("search %q", text) }
func (r *recorder) SearchMore()                                  { r.note("search more") }
func (r *recorder) EndSearch()                                   { r.note("end search") }
func (r *recorder) OpenAt(id identity.DeviceID, key string)      { r.note("open %s at %s", id.Short(), key) }
func (r *recorder) Export(id identity.DeviceID, f viewmodel.File, asJSON bool) {
	r.note("export %s %v %v", id.Short(), asJSON, f.Commit())
}
func (r *recorder) SetKeep(value string)         { r.note("keep %s", value) }
func (r *recorder) Accept(id identity.DeviceID)  { r.note("accept %s", id.Short()) }
func (r *recorder) Refuse(id identity.DeviceID)  { r.note("refuse %s", id.Short()) }
func (r *recorder) Block(id identity.DeviceID)   { r.note("block %s", id.Short()) }
func (r *recorder) Unblock(id identity.DeviceID) { r.note("unblock %s", id.Short()) }
func (r *recorder) SetNick(id identity.DeviceID, nick string) bool {
	r.note("nick %s %q", id.Short(), nick)
	return !r.refuse
}
func (r *recorder) Replace(old, newID identity.DeviceID) {
	r.note("replace %s %s", old.Short(), newID.Short())
}
func (r *recorder) Forget(id identity.DeviceID) { r.note("forget %s", id.Short()) }
func (r *recorder) SetVisibility(value string)  { r.note("visible %s", value) }
func (r *recorder) LoadOlder()                  { r.note("older") }
func (r *recorder) Rename(name string) bool     { r.note("rename %q", name); return !r.refuse }
func (r *recorder) AtEnd(end bool)              { r.note("end %v", end) }
func (r *recorder) DismissNotice()              { r.note("dismiss") }
func (r *recorder) DismissAlert(id string)      { r.note("dismiss %s", id) }

func (r *recorder) openURL(address string, failed func(error)) {
	r.note("url %s", address)
	if r.broken != nil {
		failed(r.broken)
	}
}

// take returns the calls since the last take.
func (r *recorder) take() []string {
	c := r.calls
	r.calls = nil
	return c
}

func device(n byte, name string, initials string, online bool) viewmodel.Device {
	id := identity.DeviceID{n, 17, 42, n, 99}
	presence := viewmodel.Absent
	if online {
		presence = viewmodel.Here
	}
	return viewmodel.Device{
		ID: id, ShortID: id.Short(),
		Face: viewmodel.Face{Name: safetext.Display(name), Initials: initials, Hue: int(n) % 10, Presence: presence},
	}
}

func row(key, text, time string, out bool, tick viewmodel.Tick, first, last bool) *viewmodel.Row {
	return &viewmodel.Row{Key: key, Text: safetext.Display(text), Raw: text, Time: time, Out: out, Tick: tick, First: first, Last: last, Links: true, Acts: usualActs(out)}
}

// usualActs is what can be done with a message that has arrived.
func usualActs(out bool) viewmodel.Acts {
	a := viewmodel.CanCopy | viewmodel.CanReply | viewmodel.CanReact | viewmodel.CanRemove
	if out {
		a |= viewmodel.CanEdit | viewmodel.CanDelete
	}
	return a
}

func day(key, text string) *viewmodel.Row {
	return &viewmodel.Row{Key: key, Kind: viewmodel.RowDay, Text: safetext.Display(text)}
}

// sample is a window with something of everything.
func sample() viewmodel.Snapshot {
	mia, jonas := device(10, "Mia's Pixel 9", "M", true), device(2, "Jonas Weber", "JW", true)
	lounge, amelie := device(7, "Living-room PC", "LP", true), device(3, "Amélie", "A", false)
	twin1, twin2 := device(4, "ThinkPad", "T", false), device(14, "ThinkPad", "T", true)
	jonas.Presence = viewmodel.Away
	twin1.ShowID, twin2.ShowID = true, true
	mia.Verified, amelie.Verified = true, true
	for _, d := range []*viewmodel.Device{&jonas, &lounge, &twin1, &twin2} {
		d.CanPair = true
	}
	conv := func(d viewmodel.Device, preview, time string, tick viewmodel.Tick, unread int) viewmodel.Conversation {
		return viewmodel.Conversation{Device: d, Preview: safetext.Display(preview), Time: time, Tick: tick, Unread: unread}
	}
	first := conv(mia, "See you at 6 then 👋", "14:32", viewmodel.TickSent, 0)
	first.Open = true
	return viewmodel.Snapshot{
		Ready:  true,
		Keep:   "forever",
		Self:   viewmodel.Self{Face: viewmodel.Face{Name: "Lena's laptop", Initials: "L", Hue: 6}, ShortID: "QX7MB2LA", Status: "This device · QX7MB2LA"},
		Nearby: []viewmodel.Device{mia, lounge, jonas, twin2},
		Conversations: []viewmodel.Conversation{
			first,
			conv(lounge, "The video is on the shared disk now, look at it", "12:48", viewmodel.TickNone, 2),
			conv(jonas, "Can you send me the invoice again, please?", "11:20", viewmodel.TickNone, 1),
			conv(amelie, "Merci beaucoup !", "Yesterday", viewmodel.TickDelivered, 0),
			conv(twin1, "On my way", "Yesterday", viewmodel.TickQueued, 0),
			conv(device(8, "Ελένη", "Ε", false), "Ευχαριστώ πολύ!", "Sun", viewmodel.TickNone, 0),
			conv(device(9, "Дмитрий Ким", "ДК", false), "До встречи", "12 Nov", viewmodel.TickWaiting, 0),
		},
		Chat: &viewmodel.Chat{
			Device: mia, Status: "In earshot · verified", CanWrite: true, Contact: true, Receipts: true,
			Rows: []*viewmodel.Row{
				day("d1", "Yesterday"),
				row("1", "I found the old photos from the lake house on my drive.", "18:04", false, viewmodel.TickNone, true, true),
				row("2", "Oh wow! Can you send me the full-resolution ones?", "18:07", true, viewmodel.TickRead, true, true),
				day("d2", "Today"),
				row("3", "Sure.", "14:20", false, viewmodel.TickNone, true, false),
				row("4", "They are on the shared disk, folder “lake-house-2019”.", "14:21", false, viewmodel.TickNone, false, true),
				row("5", "That sunset 😍 Here is the floor plan you asked for, page 3 has the measurements.", "14:28", true, viewmodel.TickDelivered, true, false),
				row("6", "https://example.org/a/very/long/address/that/does/not/fit/on/one/line/of/this/bubble", "14:29", true, viewmodel.TickDelivered, false, true),
				row("7", "Perfect! Shall we meet at the station?", "14:31", false, viewmodel.TickNone, true, true),
				row("8", "See you at 6 then 👋", "14:32", true, viewmodel.TickSent, true, false),
				row("9", "Bringing cake", "14:32", true, viewmodel.TickQueued, false, true),
			},
		},
	}
}

// window shows a snapshot in a window of a size.
func window(t *testing.T, snap viewmodel.Snapshot, w, h float32) (*Root, *recorder, fyne.Window) {
	t.Helper()
	return windowIn(t, kit.Light(), snap, w, h)
}

// windowIn is window in other colours.
func windowIn(t *testing.T, tokens *kit.Tokens, snap viewmodel.Snapshot, w, h float32) (*Root, *recorder, fyne.Window) {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.Theme(tokens))
	kit.ForgetFonts()
	rec := &recorder{clock: time.Unix(1, 0)}
	root := NewRoot(tokens, rec, func(s string) { rec.note("copy %d", len(s)) })
	root.Now = func() time.Time { return rec.clock }
	root.OpenURL = rec.openURL
	win := test.NewTempWindow(t, root)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(w, h))
	root.Set(snap)
	return root, rec, win
}
