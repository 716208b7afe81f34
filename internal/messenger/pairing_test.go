package messenger

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// strangers are two devices that see each other and have never spoken. a has the
// lower ID.
func strangers(t *testing.T) (w *world, a, b *node) {
	w = newWorld(t)
	w.strict = true
	a, b = w.node("anna"), w.node("bert")
	a.sees(b)
	b.sees(a)
	settle()
	return w, a, b
}

func (n *node) pairing() Pairing {
	p, err := n.m.Pairing(context.Background())
	if err != nil {
		n.w.t.Fatal(err)
	}
	return p
}

// press is the person of n pressing "Pair" for o.
func (n *node) press(o *node) {
	n.w.t.Helper()
	if _, err := n.m.Pair(context.Background(), o.id); err != nil {
		n.w.t.Fatalf("%s: %v", n.name, err)
	}
}

// says is an answer of the person of n.
func (n *node) says(choice PairChoice) {
	n.w.t.Helper()
	if _, err := n.m.AnswerPair(context.Background(), n.pairing().Serial, choice); err != nil {
		n.w.t.Fatalf("%s says %s at %s: %v", n.name, choice, n.pairing().Stage, err)
	}
	settle()
}

func (n *node) at(stage PairStage) {
	n.w.t.Helper()
	if p := n.pairing(); p.Stage != stage {
		n.w.t.Fatalf("%s is at %q (%s), want %q", n.name, p.Stage, p.Reason, stage)
	}
}

func (n *node) failed(why PairReason) {
	n.w.t.Helper()
	n.at(PairFailed)
	if p := n.pairing(); p.Reason != why {
		n.w.t.Errorf("%s failed by %q, want %q", n.name, p.Reason, why)
	}
}

// comparing brings two devices as far as the code.
func comparing(t *testing.T) (w *world, a, b *node) {
	w, a, b = strangers(t)
	b.press(a)
	settle()
	b.at(PairAsking)
	a.at(PairAsked)
	a.says(PairContinue)
	a.at(PairComparing)
	b.at(PairComparing)
	return w, a, b
}

func (n *node) level(o *node) trust.Level {
	c, err := n.db.Contact(context.Background(), o.id)
	if err != nil {
		return trust.Stranger
	}
	return c.Level
}

func TestPairingVerifiesBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := comparing(t)
		if one, two := a.pairing().Code, b.pairing().Code; one != two || len(one) != trust.CodeDigits {
			t.Fatalf("codes %q and %q", one, two)
		}
		a.says(PairMatch)
		a.at(PairConfirming)
		if a.level(b) != trust.Stranger || b.level(a) != trust.Stranger {
			t.Fatal("one answer changed a level")
		}
		b.says(PairMatch)
		a.at(PairVerified)
		b.at(PairVerified)
		if a.level(b) != trust.Verified || b.level(a) != trust.Verified {
			t.Fatalf("levels %v and %v", a.level(b), b.level(a))
		}
		a.send(b, "from anna")
		b.send(a, "from bert")
		settle()
		if len(a.texts(b)) != 2 || len(b.texts(a)) != 2 || a.waiting()+b.waiting() != 0 {
			t.Errorf("after pairing: %q and %q", a.texts(b), b.texts(a))
		}
	})
}

func TestNothingHappensBeforeATap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t)
		var said int
		w.mu.Lock()
		w.drop = func(from *node, m wire.Message) bool {
			if _, nonce := m.(*wire.PairNonce); nonce && from == a {
				said++
			}
			return false
		}
		w.mu.Unlock()
		b.press(a)
		<-time.After(pairAnswer - 5*time.Second)
		settle()
		a.at(PairAsked)
		if w.mu.Lock(); said != 0 {
			t.Error("the nonce was told before the tap")
		}
		w.mu.Unlock()
		<-time.After(3 * time.Second)
		settle()
		a.failed(PairTimeout)
		b.failed(PairTimeout)
	})
}

