//go:build e2e

package reliability

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

const (
	// soakDisk is the size of the file system in memory of the device that runs
	// out of room: what ten minutes of texts take, several times.
	soakDisk = 128 << 20
	// soakHold is how long a fault lasts at most, and soakPause how long there is
	// none after it.
	soakHold  = 4 * time.Second
	soakPause = 1500 * time.Millisecond
)

// R27: all faults at random, two at a time: one of the network and one of the
// programs or their storage. EARSHOT_SEED makes the same choices again.
func TestR27Soak(t *testing.T) {
	t.Parallel()
	rnd := faultbench.Random(t)
	s := &soak{rnd: rnd, happened: map[string]int{}, power: faultbench.NewDisk(t), space: faultbench.NewSmallDisk(t, soakDisk)}
	s.couple = newCouple(t, s.power.Home(), s.space.Home())
	s.twin = s.a.Twin()
	held := map[*faultbench.Device]int{s.a: s.a.Descriptors(), s.b: s.b.Descriptors()}
	s.cable = s.lan.Impair(s.b.Name, rnd.Uint64())
	s.address = s.lan.Addr(s.a.Name).As4()[3]
	writers := []*work{
		background(t, faultbench.Writer{From: s.a, To: s.b, Every: steady, Insist: true}.Run),
		background(t, faultbench.Writer{From: s.b, To: s.a, Every: steady, Insist: true}.Run),
	}
	end := time.Now().Add(span(time.Minute, 10*time.Minute))
	var diary []string
	for time.Now().Before(end) && !t.Failed() {
		diary = append(diary, s.round())
	}
	for _, w := range writers {
		w.stop()
		if w.err != nil {
			t.Error(w.err)
		}
	}
	healed := time.Now()
	faultbench.Settle(t, s.a, s.b)
	took := time.Since(healed)
	for d, before := range held {
		d.NoMoreDescriptors(before)
	}
	s.verify()
	s.twin.Sound()
	if t.Failed() {
		t.Logf("the faults:\n%s", strings.Join(diary, "\n"))
	}
	for _, name := range slices.Sorted(maps.Keys(s.happened)) {
		t.Logf("%3d %s", s.happened[name], name)
	}
	t.Logf("%d rounds, %d texts there, %d back; nothing waited %v after the last fault", len(diary),
		s.ledger.CountQueued(s.a.ID, s.b.ID), s.ledger.CountQueued(s.b.ID, s.a.ID), took.Round(time.Millisecond))
}

// soak is a couple to which everything happens: anna's power fails, bert's disk
// is full, and bert's cable is bad.
type soak struct {
	*couple
	rnd      *rand.Rand
	power    *faultbench.Disk // anna's
	space    *faultbench.Disk // bert's
	twin     *faultbench.Device
	cable    *faultbench.Impairer
	address  byte // of anna: the last part of it
	happened map[string]int
}

// fault is something that happens and, unless it is over at once, ends.
type fault struct {
	name  string
	begin func(*soak) (end func())
}

// round lets one fault of each list happen, holds them and ends them, and says
// which they were.
func (s *soak) round() string {
	s.t.Helper()
	n, p := networkFaults[s.rnd.IntN(len(networkFaults))], programFaults[s.rnd.IntN(len(programFaults))]
	hold, apart := s.chance(soakHold), s.rnd.Float64()
	endN := n.begin(s)
	pass(time.Duration(apart * float64(hold)))
	endP := p.begin(s)
	pass(time.Duration((1 - apart) * float64(hold)))
	endP() // on a bad network still
	endN()
	pass(s.chance(soakPause))
	s.happened[n.name]++
	s.happened[p.name]++
	return fmt.Sprintf("%s and %s, %v", n.name, p.name, hold.Round(time.Millisecond))
}

// chance returns a time up to most.
func (s *soak) chance(most time.Duration) time.Duration {
	return time.Duration(s.rnd.Int64N(int64(most)))
}

// one returns one of the two devices.
func (s *soak) one() *faultbench.Device {
	return []*faultbench.Device{s.a, s.b}[s.rnd.IntN(2)]
}

func over() {}
