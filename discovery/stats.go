package discovery

import (
	"maps"
	"sync"
)

// The reasons for which something from the network is not taken, as they occur
// in Stats.
const (
	dropQueue      = "queue full"
	dropRate       = "too many packets"
	dropInterface  = "unknown interface"
	dropOffLink    = "sender not on the link"
	dropMalformed  = "malformed packet"
	dropPort       = "wrong source port"
	dropRecords    = "too many records"
	dropLabel      = "bad label"
	dropTXT        = "bad text record"
	dropVersion    = "other version"
	dropIncomplete = "incomplete"
	dropAddr       = "bad address"
	dropFull       = "too many devices"
	dropSource     = "too many devices of one address"
	dropNew        = "too many new devices"
)

// Stats are counts for people who look for a fault.
type Stats struct {
	// Known is the number of devices there are now.
	Known int
	// Dropped counts what came from the network and was not taken, by reason,
	// since New.
	Dropped map[string]uint64
}

// tally counts from any goroutine.
type tally struct {
	mu sync.Mutex
	s  Stats
}

func newTally() *tally { return &tally{s: Stats{Dropped: map[string]uint64{}}} }

func (t *tally) drop(reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Dropped[reason]++
}

func (t *tally) known(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.s.Known = n
}

func (t *tally) stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Stats{Known: t.s.Known, Dropped: maps.Clone(t.s.Dropped)}
}
