//go:build unix

package e2e

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// thawed is how soon after a freeze everything that was written meanwhile is
// there (docs/ANDROID.md).
const thawed = 10 * time.Second

// linkGone is a freeze after which the other side has given up its links: it
// asks after 5 s without an Ack, waits 5 s for the answer, and dials in vain.
const linkGone = 16 * time.Second

// TestFreeze: a phone that leaves the screen is frozen by its system: the
// program stands still, its kernel goes on answering. What others write
// meanwhile arrives once when it runs again, in order, also from a new address.
func TestFreeze(t *testing.T) {
	lan := faultbench.NewLAN(t, "anna", "bert")
	a, b := newDevice(t, lan, "anna"), newDevice(t, lan, "bert")
	for _, d := range []*device{a, b} {
		d.start()
		d.ready()
	}
	befriend(a, b)
	want := []string{"may I?"}
	freeze := func(what string, atLeast time.Duration, meanwhile func()) {
		t.Helper()
		a.forget()
		b.forget()
		frozen := time.NewTimer(atLeast)
		b.signal(syscall.SIGSTOP)
		for i := range 20 {
			text := fmt.Sprintf("%s %02d", what, i)
			want = append(want, text)
			if out, code := a.ctl("send", "--wait", "0s", b.id, text); code != 0 && code != 3 {
				t.Fatalf("exit %d: %s", code, out)
			}
		}
		meanwhile()
		<-frozen.C
		at := time.Now()
		b.signal(syscall.SIGCONT)
		last := b.wait(want[len(want)-1], func(e event) bool { return e.str("event") == "message" && e.str("text") == want[len(want)-1] }).at
		t.Logf("%s: everything there %v after the thaw", what, last.Sub(at).Round(time.Millisecond))
		if took := last.Sub(at); took > thawed {
			t.Errorf("%s: %v until everything was there, promised %v", what, took, thawed)
		}
		if got := b.history(a); !slices.Equal(got, want) {
			t.Errorf("%s: bert has %q", what, got)
		}
	}
	same := func() {}
	addr := netip.MustParseAddr("10.77.0.40")
	moved := func() {
		addr = addr.Next()
		lan.SetAddr("bert", netip.PrefixFrom(addr, 24))
	}
	freeze("short", linkGone, same)
	freeze("short, moved", linkGone, moved)
	if long() {
		freeze("a minute", time.Minute, same)
		freeze("a minute, moved", time.Minute, moved)
		freeze("ten minutes, moved", 10*time.Minute, moved)
	}
	b.must("send", a.id, "and back")
}

// signal sends a signal to the running program.
func (d *device) signal(sig syscall.Signal) {
	d.t.Helper()
	if err := d.cmd.Process.Signal(sig); err != nil {
		d.t.Fatal(err)
	}
}
