package viewmodel

import (
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

func TestTypingIsShown(t *testing.T) {
	svc := newFake()
	svc.history = talk(2)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		p := svc.peers[0]
		p.Typing = true
		d.event(messenger.Event{Kind: messenger.EventTyping, Peer: &p})
		snap := d.settle()
		if c := snap.Conversations[0]; !snap.Chat.Typing || snap.Chat.Status != "typing…" || !c.Typing || c.Preview != "typing…" || c.Tick != TickNone {
			t.Errorf("status %q, %+v", snap.Chat.Status, c)
		}
		d.event(messenger.Event{Kind: messenger.EventPeerLost, Peer: &p})
		snap = d.settle()
		if c := snap.Conversations[0]; snap.Chat.Typing || c.Typing || c.Preview != "text 1" {
			t.Errorf("one that left is typing: %+v", c)
		}
	})
}

// TestTypingIsTold: at most every three seconds while a text changes, and its end.
func TestTypingIsTold(t *testing.T) {
	svc := newFake()
	told := func(d *desk) string {
		d.settle()
		svc.mu.Lock()
		defer svc.mu.Unlock()
		var out []string
		for _, c := range svc.calls {
			if rest, ok := strings.CutPrefix(c, "typing "); ok {
				out = append(out, strings.NewReplacer(id(1).Short(), "1", id(2).Short(), "2").Replace(rest))
			}
		}
		svc.calls = slices.DeleteFunc(svc.calls, func(c string) bool { return strings.HasPrefix(c, "typing ") })
		return strings.Join(out, ", ")
	}
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		check := func(name, want string, do func()) {
			t.Helper()
			do()
			if got := told(d); got != want {
				t.Errorf("%s: told %q, want %q", name, got, want)
			}
		}
		check("white space", "", func() { d.Type(id(1), "  ") })
		check("the first letter", "1 true", func() { d.Type(id(1), "a") })
		check("more of them", "", func() {
			d.Type(id(1), "ab")
			d.pass(typingRepeat - time.Millisecond)
			d.Type(id(1), "abc")
		})
		check("three seconds later", "1 true", func() { d.pass(time.Millisecond); d.Type(id(1), "abcd") })
		check("nothing changes", "", func() { d.pass(time.Minute) })
		check("emptied", "1 false", func() { d.Type(id(1), "") })
		check("emptied again", "", func() { d.Type(id(1), "") })
		check("begun again", "1 true", func() { d.Type(id(1), "x") })
		check("sent", "1 false", func() { d.Send(id(1), "x", "") })
		check("begun", "1 true", func() { d.Type(id(1), "x") })
		check("another chat", "1 false", func() { d.Open(id(2)) })
		check("there", "2 true", func() { d.Type(id(2), "x") })
		check("left", "2 false", func() { d.Close() })
		check("nobody", "", func() { d.Open(identity.DeviceID{7}); d.Close() })
	})
}
