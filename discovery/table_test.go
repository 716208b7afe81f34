package discovery

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"earshot/discovery/netif"
)

func TestLife(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2", "fe80::2")...)
	if got, want := l.events(), "found peer1 [10.0.0.2:7342 [fe80::2%3]:7342];"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "fe80::2", "10.0.0.2")...)
	if got := l.events(); got != "" {
		t.Errorf("the same again: %s", got)
	}
	// A packet that tells one family only leaves the other alone.
	l.hear(t, "10.0.0.9", records("peer1", 120, 7342, "10.0.0.9")...)
	if got, want := l.events(), "updated peer1 [10.0.0.9:7342 [fe80::2%3]:7342];"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	l.hear(t, "10.0.0.9", records("peer1", 0, 7342)...)
	l.pass(byeGrace+50*time.Millisecond, alive)
	if got := l.events(); !strings.HasPrefix(got, "lost peer1 [10.0.0.9:7342") {
		t.Errorf("after its goodbye: %s", got)
	}
	if got := l.tally.stats().Known; got != 0 {
		t.Errorf("%d known", got)
	}
}

func TestForgedGoodbye(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...)
	l.events()
	l.hear(t, "10.0.0.66", records("peer1", 0, 7342)...)
	if asked, _ := l.pass(byeAskFirst+50*time.Millisecond, alive); asked != 1 {
		t.Errorf("asked %d times whether the goodbye is true", asked)
	}
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...) // its answer
	l.pass(2*byeGrace, alive)
	if got := l.events(); got != "" {
		t.Errorf("a forged goodbye has an effect: %s", got)
	}
}

func TestGoodbyeOfClosedPort(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...)
	l.events()
	l.hear(t, "10.0.0.2", records("peer1", 0, 7342)...)
	l.pass(byeAskFirst+50*time.Millisecond, dead)
	if got := l.events(); !strings.HasPrefix(got, "lost") {
		t.Errorf("not lost: %q", got)
	}
}

func TestProbes(t *testing.T) {
	for _, c := range []struct {
		name string
		o    outcome
		for_ time.Duration
		lost bool
	}{
		{"alive", alive, 30 * time.Second, false},
		{"unclear", unclear, 30 * time.Second, false},
		{"dead", dead, 11 * time.Second, true},
	} {
		l := newLab()
		l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...)
		l.events()
		_, probed := l.pass(c.for_, c.o)
		if got := strings.HasPrefix(l.events(), "lost"); got != c.lost {
			t.Errorf("%s: lost = %v after %d probes", c.name, got, probed)
		}
		if probed < 2 || probed > 4 {
			t.Errorf("%s: %d probes in %v", c.name, probed, c.for_)
		}
	}
}

func TestOneFailureIsNoLoss(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...)
	l.events()
	d := l.table.devices["peer1"]
	d.suspect(l.now)
	w := l.table.tick(l.now)
	if len(w.probe) != 1 {
		t.Fatalf("%d probes of a suspect", len(w.probe))
	}
	if again := l.table.tick(l.now); len(again.probe) != 0 {
		t.Error("probed twice at once")
	}
	l.table.probed(w.probe[0], dead, l.now)
	l.pass(probeRetry, alive)
	if got := l.events(); got != "" || d.failures != 0 {
		t.Errorf("%q, %d failures", got, d.failures)
	}
}

func TestExpiry(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("peer1", 3200, 7342, "10.0.0.2")...)
	l.events()
	if asked, _ := l.pass(maxTrust, alive); asked != 3 {
		t.Errorf("asked %d times for the record within its life, want 3", asked)
	}
	if got := l.events(); got != "" {
		t.Errorf("with an open port: %s", got)
	}
	l.pass(maxExtensions*extension+time.Second, alive)
	if got := l.events(); !strings.HasPrefix(got, "lost") {
		t.Errorf("silent for long: %q", got)
	}
}

func TestReplacedDevice(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("old", 120, 7342, "10.0.0.2")...)
	l.hear(t, "10.0.0.2", records("other", 120, 7777, "10.0.0.2")...)
	l.hear(t, "10.0.0.3", records("far", 120, 7342, "10.0.0.3")...)
	l.events()
	l.pass(probeRetry, alive) // "old" was probed when "other" came
	l.hear(t, "10.0.0.2", records("new", 120, 7342, "10.0.0.2")...)
	_, probed := l.pass(byeGrace+50*time.Millisecond, alive)
	if got := l.events(); !strings.Contains(got, "found new") || !strings.Contains(got, "lost old") || strings.Count(got, ";") != 2 {
		t.Errorf("%s", got)
	}
	if probed != 2 {
		t.Errorf("%d probes, want one of each device at that address", probed)
	}
}

