package netcore

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"earshot/internal/identity"
)

// bench is a gate whose clock a test moves by hand.
type bench struct {
	*gate
	now     time.Duration
	dropped map[*slot]bool
}

func newBench() *bench {
	b := &bench{dropped: make(map[*slot]bool)}
	b.gate = newGate(func() time.Duration { return b.now }, nil)
	return b
}

func host(n int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(n >> 8), byte(n)}) }

// connect lets one connection in, a second after the last one.
func (b *bench) connect(addr netip.Addr) *slot {
	b.now += time.Second
	var s *slot
	s = b.admit(addr, func() { b.dropped[s] = true })
	return s
}

func yes() bool { return true }
func no() bool  { return false }

func TestGateRate(t *testing.T) {
	b := newBench()
	admitted := func(addr netip.Addr, tries int) (n int) {
		for range tries {
			if s := b.admit(addr, func() {}); s != nil {
				b.release(s)
				n++
			}
		}
		return n
	}
	if n := admitted(host(1), 100); n != ConnectBurst {
		t.Errorf("%d at once, want %d", n, ConnectBurst)
	}
	if n := admitted(host(2), 100); n != ConnectBurst {
		t.Errorf("another address: %d, want %d", n, ConnectBurst)
	}
	b.now += 2 * time.Second
	if n := admitted(host(1), 100); n != 2*ConnectRate {
		t.Errorf("%d after 2 s, want %d", n, 2*ConnectRate)
	}
	b.now += time.Hour
	if n := admitted(host(1), 100); n != ConnectBurst {
		t.Errorf("%d after an hour, want %d", n, ConnectBurst)
	}
	if n := admitted(netip.MustParseAddr("::1"), 1000); n != 1000 {
		t.Errorf("loopback: %d of 1000", n)
	}
}

// However many addresses there are, the table of rates is bounded, and those
// beyond it share one bucket.
func TestGateRateTableIsBounded(t *testing.T) {
	b := newBench()
	n := 0
	for i := range 3 * MaxBuckets {
		if s := b.admit(host(i), func() {}); s != nil {
			b.release(s)
			n++
		}
	}
	if len(b.v4.buckets) != MaxBuckets || n != MaxBuckets+ConnectBurst {
		t.Errorf("%d buckets, %d admitted", len(b.v4.buckets), n)
	}
	b.now += time.Minute
	if s := b.admit(host(9999), func() {}); s == nil || len(b.v4.buckets) != 1 {
		t.Errorf("%d buckets after a minute", len(b.v4.buckets))
	}
}

// The addresses of IPv6, which cost nothing, leave those of IPv4 their rates.
func TestGateRatesOfEachFamily(t *testing.T) {
	b := newBench()
	addr := netip.MustParseAddr("fe80::1")
	for range 2 * MaxBuckets {
		if s := b.admit(addr, func() {}); s != nil {
			b.release(s)
		}
		addr = addr.Next()
	}
	if s := b.admit(addr, func() {}); s != nil {
		t.Error("one more of IPv6 is let in")
	}
	if s := b.admit(host(1), func() {}); s == nil {
		t.Error("one of IPv4 is not let in")
	}
}

func TestGatePerAddress(t *testing.T) {
	b := newBench()
	var slots []*slot
	for range MaxStrangersPerAddr {
		slots = append(slots, b.connect(host(1)))
	}
	if len(b.dropped) != 0 {
		t.Fatal("dropped too early")
	}
	slots[0].active.Store(int64(b.now)) // the oldest has just spoken
	b.connect(host(1))
	if len(b.dropped) != 1 || !b.dropped[slots[1]] {
		t.Error("the one that idled longest did not give way")
	}
	b.connect(host(2))
	if len(b.dropped) != 1 {
		t.Error("another address paid")
	}
	b.update(slots[2], no) // a contact: not counted
	b.connect(host(1))
	if len(b.dropped) != 1 {
		t.Error("a contact was counted")
	}
	b.update(slots[2], yes) // no contact any more
	b.connect(host(1))
	if len(b.dropped) != 2 || b.dropped[slots[2]] == b.dropped[slots[3]] {
		t.Errorf("%d dropped", len(b.dropped))
	}
}

