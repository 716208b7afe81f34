package messenger

import (
	"testing"
	"testing/synctest"
	"time"
)

// A device that only its link spoke for is the same one when its link is another.
func TestPairingKeepsItsDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.strict = true
		a, b := w.node("anna"), w.node("bert")
		b.sees(a) // and not the other way round
		settle()
		b.press(a)
		settle()
		a.at(PairAsked)
		before := a.pairing().Serial
		for _, l := range w.live(a, b) {
			l.end()
		}
		<-time.After(2 * pairSettle)
		settle()
		a.at(PairAsked)
		b.at(PairAsking)
		if a.pairing().Serial != before {
			t.Error("the pairing is another one")
		}
		a.says(PairContinue)
		a.says(PairMatch)
		b.says(PairMatch)
		a.at(PairVerified)
		b.at(PairVerified)
	})
}

// What is left of a device that was only paired with goes when the pairing ends.
func TestPairingLeavesNoDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.strict = true
		a, b := w.node("anna"), w.node("bert")
		b.sees(a)
		settle()
		b.press(a)
		settle()
		a.at(PairAsked)
		b.reachable(false)
		b.cut()
		<-time.After(2 * pairGrace)
		settle()
		a.failed(PairLost)
		a.m.mu.Lock()
		defer a.m.mu.Unlock()
		if len(a.m.devices) != 0 {
			t.Errorf("%d devices are left", len(a.m.devices))
		}
	})
}
