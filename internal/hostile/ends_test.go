package hostile_test

import (
	"slices"
	"testing"

	"earshot/internal/hostile"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// tries are all bodies that are sent in states in which none is taken.
func tries(kind byte) [][]byte {
	out := [][]byte{nil, garbage("ends", 40)}
	for _, b := range valid(earlier{hostile.NewID(), hostile.NewID(), hostile.NewID()}, 1)[kind] {
		out = append(out, b.raw)
	}
	return out
}

// TestEveryFrameBeforeHello: the first frame is Hello, and any other ends the
// link, with the Error that §4 and §10 name.
func TestEveryFrameBeforeHello(t *testing.T) {
	t.Parallel()
	v := newVictim(t, nil)
	before := v.dump()
	for _, kind := range readPage(t).types() {
		for i, raw := range tries(kind) {
			l := v.dial(hostile.NewKey()) // the other one is closed on for a minute
			if err := l.Write(hostile.Encode(kind, raw)); err != nil {
				t.Fatal(err)
			}
			greeted := kind == hostile.Hello && i > 1
			want := hostile.Unexpected
			switch {
			case greeted:
				if _, err := l.Fence(); err != nil {
					t.Errorf("a right Hello: %v", err)
				}
				l.Close()
				continue
			case kind == hostile.Hello:
				want = hostile.Malformed
			}
			answers, err := l.Ended()
			if err != nil {
				t.Errorf("%#02x, body %d: the link goes on: %v", kind, i, err)
			}
			// Its own Hello goes out without waiting for the other one.
			answers = slices.DeleteFunc(answers, func(f hostile.Frame) bool { return f.Type == hostile.Hello })
			got := outcome{answers: answers}.String()
			if got != refused(want, kind) {
				t.Errorf("%#02x, body %d: %q, want %q", kind, i, got, refused(want, kind))
			}
			l.Close()
		}
	}
	v.nothing(before)
}

// TestEveryFrameAfterBye: what follows Bye is read and forgotten (§5.4).
func TestEveryFrameAfterBye(t *testing.T) {
	t.Parallel()
	for _, level := range []trust.Level{trust.Stranger, trust.Accepted} {
		t.Run(level.String(), func(t *testing.T) {
			t.Parallel()
			key := hostile.NewKey()
			v := newVictim(t, map[hostile.ID]trust.Level{key.ID: level})
			var before map[string]string
			for _, n := range readPage(t).types() {
				l := v.dial(key)
				if _, err := l.Greet(hostile.HelloFields("mallory", epoch, false)); err != nil {
					t.Fatal(err)
				}
				if level.IsContact() {
					v.online(key, messenger.EventPeerFound)
				}
				if before == nil {
					before = v.dump()
				}
				after := hostile.Encode(hostile.Bye, hostile.Map(hostile.Field{Key: 1, Value: hostile.Uint(3)}))
				for _, raw := range tries(n) {
					after = append(after, hostile.Encode(n, raw)...)
				}
				if err := l.Write(after); err != nil {
					t.Fatal(err)
				}
				answers, err := l.Ended()
				if err != nil {
					t.Errorf("%#02x: the link goes on", n)
				}
				// It is told that it is accepted when its link comes up.
				answers = slices.DeleteFunc(answers, func(f hostile.Frame) bool { return f.Type == hostile.Accepted })
				if len(answers) > 0 {
					t.Errorf("%#02x: after Bye it was answered %v", n, answers)
				}
				l.Close()
				if level.IsContact() {
					v.online(key, messenger.EventPeerLost)
				}
			}
			v.nothing(before)
		})
	}
}

// TestEveryFrameFromABlockedDevice: it hears nothing, not even a Hello. A person here
// is told that it tries, now and then.
func TestEveryFrameFromABlockedDevice(t *testing.T) {
	t.Parallel()
	key := hostile.NewKey()
	v := newVictim(t, map[hostile.ID]trust.Level{key.ID: trust.Blocked})
	before := v.dump()
	for _, n := range readPage(t).types() {
		l, err := v.tryDial(key)
		if err != nil {
			continue // refused earlier still, which says no more
		}
		for _, raw := range tries(n) {
			_ = l.Write(hostile.Encode(n, raw)) // the link may have ended
		}
		if answers, err := l.Ended(); err != nil || len(answers) > 0 {
			t.Errorf("%#02x: %v, %v", n, answers, err)
		}
		l.Close()
	}
	const most = 10 // of 256 tries
	events := v.news()
	if len(events) > most || slices.ContainsFunc(events, func(e string) bool { return e != string(messenger.EventPeerUpdated) }) {
		t.Errorf("events %v", events)
	}
	v.nothing(before)
}

// nothing reports any event, or change of the store.
func (v *victim) nothing(before map[string]string) {
	v.t.Helper()
	if events := v.news(); len(events) > 0 {
		v.t.Errorf("events %v", events)
	}
	if tables := changed(before, v.dump()); len(tables) > 0 {
		v.t.Errorf("the store is another one: %v", tables)
	}
}
