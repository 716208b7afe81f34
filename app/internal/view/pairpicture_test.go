package view

import (
	"testing"
	"time"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

// inviteLink is as long as an invitation of a device with an IPv4 and an IPv6
// address.
const inviteLink = "earshot://pair/1/MZXW6YTBOI5DGNBVGY3TQOJQMFRGGZDFMZTWQ2LKNNWG23TPOBYQ/GEZDGNBVGY3TQOJQGEZDGNBVGY/49317/192.168.178.23+FD00::1234:56FF:FE78:9ABC"

// pairingOf are the dialogs of pairing with Mia's phone, by name. The clock of a
// test begins at the second 1.
func pairingOf() map[string]viewmodel.PairDialog {
	mia := device(10, "Mia's Pixel 9", "M", true)
	mia.CanPair = true
	ends := time.Unix(1, 0).Add(118 * time.Second)
	return map[string]viewmodel.PairDialog{
		"wait":    {Step: viewmodel.PairWait, Serial: 1, Device: mia, Title: "Pair with Mia's Pixel 9", Text: "Waiting for Mia's Pixel 9. Tap Continue there."},
		"compare": {Step: viewmodel.PairCompare, Serial: 1, Device: mia, Title: "Pair with Mia's Pixel 9", Text: "Do both devices show this number?", Code: "482916", Names: "Lena's laptop and Mia's Pixel 9", Link: inviteLink, Ends: ends},
		"done":    {Step: viewmodel.PairDone, Serial: 1, Device: mia, Title: "Mia's Pixel 9 is verified", Text: "You can be sure now: nobody sits between your two devices."},
		"differ": {
			Step: viewmodel.PairFailed, Serial: 1, Device: mia, Title: "Not verified", Warn: true,
			Text: "The numbers are not the same: somebody may sit between your two devices. Nothing was trusted. Send nothing private to Mia's Pixel 9 before the numbers match.",
		},
		"failed": {Step: viewmodel.PairFailed, Serial: 1, Device: mia, Title: "Not verified", Again: true, Text: "Nobody answered in time. Take both devices to hand and try again."},
		"ask":    {Step: viewmodel.PairAsk, Device: mia, Title: "Pair with Mia's Pixel 9 (BIISUCT)?", Text: "Only go on if you see this code on the other device's screen right now."},
		"invite": {Step: viewmodel.PairInvite, Title: "Show this code", Text: "Scan it with the other device, or open the link there. Whoever reads it first is verified.", Link: inviteLink, Ends: ends},
		"enter":  {Step: viewmodel.PairEnter, Title: "Enter a link", Text: "Paste the link that the other device shows.", Error: "That is not a link of Earshot. Copy the whole of it: it begins with earshot://"},
	}
}

// withDialog is the sample with a dialog.
func withDialog(name string) viewmodel.Snapshot {
	snap := sample()
	d := pairingOf()[name]
	snap.Pairing = &d
	return snap
}

// withCard is the sample with a device that asks to pair.
func withCard() viewmodel.Snapshot {
	snap := sample()
	d := device(7, "Living-room PC", "LP", true)
	snap.PairCard = &viewmodel.PairCard{Device: d, Serial: 3, Asks: true, Text: "Living-room PC (A4ISUBY) wants to pair. Go on if you are doing this together right now."}
	return snap
}

// TestPairingPictures: TestPictures for everything about pairing.
func TestPairingPictures(t *testing.T) {
	later := func(r *Root) { // the buttons are ready
		clock := r.a.(*recorder)
		clock.clock = clock.clock.Add(matchAfter)
		r.changed()
	}
	pictures(t, "pair-compare", withDialog("compare"), 1000, 700, later)
	for _, name := range []string{"done", "differ", "ask", "invite", "enter"} {
		pictures(t, "pair-"+name, withDialog(name), twoPanes, 560, later)
		pictures(t, "pair-"+name+"-phone", withDialog(name), 360, 640, later)
	}
	pictures(t, "pair-compare-phone", withDialog("compare"), 360, 640, later)
	pictures(t, "pair-asked", withCard(), 1000, 700, nil)
	list := withCard()
	list.Chat, list.Conversations[0].Open = nil, false
	pictures(t, "pair-asked-phone", list, 360, 640, nil)
	pictures(t, "pair-asked-phone-chat", withCard(), 360, 640, nil)
	pictures(t, "pair-compare-narrow", withDialog("compare"), narrowPhone, leastHeight, later)
	over := withDialog("invite")
	over.Pairing.Ends = time.Unix(0, 0)
	pictures(t, "pair-ended-phone", over, 360, 640, later)
	unverified := sample()
	unverified.Chat.Device, unverified.Chat.Status = unverified.Nearby[1], "In earshot · not verified"
	pictures(t, "pair-menu", unverified, 1000, 700, func(r *Root) {
		element(r, "chat-menu").Object.(*kit.IconButton).OnTap()
		r.open.rows[0].FocusLost()
	})
	pictures(t, "pair-ways", sample(), 1000, 700, func(r *Root) {
		element(r, "pair").Object.(*pairCell).OnTap()
		for _, row := range r.open.rows {
			row.FocusLost()
		}
	})
}
