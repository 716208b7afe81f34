package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// fakePairing is what a fakeDevice knows of pairing.
type fakePairing struct {
	now    messenger.Pairing
	then   func() // after a pairing or an invitation has begun
	failed error  // of Pair, ReadLink and PairByLink
	invite messenger.Invite
	read   messenger.Invited
	said   time.Time // when the last answer was given
}

// bubble is synctest.Test for whole calls of the program, which listen for
// signals: the runtime does not begin that inside a bubble.
func bubble(t *testing.T, do func(*testing.T)) {
	t.Helper()
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, os.Interrupt)
	signal.Stop(heard)
	synctest.Test(t, do)
}

// stage brings the pairing on and tells it.
func (f *fakeDevice) stage(change func(*messenger.Pairing)) messenger.Pairing {
	f.mu.Lock()
	change(&f.pairs.now)
	n := f.pairs.now
	f.mu.Unlock()
	f.emit(messenger.Event{Kind: messenger.EventPairing, Pairing: &n})
	return n
}

// at is a change of stage.
func at(s messenger.PairStage) func(*messenger.Pairing) {
	return func(n *messenger.Pairing) { n.Stage = s }
}

// compared is the stage at which the code is known.
func compared(n *messenger.Pairing) {
	n.Stage, n.Code, n.CodeAt = messenger.PairComparing, "482916", time.Now()
}

// failed is the end without success.
func failed(why messenger.PairReason) func(*messenger.Pairing) {
	return func(n *messenger.Pairing) { n.Stage, n.Reason = messenger.PairFailed, why }
}

func (f *fakeDevice) note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.did = append(f.did, fmt.Sprintf(format, args...))
}

func (f *fakeDevice) Pair(_ context.Context, id identity.DeviceID) (messenger.Pairing, error) {
	f.note("pair %s", id.Short())
	if f.pairs.failed != nil {
		return messenger.Pairing{}, f.pairs.failed
	}
	if f.pairs.now.Stage == messenger.PairAsked {
		return f.begun(f.stage(at(messenger.PairJoining))), nil
	}
	name := ""
	for _, p := range f.peers {
		if p.ID == id {
			name = p.Name
		}
	}
	return f.begun(f.stage(func(n *messenger.Pairing) {
		*n = messenger.Pairing{Serial: 1, Peer: id, Name: name, Stage: messenger.PairReaching, Ours: true}
	})), nil
}

func (f *fakeDevice) begun(n messenger.Pairing) messenger.Pairing {
	if f.pairs.then != nil {
		f.pairs.then()
	}
	return n
}

func (f *fakeDevice) AnswerPair(_ context.Context, serial uint64, choice messenger.PairChoice) (messenger.Pairing, error) {
	f.note("answer %s", choice)
	f.pairs.said = time.Now()
	if n := f.pairs.now; n.Serial != serial || n.Over() {
		return messenger.Pairing{}, messenger.ErrNoPairing
	}
	switch choice {
	case messenger.PairMatch:
		return f.stage(at(messenger.PairConfirming)), nil
	case messenger.PairNoMatch:
		return f.stage(failed(messenger.PairDiffer)), nil
	}
	return f.stage(failed(messenger.PairCancelled)), nil
}

func (f *fakeDevice) Pairing(context.Context) (messenger.Pairing, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pairs.now, nil
}

func (f *fakeDevice) Invite(context.Context) (messenger.Invite, error) {
	f.note("invite")
	if f.pairs.failed != nil {
		return messenger.Invite{}, f.pairs.failed
	}
	if f.pairs.then != nil {
		f.pairs.then()
	}
	return f.pairs.invite, nil
}

func (f *fakeDevice) EndInvite(context.Context) error {
	f.note("end invite")
	return nil
}

func (f *fakeDevice) ReadLink(context.Context, string) (messenger.Invited, error) {
	f.note("read link")
	return f.pairs.read, f.pairs.failed
}

func (f *fakeDevice) PairByLink(_ context.Context, link string) (messenger.Pairing, error) {
	v, _ := trust.ParseInvitation(link)
	f.note("pair by link %s", v.ID.Short())
	if f.pairs.failed != nil {
		return messenger.Pairing{}, f.pairs.failed
	}
	return f.begun(f.stage(func(n *messenger.Pairing) {
		*n = messenger.Pairing{Serial: 1, Peer: v.ID, Stage: messenger.PairReaching, Ours: true, ByLink: true}
	})), nil
}

func (f *fakeDevice) SetNick(_ context.Context, id identity.DeviceID, nick string) error {
	f.note("nick %s %q", id.Short(), nick)
	i := slices.IndexFunc(f.peers, func(p messenger.Peer) bool { return p.ID == id })
	if i < 0 || !f.peers[i].Level.IsContact() {
		return messenger.ErrUnknownPeer
	}
	f.peers[i].Name = cmp.Or(nick, f.peers[i].Said)
	return nil
}

func (f *fakeDevice) Unblock(_ context.Context, id identity.DeviceID) error {
	f.note("unblock %s", id.Short())
	return nil
}

func (f *fakeDevice) Forget(_ context.Context, id identity.DeviceID) error {
	f.note("forget %s", id.Short())
	return nil
}

func (f *fakeDevice) Replace(_ context.Context, old, newID identity.DeviceID) error {
	f.note("replace %s %s", old.Short(), newID.Short())
	return f.failed
}
