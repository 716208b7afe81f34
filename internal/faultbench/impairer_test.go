package faultbench

import (
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// side is one end of an impairer: frames in, frames out.
type side struct {
	in     chan []byte
	closed chan struct{}

	got []byte // first byte of each frame that was delivered
	at  []time.Time
}

func newSide() *side { return &side{in: make(chan []byte), closed: make(chan struct{})} }

func (s *side) Read(b []byte) (int, error) {
	select {
	case f := <-s.in:
		return copy(b, f), nil
	case <-s.closed:
		return 0, io.EOF
	}
}

func (s *side) Write(b []byte) (int, error) {
	s.got, s.at = append(s.got, b[0]), append(s.at, time.Now())
	return len(b), nil
}

func (s *side) Close() error { close(s.closed); return nil }

// through sends n frames of 1,000 bytes through an impairer, step apart, and
// returns what arrived once all is quiet.
func through(t *testing.T, m Impairment, seed uint64, n int, step time.Duration) (got *side, stats Stats, took time.Duration) {
	synctest.Test(t, func(t *testing.T) {
		host, network := newSide(), newSide()
		i := newImpairer(host, network, seed)
		i.Set(Sent, m)
		began := time.Now()
		for k := range n {
			frame := make([]byte, 1000)
			frame[0] = byte(k)
			host.in <- frame
			time.Sleep(step)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(host.got) != 0 || i.Stats(Received) != (Stats{}) {
			t.Errorf("the other direction: %v, %+v", host.got, i.Stats(Received))
		}
		i.close()
		if len(network.at) > 0 {
			took = network.at[len(network.at)-1].Sub(began)
		}
		got, stats = network, i.Stats(Both)
	})
	return got, stats, took
}

func TestImpairer(t *testing.T) {
	const n = 200
	inOrder := make([]byte, n)
	for i := range inOrder {
		inOrder[i] = byte(i)
	}
	t.Run("nothing", func(t *testing.T) {
		got, stats, _ := through(t, Impairment{}, 1, n, 0)
		if !slices.Equal(got.got, inOrder) || stats != (Stats{Frames: n}) {
			t.Errorf("%v %+v", got.got, stats)
		}
	})
	t.Run("delay", func(t *testing.T) {
		got, _, took := through(t, Impairment{Delay: time.Second}, 1, n, time.Millisecond)
		if !slices.Equal(got.got, inOrder) || took != time.Second+(n-1)*time.Millisecond {
			t.Errorf("%v after %v", got.got, took)
		}
	})
	t.Run("loss of all", func(t *testing.T) {
		got, stats, _ := through(t, Impairment{Loss: 1}, 1, n, 0)
		if len(got.got) != 0 || stats.Lost != n {
			t.Errorf("%v %+v", got.got, stats)
		}
	})
	t.Run("duplication of all", func(t *testing.T) {
		got, stats, _ := through(t, Impairment{Duplicate: 1}, 1, n, time.Millisecond)
		if len(got.got) != 2*n || stats.Duplicated != n || !slices.Equal(slices.Compact(got.got), inOrder) {
			t.Errorf("%v %+v", got.got, stats)
		}
	})
	t.Run("reordering", func(t *testing.T) {
		got, stats, _ := through(t, Impairment{Reorder: .2}, 1, n, time.Millisecond)
		if slices.Equal(got.got, inOrder) || stats.Reordered == 0 {
			t.Errorf("nothing overtook: %v %+v", got.got, stats)
		}
		slices.Sort(got.got)
		if !slices.Equal(got.got, inOrder) {
			t.Errorf("not each once: %v", got.got)
		}
	})
	t.Run("rate", func(t *testing.T) {
		// 200 frames of 8,000 bits at 1 Mbit/s need 1.6 s.
		got, _, took := through(t, Impairment{Rate: 1_000_000, Queue: time.Minute}, 1, n, 0)
		if !slices.Equal(got.got, inOrder) || took != 1600*time.Millisecond {
			t.Errorf("%v after %v", got.got, took)
		}
		got, stats, took := through(t, Impairment{Rate: 1_000_000}, 1, n, 0)
		if stats.Overflowed != n-len(got.got) || stats.Overflowed == 0 || took > QueueDelay+10*time.Millisecond {
			t.Errorf("%d frames after %v, %+v", len(got.got), took, stats)
		}
	})
	t.Run("one seed replays", func(t *testing.T) {
		m := Impairment{Loss: .1, Duplicate: .1, Reorder: .1, Corrupt: .1, Swap: .1, Jitter: 50 * time.Millisecond}
		first, stats, _ := through(t, m, 42, n, time.Millisecond)
		again, _, _ := through(t, m, 42, n, time.Millisecond)
		other, _, _ := through(t, m, 43, n, time.Millisecond)
		if !slices.Equal(first.got, again.got) || slices.Equal(first.got, other.got) {
			t.Errorf("seed 42 gave\n%v and\n%v, seed 43\n%v", first.got, again.got, other.got)
		}
		if stats.Lost == 0 || stats.Duplicated == 0 || stats.Reordered == 0 || stats.Corrupted == 0 {
			t.Errorf("%+v", stats)
		}
	})
}

func TestImpairerHoldsNoMoreThanItsLimit(t *testing.T) {
	got, stats, _ := through(t, Impairment{Delay: time.Minute / 2}, 1, queueLimit+10, 0)
	if len(got.got) != queueLimit || stats.Overflowed != 10 {
		t.Errorf("%d frames, %+v", len(got.got), stats)
	}
}

func TestStatsOfBoth(t *testing.T) {
	i := &Impairer{sent: newPipe(nil, nil, 1), received: newPipe(nil, nil, 2)}
	i.sent.stats = Stats{1, 2, 3, 4, 5, 6, 7}
	i.received.stats = Stats{10, 20, 30, 40, 50, 60, 70}
	got := []Stats{i.Stats(Sent), i.Stats(Received), i.Stats(Both)}
	if want := []Stats{{1, 2, 3, 4, 5, 6, 7}, {10, 20, 30, 40, 50, 60, 70}, {11, 22, 33, 44, 55, 66, 77}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
