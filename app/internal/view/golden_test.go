package view

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

// TestPictures compares the screens with pictures that were looked at. A new
// picture is written to testdata/failed; look at it before it becomes the
// master.
func TestPictures(t *testing.T) {
	stranger, asked := askedByTom()

	waiting := sample()
	waiting.Notice = "This request is gone: it was decided elsewhere or it expired."
	waiting.Chat = &viewmodel.Chat{
		Device: stranger, Status: "In earshot", Bar: viewmodel.BarWaiting, BarText: "Waiting for Workshop tablet to accept.",
		Rows:     []*viewmodel.Row{day("d", "Today"), row("r", "Hello Tom!", "14:30", true, viewmodel.TickWaiting, true, true)},
		CanWrite: true, Draft: "A draft\nof three\nlines", DraftRev: 1,
		Error: "Too long by 17 bytes: one message holds 64 KiB. Shorten it or send it in parts.",
	}

	empty := sample()
	empty.Conversations[0].Open = false
	empty.Chat = &viewmodel.Chat{
		Device: stranger, Status: "In earshot", Bar: viewmodel.BarStranger, CanWrite: true, Blank: true,
		BarText: "Workshop tablet does not know you yet. Your first message asks to be let in.",
	}

	scripts := sample()
	scripts.Chat.Rows = []*viewmodel.Row{
		row("1", "👨‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 👍🏽 1️⃣ ❤️ 🚀", "10:06", false, viewmodel.TickNone, true, true),
		row("2", "Ελληνικά, кириллица, “quotes” and\ttabs\n\nand an empty line", "10:07", true, viewmodel.TickRead, true, true),
	}
	long := sample()
	long.Chat.Rows = []*viewmodel.Row{row("3", strings.Repeat("A long text that goes on. ", 200), "10:08", false, viewmodel.TickNone, true, true)}

	links := manyLinks()

	crowd := many()
	crowd.Chat.Rows = append(crowd.Chat.Rows[6:len(crowd.Chat.Rows):len(crowd.Chat.Rows)],
		row("20", "🎉", "14:33", false, viewmodel.TickNone, true, true),
		row("21", "👍🏽 ❤️", "14:34", true, viewmodel.TickRead, true, true),
		row("22", "🚀🚀🚀🚀", "14:34", true, viewmodel.TickUnstored, true, true))
	crowd.Requests = asking("Workshop tablet").Requests

	for _, c := range []struct {
		name string
		snap viewmodel.Snapshot
		w, h float32
		do   func(*Root) // nil: nothing
	}{
		{"desktop", sample(), 1000, 700, nil},
		{"desktop-idle", nobodyYet(), 1000, 700, nil},
		{"desktop-request", asked, 1000, 700, nil},
		{"desktop-waiting", waiting, 1000, 700, nil},
		{"desktop-stranger", empty, 1000, 700, nil},
		{"desktop-scripts", scripts, 1000, 700, nil},
		{"desktop-long", long, 1000, 700, nil},
		{"desktop-crowd", crowd, 1000, 700, func(r *Root) {
			r.side.nearby.scroll.ScrollToOffset(fyne.NewPos(30, 0))
			r.side.nearby.fade()
			r.chat.composer.setText(strings.Repeat("A long draft that fills the field and more. ", 20))
		}},
		{"desktop-up", longChat(), 1000, 700, func(r *Root) { r.chat.list.Page(-2) }},
		{"desktop-menu", sample(), 1000, 700, func(r *Root) {
			test.TapSecondaryAt(element(r, "5").Object.(*rowView), fyne.NewPos(230, 60))
			r.open.rows[0].FocusLost()
		}},
		{"desktop-links", links, 1000, 700, nil},
		{"desktop-link-menu", links, 1000, 700, func(r *Root) {
			test.TapSecondaryAt(element(r, "link/3").Object.(*linkArea), fyne.NewPos(60, 10))
			r.open.rows[0].FocusLost()
		}},
		{"desktop-link-ask", links, 1000, 700, func(r *Root) {
			l := element(r, "link/3").Object.(*linkArea)
			l.Tapped(&fyne.PointEvent{AbsolutePosition: at(l, 60, 10)})
			r.open.rows[2].FocusLost()
		}},
		{"desktop-rename", sample(), 1000, 700, func(r *Root) {
			r.side.header.editing(true) // without the keyboard: no caret
			r.side.header.entry.SetText("Lena's new laptop")
		}},
	} {
		if c.name == "desktop-idle" && onPhone() {
			continue // its list says more there: TestEmptyListSaysWhenAPhoneReceives
		}
		pictures(t, c.name, c.snap, c.w, c.h, c.do)
	}
}

// pictures compares a window in a size with the masters, in both colours; do is
// what is done in it first, nil for nothing.
func pictures(t *testing.T, name string, snap viewmodel.Snapshot, w, h float32, do func(*Root)) {
	for suffix, tokens := range map[string]*kit.Tokens{"": kit.Light(), "-dark": kit.Dark()} {
		t.Run(name+suffix, func(t *testing.T) {
			root, _, win := windowIn(t, tokens, snap, w, h)
			if do != nil {
				do(root)
			}
			win.Canvas().Unfocus() // no blinking caret
			test.AssertRendersToImage(t, name+suffix+".png", win.Canvas())
		})
	}
}

func TestPictureOfAMessage(t *testing.T) {
	for name, tokens := range map[string]*kit.Tokens{"message.png": kit.Light(), "message-dark.png": kit.Dark()} {
		app := test.NewTempApp(t)
		app.Settings().SetTheme(kit.Theme(tokens))
		kit.ForgetFonts()
		win := test.NewTempWindow(t, NewMessage(tokens, "Earshot cannot open its home folder", "The key can be read by others; run: chmod 600 key"))
		win.SetPadded(false)
		win.Resize(fyne.NewSize(600, 480))
		test.AssertRendersToImage(t, name, win.Canvas())
	}
}
