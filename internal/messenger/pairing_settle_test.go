package messenger

import (
	"testing"
	"testing/synctest"
	"time"
)

// Two devices that meet dial each other, and of the two links one is closed: a
// pairing that both persons began meanwhile does not end with it.
func TestPairingWaitsForTheLinkThatStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t) // a has the lower ID: the link that it dials stays
		surplus, far := w.pair(b, a)
		far.run()
		surplus.run()
		b.press(a)
		a.press(b)
		<-time.After(pairSettle / 2)
		stays, near := w.pair(a, b)
		near.run()
		stays.run()
		<-time.After(pairSettle / 10)
		surplus.end()
		<-time.After(2 * pairSettle)
		settle()
		a.at(PairComparing)
		b.at(PairComparing)
		if a.pairing().Code != b.pairing().Code {
			t.Errorf("codes %q and %q", a.pairing().Code, b.pairing().Code)
		}
	})
}

// A link that nobody closes serves, whoever dialled it.
func TestPairingStartsOnALoneLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t)
		lone, far := w.pair(b, a)
		far.run()
		lone.run()
		b.press(a)
		b.at(PairReaching)
		<-time.After(2 * pairSettle)
		settle()
		b.at(PairAsking)
		a.at(PairAsked)
	})
}

// A link that the other side made only to look ends at once: the pairing dials.
func TestPairingOutlivesALook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t)
		look, far := w.pair(a, b) // a has the lower ID
		far.run()
		look.run()
		b.press(a)
		settle()
		b.at(PairAsking)
		look.end()
		<-time.After(2 * pairSettle)
		settle()
		b.at(PairAsking)
		a.at(PairAsked)
		for range pairAnew { // and not for ever
			for _, l := range w.live(a, b) {
				l.end()
			}
			<-time.After(2 * pairSettle)
			settle()
		}
		b.failed(PairLost)
	})
}

// The same for one on which it waits, as on what may be a surplus link.
func TestPairingOutlivesALookItWaitsOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t)
		look, far := w.pair(b, a)
		far.run()
		look.run()
		a.press(b)
		a.at(PairReaching)
		look.end()
		<-time.After(2 * pairSettle)
		settle()
		a.at(PairAsking)
		b.at(PairAsked)
	})
}