func TestPairingThatIsRefused(t *testing.T) {
	for _, c := range []struct {
		name     string
		act      func(a, b *node)
		ofA, ofB PairReason
		from     func(*testing.T) (*world, *node, *node)
	}{
		{"declined", func(a, b *node) { a.says(PairCancel) }, PairCancelled, PairDeclined, asked},
		{"taken back", func(a, b *node) { b.says(PairCancel) }, PairDeclined, PairCancelled, asked},
		{"different here", func(a, b *node) { a.says(PairNoMatch) }, PairDiffer, PairTheyDiffer, comparing},
		{"different there", func(a, b *node) { b.says(PairNoMatch) }, PairTheyDiffer, PairDiffer, comparing},
		{"different after a match", func(a, b *node) { a.says(PairMatch); b.says(PairNoMatch) }, PairTheyDiffer, PairDiffer, comparing},
		{"cancelled after a match", func(a, b *node) { a.says(PairMatch); a.says(PairCancel) }, PairCancelled, PairDeclined, comparing},
		{"link lost", func(a, b *node) { a.cut(); settle() }, PairLost, PairLost, comparing},
		{"nobody compares", func(a, b *node) { <-time.After(pairCompare); settle() }, PairTimeout, PairTimeout, comparing},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, a, b := c.from(t)
				c.act(a, b)
				settle()
				a.failed(c.ofA)
				b.failed(c.ofB)
				if a.level(b) != trust.Stranger || b.level(a) != trust.Stranger {
					t.Error("a pairing that failed changed a level")
				}
			})
		})
	}
}

func asked(t *testing.T) (w *world, a, b *node) {
	w, a, b = strangers(t)
	b.press(a)
	settle()
	a.at(PairAsked)
	return w, a, b
}

// After "They differ" the device whose code it was is not heard for a while.
func TestDifferentMutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := comparing(t)
		a.says(PairNoMatch)
		b.press(a)
		settle()
		b.failed(PairBusy)
		a.failed(PairDiffer)
		<-time.After(pairMuted)
		b.press(a)
		settle()
		a.at(PairAsked)
	})
}

func TestBothPressAtOnce(t *testing.T) {
	for _, c := range []struct {
		name  string
		apart time.Duration
		lag   time.Duration
	}{{"same moment", 0, time.Millisecond}, {"frames cross", time.Millisecond, 50 * time.Millisecond}, {"one after the other", 200 * time.Millisecond, time.Millisecond}} {
		for _, first := range []int{0, 1} {
			t.Run(c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w, a, b := strangers(t)
					w.mu.Lock()
					w.lag = c.lag
					w.mu.Unlock()
					both := []*node{a, b}
					both[first].press(both[1-first])
					<-time.After(c.apart)
					both[1-first].press(both[first])
					<-time.After(5 * time.Second)
					settle()
					a.at(PairComparing)
					b.at(PairComparing)
					if a.pairing().Code != b.pairing().Code {
						t.Errorf("codes %q and %q", a.pairing().Code, b.pairing().Code)
					}
				})
			})
		}
	}
}

// Before there is a code a pairing goes on on another link by itself.
func TestPairingMovesToAnotherLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := asked(t)
		spare, far := w.pair(b, a)
		far.run()
		spare.run()
		settle()
		b.m.mu.Lock()
		first := b.m.devices[a.id].links[0].Link.(*memLink)
		b.m.mu.Unlock()
		first.end()
		settle()
		a.at(PairAsked)
		b.at(PairAsking)
		a.says(PairContinue)
		if a.pairing().Code == "" || a.pairing().Code != b.pairing().Code {
			t.Errorf("codes %q and %q", a.pairing().Code, b.pairing().Code)
		}
	})
}

func TestPairingRates(t *testing.T) {
	var r pairRates
	now := time.Now()
	id := func(n byte) (id [32]byte) { id[0] = n; return id }
	for i := range pairsPerDevice {
		if !r.allow(id(1), true, now) {
			t.Fatalf("request %d of a device is refused", i)
		}
	}
	if r.allow(id(1), true, now) {
		t.Error("a device may ask without end")
	}
	for n := byte(2); n <= 1+pairsOfStrangers-pairsPerDevice; n++ {
		if !r.allow(id(n), true, now) {
			t.Fatalf("stranger %d is refused", n)
		}
	}
	if r.allow(id(100), true, now) {
		t.Error("strangers may ask without end")
	}
	if !r.allow(id(101), false, now) {
		t.Error("strangers keep a contact out")
	}
	if now = now.Add(pairDeviceWindow); r.allow(id(1), true, now) {
		t.Error("the hour of strangers ended too soon")
	}
	if now = now.Add(pairStrangersHour); !r.allow(id(1), true, now) {
		t.Error("a device is kept out for ever")
	}
	if len(r.devices) != 1 || len(r.strangers) != 1 {
		t.Errorf("%d devices and %d requests are remembered", len(r.devices), len(r.strangers))
	}
}

