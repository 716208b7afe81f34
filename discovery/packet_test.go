package discovery

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"

	"earshot/discovery/netif"
)

// testLink is an interface with a typical set of addresses.
var testLink = netif.Interface{
	Interface: net.Interface{Index: 3, Name: "eth0"},
	Prefixes: []netip.Prefix{
		netip.MustParsePrefix("10.0.0.1/24"),
		netip.MustParsePrefix("fd00::1/64"),
		netip.MustParsePrefix("fe80::1/64"),
	},
}

func TestDialable(t *testing.T) {
	for addr, want := range map[string]bool{
		"10.0.0.2":         true,
		"fd00::2":          true,
		"fe80::2":          true,
		"10.0.1.2":         false, // behind a router
		"8.8.8.8":          false,
		"2001:db8::1":      false,
		"0.0.0.0":          false,
		"127.0.0.1":        false,
		"169.254.1.1":      false, // we have no such address
		"224.0.0.251":      false,
		"::":               false,
		"::1":              false,
		"ff02::fb":         false,
		"::ffff:10.0.0.2":  false,
		"::ffff:127.0.0.1": false,
	} {
		if got := dialable(testLink, netip.MustParseAddr(addr)); got != want {
			t.Errorf("dialable(%s) = %v", addr, got)
		}
	}
}

func TestValidLabel(t *testing.T) {
	for label, want := range map[string]bool{
		"00010203040506ff": true, "abc": true, "a-b": true,
		"": false, "ab": false, "Abc": false, "a.b": false, `a\b`: false, "a b": false, "ä123": false,
		"012345678901234567890123456789012": false,
	} {
		if got := validLabel(label); got != want {
			t.Errorf("validLabel(%q) = %v", label, got)
		}
	}
}

// response builds a response of records in the notation of zone files.
func response(t testing.TB, records ...string) *dns.Msg {
	t.Helper()
	m := &dns.Msg{}
	m.Response = true
	for _, r := range records {
		rr, err := dns.NewRR(r)
		if err != nil {
			t.Fatalf("%s: %v", r, err)
		}
		m.Answer = append(m.Answer, rr)
	}
	return m
}

func records(label string, ttl, port int, addrs ...string) []string {
	rs := []string{
		fmt.Sprintf("%s %d IN PTR %s.%s", serviceName, ttl, label, serviceName),
		fmt.Sprintf("%s.%s %d IN SRV 0 0 %d h-%s.local.", label, serviceName, ttl, port, label),
		fmt.Sprintf(`%s.%s %d IN TXT "v=1" "salt=0001020304050607" "who=0001020304050607" "n=%s"`, label, serviceName, ttl, label),
	}
	for _, a := range addrs {
		kind := "A"
		if netip.MustParseAddr(a).Is6() {
			kind = "AAAA"
		}
		rs = append(rs, fmt.Sprintf("h-%s.local. %d IN %s %s", label, ttl, kind, a))
	}
	return rs
}

func TestParseResponse(t *testing.T) {
	whole := records("peer1", 120, 7342, "10.0.0.2", "8.8.8.8", "fe80::2")
	for _, c := range []struct {
		name    string
		records []string
		want    string // one "label bye ttl complete port addrs" per instance
		dropped string
	}{
		{"whole", whole, "[peer1 false 120 true 7342 [10.0.0.2 fe80::2%3]]", dropAddr},
		{"goodbye", records("peer1", 0, 7342, "10.0.0.2"), "[peer1 true 0 false 0 []]", ""},
		{"only alive", whole[:1], "[peer1 false 120 false 0 []]", ""},
		{"no address of ours", records("peer1", 120, 7342, "8.8.8.8"), "[peer1 false 120 false 7342 []]", dropAddr},
		{"port of a system", records("peer1", 120, 22, "10.0.0.2"), "", dropAddr},
		{"bad label", records("x", 120, 7342, "10.0.0.2"), "", dropLabel},
		{"other service", []string{"_http._tcp.local. 120 IN PTR a._http._tcp.local."}, "", ""},
		{"other version", append(whole[:2:2], `peer1.`+serviceName+` 120 IN TXT "v=9"`), "", dropVersion},
		{"bad text", append(whole[:2:2], `peer1.`+serviceName+` 120 IN TXT "v=1"`), "", dropTXT},
		{"address of another host", append(whole[:3:3], "other.local. 120 IN A 10.0.0.9"), "[peer1 false 120 false 7342 []]", ""},
		{"shortest lifetime", append([]string{"peer1." + serviceName + " 20 IN SRV 0 0 7342 h-peer1.local."}, whole[0]), "[peer1 false 20 false 0 []]", ""},
	} {
		tally := newTally()
		var got strings.Builder
		for _, n := range parseResponse(response(t, c.records...), testLink, tally) {
			got.WriteString(fmt.Sprint([]any{n.label, n.bye, n.ttl, n.complete, n.port, n.addrs}))
		}
		if got.String() != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.String(), c.want)
		}
		if c.dropped != "" && tally.stats().Dropped[c.dropped] == 0 {
			t.Errorf("%s: dropped %v, want %q", c.name, tally.stats().Dropped, c.dropped)
		}
	}
}

