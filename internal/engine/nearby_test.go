package engine

import (
	"net/netip"
	"testing"

	"earshot/discovery/netif"
)

func TestOrigin(t *testing.T) {
	var n neighbourhood
	addr := netip.MustParseAddr
	if got := n.origin(addr("2001:db8:1:2:3:4:5:6")); got != addr("2001:db8:1:2::") {
		t.Errorf("before any interface is known: %v", got)
	}
	n.set([]netif.Interface{
		{Prefixes: []netip.Prefix{netip.MustParsePrefix("192.0.2.7/24"), netip.MustParsePrefix("2001:db8:1:2::7/64")}},
		{Prefixes: []netip.Prefix{netip.MustParsePrefix("fe80::7/64"), netip.MustParsePrefix("fd00:0:0:1::7/48")}},
	})
	for from, want := range map[string]string{
		"192.0.2.9":               "192.0.2.9",           // a neighbour
		"198.51.100.9":            "198.51.100.9",        // IPv4 is dear enough
		"::ffff:198.51.100.9":     "::ffff:198.51.100.9", // the same
		"2001:db8:1:2::9":         "2001:db8:1:2::9",     // a neighbour
		"fd00:0:0:ff::9":          "fd00:0:0:ff::9",      // by the prefix that the interface has
		"fe80::9%3":               "fe80::9%3",           // always a neighbour
		"2001:db8:1:3:a:b:c:d":    "2001:db8:1:3::",      // of elsewhere
		"2001:db8:1:3:ffff::1":    "2001:db8:1:3::",      // the same origin
		"2001:db8:ffff:3:a:b:c:d": "2001:db8:ffff:3::",   // another one
		"::1":                     "::1",                 // this device
		"127.0.0.1":               "127.0.0.1",
	} {
		if got := n.origin(addr(from)); got != addr(want) {
			t.Errorf("%s: %v, want %s", from, got, want)
		}
	}
	n.set(nil)
	if got := n.origin(addr("2001:db8:1:2::9")); got != addr("2001:db8:1:2::") {
		t.Errorf("after the network was left: %v", got)
	}
}
