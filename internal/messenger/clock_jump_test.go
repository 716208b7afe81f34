package messenger

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/msgid"
	"earshot/netcore/wire"
)

// jumps are what clocks do in row R21 of docs/RELIABILITY.md, each from where
// the one before left it.
var jumps = []time.Duration{-year, 0, 15 * year, 0, 15 * year, -year, 0}

func (n *node) setClock(off time.Duration) { n.skew.Store(int64(off)) }

// traffic counts what devices do: frames and Pings, dials, and looks at the wall
// clock. Work that makes itself due again at once never lets the minute pass.
type traffic struct{ frames, dials, clocks int64 }

func (w *world) traffic() traffic {
	w.mu.Lock()
	defer w.mu.Unlock()
	t := traffic{frames: w.frames, dials: w.dials}
	for _, n := range w.nodes {
		t.clocks += n.read.Load()
	}
	return t
}

// inAMinute counts what happens in a minute.
func (w *world) inAMinute() traffic {
	before := w.traffic()
	<-time.After(time.Minute)
	synctest.Wait()
	after := w.traffic()
	return traffic{after.frames - before.frames, after.dials - before.dials, after.clocks - before.clocks}
}

// answer replies to the newest message of the conversation.
func (n *node) answer(t *testing.T, o *node, text string) {
	t.Helper()
	msgs, err := n.m.History(context.Background(), Page{Peer: o.id, Limit: 1})
	if err != nil || len(msgs) != 1 {
		t.Fatalf("%s has nothing to answer: %v", n.name, err)
	}
	_, err = n.m.Send(context.Background(), Outgoing{ID: msgid.New(n.clock()), To: o.id, Text: text, ReplyTo: msgs[0].ID})
	if err != nil {
		t.Fatal(err)
	}
}

// TestR21ClockJumps is row R21 in the small: clocks jump by a year back, fifteen
// years forth, and to the right time again, in the middle of a conversation in
// which every message answers the one before.
func TestR21ClockJumps(t *testing.T) {
	for _, c := range []struct {
		name    string
		who     func(a, b *node) []*node
		restart bool // both programs start anew after each jump
		apart   bool // every other message is written while there is no link
	}{
		{name: "one", who: func(a, _ *node) []*node { return []*node{a} }},
		{name: "other", who: func(_, b *node) []*node { return []*node{b} }},
		{name: "both", who: func(a, b *node) []*node { return []*node{a, b} }},
		{name: "one restarts", who: func(a, _ *node) []*node { return []*node{a} }, restart: true},
		{name: "both apart", who: func(a, b *node) []*node { return []*node{a, b} }, apart: true},
		{name: "one apart", who: func(a, _ *node) []*node { return []*node{a} }, apart: true, restart: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, a, b := friends(t)
				talk := &talk{t: t, w: w, a: a, b: b, apart: c.apart, said: []string{"may I?"}}
				talk.on(4)
				for _, off := range jumps {
					for _, n := range c.who(a, b) {
						n.setClock(off)
					}
					if c.restart {
						a.restart()
						b.restart()
						meet(a, b)
					}
					talk.on(4)
				}
				talk.check()
			})
		})
	}
}

// talk is a conversation in which each answers the other.
type talk struct {
	t     *testing.T
	w     *world
	a, b  *node
	apart bool
	said  []string
}

func (k *talk) on(n int) {
	for i := range n {
		from, to := k.a, k.b
		if len(k.said)%2 == 1 {
			from, to = k.b, k.a
		}
		text := fmt.Sprint("number ", len(k.said))
		if k.apart && i%2 == 0 {
			to.reachable(false)
			from.cut()
			synctest.Wait()
		}
		from.answer(k.t, to, text)
		to.reachable(true)
		if k.apart {
			from.sees(to)
			to.sees(from)
		}
		settle()
		k.said = append(k.said, text)
		if got := plainTexts(k.t, to, from, 1); !slices.Equal(got, []string{text}) {
			k.t.Errorf("the newest message at %s is %q, want %q", to.name, got, text)
		}
	}
}

func (k *talk) check() {
	for _, n := range []*node{k.a, k.b} {
		o := k.b
		if n == k.b {
			o = k.a
		}
		if got := plainTexts(k.t, n, o, 0); !slices.Equal(got, k.said) {
			k.t.Errorf("%s sees\n%q, want\n%q", n.name, got, k.said)
		}
		if n.waiting() != 0 {
			k.t.Errorf("%d wait at %s", n.waiting(), n.name)
		}
	}
}

