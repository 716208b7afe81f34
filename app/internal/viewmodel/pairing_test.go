package viewmodel

import (
	"slices"
	"strings"
	"testing"

	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// pairs brings an event about a pairing and returns what is shown then.
func (d *desk) pairs(p messenger.Pairing) Snapshot {
	d.settle()
	d.svc.mu.Lock()
	d.svc.pairing = p
	d.svc.mu.Unlock()
	d.event(messenger.Event{Kind: messenger.EventPairing, Pairing: &p})
	return d.settle()
}

// withMia is a pairing with device 1.
func withMia(serial uint64, stage messenger.PairStage) messenger.Pairing {
	p := messenger.Pairing{Serial: serial, Peer: id(1), Name: "Mia", Stage: stage, Ours: true}
	if stage == messenger.PairComparing || stage == messenger.PairConfirming {
		p.Code = "482916"
	}
	return p
}

func because(p messenger.Pairing, why messenger.PairReason) messenger.Pairing {
	p.Stage, p.Reason = messenger.PairFailed, why
	return p
}

// dialog is the dialog on the screen; it must be there.
func (d *desk) dialog() PairDialog {
	d.t.Helper()
	if d.settle().Pairing == nil {
		d.t.Fatal("there is no dialog")
	}
	return *d.snap.Pairing
}

func TestPairingStageByStage(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Pair(id(1))
		if got := d.dialog(); got.Step != PairWait || got.Title != "Pair with \u2068Mia\u2069" || got.Text != "Waiting for \u2068Mia\u2069. Tap Continue there." || got.Serial != 1 {
			t.Errorf("after the tap: %+v", got)
		}
		for _, c := range []struct {
			stage messenger.PairStage
			step  PairStep
			text  string
		}{
			{messenger.PairReaching, PairWait, "Looking for Mia …"},
			{messenger.PairAsking, PairWait, "Waiting for Mia. Tap Continue there."},
			{messenger.PairJoining, PairWait, "One moment …"},
			{messenger.PairComparing, PairCompare, "Do both devices show this number?"},
			{messenger.PairConfirming, PairWait, "Waiting for Mia. Tap “They match” there."},
			{messenger.PairVerified, PairDone, "You can be sure now: nobody sits between your two devices."},
		} {
			d.pairs(withMia(1, c.stage))
			got := d.dialog()
			if got.Step != c.step || plain(string(got.Text)) != c.text || (got.Code != "") != (c.step == PairCompare) || got.Device.ID != id(1) {
				t.Errorf("%s: %+v", c.stage, got)
			}
			if c.step == PairCompare && plain(string(got.Names)) != "Lena and Mia" {
				t.Errorf("the devices are %q", got.Names)
			}
		}
		d.ClosePairing()
		if d.settle().Pairing != nil || d.svc.count("answer 1 cancel") != 0 {
			t.Errorf("a dialog that is done stays, or is cancelled: %v", d.svc.calls)
		}
	})
}

// plain is a text without what isolates names.
func plain(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }

// TestEveryReasonSaysWhatToDo: each has a sentence of its own with a step to take,
// and only numbers that differ are a warning.
func TestEveryReasonSaysWhatToDo(t *testing.T) {
	reasons := []messenger.PairReason{
		messenger.PairCancelled, messenger.PairDeclined, messenger.PairDiffer, messenger.PairTheyDiffer, messenger.PairTimeout, messenger.PairBusy,
		messenger.PairUnreachable, messenger.PairLost, messenger.PairForged, messenger.PairExpired, messenger.PairInternal,
	}
	steps := []string{"ry again", "Nothing has changed", "Send nothing private", "show a new one"}
	atDesk(t, newFake(), func(d *desk) {
		said := map[string]messenger.PairReason{}
		for i, why := range reasons {
			for _, byLink := range []bool{false, true} {
				serial := uint64(2*i + 1)
				if byLink {
					serial++
				}
				p := withMia(serial, messenger.PairAsking)
				p.ByLink = byLink
				d.pairs(p)
				d.ShowPairing(serial)
				d.pairs(because(p, why))
				got := d.dialog()
				text := string(got.Text)
				if got.Step != PairFailed || got.Title != "Not verified" || text == "" || len(text) > 260 {
					t.Errorf("%s: %+v", why, got)
				}
				if !slices.ContainsFunc(steps, func(s string) bool { return strings.Contains(text, s) }) {
					t.Errorf("%s: %q names no step", why, text)
				}
				if other, ok := said[text]; ok && other != why {
					t.Errorf("%s says the same as %s: %q", why, other, text)
				}
				said[text] = why
				attack := why == messenger.PairDiffer || why == messenger.PairTheyDiffer
				if got.Warn != attack || attack && (got.Again || !strings.Contains(text, "Nothing was trusted")) || byLink && got.Again {
					t.Errorf("%s by link %v: warns %v, again %v: %q", why, byLink, got.Warn, got.Again, text)
				}
				d.ClosePairing()
			}
		}
	})
}

