package messenger

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// weather is what the network of a world does to frames. Guarded by world.mu.
type weather struct {
	frames, dials, looks int64                            // so far; a Ping is a frame
	lag                  time.Duration                    // of every frame
	silent               map[[2]*node]chan struct{}       // the first is not heard by the second; closed when that ends
	fate                 func(*memLink, wire.Message) int // how many copies of a frame leave; nil: one. Called without a lock
}

// hush makes everything that from sends to to wait, as packets that are lost
// and sent again.
func (w *world) hush(from, to *node) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.silent == nil {
		w.silent = map[[2]*node]chan struct{}{}
	}
	if way := [2]*node{from, to}; w.silent[way] == nil {
		w.silent[way] = make(chan struct{})
	}
}

// unhush ends all silence. What was closed unheard is heard of now.
func (w *world) unhush() {
	w.mu.Lock()
	for _, ch := range w.silent {
		close(ch)
	}
	w.silent = nil
	links := slices.Clone(w.links)
	w.mu.Unlock()
	for _, l := range links {
		if l.ended() && !l.other.owner.dead.Load() {
			l.other.end()
		}
	}
}

// hushed returns what to wait for until to hears from again, or nil.
func (w *world) hushed(from, to *node) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ch := w.silent[[2]*node{from, to}]; ch != nil {
		return ch
	}
	return nil
}

// answering returns who is at one of addrs and its messenger, if frames pass
// both ways.
func (n *node) answering(ctx context.Context, addrs []netip.AddrPort) (*node, *Messenger, error) {
	o, err := n.peer(addrs)
	if err != nil {
		return nil, nil, err
	}
	if n.w.hushed(n, o) != nil || n.w.hushed(o, n) != nil {
		<-ctx.Done()
		return nil, nil, ctx.Err()
	}
	n.w.mu.Lock()
	m := o.m
	n.w.mu.Unlock()
	return o, m, nil
}

// memLink is one end of a link.
type memLink struct {
	owner *node
	m     *Messenger
	other *memLink
	hello wire.Hello
	out   bool
	key   [32]byte // the same at both ends
	queue chan parcel
	once  sync.Once
	lost  atomic.Bool   // nothing leaves and nothing is answered: the process is gone
	done  chan struct{} // the link is ending
	gone  chan struct{} // LinkClosed has returned
}

// parcel is a frame on its way.
type parcel struct {
	frame []byte
	due   time.Time
}

const memQueue = 256

func (w *world) pair(dialler, listener *node) (*memLink, *memLink) {
	end := func(n *node, out bool) *memLink {
		l := &memLink{owner: n, m: n.m, out: out, queue: make(chan parcel, memQueue), done: make(chan struct{}), gone: make(chan struct{})}
		l.lost.Store(n.dead.Load())
		return l
	}
	w.mu.Lock()
	a, b := end(dialler, true), end(listener, false)
	w.mu.Unlock()
	a.other, b.other = b, a
	rand.Read(a.key[:])
	b.key = a.key
	a.hello, b.hello = b.m.HelloFor(dialler.id), a.m.HelloFor(listener.id)
	w.mu.Lock()
	w.links = append(w.links, a, b)
	w.mu.Unlock()
	return a, b
}

func (l *memLink) Peer() identity.DeviceID { return l.other.owner.id }
func (l *memLink) Hello() wire.Hello       { return l.hello }
func (l *memLink) Remote() netip.AddrPort  { return l.other.owner.addr }
func (l *memLink) Outbound() bool          { return l.out }
func (l *memLink) Exporter() [32]byte      { return l.key }
func (l *memLink) Done() <-chan struct{}   { return l.done }
func (l *memLink) Close(wire.ByeReason)    { go l.hangUp() }