func TestParseResponseLimits(t *testing.T) {
	var many []string
	for n := range maxInstances + 3 {
		many = append(many, records(fmt.Sprintf("peer%d", n), 120, 7342, "10.0.0.2")...)
	}
	tally := newTally()
	if got := parseResponse(response(t, many...), testLink, tally); len(got) != maxInstances {
		t.Errorf("%d instances in one packet, want %d", len(got), maxInstances)
	}
	if tally.stats().Dropped[dropRecords] == 0 {
		t.Error("not counted")
	}
	for len(many) <= maxRecords {
		many = append(many, many...)
	}
	if got := parseResponse(response(t, many...), testLink, tally); got != nil {
		t.Errorf("%d instances of a packet with %d records", len(got), len(many))
	}
}

// lab is a browser with a clock that stands still.
type lab struct {
	*browser
	now time.Time
}

func newLab() *lab {
	l := &lab{newBrowser("me-myself", newOutbox(), newTally()), time.Now()}
	l.table.relink([]netif.Interface{testLink}, l.now)
	return l
}

// hear has a packet with the records come from the address.
func (l *lab) hear(t testing.TB, from string, records ...string) {
	t.Helper()
	b, err := response(t, records...).Pack()
	if err != nil {
		t.Fatal(err)
	}
	l.receive(packet{data: b, from: netip.AddrPortFrom(netip.MustParseAddr(from), mdnsPort), link: testLink.Index}, l.now)
}

// events returns what the reader would be told now.
func (l *lab) events() string {
	s := ""
	for {
		e, ok := l.table.out.next()
		if !ok {
			return s
		}
		l.table.out.sent(e)
		s += fmt.Sprint(e.Kind, " ", e.Hint.Label, " ", e.Hint.Addrs, ";")
	}
}

// pass lets time go by in small steps, with probes that end as o, and returns
// how often the device was asked for and probed.
func (l *lab) pass(d time.Duration, o outcome) (asked, probed int) {
	const step = 10 * time.Millisecond
	for range d / step {
		l.now = l.now.Add(step)
		w := l.table.tick(l.now)
		asked += len(w.ask) + len(w.askDirect)
		probed += len(w.probe)
		for _, p := range w.probe {
			l.table.probed(p, o, l.now)
		}
	}
	return asked, probed
}

func TestReceiveFilters(t *testing.T) {
	whole := func(label string) []byte {
		b, err := response(t, records(label, 120, 7342, "10.0.0.2")...).Pack()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	from := netip.MustParseAddrPort("10.0.0.2:5353")
	for _, c := range []struct {
		name    string
		p       packet
		known   int
		dropped string
	}{
		{"good", packet{whole("peer1"), from, 3}, 1, ""},
		{"no index, by network", packet{whole("peer1"), from, 0}, 1, ""},
		{"no index, by zone", packet{whole("peer1"), netip.MustParseAddrPort("[fe80::2%eth0]:5353"), 0}, 1, ""},
		{"no index, by zone in digits", packet{whole("peer1"), netip.MustParseAddrPort("[fe80::2%3]:5353"), 0}, 1, ""},
		{"ourselves", packet{whole("me-myself"), from, 3}, 0, ""},
		{"other interface", packet{whole("peer1"), from, 4}, 0, dropInterface},
		{"other zone", packet{whole("peer1"), netip.MustParseAddrPort("[fe80::2%eth1]:5353"), 0}, 0, dropInterface},
		{"off link", packet{whole("peer1"), netip.MustParseAddrPort("10.9.9.9:5353"), 3}, 0, dropOffLink},
		{"other port", packet{whole("peer1"), netip.MustParseAddrPort("10.0.0.2:5354"), 3}, 0, dropPort},
		{"empty", packet{nil, from, 3}, 0, dropMalformed},
		{"half", packet{whole("peer1")[:40], from, 3}, 0, dropMalformed},
	} {
		l := newLab()
		l.receive(c.p, l.now)
		if got := len(l.table.devices); got != c.known {
			t.Errorf("%s: %d devices", c.name, got)
		}
		if c.dropped != "" && l.tally.stats().Dropped[c.dropped] != 1 {
			t.Errorf("%s: dropped %v, want %q", c.name, l.tally.stats().Dropped, c.dropped)
		}
	}
}
