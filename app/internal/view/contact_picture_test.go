package view

import (
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// longIDOf is the ID of a device in its long form.
func longIDOf(d viewmodel.Device) string { return d.ID.String() }

// verified is the sample with the chat of a verified device that has the name of
// an older contact.
func verified() viewmodel.Snapshot {
	snap := sample()
	chat := *snap.Chat
	older := snap.Conversations[4].Device // ThinkPad
	other := snap.Conversations[3].Device
	chat.About = viewmodel.About{
		Kind: "Phone", Presence: "In earshot", LongID: longIDOf(chat.Device), Trust: viewmodel.Verified, Level: "Verified",
		Means:   "You compared its number, or one of you read the code of the other.",
		CanName: true, CanBlock: true, CanForget: true,
		Older: []viewmodel.Older{{Device: older, Seen: "Last seen yesterday 18:02"}, {Device: other, Seen: "Last seen 12 Nov"}},
	}
	chat.Verified = true
	snap.Chat = &chat
	return snap
}

// acceptedNick is the sample with the chat of a contact that was given a name.
func acceptedNick() viewmodel.Snapshot {
	snap := verified()
	chat := *snap.Chat
	chat.Name, chat.Verified = "Mia", false
	chat.About.Nick, chat.About.Said = "Mia", "Mia's Pixel 9"
	chat.About.Trust, chat.About.Level, chat.About.Means = viewmodel.Accepted, "Accepted", "Not verified yet. Pair to be sure whose device it is."
	chat.CanPair, chat.About.Older = true, nil
	chat.Caution = "Another device with the name of Mia. Not Mia unless you pair."
	snap.Chat = &chat
	snap.Conversations[0].Name, snap.Conversations[0].Verified = "Mia", false
	snap.Nearby[0].Name, snap.Nearby[0].Verified = "Mia", false
	return snap
}

// blocking is the sample with blocked devices.
func blocking() viewmodel.Snapshot {
	snap := closed(sample())
	snap.Conversations[0].Open = false
	snap.Visibility = viewmodel.VisibleEveryone
	snap.Blocked = []viewmodel.BlockedDevice{
		{Device: device(21, "Anna's old phone", "A", false)},
		{Device: device(23, "Workshop tablet", "WT", true), Tries: "It has tried 12 times since Earshot was started."},
	}
	return snap
}

// askingVisible is the sample when it asks who may see this device.
func askingVisible() viewmodel.Snapshot {
	snap := blocking()
	snap.AskVisible = true
	return snap
}

// namesakes is the sample with a stranger that has the name of a contact.
func namesakes() viewmodel.Snapshot {
	const caution = "New device with the name of Jonas Weber. Not Jonas Weber unless you pair."
	snap := asking("Jonas Weber")
	r := &snap.Requests[0]
	r.Initials, r.ShowID, r.Caution = "JW", true, caution
	r.Text = "Hi, it is me, on my new phone. Can you send me the address again?"
	snap.Conversations[2].ShowID, snap.Nearby[2].ShowID = true, true
	snap.Nearby = append(snap.Nearby, r.Device)
	snap.Chat = &viewmodel.Chat{
		Device: r.Device, Status: "In earshot · " + r.ShortID, Bar: viewmodel.BarRequest,
		BarText: "Jonas Weber (" + safetext.Display(r.ShortID) + ") asks to write to you.\n" + caution,
		Rows:    []*viewmodel.Row{day("d", "Today"), row("r", string(r.Text), "14:30", false, viewmodel.TickNone, true, true)},
	}
	snap.NearbyHint = "Only contacts are shown while this device is hidden."
	return snap
}

// openAbout opens the page about the device of the open chat.
func openAbout(r *Root) { test.Tap(element(r, "chat-about").Object.(fyne.Tappable)) }

// settled lets the time go by until what is dangerous counts.
func settled(r *Root) {
	then := r.Now().Add(settleTime)
	r.Now = func() time.Time { return then }
	r.changed()
}

func tapped(ids ...string) func(*Root) {
	return func(r *Root) {
		for _, id := range ids {
			test.Tap(element(r, id).Object.(fyne.Tappable))
		}
	}
}

// TestContactPictures: TestPictures for what there is to know of a device and to
// choose about this one.
func TestContactPictures(t *testing.T) {
	const w, h = 360, 780 // a usual phone
	older := device(4, "", "", false).ID
	for _, c := range []struct {
		name  string
		snap  viewmodel.Snapshot
		do    func(*Root)
		small bool // on a phone only
	}{
		{"about-verified", verified(), openAbout, false},
		{"about-accepted", acceptedNick(), openAbout, false},
		{"about-replace", verified(), func(r *Root) {
			tapped("chat-about", "about/replace", "replace/"+older.Short())(r)
			settled(r)
		}, false},
		{"about-full", verified(), tapped("chat-about", "about/id"), true},
		{"about-rename", acceptedNick(), tapped("chat-about", "about/rename"), true},
		{"blocked", blocking(), tapped("settings", "settings/blocked"), false},
		{"settings", blocking(), tapped("settings"), false},
		{"visible-ask", askingVisible(), nil, false},
		{"namesake", namesakes(), nil, false},
	} {
		if !c.small {
			pictures(t, "contact-"+c.name, c.snap, 1000, 700, c.do)
		}
		snap := c.snap
		if c.name == "namesake" {
			snap = closed(snap)
		}
		pictures(t, "contact-"+c.name+"-phone", snap, w, h, c.do)
	}
	pictures(t, "contact-narrow", acceptedNick(), narrowPhone, 480, openAbout)
}
