package netif

import (
	"net"
	"net/netip"
	"slices"
	"testing"
)

func TestUsable(t *testing.T) {
	const lan = net.FlagUp | net.FlagRunning | net.FlagBroadcast | net.FlagMulticast
	addr := []netip.Prefix{netip.MustParsePrefix("192.168.1.7/24")}
	for _, c := range []struct {
		name     string
		flags    net.Flags
		prefixes []netip.Prefix
		want     bool
	}{
		{"eth0", lan, addr, true},
		{"wlp3s0", lan, addr, true},
		{"en0", lan, addr, true},
		{"Ethernet 2", lan, addr, true},
		{"br0", lan, addr, true}, // a bridge that a person made leads to the LAN
		{"eth1", lan, nil, false},
		{"eth2", lan &^ net.FlagUp, addr, false},
		{"eth3", lan &^ net.FlagRunning, addr, false},
		{"eth4", lan &^ net.FlagMulticast, addr, false},
		{"lo", lan | net.FlagLoopback, addr, false},
		{"eth5", lan | net.FlagPointToPoint, addr, false},
		{"docker0", lan, addr, false},
		{"br-0123456789ab", lan, addr, false},
		{"veth1a2b3c", lan, addr, false},
		{"wg0", lan, addr, false},
		{"rmnet_data0", lan, addr, false},
	} {
		in := Interface{Interface: net.Interface{Index: 1, Name: c.name, Flags: c.flags}, Prefixes: c.prefixes}
		if got := len(Usable([]Interface{in})) == 1; got != c.want {
			t.Errorf("%s with %v and %v usable = %v, want %v", c.name, c.flags, c.prefixes, got, c.want)
		}
	}
}

func TestListIsOrdered(t *testing.T) {
	all, err := List()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(all, func(a, b Interface) int { return a.Index - b.Index }) {
		t.Errorf("not ordered by index: %v", all)
	}
}
