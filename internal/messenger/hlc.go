package messenger

import (
	"sync"
	"time"
)

// maxSkew bounds how far a peer's clock can pull ours and place a message in
// the future: a phone set to 2040 must not drag everyone along.
const maxSkew = 60 * time.Second

const hlcCounterBits = 16 // a hybrid time is 48 bits of milliseconds and 16 of counter

// hybridClock makes the times that order messages (docs/PROTOCOL.md §8): never
// equal, never backwards, after everything seen, close to the wall clock.
type hybridClock struct {
	now  func() time.Time
	mu   sync.Mutex
	last uint64
}

func hybrid(t time.Time) uint64 { return uint64(max(t.UnixMilli(), 0)) << hlcCounterBits }

func hybridTime(h uint64) time.Time { return time.UnixMilli(int64(h >> hlcCounterBits)) }

// next returns the time of a local event.
func (c *hybridClock) next() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(hybrid(c.now()), c.last+1)
	return c.last
}

// clamp bounds a peer's time by the own clock and advances the own clock to it,
// so that an answer sorts after its question.
func (c *hybridClock) clamp(peer uint64) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	peer = min(peer, hybrid(c.now().Add(maxSkew)))
	c.last = max(c.last, peer)
	return peer
}

// clearSkew is how far a writer's clock may differ from the moment of arrival
// and still be shown as the time of writing.
const clearSkew = 2 * time.Minute

// shownTime is the time under a message: the writer's if its clock is about
// right or the message may have waited, else the time of arrival. A time in the
// future is never shown.
func shownTime(written, arrived time.Time) time.Time {
	if written.After(arrived.Add(clearSkew)) {
		return arrived
	}
	return written
}
