//go:build !linux

package netif

import (
	"fmt"
	"net"
	"net/netip"
)

// list asks the standard library.
func list() ([]Interface, error) {
	ifs, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("listing interfaces: %w", err)
	}
	var out []Interface
	for _, ifi := range ifs {
		addrs, err := ifi.Addrs()
		if err != nil {
			continue // it went away between the two calls
		}
		i := Interface{Interface: ifi}
		for _, a := range addrs {
			n, ok := a.(*net.IPNet)
			if !ok {
				continue
			}
			addr, ok := netip.AddrFromSlice(n.IP)
			if !ok {
				continue
			}
			ones, _ := n.Mask.Size()
			i.Prefixes = append(i.Prefixes, netip.PrefixFrom(addr.Unmap(), ones))
		}
		if len(i.Prefixes) > 0 {
			out = append(out, i)
		}
	}
	return out, nil
}
