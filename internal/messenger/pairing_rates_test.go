package messenger

import (
	"testing"
	"testing/synctest"
	"time"

	"earshot/netcore/wire"
)

// flooded is what a device remembers when strangers have asked as often as they may.
func (n *node) flooded() {
	n.m.mu.Lock()
	defer n.m.mu.Unlock()
	for i := range pairsOfStrangers {
		n.m.pairRates.allow([32]byte{0xff, byte(i)}, true, time.Now())
	}
}

// Strangers who use up the limits of both devices do not keep the two apart: who
// was told "busy" hears the other one.
func TestPairingInAFloodOfRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t)
		a.flooded()
		b.flooded()
		a.press(b)
		settle()
		a.failed(PairBusy)
		c := w.node("carl") // and one takes the turn
		c.sees(a)
		settle()
		a.m.mu.Lock()
		a.m.pairRates.strangers = nil
		a.m.mu.Unlock()
		c.press(a)
		settle()
		a.at(PairAsked)
		a.flooded()
		b.press(a)
		settle()
		c.failed(PairBusy)
		a.at(PairAsked)
		if p := a.pairing(); p.Peer != b.id {
			t.Fatalf("%s is asked for %s", a.name, p.Name)
		}
		a.says(PairContinue)
		a.says(PairMatch)
		b.says(PairMatch)
		a.at(PairVerified)
		b.at(PairVerified)
	})
}

// One press is one request, and none of a device whose code differed.
func TestWhoIsWantedMayAskOnce(t *testing.T) {
	var r pairRates
	now := time.Now()
	one, two := [32]byte{1}, [32]byte{2}
	r.gaveUp(now)
	r.want(one, now)
	if r.allow(two, false, now) || !r.allow(one, true, now) || r.allow(one, true, now) {
		t.Error("a press lets in another one, nobody, or twice")
	}
	r.mute(one, now)
	r.want(one, now)
	r.want(two, now)
	r.mute(two, now)
	if r.allow(two, true, now) || r.allow(one, true, now.Add(pairWanted)) {
		t.Error("a muted device may ask, or a press counts for ever")
	}
	if len(r.wanted) != 0 {
		t.Errorf("%d are remembered", len(r.wanted))
	}
}

// A device of a version before pairing answers with an Error, and nobody waits.
func TestPairingWithAnOldVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t)
		w.mu.Lock()
		w.drop = func(_ *node, m wire.Message) bool { return wire.IsPairing(m.Type()) }
		w.mu.Unlock()
		b.press(a)
		settle()
		b.at(PairAsking)
		l := linkTo(w, b, a)
		for _, e := range []*wire.Error{{Code: wire.CodeUnsupported, RefersTo: 0x70}, {Code: wire.CodeBusy, RefersTo: wire.TypePairStart}} {
			if err := b.m.Handle(l, e); err != nil {
				t.Fatal(err)
			}
			b.at(PairAsking)
		}
		if err := b.m.Handle(l, &wire.Error{Code: wire.CodeUnsupported, RefersTo: wire.TypePairStart}); err != nil {
			t.Fatal(err)
		}
		b.failed(PairUnsupported)
	})
}