// TestARequestIsACard: it opens no dialog, and its end takes it away without a
// word.
func TestARequestIsACard(t *testing.T) {
	asked := func(serial uint64) messenger.Pairing {
		p := withMia(serial, messenger.PairAsked)
		p.Ours = false
		return p
	}
	atDesk(t, newFake(), func(d *desk) {
		snap := d.pairs(asked(1))
		if snap.Pairing != nil || snap.PairCard == nil || !snap.PairCard.Asks || snap.PairCard.Serial != 1 ||
			!strings.HasPrefix(plain(string(snap.PairCard.Text)), "Mia ("+id(1).Short()+") wants to pair.") {
			t.Fatalf("dialog %+v, card %+v", snap.Pairing, snap.PairCard)
		}
		if snap := d.pairs(because(asked(1), messenger.PairTimeout)); snap.Pairing != nil || snap.PairCard != nil {
			t.Errorf("after its end: dialog %+v, card %+v", snap.Pairing, snap.PairCard)
		}
		d.pairs(asked(2))
		d.AnswerPair(2, PairNotNow)
		if snap := d.settle(); snap.Pairing != nil || snap.PairCard != nil || d.svc.count("answer 2 cancel") != 1 {
			t.Errorf("after Not now: dialog %+v, card %+v, %v", snap.Pairing, snap.PairCard, d.svc.calls)
		}
		d.pairs(asked(3))
		d.AnswerPair(3, PairContinue)
		if got := d.dialog(); got.Step != PairWait || d.snap.PairCard != nil || d.svc.count("answer 3 continue") != 1 {
			t.Errorf("after Continue: %+v, card %+v, %v", got, d.snap.PairCard, d.svc.calls)
		}
		d.pairs(withMia(3, messenger.PairComparing))
		d.AnswerPair(3, PairMatch)
		d.settle()
		if d.svc.count("answer 3 match") != 1 {
			t.Errorf("calls are %v", d.svc.calls)
		}
	})
}

// TestWhatIsLateChangesNothing: events of pairings that have ended, or of older
// ones.
func TestWhatIsLateChangesNothing(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Pair(id(1))
		d.pairs(withMia(1, messenger.PairComparing))
		d.pairs(because(withMia(1, messenger.PairFailed), messenger.PairLost))
		d.event(messenger.Event{Kind: messenger.EventPairing, Pairing: &messenger.Pairing{Serial: 1, Peer: id(1), Stage: messenger.PairComparing, Code: "111111"}})
		if got := d.dialog(); got.Step != PairFailed {
			t.Errorf("a pairing that has ended came back: %+v", got)
		}
		d.Pair(id(1))
		d.pairs(withMia(2, messenger.PairComparing))
		late := because(withMia(1, messenger.PairFailed), messenger.PairCancelled)
		d.event(messenger.Event{Kind: messenger.EventPairing, Pairing: &late})
		if got := d.dialog(); got.Step != PairCompare || got.Serial != 2 {
			t.Errorf("an older pairing took the dialog: %+v", got)
		}
		asks := withMia(1, messenger.PairAsked)
		d.event(messenger.Event{Kind: messenger.EventPairing, Pairing: &asks})
		if got := d.dialog(); got.Step != PairCompare || d.snap.PairCard != nil {
			t.Errorf("an older pairing is on a card: %+v", d.snap.PairCard)
		}
		d.event(messenger.Event{Kind: messenger.EventPairing}) // of a service that says nothing
		d.AnswerPair(1, PairMatch)
		if got := d.dialog(); got.Step != PairCompare || d.snap.Notice != "" {
			t.Errorf("an answer to an older pairing did something: %+v, %q", got, d.snap.Notice)
		}
	})
}

