//go:build e2e

package reliability

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
	"earshot/internal/hostile"
)

// What R23 promises.
const (
	floodP99   = 500 * time.Millisecond // from writing a text to its being shown
	floodFound = 15 * time.Second       // until a device is found by one that starts
	floodCosts = 4                      // times what the same machine takes without a flood
	floodKnock = 15 * time.Second       // from asking to the request being shown
	floodPace  = 100 * time.Millisecond // between two texts of one writer
	floodLinks = 64 + 128 + 400         // more descriptors: the places of PROTOCOL.md §11, probes of 512 forged devices, links that end
	floodRSS   = 64 << 10               // KiB more than before, at most at any moment
)

// R23: somebody floods the network with everything at once, from one address and
// from hundreds. Two contacts talk on as if nothing were; a stranger can knock;
// memory, descriptors and the contacts stay as they are, and what is shown does
// nothing to a terminal.
func TestR23Flood(t *testing.T) {
	rnd := faultbench.Random(t)
	lan, ledger := faultbench.NewLAN(t, "anna", "bert", "carl", "dora", "mallory"), faultbench.NewLedger()
	c := &couple{t: t, lan: lan, ledger: ledger}
	c.a = faultbench.NewDevice(t, lan, ledger, "anna", "")
	c.b = faultbench.NewDevice(t, lan, ledger, "bert", "")
	carl := faultbench.NewDevice(t, lan, ledger, "carl", "")
	dora := faultbench.NewDevice(t, lan, ledger, "dora", "") // comes in the middle of it
	c.start(c.a, c.b, carl)
	faultbench.Befriend(c.a, c.b)
	carl.Found(c.a)
	carl.Found(c.b)
	from := armed(t, lan, "mallory")
	// The same two, on a network of their own and on the same machine, without a flood:
	// what the machine makes of them is not the flood's doing.
	f := &flood{couple: c, calm: newCouple(t, "", "")}
	for i, d := range []*faultbench.Device{c.a, c.b} {
		var err error
		if f.rss[i], err = rss(d.Pid()); err != nil {
			t.Fatal(err)
		}
	}
	f.measure("before", span(3*time.Second, 30*time.Second), nil)

	plan := hostile.Plan{Seed: rnd.Uint64(), From: from, Burst: 2000}
	for _, d := range []*faultbench.Device{c.a, c.b} {
		plan.Targets = append(plan.Targets, netip.AddrPortFrom(lan.Addr(d.Name), port).String())
	}
	many := plan
	many.Records, many.Goodbyes, many.Junk = float64(scale(1000, 200)), 20, 50
	many.Idle, many.HalfTLS, many.Slow, many.Mute = 200, 30, 20, 15
	many.Requests, many.Bodies, many.Replays = 40, 15, 5
	many.Impersonate = true
	one := plan
	one.OneAddress = true
	one.Idle, one.HalfTLS, one.Slow, one.Mute, one.Requests, one.Bodies = 200, 20, 10, 5, 5, 5
	f.attack("from one address", one, func() { knock(t, carl, c.a) })
	f.attack("from many addresses", many, func() {
		faultbench.WaitFor(t, "the attacker to have asked from all its addresses", func() bool {
			return strings.Count(c.a.Must("--json", "requests"), "\n") > ownAddrs
		})
		c.start(dora)
		began := time.Now()
		dora.Found(c.a)
		within(t, "found by a device that came meanwhile", time.Since(began), floodFound)
		knock(t, dora, c.a)
	})
	for _, d := range []*faultbench.Device{carl, dora} {
		c.a.Must("allow", d.ID.String())
	}
	f.calm.verify()
	faultbench.Verify(t, ledger, c.a, c.b, carl, dora)
}

// flood is the couple of R23.
type flood struct {
	*couple
	calm *couple
	rss  [2]int // KiB before all
}

// attack lets the plan run while the two talk and do goes on.
func (f *flood) attack(name string, plan hostile.Plan, do func()) {
	f.t.Helper()
	devices := []*faultbench.Device{f.a, f.b}
	var before []string
	var fds []int
	for _, d := range devices {
		before, fds = append(before, contacts(f.t, d)), append(fds, d.Descriptors())
	}
	attack := startAttack(f.t, f.lan, "mallory", plan)
	loud := f.measure(name, span(10*time.Second, 3*time.Minute), do)
	for i, d := range devices {
		harmless(f.t, "requests", d.Must("requests"))
		harmless(f.t, "peers", d.Must("peers", "--wait", "0s"))
		harmless(f.t, "log", logOf(f.t, d))
		if now := contacts(f.t, d); now != before[i] {
			f.t.Errorf("%s: the contacts of %s were\n%s\nand are\n%s", name, d.Name, before[i], now)
		}
	}
	f.relink(name)
	busy := cpu(f.t, attack.cmd.Process.Pid)
	r := attack.end()
	f.t.Logf("%s: %v, at once %d, requests kept %d, %v of processor time", name, r.Attempts, r.Open, r.Kept, busy)
	if loud.p99 > slack*floodP99 && loud.p99 > floodCosts*loud.calm {
		f.t.Errorf("%s: p99 of delivery is %v, promised are %v", name, loud.p99, floodP99)
	}
	if len(r.Reached) > 0 {
		f.t.Errorf("%s: reached the impostor: %v", name, r.Reached)
	}
	for i, d := range devices {
		if loud.rss[i] > floodRSS {
			f.t.Errorf("%s: %s grew by %d KiB, want at most %d", name, d.Name, loud.rss[i], floodRSS)
		}
		if loud.links[i] > floodLinks {
			f.t.Errorf("%s: %s held %d descriptors more than before, want at most %d", name, d.Name, loud.links[i], floodLinks)
		}
		faultbench.WaitFor(f.t, "the connections of the attacker to be gone", func() bool { return d.Descriptors() <= fds[i]+spareLinks })
	}
}

// relink breaks the link of the two and waits until another one has delivered.
func (f *flood) relink(name string) {
	f.t.Helper()
	f.lan.Reset(f.b.Name, faultbench.Both)
	if err := f.a.Send(f.t.Context(), f.b, "into a broken link, with a flood "+name); err != nil {
		f.t.Fatal(err)
	}
	pass(300 * time.Millisecond)
	f.lan.Heal(f.b.Name)
	began := time.Now()
	faultbench.Settle(f.t, f.a)
	within(f.t, "a new link, with a flood "+name, time.Since(began), foundAgain)
}

// spareLinks is how many descriptors more than before an attack a device may hold
// after it: connections of its store, and links of strangers that came meanwhile.
const spareLinks = 12

// knock has a stranger ask, and its request be shown.
func knock(t *testing.T, stranger, d *faultbench.Device) {
	t.Helper()
	began := time.Now()
	if err := stranger.Send(t.Context(), d, "may I?"); err != nil {
		t.Error(err)
		return
	}
	d.Wait("the honest request", func(e faultbench.Event) bool { return e.Kind == "request" && e.Str("from") == stranger.ID.String() })
	within(t, "an honest request is shown", time.Since(began), floodKnock)
	out := d.Must("requests")
	if !strings.Contains(out, stranger.Name+" ") {
		t.Errorf("%s is not among the requests:\n%s", stranger.Name, out)
	}
}
