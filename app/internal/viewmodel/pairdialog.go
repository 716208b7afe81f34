package viewmodel

import (
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// PairStep says what the dialog of pairing shows.
type PairStep uint8

// The steps.
const (
	PairWait    PairStep = iota // words: something is awaited
	PairCompare                 // Code is on both screens: equal or not
	PairDone                    // the device is verified
	PairFailed                  // why it is not, and what to do
	PairInvite                  // the own code, for the other device to read
	PairEnter                   // a field for a link
	PairAsk                     // the question about a link
)

// PairDialog is what stands in the middle of the window while two devices become
// verified (docs/PROTOCOL.md §7).
type PairDialog struct {
	Step   PairStep
	Serial uint64 // of the pairing, for AnswerPair; 0: there is none yet
	Device Device // the other one; the zero Device while it is not known
	Title  safetext.Display
	Text   safetext.Display
	Warn   bool             // of PairFailed: somebody may sit between the devices
	Again  bool             // of PairFailed: Pair with Device may be tried again
	Code   string           // of PairCompare: six digits
	Names  safetext.Display // of PairCompare: of both devices
	Link   string           // an invitation to show as QR code; "": none now
	Ends   time.Time        // when Link ends
	Error  string           // of PairInvite and PairEnter: what went wrong
}

// PairCard is a pairing that waits for a person without taking the window: one
// that another device has begun, or that was begun at another front end.
type PairCard struct {
	Device
	Serial uint64
	Text   safetext.Display
	Asks   bool // it waits for Continue; else it can be shown
}

// pairSnapshot returns what the window shows of pairing, nil for nothing.
func (s *state) pairSnapshot(device func(identity.DeviceID) Device) (*PairDialog, *PairCard) {
	p := &s.pair
	var card *PairCard
	if p.waits() {
		d := named(device(p.now.Peer), p.now.Name)
		card = &PairCard{Device: d, Serial: p.now.Serial, Asks: p.now.Stage == messenger.PairAsked, Text: "A pairing with " + who(d) + " is under way."}
		if card.Asks {
			card.Text = who(d) + safetext.Display(" ("+d.ShortID+") wants to pair. Go on if you are doing this together right now.")
		}
	}
	switch {
	case p.sheet.kind != sheetNone:
		return s.sheetDialog(device), card
	case p.open():
		return s.stageDialog(named(device(p.dialog.Peer), p.dialog.Name)), card
	}
	return nil, card
}

// named is a device with the name that its pairing knows, if nothing else knows
// one.
func named(d Device, raw string) Device {
	if d.Name == "" || d.Name == safetext.Unnamed {
		d.Name = safetext.Name(raw)
		d.Initials = initials(d.Name)
	}
	return d
}

// who is a device in a sentence: its name, or its short ID if it has none.
func who(d Device) safetext.Display {
	if d.Name == "" || d.Name == safetext.Unnamed {
		return safetext.Display(d.ShortID)
	}
	return safetext.Isolate(d.Name)
}

// sheetDialog is the dialog of what a person does without a pairing yet.
func (s *state) sheetDialog(device func(identity.DeviceID) Device) *PairDialog {
	p := &s.pair
	out := &PairDialog{}
	if !p.sheet.peer.IsZero() {
		out.Device = named(device(p.sheet.peer), p.sheet.name)
	}
	switch p.sheet.kind {
	case sheetBegin:
		out.Step, out.Title, out.Text = PairWait, "Pair with "+who(out.Device), momentText
		if p.sheet.peer.IsZero() {
			out.Title = "Pair"
		}
	case sheetInvite:
		out.Step, out.Title = PairInvite, "Show this code"
		out.Text = "Scan it with the other device, or open the link there. Whoever reads it first is verified."
		out.Link, out.Ends, out.Error = p.invite.invite.Link, p.invite.invite.Expires, p.invite.why
	case sheetEnter:
		out.Step, out.Title, out.Text = PairEnter, "Enter a link", "Paste the link that the other device shows."
		out.Error = p.sheet.why
	case sheetAsk:
		out.Step = PairAsk
		out.Title = "Pair with " + who(out.Device) + safetext.Display(" ("+out.Device.ShortID+")?")
		if who(out.Device) == safetext.Display(out.Device.ShortID) {
			out.Title = safetext.Display("Pair with " + out.Device.ShortID + "?")
		}
		out.Text = "Only go on if you see this code on the other device's screen right now."
	case sheetFailed:
		out.Step, out.Title, out.Text, out.Again = PairFailed, notVerified, safetext.Display(p.sheet.why), p.sheet.again
	}
	return out
}

const (
	momentText  = "One moment …"
	notVerified = "Not verified"
)

// stageDialog is the dialog of the pairing that is shown.
func (s *state) stageDialog(d Device) *PairDialog {
	now, name := s.pair.dialog, who(d)
	out := &PairDialog{Step: PairWait, Serial: now.Serial, Device: d, Title: "Pair with " + name, Text: momentText}
	switch now.Stage {
	case messenger.PairReaching:
		out.Text = "Looking for " + name + " …"
	case messenger.PairAsking:
		out.Text = "Waiting for " + name + ". Tap Continue there."
	case messenger.PairComparing:
		out.Step, out.Text, out.Code = PairCompare, "Do both devices show this number?", now.Code
		out.Names = safetext.Isolate(safetext.Name(s.self.Name)) + " and " + name
		out.Link, out.Ends = s.pair.invite.invite.Link, s.pair.invite.invite.Expires
	case messenger.PairConfirming:
		if !now.ByLink {
			out.Text = "Waiting for " + name + ". Tap “They match” there."
		}
	case messenger.PairVerified:
		out.Step, out.Title = PairDone, name+" is verified"
		out.Text = "You can be sure now: nobody sits between your two devices."
	case messenger.PairFailed:
		out.Step, out.Title, out.Text = PairFailed, notVerified, pairFailure(now, name)
		out.Warn = warns(now.Reason)
		out.Again = !out.Warn && !now.ByLink
	}
	return out
}

// warns reports whether a failure is one that an attack looks like.
func warns(r messenger.PairReason) bool {
	return r == messenger.PairDiffer || r == messenger.PairTheyDiffer
}

// pairFailure is why a pairing failed and what to do, in a sentence or two.
func pairFailure(p messenger.Pairing, name safetext.Display) safetext.Display {
	switch p.Reason {
	case messenger.PairCancelled:
		return "It was stopped on this device. Nothing has changed."
	case messenger.PairDeclined:
		return "On " + name + " somebody chose not to go on. Ask there, then try again."
	case messenger.PairDiffer:
		return "The numbers are not the same: somebody may sit between your two devices. Nothing was trusted. Send nothing private to " + name + " before the numbers match."
	case messenger.PairTheyDiffer:
		return "On " + name + " somebody said that the numbers are not the same: somebody may sit between your two devices. Nothing was trusted. Send nothing private to it before the numbers match."
	case messenger.PairTimeout:
		return "Nobody answered in time. Take both devices to hand and try again."
	case messenger.PairBusy:
		return name + " takes no pairing right now. Close the one that is open there, or wait ten minutes, then try again."
	case messenger.PairUnreachable:
		return name + " was not reached. Open Earshot there, on the same network, then try again."
	case messenger.PairLost:
		return "The connection to " + name + " ended. Try again."
	case messenger.PairForged:
		if p.ByLink {
			return "The link does not belong to " + name + " as it is now. Let it show a new one and read that."
		}
		return "What " + name + " answered does not fit. Try again; if that goes on, somebody may sit between your two devices."
	case messenger.PairExpired:
		return "This link was used already, or it is too old. Let the other device show a new one."
	case messenger.PairUnsupported:
		return "The Earshot on " + name + " is too old for this. Update it there, then try again."
	}
	return "It could not be stored on this device. See that the disk has room, then try again."
}