// TestAWindowThatOpensInTheMiddle shows what is under way.
func TestAWindowThatOpensInTheMiddle(t *testing.T) {
	for _, c := range []struct {
		p            messenger.Pairing
		dialog, card bool
	}{
		{withMia(4, messenger.PairComparing), true, false},
		{withMia(4, messenger.PairAsked), false, true},
		{withMia(4, messenger.PairVerified), false, false},
		{because(withMia(4, messenger.PairFailed), messenger.PairDiffer), false, false},
		{messenger.Pairing{}, false, false},
	} {
		svc := newFake()
		svc.pairing = c.p
		atDesk(t, svc, func(d *desk) {
			if (d.snap.Pairing != nil) != c.dialog || (d.snap.PairCard != nil) != c.card {
				t.Errorf("%s: dialog %+v, card %+v", c.p.Stage, d.snap.Pairing, d.snap.PairCard)
			}
		})
	}
}

// TestAPairingOfAnotherFrontEnd waits on a card that shows it or goes.
func TestAPairingOfAnotherFrontEnd(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		snap := d.pairs(withMia(1, messenger.PairComparing))
		if snap.Pairing != nil || snap.PairCard == nil || snap.PairCard.Asks {
			t.Fatalf("dialog %+v, card %+v", snap.Pairing, snap.PairCard)
		}
		if d.svc.count("invite") != 0 {
			t.Error("an invitation was made that nobody sees")
		}
		d.HidePairing(1)
		if d.settle().PairCard != nil || d.svc.count("answer 1 cancel") != 0 {
			t.Error("the card stays, or the pairing was cancelled")
		}
		d.pairs(withMia(2, messenger.PairAsking))
		d.ShowPairing(2)
		if got := d.dialog(); got.Serial != 2 || d.snap.PairCard != nil {
			t.Errorf("got %+v", got)
		}
	})
}

// TestTheServiceStartsAnew: serials begin at 1 again, and what was under way is
// lost.
func TestTheServiceStartsAnew(t *testing.T) {
	svc := newFake()
	svc.pairing.Serial = 6
	svc.pairing.Stage = messenger.PairVerified
	atDesk(t, svc, func(d *desk) {
		d.Pair(id(1))
		d.pairs(withMia(7, messenger.PairComparing))
		d.svc.mu.Lock()
		d.svc.pairing = messenger.Pairing{}
		d.svc.mu.Unlock()
		d.svc.drop(nil)
		d.settle()
		d.pass(2 * retryPause)
		if got := d.dialog(); got.Step != PairFailed || !strings.Contains(string(got.Text), "started anew") {
			t.Errorf("got %+v", got)
		}
		d.ClosePairing()
		d.settle()
		asked := withMia(1, messenger.PairAsked)
		if snap := d.pairs(asked); snap.PairCard == nil || snap.PairCard.Serial != 1 {
			t.Errorf("the first of the new run is not shown: %+v", snap.PairCard)
		}
	})
}

func TestPairingThatDoesNotBegin(t *testing.T) {
	for err, words := range map[error]string{
		messenger.ErrPairBusy:    "Another pairing is under way",
		messenger.ErrUnreachable: "It was not reached",
		messenger.ErrBlocked:     "You have blocked",
		messenger.ErrUnknownPeer: "not known any more",
		errLost:                  "Earshot does not answer",
	} {
		svc := newFake()
		svc.refused = err
		atDesk(t, svc, func(d *desk) {
			d.Pair(id(1))
			got := d.dialog()
			if got.Step != PairFailed || !strings.Contains(string(got.Text), words) || !got.Again || got.Device.ID != id(1) {
				t.Errorf("%v: %+v", err, got)
			}
			d.ClosePairing()
			if d.settle().Pairing != nil {
				t.Error("the dialog stays")
			}
		})
	}
}

// TestAnotherTryThatDoesNotBegin: closing what it says does not bring back how the
// first one ended.
func TestAnotherTryThatDoesNotBegin(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Pair(id(1))
		d.pairs(because(withMia(1, messenger.PairAsking), messenger.PairUnreachable))
		if got := d.dialog(); got.Step != PairFailed || !got.Again {
			t.Fatalf("the first: %+v", got)
		}
		d.svc.mu.Lock()
		d.svc.refused = messenger.ErrUnreachable
		d.svc.mu.Unlock()
		d.Pair(id(1))
		if got := d.dialog(); got.Step != PairFailed || !strings.Contains(string(got.Text), "It was not reached") {
			t.Fatalf("the second: %+v", got)
		}
		d.ClosePairing()
		if snap := d.settle(); snap.Pairing != nil || snap.PairCard != nil {
			t.Errorf("closed, there is %+v, card %+v", snap.Pairing, snap.PairCard)
		}
	})
}

