package discovery

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"earshot/discovery/netif"
)

// topBit of a class asks for a direct answer in questions (RFC 6762 §5.4) and
// marks a record as the only one of its name in answers (RFC 6762 §10.2).
const topBit = 1 << 15

// news is what one response says of one instance.
type news struct {
	label string
	// bye: the device takes its record back.
	bye bool
	// ttl is the shortest lifetime of the instance's records in seconds, 0 if
	// there is none.
	ttl uint32
	// complete: the fields below are there and can be dialled. A response
	// without them only tells that the device is alive.
	complete bool
	port     uint16
	claims   claims
	addrs    []netip.Addr
}

// instance collects the records of one instance.
type instance struct {
	news
	srv *dns.SRV
	txt *dns.TXT
}

// live notes a record that names the instance.
func (in *instance) live(ttl uint32) {
	switch {
	case ttl == 0:
		in.bye = true
	case in.ttl == 0 || ttl < in.ttl:
		in.ttl = ttl
	}
}

// parseResponse reads what a response that came by interface i says of
// instances of our service. It never returns more than maxInstances.
func parseResponse(m *dns.Msg, i netif.Interface, t *tally) []news {
	if len(m.Answer)+len(m.Extra) > maxRecords {
		t.drop(dropRecords)
		return nil
	}
	records := append(append(make([]dns.RR, 0, len(m.Answer)+len(m.Extra)), m.Answer...), m.Extra...)
	found := map[string]*instance{}
	var order []*instance
	get := func(name string) *instance {
		label, ok := labelOf(name)
		if !ok {
			return nil
		}
		if !validLabel(label) {
			t.drop(dropLabel)
			return nil
		}
		if found[label] == nil {
			if len(order) == maxInstances {
				t.drop(dropRecords)
				return nil
			}
			found[label] = &instance{news: news{label: label}}
			order = append(order, found[label])
		}
		return found[label]
	}
	for _, rr := range records {
		switch v := rr.(type) {
		case *dns.PTR:
			if strings.EqualFold(v.Hdr.Name, serviceName) {
				if in := get(v.Ptr); in != nil {
					in.live(v.Hdr.Ttl)
				}
			}
		case *dns.SRV:
			if in := get(v.Hdr.Name); in != nil {
				in.srv = v
				in.live(v.Hdr.Ttl)
			}
		case *dns.TXT:
			if in := get(v.Hdr.Name); in != nil {
				in.txt = v
			}
		}
	}
	var out []news
	for _, in := range order {
		if in.finish(records, i, t) {
			out = append(out, in.news)
		}
	}
	return out
}

// finish fills in what the records of the instance say and reports whether
// that is worth anything.
func (in *instance) finish(records []dns.RR, i netif.Interface, t *tally) bool {
	if in.bye || in.ttl == 0 {
		return in.bye
	}
	if in.srv == nil || in.txt == nil {
		return true
	}
	c, err := parseTXT(unescapeTXT(in.txt.Txt))
	switch {
	case errors.Is(err, errVersion):
		t.drop(dropVersion)
		return false
	case err != nil:
		t.drop(dropTXT)
		return false
	case in.srv.Port < minPort:
		t.drop(dropAddr)
		return false
	}
	in.claims, in.port = c, in.srv.Port
	for _, rr := range records {
		if len(in.addrs) == maxAddrs {
			break
		}
		if a, ok := addrOf(rr); ok && strings.EqualFold(rr.Header().Name, in.srv.Target) {
			if !dialable(i, a) {
				t.drop(dropAddr)
				continue
			}
			in.addrs = append(in.addrs, zoned(a, i))
		}
	}
	in.complete = len(in.addrs) > 0
	return true
}

// labelOf takes the instance label from a name of our service.
func labelOf(name string) (string, bool) {
	return strings.CutSuffix(strings.ToLower(name), "."+serviceName)
}

// validLabel accepts opaque labels only, so that DNS escapes never matter.
func validLabel(s string) bool {
	if len(s) < 3 || len(s) > 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !('a' <= c && c <= 'z' || digit(c) || c == '-') {
			return false
		}
	}
	return true
}

// addrOf returns the address in an A or AAAA record that is not a goodbye.
func addrOf(rr dns.RR) (netip.Addr, bool) {
	if rr.Header().Ttl == 0 {
		return netip.Addr{}, false
	}
	switch v := rr.(type) {
	case *dns.A:
		return netip.AddrFromSlice(v.A.To4())
	case *dns.AAAA:
		return netip.AddrFromSlice(v.AAAA)
	}
	return netip.Addr{}, false
}

// dialable reports whether the address is that of one device which can be
// reached by the interface without a router.
func dialable(i netif.Interface, a netip.Addr) bool {
	return a.IsValid() && !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast() && onLink(i, a)
}

// onLink reports whether the address belongs to a network of the interface.
func onLink(i netif.Interface, a netip.Addr) bool {
	a = a.WithZone("")
	if a.Is6() && a.IsLinkLocalUnicast() {
		return true
	}
	for _, p := range i.Prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// zoned gives a link-local IPv6 address the interface, in digits: names of
// interfaces cannot be resolved on Android.
func zoned(a netip.Addr, i netif.Interface) netip.Addr {
	if a.Is6() && a.IsLinkLocalUnicast() {
		return a.WithZone(strconv.Itoa(i.Index))
	}
	return a
}
