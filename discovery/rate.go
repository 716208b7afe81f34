package discovery

import (
	"net/netip"
	"time"
)

// bucket is a token bucket: rate per second, burst at most at once.
type bucket struct {
	tokens float64
	last   time.Time
}

// take takes a token and reports whether there was one.
func (b *bucket) take(now time.Time, rate, burst float64) bool {
	if b.last.IsZero() {
		b.tokens = burst
	} else {
		b.tokens = min(burst, b.tokens+now.Sub(b.last).Seconds()*rate)
	}
	b.last = now
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// rates bounds the packets of each source address.
type rates map[netip.Addr]*bucket

// allow reports whether one more packet from a is read.
func (r rates) allow(a netip.Addr, now time.Time) bool {
	b := r[a]
	if b == nil {
		if len(r) >= maxSources {
			r.prune(now)
		}
		b = new(bucket)
		r[a] = b
	}
	return b.take(now, packetsPerSecond, packetBurst)
}

// prune forgets addresses whose bucket is full again, or all of them when an
// attacker makes up addresses faster than that.
func (r rates) prune(now time.Time) {
	for a, b := range r {
		if now.Sub(b.last) > packetBurst/packetsPerSecond*time.Second {
			delete(r, a)
		}
	}
	if len(r) >= maxSources {
		clear(r)
	}
}
