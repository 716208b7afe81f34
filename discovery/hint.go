package discovery

import (
	"cmp"
	"crypto/subtle"
	"net/netip"
	"slices"
)

// Hint is what the network claims about a device. It proves nothing: no
// function that concerns a contact takes one, and whoever dials its addresses
// checks the key of what answers there. A Hint is a value; its slice is not
// changed after it was handed out.
type Hint struct {
	// Label names the device until it restarts. It is random and tells nothing.
	Label string
	// Salt and Who let contacts recognise the device, see Matches.
	Salt, Who [8]byte
	// Name and Kind are as long as a Record may hold at most and valid UTF-8,
	// but not cleaned: that does whoever shows them.
	Name, Kind string
	// Addrs are where the device says that it listens, best first, only such
	// as our own interfaces lead to. Link-local IPv6 addresses have a zone, in
	// digits.
	Addrs []netip.AddrPort
}

// Matches tells whether the device claims to be the one with that presence
// key. It takes the same time for every key of the right length; an empty or
// too short key matches nothing. A replayed record matches, too.
func (h Hint) Matches(presenceKey []byte) bool {
	if len(presenceKey) != presenceKeyBytes {
		return false
	}
	want := who(presenceKey, h.Salt)
	return subtle.ConstantTimeCompare(want[:], h.Who[:]) == 1
}

func (h Hint) equal(o Hint) bool {
	return h.Label == o.Label && h.Salt == o.Salt && h.Who == o.Who &&
		h.Name == o.Name && h.Kind == o.Kind && slices.Equal(h.Addrs, o.Addrs)
}

// sortAddrs puts the address that most likely answers first: IPv4, routable
// IPv6, link-local IPv6, and last the IPv4 addresses of networks that have
// lost their router.
func sortAddrs(addrs []netip.AddrPort) {
	slices.SortFunc(addrs, func(a, b netip.AddrPort) int {
		return cmp.Or(cmp.Compare(rank(a.Addr()), rank(b.Addr())), a.Compare(b))
	})
}

func rank(a netip.Addr) int {
	switch {
	case a.Is4() && !a.IsLinkLocalUnicast():
		return 0
	case a.Is6() && !a.IsLinkLocalUnicast():
		return 1
	case a.Is6():
		return 2
	}
	return 3
}
