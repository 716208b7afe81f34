package discovery

import (
	"fmt"
	"testing"
)

// TestOutboxCoalesces: a reader who comes late gets one event per device.
func TestOutboxCoalesces(t *testing.T) {
	hint := func(label, name string) Hint { return Hint{Label: label, Name: name} }
	o := newOutbox()
	read := func() string {
		s := ""
		for {
			e, ok := o.next()
			if !ok {
				return s
			}
			o.sent(e)
			s += fmt.Sprint(e.Kind, " ", e.Hint.Label, " ", e.Hint.Name, ";")
		}
	}
	o.set(hint("a", "1"))
	o.set(hint("b", "1"))
	o.set(hint("a", "2"))
	o.set(hint("c", "1"))
	o.lose("c") // came and went unseen
	if got, want := read(), "found a 2;found b 1;"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	o.lose("a")
	o.set(hint("b", "2"))
	o.set(hint("b", "1")) // back to what the reader knows
	if got, want := read(), "lost a 2;"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	o.lose("b")
	o.set(hint("b", "3"))
	if got, want := read(), "updated b 3;"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	o.lose("b")
	if got, want := read(), "lost b 3;"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if n := len(o.told) + len(o.now) + len(o.pending) + len(o.queued); n != 0 {
		t.Errorf("%d entries are kept of devices that are gone", n)
	}
}

// TestOutboxIsBounded: what a reader who never reads costs does not grow.
func TestOutboxIsBounded(t *testing.T) {
	o := newOutbox()
	for n := range 10000 {
		label := fmt.Sprint(n)
		o.set(Hint{Label: label})
		o.lose(label)
	}
	if n := len(o.pending) + len(o.queued) + len(o.now); n != 0 {
		t.Errorf("%d entries are kept of devices that came and went unseen", n)
	}
}