func TestNetworkChanges(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("both", 120, 7342, "10.0.0.2", "fd00::2")...)
	l.hear(t, "10.0.0.3", records("four", 120, 7342, "10.0.0.3")...)
	l.events()
	before := l.table.tick(l.now.Add(probeEvery * 2)).probe

	// Another lease: what was on the old network cannot be reached.
	moved := testLink
	moved.Prefixes = []netip.Prefix{netip.MustParsePrefix("192.168.0.5/24"), netip.MustParsePrefix("fd00::1/64")}
	l.table.relink([]netif.Interface{moved}, l.now)
	if got, want := l.events(), "updated both [[fd00::2]:7342];"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, p := range before {
		l.table.probed(p, dead, l.now)
		l.table.probed(p, dead, l.now)
	}
	if got := l.events(); got != "" {
		t.Errorf("probes on the old network count: %s", got)
	}
	if _, probed := l.pass(100*time.Millisecond, alive); probed != 1 {
		t.Errorf("%d probes after the change, want one", probed)
	}
	l.pass(strandedGrace, alive)
	if got, want := l.events(), "lost four [10.0.0.3:7342];"; got != want {
		t.Errorf("%s, want %s", got, want)
	}

	// Offline: nobody is probed, and after a while nobody is nearby.
	l.table.relink(nil, l.now)
	if _, probed := l.pass(strandedGrace-time.Second, dead); probed != 0 {
		t.Errorf("%d probes without a network", probed)
	}
	if got := l.events(); got != "" {
		t.Errorf("offline for a short time: %s", got)
	}
	l.pass(2*time.Second, dead)
	if got, want := l.events(), "lost both [[fd00::2]:7342];"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTwoInterfaces(t *testing.T) {
	l := newLab()
	second := netif.Interface{Interface: net.Interface{Index: 5, Name: "wlan0"}, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.1.0.1/24")}}
	l.table.relink([]netif.Interface{testLink, second}, l.now)
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...)
	b, err := response(t, records("peer1", 120, 7342, "10.1.0.2")...).Pack()
	if err != nil {
		t.Fatal(err)
	}
	l.receive(packet{b, netip.MustParseAddrPort("10.1.0.2:5353"), 5}, l.now)
	if got, want := l.events(), "found peer1 [10.0.0.2:7342 10.1.0.2:7342];"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	l.table.relink([]netif.Interface{second}, l.now)
	if got, want := l.events(), "updated peer1 [10.1.0.2:7342];"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestLimits(t *testing.T) {
	l := newLab()
	for n := range maxPerSource + 5 {
		l.hear(t, "10.0.0.2", records(fmt.Sprintf("dev%d", n), 120, 2000+n, "10.0.0.2")...)
	}
	if got := len(l.table.devices); got != maxPerSource {
		t.Errorf("%d devices of one source, want %d", got, maxPerSource)
	}
	if got := l.tally.stats().Dropped[dropSource]; got != 5 {
		t.Errorf("%d dropped for it", got)
	}

	l = newLab()
	for n := range newBurst + 5 {
		l.hear(t, fmt.Sprintf("fe80::%x", n+2), records(fmt.Sprintf("dev%d", n), 120, 7342, "10.0.0.2")...)
	}
	if got := len(l.table.devices); got != newBurst {
		t.Errorf("%d devices at once, want %d", got, newBurst)
	}
	for n := range maxDevices {
		l.now = l.now.Add(time.Second / newPerSecond)
		l.hear(t, fmt.Sprintf("fe80::1:%x", n+2), records(fmt.Sprintf("more%d", n), 120, 7342, "10.0.0.2")...)
	}
	if got := len(l.table.devices); got != maxDevices {
		t.Errorf("%d devices, want %d", got, maxDevices)
	}
	if d := l.tally.stats().Dropped; d[dropNew] != 5 || d[dropFull] == 0 {
		t.Errorf("dropped %v", d)
	}

	l = newLab()
	for range packetBurst + 5 {
		l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...)
	}
	if got := l.tally.stats().Dropped[dropRate]; got != 5 {
		t.Errorf("%d packets over the rate dropped", got)
	}
	for n := range 5000 {
		l.rates.allow(netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}), l.now)
	}
	if got := len(l.rates); got > maxSources {
		t.Errorf("rates of %d addresses kept", got)
	}
}
