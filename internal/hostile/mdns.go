package hostile

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strings"
)

// MulticastGroup is where multicast DNS is spoken (RFC 6762 §3).
const MulticastGroup = "224.0.0.251:5353"

// service is the name that Earshot announces itself under (docs/PROTOCOL.md §3).
const service = "_earshot._tcp.local."

// The types of DNS records that discovery reads.
const (
	typeA    = 1
	typePTR  = 12
	typeTXT  = 16
	typeAAAA = 28
	typeSRV  = 33
)

// Record is what a discovery record claims. Nothing in it need be true.
type Record struct {
	Label string   // of the instance
	TXT   []string // as in §3
	Port  uint16
	Addrs []netip.Addr
	TTL   uint32 // seconds; 0 is a goodbye
}

// TXTOf are the strings of a right record.
func TXTOf(salt, who [8]byte, name, kind string) []string {
	return []string{"v=1", "salt=" + hex.EncodeToString(salt[:]), "who=" + hex.EncodeToString(who[:]), "n=" + name, "k=" + kind}
}

// Packet is the record as one response of multicast DNS.
func (r Record) Packet() []byte {
	instance, host := r.Label+"."+service, "earshot-"+r.Label+".local."
	p := packet{}
	p.add(service, typePTR, r.TTL, dnsName(instance))
	srv := binary.BigEndian.AppendUint16(make([]byte, 4), r.Port)
	p.add(instance, typeSRV, r.TTL, append(srv, dnsName(host)...))
	var txt []byte
	for _, s := range r.TXT {
		s = s[:min(len(s), 255)]
		txt = append(append(txt, byte(len(s))), s...)
	}
	p.add(instance, typeTXT, r.TTL, txt)
	for _, a := range r.Addrs {
		kind := uint16(typeAAAA)
		if a.Is4() {
			kind = typeA
		}
		p.add(host, kind, r.TTL, a.AsSlice())
	}
	return p.bytes()
}

// packet collects records.
type packet struct {
	records []byte
	n       uint16
}

func (p *packet) add(name string, kind uint16, ttl uint32, data []byte) {
	const class = 1 // Internet
	b := append(p.records, dnsName(name)...)
	b = binary.BigEndian.AppendUint16(b, kind)
	b = binary.BigEndian.AppendUint16(b, class)
	b = binary.BigEndian.AppendUint32(b, ttl)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	p.records = append(b, data...)
	p.n++
}

// bytes is the packet as a response.
func (p *packet) bytes() []byte {
	const response = 0x8400 // authoritative
	head := binary.BigEndian.AppendUint16(make([]byte, 2), response)
	head = append(head, 0, 0, byte(p.n>>8), byte(p.n), 0, 0, 0, 0)
	return append(head, p.records...)
}

// dnsName spells a name without compression.
func dnsName(name string) (out []byte) {
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		out = append(append(out, byte(len(label))), label...)
	}
	return append(out, 0)
}

// JunkPackets are packets that no parser may fall over: cut, lying about their
// counts, with names that point at themselves, oversized.
func JunkPackets(r Record) [][]byte {
	whole := r.Packet()
	counts := bytes.Clone(whole)
	counts[6], counts[7] = 0xff, 0xff
	loop := packet{}
	loop.add(service, typePTR, 120, []byte{0xc0, 0x0c})
	looped := loop.bytes()
	copy(looped[12:], []byte{0xc0, 0x0c}) // the first name points at itself
	many := packet{}
	for range 500 {
		many.add(service, typePTR, 120, dnsName(r.Label+"."+service))
	}
	return [][]byte{
		nil, {0}, whole[:11], whole[:12], whole[:len(whole)-3], counts, looped, many.bytes()[:8900],
		append(bytes.Clone(whole), make([]byte, 8000)...), bytes.Repeat([]byte{0xff}, 1400), bytes.Repeat([]byte{0xc0}, 1400),
	}
}

// RecordOf reads of a packet what is needed to forge a record of the same
// device: label and TXT strings.
func RecordOf(b []byte) (r Record, ok bool) {
	i := bytes.Index(b, []byte("v=1"))
	if i < 1 {
		return Record{}, false
	}
	for i--; i < len(b) && b[i] > 0 && i+1+int(b[i]) <= len(b) && bytes.IndexByte(b[i+1:i+1+int(b[i])], '=') > 0; i += 1 + int(b[i]) {
		r.TXT = append(r.TXT, string(b[i+1:i+1+int(b[i])]))
	}
	for _, s := range r.TXT {
		if salt, found := strings.CutPrefix(s, "salt="); found {
			r.Label = salt
		}
	}
	return r, r.Label != ""
}
