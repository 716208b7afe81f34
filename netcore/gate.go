package netcore

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"earshot/internal/identity"
)

// gate decides which incoming connections get in (docs/PROTOCOL.md §11). It
// counts connections whose key is not known yet and links of strangers.
// Contacts are not counted: each is there because a person accepted it, and has
// one incoming link.
type gate struct {
	clock  func() time.Duration        // since the start of the node
	origin func(netip.Addr) netip.Addr // see Config.Origin; never nil

	mu        sync.Mutex
	v4, v6    rates
	held      map[*slot]struct{}
	penalties map[identity.DeviceID]time.Duration // until when
}

// rates are the buckets of one family of addresses. Of IPv6 a computer can make up
// any number of addresses: they must not take the room of IPv4.
type rates struct {
	buckets map[netip.Addr]*bucket
	others  bucket // all addresses beyond MaxBuckets together
}

func newRates() rates {
	return rates{make(map[netip.Addr]*bucket), bucket{tokens: ConnectBurst}}
}

// bucket is a token bucket: ConnectBurst tokens, ConnectRate new ones a second.
type bucket struct {
	tokens float64
	at     time.Duration
}

// slot is the place of one incoming connection.
type slot struct {
	addr     netip.Addr   // origin of the other end
	stranger bool         // key proven, no contact; guarded by gate.mu
	over     bool         // released or dropped: never counted again; guarded by gate.mu
	active   atomic.Int64 // time.Duration since the start of the node: last sign of life
	drop     func()       // ends the connection; never blocks; under no lock
	dropMu   sync.Mutex
	dropped  bool
}

func newGate(clock func() time.Duration, origin func(netip.Addr) netip.Addr) *gate {
	if origin == nil {
		origin = func(a netip.Addr) netip.Addr { return a }
	}
	return &gate{
		clock:     clock,
		origin:    origin,
		v4:        newRates(),
		v6:        newRates(),
		held:      make(map[*slot]struct{}),
		penalties: make(map[identity.DeviceID]time.Duration),
	}
}

// admit gives a new connection a slot, or nil when its address connects too
// often. Where there is no room the oldest idle one gives way: a newcomer may
// be a contact, the one that idles has had its chance.
func (g *gate) admit(addr netip.Addr, drop func()) *slot {
	addr = g.origin(addr)
	g.mu.Lock()
	now := g.clock()
	if !g.allowLocked(addr, now) {
		g.mu.Unlock()
		return nil
	}
	var victims []*slot
	same := func(s *slot) bool { return s.addr == addr }
	if g.countLocked(same) >= MaxStrangersPerAddr {
		victims = append(victims, g.evictLocked(same))
	}
	if len(g.held) >= MaxStrangerLinks+ContactSlots {
		victims = append(victims, g.evictLocked(func(*slot) bool { return true }))
	}
	s := &slot{addr: addr, drop: drop}
	s.active.Store(int64(now))
	g.held[s] = struct{}{}
	g.mu.Unlock()
	dropAll(victims)
	return s
}

// update says what a proven key turned out to be. A stranger beyond
// MaxStrangerLinks makes the oldest idle one give way. isStranger is asked
// under the gate's lock, so that of two updates the last one knows best.
func (g *gate) update(s *slot, isStranger func() bool) {
	if s == nil { // a link that we dialled
		return
	}
	g.mu.Lock()
	var victims []*slot
	if s.stranger = isStranger(); !s.stranger {
		delete(g.held, s)
	} else if !s.over {
		g.held[s] = struct{}{}
		strangers := func(s *slot) bool { return s.stranger }
		if g.countLocked(strangers) > MaxStrangerLinks {
			victims = append(victims, g.evictLocked(strangers))
		}
	}
	g.mu.Unlock()
	dropAll(victims)
}

// release gives the slot back.
func (g *gate) release(s *slot) {
	if s == nil {
		return
	}
	g.mu.Lock()
	s.over = true
	delete(g.held, s)
	g.mu.Unlock()
}

// penalise keeps a device out for PenaltyTime.
func (g *gate) penalise(peer identity.DeviceID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.clock()
	if len(g.penalties) >= MaxPenalties {
		for id, until := range g.penalties {
			if until <= now {
				delete(g.penalties, id)
			}
		}
	}
	if len(g.penalties) < MaxPenalties {
		g.penalties[peer] = now + PenaltyTime
	}
}

func (g *gate) penalised(peer identity.DeviceID) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	until, ok := g.penalties[peer]
	if ok && until <= g.clock() {
		delete(g.penalties, peer)
		return false
	}
	return ok
}

// allowLocked takes a token. Loopback has no rate: it is this device.
func (g *gate) allowLocked(addr netip.Addr, now time.Duration) bool {
	if addr.IsLoopback() {
		return true
	}
	r := &g.v4
	if addr.Is6() {
		r = &g.v6
	}
	b := r.buckets[addr]
	if b == nil {
		b = r.newBucket(addr, now)
	}
	b.tokens = min(ConnectBurst, b.tokens+ConnectRate*(now-b.at).Seconds())
	b.at = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

func (r *rates) newBucket(addr netip.Addr, now time.Duration) *bucket {
	const full = time.Second * ConnectBurst / ConnectRate // an idle bucket is full again and can be forgotten
	if len(r.buckets) >= MaxBuckets {
		for a, b := range r.buckets {
			if now-b.at >= full {
				delete(r.buckets, a)
			}
		}
	}
	if len(r.buckets) >= MaxBuckets {
		return &r.others
	}
	b := &bucket{tokens: ConnectBurst, at: now}
	r.buckets[addr] = b
	return b
}

func (g *gate) countLocked(match func(*slot) bool) int {
	n := 0
	for s := range g.held {
		if match(s) {
			n++
		}
	}
	return n
}

// evictLocked takes the oldest idle slot that matches out of the count.
func (g *gate) evictLocked(match func(*slot) bool) *slot {
	var oldest *slot
	for s := range g.held {
		if match(s) && (oldest == nil || s.active.Load() < oldest.active.Load()) {
			oldest = s
		}
	}
	if oldest != nil {
		oldest.over = true
		delete(g.held, oldest)
	}
	return oldest
}

func dropAll(victims []*slot) {
	for _, s := range victims {
		if s != nil {
			s.end()
		}
	}
}

// end drops the connection, by whatever way is right at its stage.
func (s *slot) end() {
	s.dropMu.Lock()
	drop := s.drop
	s.dropped = true
	s.dropMu.Unlock()
	drop()
}

// isDropped reports whether the connection had to give way.
func (s *slot) isDropped() bool {
	s.dropMu.Lock()
	defer s.dropMu.Unlock()
	return s.dropped
}

// onDrop changes how the connection is dropped. False: it already was.
func (s *slot) onDrop(drop func()) bool {
	s.dropMu.Lock()
	defer s.dropMu.Unlock()
	s.drop = drop
	return !s.dropped
}
