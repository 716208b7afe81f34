package view

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// TestPictures compares the screens with pictures that were looked at. A new
// picture is written to testdata/failed; look at it before it becomes the
// master.
func TestPictures(t *testing.T) {
	closed := sample()
	closed.Chat, closed.Conversations[0].Open = nil, false

	asked := sample()
	stranger := device(5, "Workshop tablet", "WT", true)
	text := safetext.Display("Hello, this is Tom from the workshop. May I send you the drawing of the shelf? It is version seven, the one with the wider boards, and I would like to cut them today.")
	asked.Requests = []viewmodel.Request{{Device: stranger, Text: text}}
	asked.Conversations[0].Open = false
	asked.Chat = &viewmodel.Chat{
		Device: stranger, Status: "In earshot", Bar: viewmodel.BarRequest,
		BarText: "Workshop tablet (" + safetext.Display(stranger.ShortID) + ") asks to write to you.",
		Rows:    []*viewmodel.Row{day("d", "Today"), row("r", string(text), "14:30", false, viewmodel.TickNone, true, true)},
	}

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

	for _, c := range []struct {
		name string
		snap viewmodel.Snapshot
		w, h float32
	}{
		{"desktop.png", sample(), 1000, 700},
		{"desktop-idle.png", viewmodel.Snapshot{Ready: true, Self: sample().Self}, 1000, 700},
		{"desktop-request.png", asked, 1000, 700},
		{"desktop-waiting.png", waiting, 1000, 700},
		{"desktop-stranger.png", empty, 1000, 700},
		{"desktop-scripts.png", scripts, 1000, 700},
		{"desktop-long.png", long, 1000, 700},
		{"phone-list.png", closed, 412, 915},
		{"phone-chat.png", sample(), 412, 915},
		{"phone-narrow.png", asked, 320, 640},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, win := window(t, c.snap, c.w, c.h)
			win.Canvas().Unfocus() // no blinking caret
			test.AssertRendersToImage(t, c.name, win.Canvas())
		})
	}
}
