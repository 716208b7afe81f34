package faultbench

import (
	"math/rand/v2"
	"time"
)

// Impairment is what a bad network does to the frames of one direction. The
// zero value lets everything pass at once. Shares go from 0 to 1 and are drawn
// for each frame by itself.
type Impairment struct {
	Loss      float64 // frames that vanish
	Duplicate float64 // frames that come twice
	Reorder   float64 // frames that are held back by ReorderDelay, so that later ones overtake them
	Corrupt   float64 // frames with one wrong bit behind the Ethernet header; a checksum notices it
	Swap      float64 // frames in whose payload two 16-bit words change places: no checksum of IP notices it

	Delay  time.Duration // of every frame
	Jitter time.Duration // more delay, drawn evenly from 0 to Jitter, so frames overtake each other
	Rate   int64         // bits per second that pass; 0 for no limit
	Queue  time.Duration // how long a frame may wait for its turn at Rate before it is dropped; 0 for QueueDelay
}

const (
	// ReorderDelay is how long a reordered frame is held back: more than the
	// time in which its successors follow on a local network.
	ReorderDelay = 15 * time.Millisecond
	// QueueDelay is the queue of a slow link if nothing else is said, as in an
	// ordinary access point.
	QueueDelay = 200 * time.Millisecond
)

const (
	etherHeader = 14 // bytes
	// swapStart is where Swap begins to change a frame, in bytes: behind
	// Ethernet, IPv6 and a TCP header with its usual options, so that only
	// what the programs said is hit.
	swapStart = etherHeader + 40 + 32
)

// fate is what happens to one frame.
type fate struct {
	copies  int              // 0 lost, 2 duplicated
	delays  [2]time.Duration // of each copy
	late    bool             // reordered
	corrupt bool
	swap    bool
	where   uint64 // chooses the place of a corruption
}

// fateOf decides about frame number n of a direction. It is a pure function: the
// same seed gives the same fates, whatever happened to the frames before, and a
// frame keeps its draws when shares are changed while traffic flows.
func fateOf(m Impairment, seed, n uint64) fate {
	r := rand.New(rand.NewPCG(seed, n))
	r.Uint64() // seeds that lie close together begin alike
	loss, duplicate, reorder := r.Float64(), r.Float64(), r.Float64()
	corrupt, swap := r.Float64(), r.Float64()
	jitter := [2]float64{r.Float64(), r.Float64()}
	f := fate{copies: 1, where: r.Uint64()}
	switch {
	case loss < m.Loss:
		return fate{}
	case duplicate < m.Duplicate:
		f.copies = 2
	}
	f.late, f.corrupt, f.swap = reorder < m.Reorder, corrupt < m.Corrupt, swap < m.Swap
	for i := range f.delays {
		f.delays[i] = m.Delay + time.Duration(jitter[i]*float64(m.Jitter))
		if f.late {
			f.delays[i] += ReorderDelay
		}
	}
	return f
}

// mangle applies the corruptions of f to a frame in place and tells which of
// them found something to change.
func (f fate) mangle(frame []byte) (corrupted, swapped bool) {
	if bits := uint64(len(frame)-etherHeader) * 8; f.corrupt && len(frame) > etherHeader {
		at := f.where % bits
		frame[etherHeader+at/8] ^= 1 << (at % 8)
		corrupted = true
	}
	words := (len(frame) - swapStart) / 2
	if !f.swap || words < 2 {
		return corrupted, false
	}
	word := func(i int) []byte {
		at := swapStart + 2*(i%words)
		return frame[at : at+2]
	}
	first := int(f.where>>32) % words
	for i := first + 1; i < first+words; i++ {
		if a, b := word(first), word(i); a[0] != b[0] || a[1] != b[1] {
			a[0], a[1], b[0], b[1] = b[0], b[1], a[0], a[1]
			return corrupted, true
		}
	}
	return corrupted, false
}
