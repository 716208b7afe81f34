package faultbench

import (
	"container/heap"
	"io"
	"sync"
	"time"
)

// Direction is a direction of a host's traffic, seen from the host.
type Direction int

// The two directions; a fault that is given Both concerns each of them.
const (
	Sent Direction = 1 << iota
	Received
	Both = Sent | Received
)

// queueLimit is how many frames of a direction may be on their way, about what
// the network queue of a host holds. More are dropped, so that a program that
// floods the bench costs no memory.
const queueLimit = 4096

// frameLimit is the longest frame that is read, in bytes: what IP can hold at
// most, whatever the MTU.
const frameLimit = 64<<10 + etherHeader

// Stats counts what happened to the frames of one direction.
type Stats struct {
	Frames     int // that came to the impairer
	Lost       int
	Duplicated int
	Reordered  int
	Corrupted  int
	Swapped    int
	Overflowed int // dropped because too many were on their way, or waited for Rate for too long
}

// Impairer stands in the cable of one host and does to its frames what it is
// told. All that the host sends and receives goes through it, multicast and
// ARP too. Its methods may be called by any goroutine.
type Impairer struct {
	sent, received *pipe
	running        sync.WaitGroup
}

// newImpairer begins to copy frames between the two sides. Close ends it and
// closes both.
func newImpairer(host, network io.ReadWriteCloser, seed uint64) *Impairer {
	i := &Impairer{
		sent:     newPipe(host, network, seed),
		received: newPipe(network, host, ^seed),
	}
	for _, p := range []*pipe{i.sent, i.received} {
		i.running.Go(p.read)
		i.running.Go(p.write)
	}
	return i
}

// Set replaces what is done to frames from now on in the given direction.
// Those that are on their way keep what was decided for them.
func (i *Impairer) Set(d Direction, m Impairment) {
	for _, p := range i.pipes(d) {
		p.mu.Lock()
		p.rule = m
		p.mu.Unlock()
	}
}

// Stats is what happened so far in the given direction; for Both the sum.
func (i *Impairer) Stats(d Direction) (sum Stats) {
	for _, p := range i.pipes(d) {
		p.mu.Lock()
		s := p.stats
		p.mu.Unlock()
		sum.Frames += s.Frames
		sum.Lost += s.Lost
		sum.Duplicated += s.Duplicated
		sum.Reordered += s.Reordered
		sum.Corrupted += s.Corrupted
		sum.Swapped += s.Swapped
		sum.Overflowed += s.Overflowed
	}
	return sum
}

func (i *Impairer) pipes(d Direction) (p []*pipe) {
	if d&Sent != 0 {
		p = append(p, i.sent)
	}
	if d&Received != 0 {
		p = append(p, i.received)
	}
	return p
}

func (i *Impairer) close() {
	i.sent.end()
	i.received.end()
	i.running.Wait()
}

// pipe carries the frames of one direction.
type pipe struct {
	from, to io.ReadWriteCloser
	seed     uint64
	wake     chan struct{} // something was queued, or the end

	mu    sync.Mutex
	rule  Impairment
	stats Stats
	queue schedule
	free  time.Time // when the link at Rate has sent all that it was given
	ended bool
}

func newPipe(from, to io.ReadWriteCloser, seed uint64) *pipe {
	return &pipe{from: from, to: to, seed: seed, wake: make(chan struct{}, 1)}
}

// end closes the side that frames come from, which ends read, and ends write.
func (p *pipe) end() {
	p.from.Close()
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	p.stir()
}

func (p *pipe) stir() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// read takes frames until its side is closed.
func (p *pipe) read() {
	buf := make([]byte, frameLimit)
	for {
		n, err := p.from.Read(buf)
		if err != nil {
			return
		}
		p.take(append([]byte(nil), buf[:n]...), time.Now())
	}
}

// take decides about one frame, which it owns from then on.
func (p *pipe) take(frame []byte, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := &p.stats
	f := fateOf(p.rule, p.seed, uint64(s.Frames))
	s.Frames++
	corrupted, swapped := f.mangle(frame)
	count(&s.Lost, f.copies == 0)
	count(&s.Duplicated, f.copies == 2)
	count(&s.Reordered, f.late)
	count(&s.Corrupted, corrupted)
	count(&s.Swapped, swapped)
	for i := range f.copies {
		turn, ok := p.turnLocked(len(frame), now)
		if !ok || len(p.queue) >= queueLimit {
			s.Overflowed++
			continue
		}
		heap.Push(&p.queue, parcel{at: turn.Add(f.delays[i]), n: s.Frames, frame: frame})
	}
	p.stir()
}

func count(n *int, yes bool) {
	if yes {
		*n++
	}
}

// turnLocked is when a frame of that length has passed a link of the set rate.
func (p *pipe) turnLocked(length int, now time.Time) (at time.Time, ok bool) {
	if p.rule.Rate <= 0 {
		return now, true
	}
	queue := p.rule.Queue
	if queue == 0 {
		queue = QueueDelay
	}
	if p.free.Before(now) {
		p.free = now
	}
	if p.free.Sub(now) > queue {
		return time.Time{}, false
	}
	p.free = p.free.Add(time.Duration(float64(length*8) / float64(p.rule.Rate) * float64(time.Second)))
	return p.free, true
}

// write delivers each frame when its time has come.
func (p *pipe) write() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		frame, wait, ended := p.next(time.Now())
		switch {
		case ended:
			return
		case frame != nil:
			// The other side's queue may be full, or the interface down: then
			// the frame is lost, as it would be on a cable.
			_, _ = p.to.Write(frame)
		case wait > 0:
			timer.Reset(wait)
			select {
			case <-p.wake:
			case <-timer.C:
			}
		default:
			<-p.wake
		}
	}
}

// next is the frame that is due, or the time until there is one: 0 if none is
// queued.
func (p *pipe) next(now time.Time) (frame []byte, wait time.Duration, ended bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.ended:
		return nil, 0, true
	case len(p.queue) == 0:
		return nil, 0, false
	}
	if wait = p.queue[0].at.Sub(now); wait > 0 {
		return nil, wait, false
	}
	return heap.Pop(&p.queue).(parcel).frame, 0, false
}

// parcel is a frame on its way.
type parcel struct {
	at    time.Time
	n     int // keeps the order of frames with one time
	frame []byte
}

// schedule is a heap of parcels, the earliest first.
type schedule []parcel

func (s schedule) Len() int      { return len(s) }
func (s schedule) Swap(i, j int) { s[i], s[j] = s[j], s[i] }
func (s schedule) Less(i, j int) bool {
	if s[i].at.Equal(s[j].at) {
		return s[i].n < s[j].n
	}
	return s[i].at.Before(s[j].at)
}
func (s *schedule) Push(x any) { *s = append(*s, x.(parcel)) }
func (s *schedule) Pop() any {
	old := *s
	last := old[len(old)-1]
	*s = old[:len(old)-1]
	return last
}
