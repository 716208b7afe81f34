package viewmodel

import (
	"strings"
	"testing"

	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// TestTheInvitationLivesWithItsDialog: it is made with the digits, survives a "no"
// that may be a step to the other way, and ends when the digits differ, when the
// device is verified or when the dialog closes.
func TestTheInvitationLivesWithItsDialog(t *testing.T) {
	for _, c := range []struct {
		name  string
		then  messenger.Pairing
		stays bool
	}{
		{"declined", because(withMia(1, ""), messenger.PairDeclined), true},
		{"lost", because(withMia(1, ""), messenger.PairLost), true},
		{"waiting for the other", withMia(1, messenger.PairConfirming), true},
		{"differ", because(withMia(1, ""), messenger.PairDiffer), false},
		{"they differ", because(withMia(1, ""), messenger.PairTheyDiffer), false},
		{"forged", because(withMia(1, ""), messenger.PairForged), false},
		{"verified", withMia(1, messenger.PairVerified), false},
	} {
		atDesk(t, newFake(), func(d *desk) {
			d.Pair(id(1))
			d.settle()
			if d.svc.count("invite") != 0 {
				t.Error("there is an invitation before the digits")
			}
			d.pairs(withMia(1, messenger.PairComparing))
			if got := d.dialog(); got.Link != "earshot://pair/1" || got.Ends.IsZero() || d.svc.count("invite") != 1 {
				t.Errorf("%s: %+v, %v", c.name, got, d.svc.calls)
			}
			d.pairs(c.then)
			if got := d.dialog(); got.Link != "" || (d.svc.count("end invite") == 0) != c.stays {
				t.Errorf("%s: %+v, %v", c.name, got, d.svc.calls)
			}
			d.ClosePairing()
			d.settle()
			if d.svc.count("end invite") != 1 || d.svc.count("invite") != 1 {
				t.Errorf("%s, closed: %v", c.name, d.svc.calls)
			}
		})
	}
}

func TestShowMyCode(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.ShowInvite()
		if got := d.dialog(); got.Step != PairInvite || got.Link != "earshot://pair/1" || got.Error != "" {
			t.Errorf("got %+v", got)
		}
		d.ShowInvite() // by a tap, after it has ended
		if got := d.dialog(); got.Link != "earshot://pair/2" {
			t.Errorf("the new one is %+v", got)
		}
		read := messenger.Pairing{Serial: 1, Peer: id(1), Name: "Mia", ByLink: true, Stage: messenger.PairConfirming}
		d.pairs(read)
		if got := d.dialog(); got.Step != PairWait || got.Serial != 1 {
			t.Errorf("while it is read: %+v", got)
		}
		read.Stage = messenger.PairVerified
		d.pairs(read)
		if got := d.dialog(); got.Step != PairDone || plain(string(got.Title)) != "Mia is verified" {
			t.Errorf("after it was read: %+v", got)
		}
		d.ClosePairing()
		if d.settle().Pairing != nil || d.svc.count("end invite") != 1 {
			t.Errorf("closed: %v", d.svc.calls)
		}
	})
}

// TestNoCodeToShow: the dialog says why, and a tap tries again.
func TestNoCodeToShow(t *testing.T) {
	svc := newFake()
	svc.refused = messenger.ErrUnreachable
	atDesk(t, svc, func(d *desk) {
		d.ShowInvite()
		if got := d.dialog(); got.Step != PairInvite || got.Link != "" || !strings.Contains(got.Error, "on no network") {
			t.Errorf("got %+v", got)
		}
		svc.mu.Lock()
		svc.refused = nil
		svc.mu.Unlock()
		d.ShowInvite()
		if got := d.dialog(); got.Link == "" || got.Error != "" {
			t.Errorf("tried again: %+v", got)
		}
	})
}

// TestAnotherDeviceReadsTheCode that is shown beside the digits: the comparison
// goes on, and then the window says who became verified.
func TestAnotherDeviceReadsTheCode(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Pair(id(1))
		d.pairs(withMia(1, messenger.PairComparing))
		read := messenger.Pairing{Serial: 2, Peer: id(3), Name: "Tom", ByLink: true, Stage: messenger.PairConfirming}
		for _, stage := range []messenger.PairStage{messenger.PairConfirming, messenger.PairVerified} {
			read.Stage = stage
			d.event(messenger.Event{Kind: messenger.EventPairing, Pairing: &read})
			if got := d.dialog(); got.Step != PairCompare || got.Serial != 1 {
				t.Errorf("%s: the comparison is gone: %+v", stage, got)
			}
		}
		d.pairs(withMia(1, messenger.PairVerified))
		d.ClosePairing()
		if got := d.dialog(); got.Step != PairDone || plain(string(got.Title)) != "Tom is verified" {
			t.Errorf("nobody says who read the code: %+v", got)
		}
		d.ClosePairing()
		if d.settle().Pairing != nil {
			t.Error("the dialog stays")
		}
	})
}

