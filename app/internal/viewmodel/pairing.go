package viewmodel

import (
	"context"
	"errors"
	"slices"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// pairing is what the window knows of pairings, and what a person does about one
// that has not begun yet.
type pairing struct {
	now     messenger.Pairing  // the newest; Serial 0: none
	dialog  messenger.Pairing  // that the dialog is about, often the newest; Serial 0: there is no dialog
	beside  *messenger.Pairing // of a device that read the invitation meanwhile; nil: none
	hidden  uint64             // a person has put the pairing with this serial and those before it away
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

// open reports whether a pairing has the dialog.
func (p *pairing) open() bool { return p.dialog.Serial != 0 }

// show opens the dialog of the newest pairing, if it is the one with that serial.
func (p *pairing) show(serial uint64) {
	if p.now.Serial == serial {
		p.dialog = p.now
	}
}

// waits reports whether the newest pairing waits on a card.
func (p *pairing) waits() bool {
	return p.now.Serial > p.hidden && p.now.Serial != p.dialog.Serial && !p.now.Over() && (p.now.Ours || !p.now.ByLink)
}

// tell takes an event or a reading, which come in order. What is late changes
// nothing: a pairing that has ended stays so, and an older one does not come back.
func (p *pairing) tell(n messenger.Pairing) stale {
	mine := n.Serial == p.dialog.Serial && !p.dialog.Over()
	first := n.Serial > p.now.Serial
	newest := first || n.Serial == p.now.Serial && !p.now.Over()
	if n.Serial == 0 || !mine && !newest {
		return 0
	}
	if newest {
		p.now = n
	}
	switch {
	case mine:
		p.dialog = n
	case n.ByLink && !n.Ours:
		p.wasRead(n)
	}
	if n.Stage == messenger.PairVerified {
		return stalePeers | staleConversations | staleRequests
	}
	return 0
}

// wasRead takes a pairing by the invitation that is shown here. It gets the
// dialog, unless a comparison with another device is under way there.
func (p *pairing) wasRead(n messenger.Pairing) {
	switch {
	case p.sheet.kind == sheetInvite:
		p.put(pairSheet{})
		p.dialog = n
	case p.open() && (p.dialog.Over() || p.dialog.Peer == n.Peer):
		p.dialog = n
	case p.open() && n.Stage == messenger.PairVerified:
		p.beside = &n
	}
}

// stageOrder is the order of the stages of a pairing.
var stageOrder = []messenger.PairStage{
	messenger.PairReaching, messenger.PairAsking, messenger.PairAsked, messenger.PairJoining, messenger.PairComparing,
	messenger.PairConfirming, messenger.PairVerified, messenger.PairFailed,
}

// learn takes the answer to a command, which may come behind the events of what
// happened after it: only what is further than those counts.
func (p *pairing) learn(n messenger.Pairing) stale {
	if n.Serial == p.now.Serial && slices.Index(stageOrder, n.Stage) <= slices.Index(stageOrder, p.now.Stage) {
		return 0
	}
	return p.tell(n)
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
		p.now, p.dialog = n, n
		return
	case rejoined:
		p.invite = shownInvite{rev: p.invite.rev} // that one is not known there
		if p.otherRun(n) {
			p.loseRun()
		}
	}
	p.tell(n)
}

// otherRun reports whether n cannot have followed what is known.
func (p *pairing) otherRun(n messenger.Pairing) bool {
	return n.Serial < p.now.Serial || n.Serial == p.now.Serial && (n.Peer != p.now.Peer || p.now.Over() && !n.Over())
}

// loseRun forgets the pairings of a run of the service that has ended, and says so
// of one that was under way in the dialog.
func (p *pairing) loseRun() {
	if lost := p.dialog; p.open() && !lost.Over() {
		p.put(pairSheet{kind: sheetFailed, peer: lost.Peer, name: lost.Name, why: "Earshot was started anew meanwhile. Try again.", again: !lost.ByLink})
	}
	p.now, p.dialog, p.beside, p.hidden = messenger.Pairing{}, messenger.Pairing{}, nil, 0
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
	if !p.dialog.Over() {
		cancel = p.dialog.Serial
	}
	p.hide(p.dialog.Serial)
	if p.beside != nil {
		p.dialog, p.beside = *p.beside, nil
	}
	return cancel
}

// hide puts a pairing away: neither the dialog nor a card shows it.
func (p *pairing) hide(serial uint64) {
	p.hidden = max(p.hidden, serial)
	if p.dialog.Serial == serial {
		p.dialog = messenger.Pairing{}
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
