package e2e

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// long reports whether the long forms were asked for.
func long() bool { return os.Getenv("EARSHOT_LONG") == "1" }

// Promises of docs/PROTOCOL.md §11.
const (
	deathNoticed = 15 * time.Second // after kill -9
	leaveNoticed = time.Second      // after a clean stop
	seenWithin   = 300 * time.Millisecond
)

// Three devices start, see each other, leave and die. Times are printed;
// the one that a person would wait for, a silent death, is checked, the others
// only in the long form, where nothing else runs beside.
func TestFoundAndGone(t *testing.T) {
	lan := faultbench.NewLAN(t, "anna", "bert", "carl")
	a, b, c := newDevice(t, lan, "anna"), newDevice(t, lan, "bert"), newDevice(t, lan, "carl")
	for _, d := range []*device{a, b, c} {
		d.start()
		d.ready()
	}
	for _, d := range []*device{a, b, c} {
		for _, o := range []*device{a, b, c} {
			if d != o {
				d.found(o)
			}
		}
	}

	starts := 5
	if long() {
		starts = 20
	}
	var seen, sees, left, died []time.Duration
	for i := range starts {
		a.forget()
		if i%5 == 4 {
			at := c.kill()
			died = append(died, a.lost(c).at.Sub(at))
		} else {
			at := c.stop()
			left = append(left, a.lost(c).at.Sub(at))
		}
		a.forget()
		began := c.start()
		seen = append(seen, a.found(c).at.Sub(began))
		sees = append(sees, c.found(a).at.Sub(began))
	}
	t.Logf("from the start of a process to being seen: %s", spread(seen))
	t.Logf("from the start of a process to seeing:     %s", spread(sees))
	t.Logf("from a clean stop to being gone:           %s", spread(left))
	t.Logf("from kill -9 to being gone:                %s", spread(died))
	if slices.Max(died) > deathNoticed {
		t.Errorf("a silent death was noticed after %v, promised within %v", slices.Max(died), deathNoticed)
	}
	if long() {
		for _, s := range [][]time.Duration{seen, sees} {
			if p95(s) > seenWithin {
				t.Errorf("p95 %v, promised %v", p95(s), seenWithin)
			}
		}
		if slices.Max(left) > leaveNoticed {
			t.Errorf("a clean stop was noticed after %v, promised within %v", slices.Max(left), leaveNoticed)
		}
	}
}

// A host whose cable is pulled says nothing: its probe has to fail.
func TestPulledCableIsNoticed(t *testing.T) {
	lan := faultbench.NewLAN(t, "anna", "bert")
	a, b := newDevice(t, lan, "anna"), newDevice(t, lan, "bert")
	for _, d := range []*device{a, b} {
		d.start()
	}
	a.found(b)
	b.found(a)
	check := func(what string) {
		t.Helper()
		a.forget()
		at := time.Now()
		lan.SetLink("bert", false)
		gone := a.lost(b).at.Sub(at)
		t.Logf("%s: gone after %v", what, gone)
		if gone > deathNoticed {
			t.Errorf("%s: noticed after %v, promised within %v", what, gone, deathNoticed)
		}
		a.forget()
		lan.SetLink("bert", true)
		a.found(b)
	}
	check("a stranger")
	befriend(a, b)
	check("a contact with an idle link")
	if out, code := a.ctl("send", b.id, "still there?"); code != 0 {
		t.Errorf("after the cable is back: exit %d: %s", code, out)
	}
}

func p95(d []time.Duration) time.Duration {
	s := slices.Sorted(slices.Values(d))
	return s[(len(s)*95+99)/100-1]
}

func spread(d []time.Duration) string {
	s := slices.Sorted(slices.Values(d))
	if len(s) == 0 {
		return "not measured"
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("min %.0f, median %.0f, p95 %.0f, max %.0f ms of %d", ms(s[0]), ms(s[len(s)/2]), ms(p95(s)), ms(s[len(s)-1]), len(s))
}