func TestGateOverall(t *testing.T) {
	b := newBench()
	var strangers []*slot
	for i := range MaxStrangerLinks {
		s := b.connect(host(i))
		b.update(s, yes)
		strangers = append(strangers, s)
	}
	var pending []*slot
	for i := range ContactSlots { // the slots that strangers cannot hold
		pending = append(pending, b.connect(host(100+i)))
	}
	if len(b.dropped) != 0 {
		t.Fatal("dropped too early")
	}
	b.update(pending[0], no) // one was a contact and is counted no more
	b.update(pending[1], yes)
	if len(b.dropped) != 1 || !b.dropped[strangers[0]] {
		t.Error("one stranger too many: the oldest did not give way")
	}
	b.connect(host(200))
	b.connect(host(201))
	if len(b.dropped) != 1 {
		t.Errorf("%d dropped with %d held", len(b.dropped), len(b.held))
	}
	b.connect(host(202))
	if len(b.dropped) != 2 || !b.dropped[strangers[1]] {
		t.Error("full: the oldest did not give way to the newcomer")
	}
	for s := range b.held {
		b.release(s)
	}
	b.update(strangers[5], yes) // late, after its end
	if len(b.held) != 0 {
		t.Error("an ended link is counted again")
	}
}

func TestGatePenalties(t *testing.T) {
	b := newBench()
	id := func(n int) identity.DeviceID { return identity.DeviceID{byte(n), byte(n >> 8), 1} }
	for i := range 2 * MaxPenalties {
		b.penalise(id(i))
	}
	if !b.penalised(id(0)) || b.penalised(id(MaxPenalties)) || len(b.penalties) != MaxPenalties {
		t.Errorf("%d penalties", len(b.penalties))
	}
	b.now += PenaltyTime
	if b.penalised(id(0)) {
		t.Error("penalty outlives its time")
	}
	b.penalise(id(MaxPenalties)) // in the place of the one that was asked about
	b.penalise(id(MaxPenalties + 1))
	if !b.penalised(id(MaxPenalties+1)) || len(b.penalties) != 2 {
		t.Errorf("%d penalties after their time", len(b.penalties))
	}
}

func TestListenFallsBack(t *testing.T) {
	first, port, err := listenOn(t.Context(), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, other, err := listenOn(t.Context(), "127.0.0.1", port)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if other == port || other == 0 || second.Addr().(*net.TCPAddr).Port != other {
		t.Errorf("ports %d and %d", port, other)
	}
	first.Close()
	third, again, err := listenOn(t.Context(), "127.0.0.1", port)
	if err != nil {
		t.Fatal(err)
	}
	defer third.Close()
	if again != port {
		t.Errorf("port %d, want the first one free again: %d", again, port)
	}
}

func TestAddrPort(t *testing.T) {
	mapped := &net.TCPAddr{IP: net.ParseIP("::ffff:192.0.2.1"), Port: 7}
	if got := addrPort(mapped); got != netip.MustParseAddrPort("192.0.2.1:7") {
		t.Errorf("%v", got)
	}
	zone := &net.TCPAddr{IP: net.ParseIP("fe80::1"), Port: 7, Zone: "eth0"}
	if got := addrPort(zone).String(); got != "[fe80::1%eth0]:7" {
		t.Error(got)
	}
}

// Addresses of one origin share the rate and the places of one.
func TestGateCountsByOrigin(t *testing.T) {
	b := newBench()
	b.origin = func(a netip.Addr) netip.Addr {
		p, err := a.Prefix(64)
		if err != nil {
			t.Fatal(err)
		}
		return p.Addr()
	}
	far := func(net, n byte) netip.Addr {
		return netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 7: net, 15: n})
	}
	for i := range MaxStrangersPerAddr {
		b.connect(far(1, byte(i)))
	}
	first := b.oldest()
	b.connect(far(2, 1))
	if len(b.dropped) != 0 {
		t.Errorf("%d dropped before there were too many", len(b.dropped))
	}
	b.connect(far(1, 99))
	if len(b.dropped) != 1 || !b.dropped[first] {
		t.Errorf("%d dropped, the oldest among them: %t", len(b.dropped), b.dropped[first])
	}
	b.now += time.Hour
	n := 0
	for i := range 3 * ConnectBurst {
		if s := b.admit(far(3, byte(i)), func() {}); s != nil {
			b.release(s)
			n++
		}
	}
	if n != ConnectBurst || len(b.v6.buckets) > 3 {
		t.Errorf("%d at once of one origin, want %d; %d buckets", n, ConnectBurst, len(b.v6.buckets))
	}
}

// oldest is the slot that has idled longest.
func (b *bench) oldest() (oldest *slot) {
	for s := range b.held {
		if oldest == nil || s.active.Load() < oldest.active.Load() {
			oldest = s
		}
	}
	return oldest
}