// TestTheSameDeviceReadsTheCode: the comparison gives way.
func TestTheSameDeviceReadsTheCode(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Pair(id(1))
		d.pairs(withMia(1, messenger.PairComparing))
		d.pairs(because(withMia(1, ""), messenger.PairCancelled))
		d.pairs(messenger.Pairing{Serial: 2, Peer: id(1), Name: "Mia", ByLink: true, Stage: messenger.PairVerified})
		if got := d.dialog(); got.Step != PairDone || got.Serial != 2 {
			t.Errorf("got %+v", got)
		}
	})
}

// TestALinkIsAskedAbout before anything is dialled.
func TestALinkIsAskedAbout(t *testing.T) {
	svc := newFake()
	svc.claimed = messenger.Invited{ID: id(1), Name: "Mia", Level: trust.Stranger}
	atDesk(t, svc, func(d *desk) {
		d.ReadLink("too early")
		d.EnterLink()
		if got := d.dialog(); got.Step != PairEnter || svc.count("read too early") != 0 {
			t.Fatalf("got %+v, %v", got, svc.calls)
		}
		svc.mu.Lock()
		svc.refused = messenger.ErrNotInvitation
		svc.mu.Unlock()
		d.ReadLink("nonsense")
		if got := d.dialog(); got.Step != PairEnter || !strings.Contains(got.Error, "not a link of Earshot") {
			t.Errorf("got %+v", got)
		}
		svc.mu.Lock()
		svc.refused = nil
		svc.mu.Unlock()
		d.ReadLink("earshot://good")
		got := d.dialog()
		if got.Step != PairAsk || plain(string(got.Title)) != "Pair with Mia ("+id(1).Short()+")?" ||
			got.Text != "Only go on if you see this code on the other device's screen right now." {
			t.Errorf("got %+v", got)
		}
		if svc.count("link earshot://good") != 0 {
			t.Error("it was dialled before the answer")
		}
		d.ClosePairing()
		d.UseLink() // too late
		if d.settle().Pairing != nil || svc.count("link earshot://good") != 0 {
			t.Error("a question that was closed was answered")
		}
		d.OpenLink("earshot://good")
		d.settle()
		d.UseLink()
		if got := d.dialog(); got.Step != PairWait || got.Text != "Looking for \u2068Mia\u2069 …" || svc.count("link earshot://good") != 1 {
			t.Errorf("got %+v, %v", got, svc.calls)
		}
		p := svc.pairing
		d.pairs(because(p, messenger.PairExpired))
		if got := d.dialog(); got.Step != PairFailed || !strings.Contains(string(got.Text), "used already") {
			t.Errorf("got %+v", got)
		}
	})
}

// TestALinkFromOutsideThatIsNone says so in the dialog.
func TestALinkFromOutsideThatIsNone(t *testing.T) {
	for err, words := range map[error]string{
		messenger.ErrNotInvitation: "not a link of Earshot",
		messenger.ErrSelf:          "this device itself",
		messenger.ErrBlocked:       "blocked",
	} {
		svc := newFake()
		svc.refused = err
		atDesk(t, svc, func(d *desk) {
			d.OpenLink("earshot://x")
			if got := d.dialog(); got.Step != PairFailed || !strings.Contains(string(got.Text), words) || got.Again {
				t.Errorf("%v: %+v", err, got)
			}
		})
	}
}

// TestReadingInsteadOfComparing: the comparison with that device is cancelled
// first, since there is one pairing at a time.
func TestReadingInsteadOfComparing(t *testing.T) {
	svc := newFake()
	svc.claimed = messenger.Invited{ID: id(1), Name: "Mia"}
	atDesk(t, svc, func(d *desk) {
		d.Pair(id(1))
		d.pairs(withMia(1, messenger.PairComparing))
		d.OpenLink("earshot://good")
		if got := d.dialog(); got.Step != PairAsk {
			t.Errorf("got %+v", got)
		}
		d.ClosePairing()
		if got := d.dialog(); got.Step != PairCompare {
			t.Errorf("the comparison does not come back: %+v", got)
		}
		d.OpenLink("earshot://good")
		d.settle()
		d.UseLink()
		d.settle()
		var order []string
		for _, c := range svc.calls {
			if strings.HasPrefix(c, "answer") || strings.HasPrefix(c, "link") {
				order = append(order, c)
			}
		}
		if strings.Join(order, ", ") != "answer 1 cancel, link earshot://good" {
			t.Errorf("the calls were %v", order)
		}
		if got := d.dialog(); got.Step != PairWait || got.Serial != 2 {
			t.Errorf("got %+v", got)
		}
	})
}
