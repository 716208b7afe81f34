package viewmodel

import (
	"context"
	"errors"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// pairing is what the window knows of pairings, and what a person does about one
// that has not begun yet.
type pairing struct {
	now     messenger.Pairing  // the newest; Serial 0: none
	beside  *messenger.Pairing // a device that read the invitation meanwhile; nil: none
	shown   uint64             // whose dialog is open, 0: none's
	hidden  uint64             // a person has put this one and those before it away
	read    bool               // the service was asked once
	rejoins bool               // the next reading may be of another run of the service
	sheet   pairSheet
	invite  shownInvite
}

// sheetKind says what is in the dialog without a pairing.
type sheetKind uint8

const (
	sheetNone   sheetKind = iota
	sheetBegin            // the service was asked to begin
	sheetInvite           // the own code
	sheetEnter            // a field for a link
	sheetAsk              // a link was read: shall it be used?
	sheetFailed           // it did not begin
)

type pairSheet struct {
	kind  sheetKind
	rev   int // rises with each sheet, so that late answers know that theirs is gone
	peer  identity.DeviceID
	name  string // that a link's device has, not cleaned
	link  string
	why   string
	again bool // of sheetFailed: Pair may be tried again
}

// put opens a sheet instead of what was there, and returns its rev.
func (p *pairing) put(to pairSheet) int {
	to.rev = p.sheet.rev + 1
	p.sheet = to
	return to.rev
}

// open reports whether the pairing that is known has the dialog.
func (p *pairing) open() bool { return p.shown != 0 && p.shown == p.now.Serial }

// waits reports whether the pairing that is known waits on a card.
func (p *pairing) waits() bool {
	return p.now.Serial > p.hidden && !p.now.Over() && !p.open() && (p.now.Ours || !p.now.ByLink)
}

// tell takes what the service says of a pairing. What is late changes nothing:
// a pairing that has ended stays so, and an older one does not come back.
func (p *pairing) tell(n messenger.Pairing) stale {
	old := p.now
	if n.Serial == 0 || n.Serial < old.Serial || n.Serial == old.Serial && old.Over() {
		return 0
	}
	read := n.ByLink && !n.Ours // another device read the invitation that is shown here
	if read && n.Serial != old.Serial && old.Serial != 0 && !old.Over() && n.Peer != old.Peer {
		if n.Stage == messenger.PairVerified {
			p.beside = &n
			return stalePeers | staleConversations
		}
		return 0
	}
	if read && n.Serial != old.Serial && (p.sheet.kind == sheetInvite || p.open()) {
		p.shown = n.Serial
		if p.sheet.kind == sheetInvite {
			p.put(pairSheet{})
		}
	}
	p.now = n
	if n.Stage == messenger.PairVerified {
		return stalePeers | staleConversations | staleRequests
	}
	return 0
}

// rejoin says that the next reading may be of another run of the service, whose
// serials begin anew.
func (p *pairing) rejoin() { p.rejoins = true }

// found takes what was read. At the first reading what is under way gets the
// dialog, unless it waits for an answer: nobody has used this window yet.
func (p *pairing) found(n messenger.Pairing) {
	first, rejoined := !p.read, p.rejoins
	p.read, p.rejoins = true, false
	switch {
	case first && n.Over():
		p.now, p.hidden = n, n.Serial
		return
	case first && n.Stage != messenger.PairAsked:
		p.shown = n.Serial
	case rejoined && (n.Serial < p.now.Serial || n.Serial == p.now.Serial && n.Peer != p.now.Peer):
		if p.open() && !p.now.Over() {
			lost := p.now
			lost.Reason = messenger.PairLost
			p.put(pairSheet{kind: sheetFailed, peer: lost.Peer, name: lost.Name, why: "Earshot was started anew meanwhile. Try again.", again: !lost.ByLink})
		}
		p.now, p.shown, p.hidden = messenger.Pairing{}, 0, 0
	}
	p.tell(n)
}

// close closes the dialog. What was under way in it is to be cancelled: its
// serial is returned, 0 if there is nothing.
func (p *pairing) close() (cancel uint64) {
	if p.sheet.kind != sheetNone {
		p.put(pairSheet{})
		return 0
	}
	if !p.open() {
		return 0
	}
	if !p.now.Over() {
		cancel = p.now.Serial
	}
	p.hide(p.now.Serial)
	if p.beside != nil {
		p.now, p.shown, p.beside = *p.beside, p.beside.Serial, nil
	}
	return cancel
}

func (p *pairing) hide(serial uint64) {
	p.hidden = max(p.hidden, serial)
	if p.shown == serial {
		p.shown = 0
	}
}

func readPairing(ctx context.Context, q question) (func(*state), error) {
	p, err := q.svc.Pairing(ctx)
	return func(s *state) { s.pair.found(p) }, err
}

// pairRefusal is why a pairing did not begin, in words for a person.
func pairRefusal(err error) string {
	for _, w := range []struct {
		err  error
		text string
	}{
		{messenger.ErrPairBusy, "Another pairing is under way. Finish or close that one first."},
		{messenger.ErrUnreachable, "It was not reached. Open Earshot there, and have both devices on the same network, then try again."},
		{messenger.ErrBlocked, "You have blocked this device. Unblock it first."},
		{messenger.ErrSelf, "That is the link of this device itself. Open it on the other one."},
		{messenger.ErrNotInvitation, "That is not a link of Earshot. Copy the whole of it: it begins with earshot://"},
	} {
		if errors.Is(err, w.err) {
			return w.text
		}
	}
	return refusal(err)
}
