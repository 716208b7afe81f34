package discovery

import (
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"earshot/discovery/netif"
)

// packet is what came to a socket.
type packet struct {
	data []byte
	from netip.AddrPort
	link int // index of the interface; 0: the system does not say
}

// browser reads packets into the table and writes questions. Like the table it
// has neither clock nor sockets, so hostile packets can be tried on it.
type browser struct {
	own   []string // our own labels, the present one last
	table *table
	plan  schedule
	rates rates
	tally *tally
}

func newBrowser(label string, out *outbox, t *tally) *browser {
	return &browser{own: []string{label}, table: newTable(out, t), rates: rates{}, tally: t}
}

// maxOwnLabels is how many of our own labels are known: what we said under an
// earlier one may still be on its way to us.
const maxOwnLabels = 8

// rename goes on under another label.
func (b *browser) rename(label string) {
	b.own = append(b.own, label)
	b.own = b.own[max(0, len(b.own)-maxOwnLabels):]
}

// receive reads one packet. Whatever is in it, the limits hold.
func (b *browser) receive(p packet, now time.Time) {
	from := p.from.Addr()
	mine := b.table.own[from.WithZone("")]
	if !mine && !b.rates.allow(from, now) {
		b.tally.drop(dropRate)
		return
	}
	link, ok := b.linkOf(p)
	if !ok {
		b.tally.drop(dropInterface)
		return
	}
	if !onLink(link, from) {
		b.tally.drop(dropOffLink)
		return
	}
	var m dns.Msg
	if len(p.data) > maxPacketBytes || m.Unpack(p.data) != nil || m.Opcode != dns.OpcodeQuery || m.Rcode != 0 {
		b.tally.drop(dropMalformed)
		return
	}
	if !m.Response {
		if !mine {
			b.heardQuery(&m, now)
		}
		return
	}
	if p.from.Port() != mdnsPort {
		b.tally.drop(dropPort)
		return
	}
	for _, n := range parseResponse(&m, link, b.tally) {
		if !slices.Contains(b.own, n.label) {
			b.table.hear(n, from, link, now)
		}
	}
}

// linkOf finds the interface by which a packet came: by its index, or where
// the system does not tell that, by the sender's zone or network.
func (b *browser) linkOf(p packet) (netif.Interface, bool) {
	zone := p.from.Addr().Zone()
	for _, i := range b.table.links {
		switch {
		case p.link != 0:
			if i.Index == p.link {
				return i, true
			}
		case zone != "":
			if zone == i.Name || zone == zoned(p.from.Addr(), i).Zone() {
				return i, true
			}
		case onLink(i, p.from.Addr()):
			return i, true
		}
	}
	return netif.Interface{}, false
}

// heardQuery notes that somebody else asked our question (RFC 6762 §7.3),
// unless what it lists as known would silence a device that we do not know.
func (b *browser) heardQuery(m *dns.Msg, now time.Time) {
	if len(m.Ns) > 0 || len(m.Answer) > maxRecords {
		return
	}
	for _, q := range m.Question {
		if q.Qtype != dns.TypePTR || q.Qclass != dns.ClassINET || !strings.EqualFold(q.Name, serviceName) {
			continue
		}
		for _, rr := range m.Answer {
			if known, ok := rr.(*dns.PTR); ok {
				label, _ := labelOf(known.Ptr)
				if b.table.devices[label] == nil && !slices.Contains(b.own, label) {
					return
				}
			}
		}
		b.plan.heard = now
	}
}

// question asks who is there. Devices that we know and will for a while yet
// are listed, so that they need not answer.
func (b *browser) question(direct bool, now time.Time) *dns.Msg {
	m := &dns.Msg{Compress: true}
	m.Question = []dns.Question{{Name: serviceName, Qtype: dns.TypePTR, Qclass: class(direct)}}
	for _, d := range b.table.devices {
		if len(m.Answer) == maxKnownAnswers {
			break
		}
		if !d.byeAt.IsZero() || d.stranded || d.extended > 0 || d.expires.Sub(now) < d.trust*4/10 {
			continue
		}
		age := uint32(now.Sub(d.heard) / time.Second)
		m.Answer = append(m.Answer, &dns.PTR{
			Hdr: dns.RR_Header{Name: serviceName, Rrtype: dns.TypePTR, Class: dns.ClassINET, Ttl: d.sentTTL - min(age, d.sentTTL)},
			Ptr: d.label + "." + serviceName,
		})
	}
	return m
}

// refreshQuestion asks for the records of the labels, at most maxQuestions;
// the others come around again.
func refreshQuestion(labels []string, direct bool) *dns.Msg {
	m := &dns.Msg{Compress: true}
	for _, l := range labels[:min(len(labels), maxQuestions)] {
		m.Question = append(m.Question, dns.Question{Name: l + "." + serviceName, Qtype: dns.TypeSRV, Qclass: class(direct)})
	}
	return m
}

func class(direct bool) uint16 {
	if direct {
		return dns.ClassINET | topBit
	}
	return dns.ClassINET
}
