package faultbench

import (
	"net/netip"
	"strconv"
)

// AddAddr gives the host one more address, of IPv4 or IPv6.
func (l *LAN) AddAddr(host string, prefix netip.Prefix) {
	l.t.Helper()
	l.run(host, "addr", "add", prefix.String(), "dev", Interface)
}

// DelAddr takes from the host an address that AddAddr gave it.
func (l *LAN) DelAddr(host string, prefix netip.Prefix) {
	l.t.Helper()
	l.run(host, "addr", "del", prefix.String(), "dev", Interface)
}

// SwapAddrs exchanges the IPv4 addresses of two hosts, as new leases may. For
// a moment neither has one. The other hosts learn at once who is where, as they
// do from the announcements of a real client.
func (l *LAN) SwapAddrs(a, b string) {
	l.t.Helper()
	n, m := l.port(a), l.port(b)
	l.run(a, "addr", "del", l.addrs[n].String(), "dev", Interface)
	l.run(b, "addr", "del", l.addrs[m].String(), "dev", Interface)
	l.addrs[n], l.addrs[m] = l.addrs[m], l.addrs[n]
	l.run(a, "addr", "add", l.addrs[n].String(), "dev", Interface)
	l.run(b, "addr", "add", l.addrs[m].String(), "dev", Interface)
	for h := range l.hosts {
		l.run(h, "-4", "neigh", "flush", "dev", Interface)
	}
}

// OnlyIPv6 takes the IPv4 addresses of the host, so that its link-local IPv6
// one is left.
func (l *LAN) OnlyIPv6(host string) {
	l.t.Helper()
	l.run(host, "-4", "addr", "flush", "dev", Interface)
}

// OnlyIPv4 switches IPv6 off on the host's interface.
func (l *LAN) OnlyIPv4(host string) {
	l.t.Helper()
	l.setIPv6(host, false)
}

// BothIP gives the host back what OnlyIPv4 and OnlyIPv6 took: the IPv4 address
// of [LAN.Addr] and a link-local IPv6 one.
func (l *LAN) BothIP(host string) {
	l.t.Helper()
	l.setIPv6(host, true)
	l.run(host, "addr", "replace", l.addrs[l.port(host)].String(), "dev", Interface)
}

func (l *LAN) setIPv6(host string, on bool) {
	l.t.Helper()
	off := "1"
	if on {
		off = "0"
	}
	path := "/proc/sys/net/ipv6/conf/" + Interface + "/disable_ipv6"
	script := "if [ -e " + path + " ]; then echo " + off + " >" + path + "; fi"
	if out, err := l.Command(host, "sh", "-ec", script).CombinedOutput(); err != nil {
		l.t.Fatalf("switching IPv6 of %s: %v %s", host, err, out)
	}
}

// SetMTU sets how many bytes an IP packet of the host may have. IPv6 ends below
// 1280 bytes and comes back above.
func (l *LAN) SetMTU(host string, bytes int) {
	l.t.Helper()
	l.run(host, "link", "set", Interface, "mtu", strconv.Itoa(bytes))
}
