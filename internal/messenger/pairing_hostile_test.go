package messenger

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// misfits are frames of pairing that fit nothing.
var misfits = []wire.Message{
	&wire.PairNonce{Nonce: wire.Bytes32{1}}, &wire.PairReveal{Nonce: wire.Bytes32{1}},
	&wire.PairConfirm{MAC: wire.Bytes32{1}}, &wire.PairProof{MAC: wire.Bytes32{1}},
}

// In each stage every frame of pairing that is not the next one, or does not fit,
// ends the pairing or changes nothing; none verifies.
func TestPairingFramesInEveryStage(t *testing.T) {
	stages := map[string]struct {
		bring    func(*testing.T) (*world, *node, *node)
		first    func(a, b *node)
		harmless []wire.Type // leave the stage of a as it is
	}{
		"none":       {strangers, nil, []wire.Type{wire.TypePairNonce, wire.TypePairReveal, wire.TypePairConfirm, wire.TypePairProof, wire.TypePairAbort}},
		"asked":      {asked, nil, []wire.Type{wire.TypePairProof}},
		"comparing":  {comparing, nil, []wire.Type{wire.TypePairProof}},
		"confirming": {comparing, func(a, b *node) { a.says(PairMatch) }, []wire.Type{wire.TypePairProof}},
		"over":       {comparing, func(a, b *node) { a.says(PairCancel) }, []wire.Type{wire.TypePairNonce, wire.TypePairReveal, wire.TypePairConfirm, wire.TypePairProof, wire.TypePairAbort}},
	}
	for name, stage := range stages {
		for _, frame := range append([]wire.Message{&wire.PairAbort{Reason: 77}}, misfits...) {
			t.Run(fmt.Sprint(name, " ", frame.Type()), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w, a, b := stage.bring(t)
					if stage.first != nil {
						stage.first(a, b)
					}
					before := a.pairing().Stage
					l := linkTo(w, a, b)
					if err := a.m.Handle(l, frame); err != nil {
						t.Fatal(err)
					}
					settle()
					after := a.pairing().Stage
					if slices.Contains(stage.harmless, frame.Type()) != (after == before) {
						t.Errorf("from %q to %q", before, after)
					}
					if a.level(b) != trust.Stranger || after == PairVerified {
						t.Errorf("level %v at %q", a.level(b), after)
					}
				})
			})
		}
	}
}

// linkTo returns a live link of n to o, making one if there is none.
func linkTo(w *world, n, o *node) Link {
	n.m.mu.Lock()
	d := n.m.devices[o.id]
	if d != nil && len(d.links) > 0 {
		l := d.links[0].Link
		n.m.mu.Unlock()
		return l
	}
	n.m.mu.Unlock()
	far, l := w.pair(o, n)
	l.run()
	far.run()
	settle()
	return l
}

// All frames of an honest pairing, sent again on another link, do nothing.
func TestReplayedPairing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t)
		var heard []wire.Message // by a
		w.mu.Lock()
		w.drop = func(from *node, m wire.Message) bool {
			if from == b && wire.IsPairing(m.Type()) {
				heard = append(heard, m)
			}
			return false
		}
		w.mu.Unlock()
		b.press(a)
		settle()
		a.says(PairContinue)
		a.says(PairMatch)
		b.says(PairMatch)
		a.at(PairVerified)
		ctx := context.Background()
		if err := a.db.SetLevel(ctx, b.id, trust.Accepted); err != nil {
			t.Fatal(err)
		}
		a.cut()
		settle()
		w.mu.Lock()
		w.drop = nil
		w.mu.Unlock()
		if len(heard) != 3 {
			t.Fatalf("%d frames were recorded, want PairStart, PairReveal and PairConfirm", len(heard))
		}
		l := linkTo(w, a, b)
		for _, m := range heard {
			if err := a.m.Handle(l, m); err != nil {
				t.Fatal(err)
			}
			settle()
			if p := a.pairing(); p.Stage == PairAsked { // the person is fooled so far
				a.says(PairContinue)
			}
		}
		a.failed(PairForged)
		if a.level(b) != trust.Accepted {
			t.Errorf("level %v after a replay", a.level(b))
		}
	})
}

// Bluetooth's method confusion: two ways to pair looked alike, so that one in the
// middle could carry the number of one into the other. Here a number is only ever
// compared, and what the one way proves verifies that device alone: while an
// invitation is open beside a comparison, its use says nothing of the latter.
func TestBluetoothMethodConfusion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, middle := comparing(t)
		b := w.node("bela")
		code := a.pairing().Code
		link := a.shows()
		b.reads(link)
		b.at(PairVerified)
		if a.level(b) != trust.Verified {
			t.Error("the device that read the invitation is not verified")
		}
		a.at(PairComparing)
		if a.pairing().Peer != middle.id || a.pairing().Code != code || a.level(middle) != trust.Stranger {
			t.Error("the invitation changed the comparison")
		}
		l := linkTo(w, a, middle)
		v, err := trust.ParseInvitation(a.shows())
		if err != nil {
			t.Fatal(err)
		}
		ends := trust.Ends{Initiator: middle.id, Responder: a.id, Exporter: l.Exporter()}
		if err := a.m.Handle(l, &wire.PairConfirm{MAC: wire.Bytes32(v.Token.Answer(ends))}); err != nil {
			t.Fatal(err)
		}
		settle()
		a.failed(PairForged)
		if a.level(middle) != trust.Stranger {
			t.Error("a part of one way was taken in the other")
		}
	})
}

// Who begins a pairing knows the code before the other side does. One that gives up
// there, to try its luck once more, leaves nobody a second try until the code that it
// needs is gone from the other screen, whatever its key is. The person here may begin.
func TestOneUnseenTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t)
		c := w.node("carl")
		c.sees(a)
		a.sees(c)
		settle()
		w.mu.Lock()
		w.drop = func(from *node, m wire.Message) bool { return m.Type() == wire.TypePairReveal }
		w.mu.Unlock()
		b.press(a)
		settle()
		a.says(PairContinue)
		a.at(PairJoining)
		b.says(PairCancel)
		a.failed(PairDeclined)
		w.mu.Lock()
		w.drop = nil
		w.mu.Unlock()
		for _, n := range []*node{b, c} {
			n.press(a)
			settle()
			n.failed(PairBusy)
		}
		a.press(c)
		settle()
		c.at(PairAsked)
		a.says(PairCancel)
		<-time.After(pairUnseen)
		c.press(a)
		settle()
		a.at(PairAsked)
	})
}
