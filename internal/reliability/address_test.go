//go:build e2e

package reliability

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// foundAgain is how long a device may be away after it got another address.
const foundAgain = 10 * time.Second

// R8: addresses change under a conversation: a new one in the same network,
// another network, IPv6 only, IPv4 only. The devices find each other again
// within 10 seconds, and the old address is not dialled any more.
func TestR08AddressChange(t *testing.T) {
	t.Parallel()
	faultbench.Random(t)
	c := newCouple(t, "", "")
	hosts := []string{c.a.Name, c.b.Name}
	each := func(change func(host string)) {
		for _, h := range hosts {
			change(h)
		}
	}
	each(c.lan.OnlyIPv4)
	end := c.steady()
	within(t, "IPv4 only", c.shownAfter(time.Now()), foundAgain)
	for range scale(1, 10) {
		old := c.lan.Addr(c.b.Name)
		changed := func(what string, change func()) {
			t.Helper()
			began := time.Now()
			change()
			within(t, what, c.shownAfter(began), foundAgain)
		}
		changed("a new address", func() { c.lan.SetAddr(c.b.Name, netip.MustParsePrefix("10.77.0.99/24")) })
		dials := c.lan.CountDials(c.a.Name, old)
		// The link ends, and is made again without a word to the old address.
		c.lan.Reset(c.b.Name, faultbench.Both)
		pass(300 * time.Millisecond)
		c.lan.Heal(c.b.Name)
		within(t, "a new link after it", c.shownAfter(time.Now()), foundAgain)
		pass(span(4*time.Second, 30*time.Second))
		if n := dials.Dials(); n != 0 {
			t.Errorf("the old address was dialled %d times after the new one was found", n)
		}
		dials.Stop()
		changed("another network", func() {
			c.lan.SetAddr(c.a.Name, netip.MustParsePrefix("192.168.9.1/24"))
			c.lan.SetAddr(c.b.Name, netip.MustParsePrefix("192.168.9.2/24"))
		})
		changed("IPv6 only", func() { each(c.lan.BothIP); each(c.lan.OnlyIPv6) })
		changed("IPv4 only again", func() { each(c.lan.BothIP); each(c.lan.OnlyIPv4) })
		changed("the first network", func() {
			c.lan.SetAddr(c.a.Name, netip.MustParsePrefix("10.77.0.1/24"))
			c.lan.SetAddr(c.b.Name, netip.MustParsePrefix("10.77.0.2/24"))
		})
	}
	end()
	c.verify()
}

// R9: another device gets the address of the one that is written to. Nothing
// reaches it, and the log tells of the wrong key.
func TestR09AddressTaken(t *testing.T) {
	t.Parallel()
	faultbench.Random(t)
	lan, ledger := faultbench.NewLAN(t, "anna", "bert", "carl"), faultbench.NewLedger()
	c := &couple{t: t, lan: lan, ledger: ledger}
	c.a = faultbench.NewDevice(t, lan, ledger, "anna", "")
	c.b = faultbench.NewDevice(t, lan, ledger, "bert", "")
	carl := faultbench.NewDevice(t, lan, ledger, "carl", "")
	for _, d := range []*faultbench.Device{c.a, c.b, carl} {
		lan.OnlyIPv4(d.Name) // or the link would not notice
	}
	c.start(c.a, c.b, carl)
	faultbench.Befriend(c.a, c.b)
	texts := 0
	for range scale(2, 20) {
		// While bert is away, only the address that anna remembers is left.
		c.b.Stop()
		lan.SwapAddrs(c.b.Name, carl.Name)
		before := wrongKeys(t, c.a)
		writing := background(t, func(ctx context.Context) error { return c.a.Write(ctx, c.b, 20, 0) })
		texts += 20
		faultbench.WaitFor(t, "a line in the log about the wrong key", func() bool { return wrongKeys(t, c.a) > before })
		writing.finish()
		nothingReached(t, carl)
		began := time.Now()
		c.start(c.b)
		faultbench.Settle(t, c.a)
		within(t, "delivered since bert is back", time.Since(began), foundAgain)

		// And with everybody there.
		end := c.steady()
		c.shownAfter(time.Now())
		began = time.Now()
		lan.SwapAddrs(c.b.Name, carl.Name)
		within(t, "found again at the other's address", c.shownAfter(began), foundAgain)
		end()
		faultbench.Settle(t, c.a, c.b)
		nothingReached(t, carl)
	}
	faultbench.Verify(t, ledger, c.a, c.b, carl)
}

// wrongKeys is how often the log of a device tells that another one answered.
func wrongKeys(t *testing.T, d *faultbench.Device) int {
	t.Helper()
	log, err := os.ReadFile(filepath.Join(d.Home, "earshot.log"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(log)) {
		if strings.Contains(line, "dialled ") && strings.Contains(line, " answered") {
			n++
		}
	}
	return n
}

// nothingReached reports what a device, which nobody writes to, was asked.
func nothingReached(t *testing.T, d *faultbench.Device) {
	t.Helper()
	if out := d.Must("--json", "requests"); out != "" {
		t.Errorf("%s was asked: %s", d.Name, out)
	}
	for _, e := range d.Events() {
		if e.Kind == "message" || e.Kind == "request" {
			t.Errorf("%s got %v", d.Name, e.What)
		}
	}
}