func (l *memLink) Ping(ctx context.Context) error {
	w := l.owner.w
	w.mu.Lock()
	w.frames++
	deaf, slow := w.deaf, w.slow
	w.mu.Unlock()
	if deaf != l.other.owner {
		if !l.crosses(ctx) || !l.other.crosses(ctx) {
			return errors.Join(errLinkEnded, ctx.Err())
		}
		return nil
	}
	var pong <-chan time.Time
	if slow > 0 {
		pong = time.After(slow)
	}
	select {
	case <-pong:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// crosses reports that something sent now came to the other end.
func (l *memLink) crosses(ctx context.Context) bool {
	w := l.owner.w
	w.mu.Lock()
	lag := w.lag
	w.mu.Unlock()
	return l.waits(ctx, time.Now().Add(lag))
}

// waits waits until a moment and until the other end hears this one.
func (l *memLink) waits(ctx context.Context, due time.Time) bool {
	if wait := time.Until(due); wait > 0 {
		t := time.NewTimer(wait)
		defer t.Stop()
		select {
		case <-t.C:
		case <-l.other.done:
			return false
		case <-ctx.Done():
			return false
		}
	}
	for {
		var heard <-chan struct{}
		if !l.lost.Load() && !l.other.lost.Load() {
			if heard = l.owner.w.hushed(l.owner, l.other.owner); heard == nil {
				return !l.ended() && !l.other.ended()
			}
		}
		select {
		case <-heard:
		case <-l.other.done:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

func (l *memLink) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// end ends both ends.
func (l *memLink) end() {
	l.endHere()
	l.other.endHere()
}

func (l *memLink) endHere() { l.once.Do(func() { close(l.done) }) }

// hangUp ends the own end, and the other if it hears of that.
func (l *memLink) hangUp() {
	l.endHere()
	if !l.lost.Load() && l.owner.w.hushed(l.owner, l.other.owner) == nil {
		l.other.endHere()
	}
}

var errLinkEnded = errors.New("the link has ended")

func (l *memLink) Send(ctx context.Context, m wire.Message) error {
	w := l.owner.w
	w.mu.Lock()
	w.frames++
	drop, fate, lag := w.drop, w.fate, w.lag
	w.mu.Unlock()
	if l.lost.Load() || drop != nil && drop(l.owner, m) {
		return nil
	}
	copies := 1
	if fate != nil {
		copies = fate(l, m)
	}
	frame, err := wire.AppendFrame(nil, m)
	if err != nil {
		return err
	}
	for range copies {
		select {
		case l.other.queue <- parcel{frame, time.Now().Add(lag)}:
		case <-l.done:
			return errLinkEnded
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// run is the reading goroutine of a link.
func (l *memLink) run() {
	l.m.LinkUp(l)
	go func() {
		defer close(l.gone)
		defer l.m.LinkClosed(l)
		for {
			select {
			case <-l.done:
				return
			case p := <-l.queue:
				if !l.other.arrives(p) {
					<-l.done
					return
				}
				l.take(p.frame)
			}
		}
	}()
}

// arrives waits for the moment that a frame of this end comes to the other. A
// frame that was sent before this end was lost still comes.
func (l *memLink) arrives(p parcel) bool {
	if l.lost.Load() {
		return !l.other.lost.Load()
	}
	if !time.Now().Before(p.due) && l.owner.w.hushed(l.owner, l.other.owner) == nil {
		return !l.other.ended()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return l.waits(ctx, p.due)
}

// take gives one frame to the messenger, unless the session of a stranger would
// have refused it (docs/PROTOCOL.md §6).
func (l *memLink) take(frame []byte) {
	msg, err := wire.Decode(wire.Type(frame[4]), frame[5:])
	if err == nil && l.owner.w.strict && !l.m.Level(l.Peer()).IsContact() {
		switch msg.(type) {
		case *wire.Error, *wire.Request, *wire.Accepted, *wire.PairStart, *wire.PairNonce, *wire.PairReveal,
			*wire.PairConfirm, *wire.PairAbort, *wire.PairProof:
		default:
			_ = l.Send(context.Background(), &wire.Error{Code: wire.CodeNotAccepted, RefersTo: msg.Type()})
			return
		}
	}
	if err == nil {
		err = l.m.Handle(l, msg)
	}
	if err != nil {
		l.owner.w.t.Errorf("%s: %v", l.owner.name, err)
	}
}