// TestClosedBeforeItBegan: the pairing that begins afterwards is cancelled.
func TestClosedBeforeItBegan(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		release := d.svc.hang()
		d.Pair(id(1))
		if got := d.dialog(); got.Step != PairWait || got.Serial != 0 {
			t.Errorf("got %+v", got)
		}
		d.ClosePairing()
		d.settle()
		release()
		if snap := d.settle(); snap.Pairing != nil || snap.PairCard != nil || d.svc.count("answer 1 cancel") != 1 {
			t.Errorf("dialog %+v, card %+v, %v", snap.Pairing, snap.PairCard, d.svc.calls)
		}
	})
}

// TestLevelsInWords: above a chat and on every face.
func TestLevelsInWords(t *testing.T) {
	for level, c := range map[trust.Level]struct {
		status            string
		verified, canPair bool
	}{
		trust.Stranger: {"In earshot", false, true},
		trust.Accepted: {"In earshot · not verified", false, true},
		trust.Verified: {"In earshot · verified", true, false},
		trust.Blocked:  {"In earshot", false, false},
	} {
		svc := newFake()
		svc.peers[0].Level = level
		atDesk(t, svc, func(d *desk) {
			d.Open(id(1))
			chat := d.settle().Chat
			if chat.Status != c.status || chat.Verified != c.verified || chat.CanPair != c.canPair {
				t.Errorf("%s: %q, verified %v, may pair %v", level, chat.Status, chat.Verified, chat.CanPair)
			}
			for _, n := range d.snap.Nearby {
				if n.Verified != c.verified {
					t.Errorf("%s: nearby it is verified: %v", level, n.Verified)
				}
			}
			for _, n := range d.snap.Conversations {
				if n.Verified != c.verified {
					t.Errorf("%s: in the list it is verified: %v", level, n.Verified)
				}
			}
		})
	}
}

// TestTheNameOfAStrangerWhoPairs is made fit for the screen, and without one its
// short ID stands for it.
func TestTheNameOfAStrangerWhoPairs(t *testing.T) {
	for raw, want := range map[string]string{"Ann\u202ea\x1b[31m": "Ann", "": id(3).Short()} {
		atDesk(t, newFake(), func(d *desk) {
			d.pairs(messenger.Pairing{Serial: 1, Peer: id(3), Name: raw, Stage: messenger.PairAsking, Ours: true})
			d.ShowPairing(1)
			got := d.dialog()
			if title := plain(string(got.Title)); !strings.HasPrefix(title, "Pair with "+want) || strings.ContainsAny(title, "\x1b\u202e") {
				t.Errorf("%q is called %q", raw, title)
			}
		})
	}
}

// TestARequestLeavesTheDialogAlone that says how the last pairing ended: a person
// is about to read or close it.
func TestARequestLeavesTheDialogAlone(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Pair(id(1))
		d.pairs(because(withMia(1, ""), messenger.PairDiffer))
		asked := messenger.Pairing{Serial: 2, Peer: id(3), Name: "Tom", Stage: messenger.PairAsked}
		d.pairs(asked)
		if got := d.dialog(); got.Step != PairFailed || got.Serial != 1 || d.snap.PairCard == nil || d.snap.PairCard.Serial != 2 {
			t.Errorf("dialog %+v, card %+v", got, d.snap.PairCard)
		}
		d.ClosePairing()
		if snap := d.settle(); snap.Pairing != nil || snap.PairCard == nil {
			t.Errorf("dialog %+v, card %+v", snap.Pairing, snap.PairCard)
		}
	})
}

// TestAnAnswerBehindItsEvents does not bring an earlier stage back.
func TestAnAnswerBehindItsEvents(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		asked := withMia(1, messenger.PairAsked)
		asked.Ours = false
		d.pairs(asked)
		release := d.svc.hang()
		d.AnswerPair(1, PairContinue)
		d.settle()
		comparing := withMia(1, messenger.PairComparing)
		d.event(messenger.Event{Kind: messenger.EventPairing, Pairing: &comparing})
		d.settle()
		release() // and the answer says "joining"
		if got := d.dialog(); got.Step != PairCompare {
			t.Errorf("got %+v", got)
		}
	})
}

// TestTheCodeOfAServiceThatStartsAnew is another one: the old is not known there.
func TestTheCodeOfAServiceThatStartsAnew(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.ShowInvite()
		d.dialog()
		d.svc.drop(nil)
		d.settle()
		d.pass(2 * retryPause)
		if got := d.dialog(); got.Link != "earshot://pair/2" {
			t.Errorf("got %+v", got)
		}
	})
}