func plainTexts(t *testing.T, n, o *node, limit int) []string {
	t.Helper()
	msgs, err := n.m.History(context.Background(), Page{Peer: o.id, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range msgs {
		out = append(out, m.Text)
	}
	return out
}

// A jump sets off nothing: no more frames, dials or waking than without one.
func TestR21NoStorm(t *testing.T) {
	for name, prepare := range map[string]func(w *world, a, b *node){
		"idle":    func(*world, *node, *node) {},
		"waiting": func(w *world, a, b *node) { b.stop(); settle(); a.send(b, "later") },
		"asking": func(w *world, a, _ *node) {
			c := w.node("cleo")
			meet(a, c)
			a.send(c, "may I?")
			settle()
		},
		"unacknowledged": func(w *world, a, b *node) {
			w.mu.Lock()
			w.drop = func(_ *node, m wire.Message) bool { _, ok := m.(*wire.Ack); return ok }
			w.mu.Unlock()
			a.send(b, "hello")
			settle()
		},
	} {
		t.Run(name, func(t *testing.T) {
			measure := func(off time.Duration) (worst traffic) {
				synctest.Test(t, func(t *testing.T) {
					w, a, b := friends(t)
					prepare(w, a, b)
					<-time.After(20 * time.Minute) // steady
					synctest.Wait()
					for _, jump := range []time.Duration{off, 0} {
						a.setClock(jump)
						b.setClock(jump)
						got := w.inAMinute()
						worst = traffic{max(worst.frames, got.frames), max(worst.dials, got.dials), max(worst.clocks, got.clocks)}
					}
				})
				return worst
			}
			calm := measure(0)
			for _, off := range []time.Duration{-year, 15 * year} {
				got := measure(off)
				t.Logf("in a minute: without a jump %+v, with one of %v %+v", calm, off, got)
				// A timer that was due may fall into the minute.
				if got.frames > calm.frames+2 || got.dials > calm.dials+2 || got.clocks > calm.clocks+16 {
					t.Errorf("a jump by %v: %+v, without one %+v", off, got, calm)
				}
			}
		})
	}
}

// A link that dies while the clock jumps is noticed and made anew as ever.
func TestR21DeadLinkIsNoticed(t *testing.T) {
	for _, off := range []time.Duration{-year, 15 * year} {
		t.Run(off.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, a, b := friends(t)
				w.hush(a, b)
				w.hush(b, a)
				a.send(b, "into the void")
				synctest.Wait()
				a.setClock(off)
				<-time.After(ackTimeout + pingTimeout + time.Second)
				synctest.Wait()
				for _, p := range a.peers() {
					if p.Linked {
						t.Error("a dead link still counts")
					}
				}
				<-time.After(dialTimeout) // it dials and fails
				w.unhush()
				a.setClock(0)
				meet(a, b)
				<-time.After(time.Minute)
				synctest.Wait()
				if a.waiting() != 0 {
					t.Error("not delivered a minute later")
				}
			})
		})
	}
}

// A device that comes into earshot is dialled at once, whatever the clock said
// when it was dialled last.
func TestR21DialAfterAJump(t *testing.T) {
	for _, off := range []time.Duration{-year, 15 * year} {
		synctest.Test(t, func(t *testing.T) {
			_, a, b := friends(t)
			b.stop()
			settle()
			a.send(b, "later")
			settle()
			a.setClock(off)
			b.start()
			a.sees(b)
			settle()
			if a.waiting() != 0 {
				t.Errorf("a jump by %v: not delivered", off)
			}
		})
	}
}

// A request is repeated no more often than it may be, and no jump keeps it from
// being repeated.
func TestR21Requests(t *testing.T) {
	for _, c := range []struct {
		name string
		who  func(a, b *node) *node
	}{
		{"who asks", func(a, _ *node) *node { return a }},
		{"who is asked", func(_, b *node) *node { return b }},
	} {
		for _, off := range []time.Duration{-year, 15 * year} {
			t.Run(fmt.Sprint(c.name, " ", off), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { requestsAndJumps(t, off, c.who) })
			})
		}
	}
}

func requestsAndJumps(t *testing.T, off time.Duration, who func(a, b *node) *node) {
	w := newWorld(t)
	a, b := w.node("anna"), w.node("bert")
	asked := 0
	w.drop = func(_ *node, m wire.Message) bool {
		if _, ok := m.(*wire.Request); ok {
			asked++
		}
		return false
	}
	meet(a, b)
	a.send(b, "may I?")
	settle()
	for _, jump := range []time.Duration{off, 0, off, 0} {
		who(a, b).setClock(jump)
		a.send(b, "still there")
		settle()
	}
	if asked > 2 {
		t.Errorf("asked %d times within seconds", asked)
	}
	// The request of the jumping clock, and a refusal under it, must not count
	// for years.
	who(a, b).setClock(off)
	_ = b.m.Refuse(context.Background(), a.id)
	settle()
	who(a, b).setClock(0)
	<-time.After(2*requestInterval + time.Hour)
	synctest.Wait()
	b.allow(a)
	settle()
	if a.waiting() != 0 {
		t.Errorf("%d still wait", a.waiting())
	}
}
