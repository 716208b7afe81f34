package view

import (
	"testing"

	"fyne.io/fyne/v2"

	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// Widths of phones, in dp: the narrowest, a usual one and the widest.
const (
	narrowPhone = 320
	usualPhone  = 412
	widePhone   = 540
)

// askedByTom is a window with the request of a stranger open.
func askedByTom() (stranger viewmodel.Device, snap viewmodel.Snapshot) {
	snap = sample()
	stranger = device(5, "Workshop tablet", "WT", true)
	text := safetext.Display("Hello, this is Tom from the workshop. May I send you the drawing of the shelf? It is version seven, the one with the wider boards, and I would like to cut them today.")
	snap.Requests = []viewmodel.Request{{Device: stranger, Text: text}}
	snap.Conversations[0].Open = false
	snap.Chat = &viewmodel.Chat{
		Device: stranger, Status: "In earshot", Bar: viewmodel.BarRequest,
		BarText: "Workshop tablet (" + safetext.Display(stranger.ShortID) + ") asks to write to you.",
		Rows:    []*viewmodel.Row{day("d", "Today"), row("r", string(text), "14:30", false, viewmodel.TickNone, true, true)},
	}
	return stranger, snap
}

// manyLinks is a chat full of links.
func manyLinks() viewmodel.Snapshot {
	snap := sample()
	snap.Chat.Rows = []*viewmodel.Row{
		row("1", "Look at https://example.org/wiki/Go_(game), or www.example.net.", "10:06", false, viewmodel.TickNone, true, false),
		row("2", "https://bank.example@evil.example/login?next=/a/long/way/to/somewhere/else/that/needs/more/than/a/line", "10:06", false, viewmodel.TickNone, false, true),
		row("3", "The plan: https://example.org/plans/lake-house/2019/floor-plan-of-the-upper-floor.pdf (page 3) and mailto:anna@example.org", "10:07", true, viewmodel.TickRead, true, true),
		row("4", "“http://printer:631”: see https://bücher.example/x.", "10:08", false, viewmodel.TickNone, true, true),
		row("5", "👋", "10:09", false, viewmodel.TickNone, true, true),
	}
	return snap
}

// longWords has names that are as long as they get and something of everything
// that can stand in a list, with the chat of the first conversation open.
func longWords() viewmodel.Snapshot {
	const long = "Ludwig Bartholomäus Freiherr von Habenichts' living-room PC"
	_, snap := askedByTom()
	snap.Self.Name = long
	twin := device(4, long, "LB", true)
	twin.ShowID = true
	snap.Nearby = append([]viewmodel.Device{twin}, snap.Nearby...)
	snap.Requests[0].Name = long
	for i := range snap.Conversations {
		snap.Conversations[i].Name, snap.Conversations[i].ShowID = long, i < 2
	}
	snap.Conversations[0].Time, snap.Conversations[0].Unread = "Yesterday", 120
	snap.Notice = "This request is gone: it was decided elsewhere or it expired."
	chat := *sample().Chat
	chat.Device, chat.Verified, chat.Status = twin, true, "Last seen Monday, 2 January"
	chat.Bar, chat.BarText = viewmodel.BarWaiting, "Waiting for "+long+" to accept."
	chat.Draft, chat.DraftRev = "A draft that needs\nthree lines or more here, because it is long", 1
	chat.Error = "Too long by 17 bytes: one message holds 64 KiB. Shorten it or send it in parts."
	snap.Chat = &chat
	return snap
}

// TestPhonePictures: TestPictures for a screen that is held upright.
func TestPhonePictures(t *testing.T) {
	listOf := func(snap viewmodel.Snapshot) viewmodel.Snapshot {
		snap.Chat, snap.Conversations[0].Open = nil, false
		return snap
	}
	_, asked := askedByTom()
	for _, c := range []struct {
		name string
		snap viewmodel.Snapshot
		w, h float32
		do   func(*Root) // nil: nothing
	}{
		{"phone-list", listOf(sample()), usualPhone, 915, nil},
		{"phone-chat", sample(), usualPhone, 915, nil},
		{"phone-narrow", asked, narrowPhone, 640, nil},
		{"phone-narrow-list", listOf(longWords()), narrowPhone, 640, nil},
		{"phone-narrow-chat", longWords(), narrowPhone, 640, nil},
		{"phone-narrow-rename", listOf(sample()), narrowPhone, 640, func(r *Root) {
			r.side.header.editing(true) // without the keyboard: no caret
			r.side.header.entry.SetText("A long name for this phone of mine")
		}},
		{"phone-link-ask", manyLinks(), narrowPhone, 640, func(r *Root) {
			l := element(r, "link/3").Object.(*linkArea)
			l.Tapped(&fyne.PointEvent{AbsolutePosition: at(l, 60, 10)})
			r.open.rows[2].FocusLost()
		}},
		{"phone-wide-list", listOf(longWords()), widePhone, 960, nil},
		{"phone-wide-chat", sample(), widePhone, 960, nil},
	} {
		pictures(t, c.name, c.snap, c.w, c.h, c.do)
	}
}
