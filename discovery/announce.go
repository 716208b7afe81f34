package discovery

import (
	"net"
	"net/netip"

	"github.com/miekg/dns"

	"earshot/discovery/netif"
)

// announcement tells on interface i that this device is here, or with a
// lifetime of 0 that it goes (RFC 6762 §8.3 and §10.1).
func announcement(r Record, salt [8]byte, i netif.Interface, ttl uint32) *dns.Msg {
	instance, host := instanceLabel(salt)+"."+serviceName, hostLabel(salt)+"."+domain
	header := func(name string, kind, class uint16) dns.RR_Header {
		return dns.RR_Header{Name: name, Rrtype: kind, Class: class, Ttl: ttl}
	}
	const unique = dns.ClassINET | topBit
	m := &dns.Msg{Compress: true}
	m.Response, m.Authoritative = true, true
	m.Answer = []dns.RR{
		&dns.PTR{Hdr: header(serviceName, dns.TypePTR, dns.ClassINET), Ptr: instance},
		&dns.SRV{Hdr: header(instance, dns.TypeSRV, unique), Port: uint16(r.Port), Target: host},
		&dns.TXT{Hdr: header(instance, dns.TypeTXT, unique), Txt: escapeTXT(r.claims(salt).format())},
	}
	for _, a := range advertised(i) {
		if a.Is4() {
			m.Answer = append(m.Answer, &dns.A{Hdr: header(host, dns.TypeA, unique), A: net.IP(a.AsSlice())})
		} else {
			m.Answer = append(m.Answer, &dns.AAAA{Hdr: header(host, dns.TypeAAAA, unique), AAAA: net.IP(a.AsSlice())})
		}
	}
	return m
}

// advertised are the addresses told on interface i: all of IPv4, and those of
// IPv6 that routers know, or the link-local ones if there are no others. The
// zeroconf package tells the same ones; were it otherwise, devices would seem
// to change their address with every packet.
func advertised(i netif.Interface) []netip.Addr {
	var v4, global, local []netip.Addr
	for _, p := range i.Prefixes {
		switch a := p.Addr().WithZone(""); {
		case a.IsLoopback():
		case a.Is4():
			v4 = append(v4, a)
		case a.IsGlobalUnicast():
			global = append(global, a)
		case a.IsLinkLocalUnicast():
			local = append(local, a)
		}
	}
	if len(global) == 0 {
		global = local
	}
	return append(v4, global...)
}

// families reports which families the interface has addresses of.
func families(i netif.Interface) (v4, v6 bool) {
	for _, p := range i.Prefixes {
		if p.Addr().Is4() {
			v4 = true
		} else {
			v6 = true
		}
	}
	return v4, v6
}
