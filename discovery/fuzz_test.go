package discovery

import (
	"net/netip"
	"testing"
	"time"
	"unicode/utf8"
)

// Before trust. FuzzPacket throws hostile packets at a browser that knows some devices: it
// must not panic, and the limits must hold whatever comes.
func FuzzPacket(f *testing.F) {
	seeds := [][]string{
		records("peer1", 120, 7342, "10.0.0.2", "fe80::2"),
		records("peer1", 0, 7342, "10.0.0.2"),
		records("peer2", 1, 65535, "8.8.8.8", "::ffff:127.0.0.1"),
		append(records("peer3", 4000000, 7342, "10.0.0.4"), records("peer4", 120, 7342, "10.0.0.4")...),
	}
	for _, s := range seeds {
		b, err := response(f, s...).Pack()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	question, err := newLab().question(false, time.Now()).Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(question)
	f.Add([]byte{0, 0, 0x84, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0xc0, 0x0c})
	from := []netip.AddrPort{netip.MustParseAddrPort("10.0.0.2:5353"), netip.MustParseAddrPort("[fe80::2%eth0]:5353")}
	f.Fuzz(func(t *testing.T, b []byte) {
		l := newLab()
		l.hear(t, "10.0.0.3", records("before", 120, 7342, "10.0.0.3")...)
		for n := range 20 {
			l.receive(packet{b, from[n%2], (n % 3) * testLink.Index}, l.now)
			l.pass(100*time.Millisecond, outcome(1+n%3))
			if _, err := l.question(n%2 == 0, l.now).Pack(); err != nil {
				t.Fatal(err)
			}
		}
		if len(l.table.devices) > 1+len(from)*maxPerSource {
			t.Fatalf("%d devices", len(l.table.devices))
		}
		for label, d := range l.table.devices {
			h := d.hint
			if label != h.Label || !validLabel(label) || len(h.Name) > MaxNameBytes || len(h.Kind) > maxKindBytes ||
				!utf8.ValidString(h.Name) || len(h.Addrs) > 2*maxAddrs || len(h.Addrs) == 0 {
				t.Fatalf("%+v", h)
			}
			for _, a := range h.Addrs {
				if a.Port() < minPort || !dialable(testLink, a.Addr().WithZone("")) {
					t.Fatalf("address %v", a)
				}
			}
			if d.expires.After(l.now.Add(maxTrust)) {
				t.Fatalf("believed until %v", d.expires.Sub(l.now))
			}
		}
	})
}
