package viewmodel

import (
	"context"
	"fmt"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// pairFake is the part of the fake about pairing: one with device 1 at a time.
type pairFake struct {
	pairing messenger.Pairing
	refused error // of everything about pairing
	invites int
	claimed messenger.Invited
}

func (f *fake) Pairing(ctx context.Context) (messenger.Pairing, error) {
	err := f.reads(ctx, "pairing")
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pairing, err
}

func (f *fake) Pair(ctx context.Context, id identity.DeviceID) (messenger.Pairing, error) {
	return f.beginPairing(ctx, "pair "+id.Short(), messenger.Pairing{Peer: id, Name: "Mia", Ours: true, Stage: messenger.PairAsking})
}

func (f *fake) PairByLink(ctx context.Context, link string) (messenger.Pairing, error) {
	return f.beginPairing(ctx, "link "+link, messenger.Pairing{Peer: id(1), Name: "Mia", Ours: true, ByLink: true, Stage: messenger.PairReaching})
}

func (f *fake) beginPairing(ctx context.Context, call string, p messenger.Pairing) (messenger.Pairing, error) {
	err := f.called(ctx, call)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		err = f.refused
	}
	if err != nil {
		return messenger.Pairing{}, err
	}
	p.Serial = f.pairing.Serial + 1
	f.pairing = p
	return p, nil
}

func (f *fake) AnswerPair(ctx context.Context, serial uint64, choice messenger.PairChoice) (messenger.Pairing, error) {
	err := f.called(ctx, fmt.Sprintf("answer %d %s", serial, choice))
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		return messenger.Pairing{}, err
	}
	p := &f.pairing
	if p.Serial != serial || p.Over() {
		return messenger.Pairing{}, messenger.ErrNoPairing
	}
	switch choice {
	case messenger.PairContinue:
		p.Stage = messenger.PairJoining
	case messenger.PairMatch:
		p.Stage = messenger.PairConfirming
	case messenger.PairNoMatch:
		p.Stage, p.Reason = messenger.PairFailed, messenger.PairDiffer
	case messenger.PairCancel:
		p.Stage, p.Reason = messenger.PairFailed, messenger.PairCancelled
	}
	return *p, nil
}

func (f *fake) Invite(ctx context.Context) (messenger.Invite, error) {
	err := f.called(ctx, "invite")
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		err = f.refused
	}
	if err != nil {
		return messenger.Invite{}, err
	}
	f.invites++
	return messenger.Invite{Link: fmt.Sprintf("earshot://pair/%d", f.invites), Expires: time.Now().Add(2 * time.Minute)}, nil
}

func (f *fake) EndInvite(ctx context.Context) error { return f.called(ctx, "end invite") }

func (f *fake) ReadLink(ctx context.Context, link string) (messenger.Invited, error) {
	err := f.called(ctx, "read "+link)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		err = f.refused
	}
	return f.claimed, err
}
