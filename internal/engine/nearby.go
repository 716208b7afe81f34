package engine

import (
	"net/netip"
	"slices"
	"sync/atomic"

	"earshot/discovery/netif"
)

// farBits is the prefix by which the IPv6 addresses of another network are
// counted as one origin: whoever has one of them usually has all of it
// (RFC 6177).
const farBits = 64

// neighbourhood knows which addresses are on this device's own networks. Its
// zero value knows none. Safe for concurrent use.
type neighbourhood struct {
	prefixes atomic.Pointer[[]netip.Prefix]
}

// set takes the interfaces of now.
func (n *neighbourhood) set(all []netif.Interface) {
	var prefixes []netip.Prefix
	for _, i := range all {
		for _, p := range i.Prefixes {
			prefixes = append(prefixes, p.Masked())
		}
	}
	n.prefixes.Store(&prefixes)
}

// origin returns the address that stands for another one where strangers are
// counted (docs/PROTOCOL.md §11): a neighbour's for itself, because all of a
// network share one prefix, and an IPv6 address of elsewhere for its /64.
func (n *neighbourhood) origin(a netip.Addr) netip.Addr {
	if a.Is4() || a.Is4In6() || a.IsLinkLocalUnicast() || a.IsLoopback() {
		return a
	}
	if known := n.prefixes.Load(); known != nil && slices.ContainsFunc(*known, func(p netip.Prefix) bool { return p.Contains(a.WithZone("")) }) {
		return a
	}
	p, err := a.WithZone("").Prefix(farBits)
	if err != nil {
		return a
	}
	return p.Addr()
}