// While one pairing is under way another device is told to come later, and
// cannot disturb it.
func TestOnePairingAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := comparing(t)
		c := w.node("carl")
		c.sees(a)
		settle()
		c.press(a)
		settle()
		c.failed(PairBusy)
		a.at(PairComparing)
		l := linkTo(w, a, c)
		for _, frame := range append([]wire.Message{&wire.PairAbort{Reason: wire.PairDifferent}}, misfits...) {
			if err := a.m.Handle(l, frame); err != nil {
				t.Fatal(err)
			}
		}
		a.at(PairComparing)
		if _, err := a.m.Pair(context.Background(), c.id); !errors.Is(err, ErrPairBusy) && !errors.Is(err, ErrUnknownPeer) {
			t.Errorf("a second pairing of the person: %v", err)
		}
		a.says(PairMatch)
		b.says(PairMatch)
		a.at(PairVerified)
	})
}

// A request that nobody answered does not keep the person from pairing.
func TestOwnPairingTakesTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := asked(t)
		c := w.node("carl")
		a.sees(c)
		settle()
		a.press(c)
		settle()
		a.at(PairAsking)
		b.failed(PairBusy)
		c.at(PairAsked)
	})
}

func TestPairingWithAnAcceptedContactKeepsTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		before := len(a.texts(b))
		a.press(b)
		settle()
		b.says(PairContinue)
		a.says(PairMatch)
		b.says(PairMatch)
		if a.level(b) != trust.Verified || b.level(a) != trust.Verified || len(a.texts(b)) != before {
			t.Errorf("levels %v and %v, %d texts", a.level(b), b.level(a), len(a.texts(b)))
		}
	})
}

// A request that waits is taken in when its device is verified.
func TestPairingTakesTheRequestIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := strangers(t)
		b.send(a, "please")
		settle()
		b.press(a)
		settle()
		a.says(PairContinue)
		a.says(PairMatch)
		b.says(PairMatch)
		if got := a.texts(b); len(got) != 1 || got[0] != "< please" {
			t.Errorf("texts %q", got)
		}
		if rs, _ := a.m.Requests(context.Background()); len(rs) != 0 {
			t.Errorf("%d requests are left", len(rs))
		}
		if b.waiting() != 0 {
			t.Error("the text still waits")
		}
	})
}

func TestPairErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := strangers(t)
		ctx := context.Background()
		stray := w.newNode("stray", t.TempDir())
		for _, c := range []struct {
			name string
			id   [32]byte
			want error
		}{{"self", a.id, ErrSelf}, {"zero", [32]byte{}, ErrUnknownPeer}, {"unknown", stray.id, ErrUnknownPeer}} {
			if _, err := a.m.Pair(ctx, c.id); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if err := a.m.Block(ctx, b.id); err != nil {
			t.Fatal(err)
		}
		if _, err := a.m.Pair(ctx, b.id); !errors.Is(err, ErrBlocked) {
			t.Errorf("blocked: %v", err)
		}
		if _, err := a.m.AnswerPair(ctx, 1, PairMatch); !errors.Is(err, ErrNoPairing) {
			t.Errorf("without a pairing: %v", err)
		}
	})
}

func TestAnswersHaveTheirPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := asked(t)
		ctx := context.Background()
		for n, wrong := range map[*node][]PairChoice{a: {PairMatch, PairNoMatch}, b: {PairContinue, PairMatch, PairNoMatch}} {
			for _, choice := range wrong {
				if _, err := n.m.AnswerPair(ctx, n.pairing().Serial, choice); !errors.Is(err, ErrPairNotNow) {
					t.Errorf("%s says %s at %s: %v", n.name, choice, n.pairing().Stage, err)
				}
			}
			if _, err := n.m.AnswerPair(ctx, n.pairing().Serial+1, PairCancel); !errors.Is(err, ErrNoPairing) {
				t.Errorf("an answer to another pairing: %v", err)
			}
		}
		a.at(PairAsked)
	})
}
