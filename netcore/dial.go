package netcore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"time"

	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// Dial makes a link to the device want, or to whoever answers when want is
// zero. The addresses are hints: they are raced, DialInterval apart, and only a
// device that proves the right key wins. When Dial returns, Handler.Up has been
// called and the link lives on without ctx. Where another link of the pair came
// up meanwhile and stays, that one is returned.
//
// Errors: *WrongDeviceError, ErrSelf, ErrNotEarshot, ErrRefused (by this side's
// Handler), ErrNoHello, ErrVersion, *RemoteError, ErrTimeout, ErrNoAddress,
// ErrClosed (the node is), those of ctx and of the network. Where several
// addresses failed the error matches the reasons of all.
func (n *Node) Dial(ctx context.Context, want identity.DeviceID, addrs []netip.AddrPort) (*Session, error) {
	ctx, cancel := n.joined(ctx)
	defer cancel()
	since := n.order.Load()
	l, addr, err := n.race(ctx, want, addrs)
	if err != nil {
		return nil, err
	}
	release, err := n.greet(ctx, l.peer)
	if err != nil {
		l.hangUp()
		return nil, err
	}
	defer release()
	if s := n.newerOutbound(l.peer, since); s != nil {
		l.hangUp()
		return s, nil
	}
	s := n.newSession(l, addr, true, n.order.Add(1), nil)
	if err := n.begin(s); err != nil {
		l.hangUp()
		return nil, err
	}
	if !n.spawn(s.run) {
		n.remove(s)
		l.hangUp()
		return nil, ErrClosed
	}
	select {
	case <-s.upped:
		return s, nil
	case <-s.done:
	case <-ctx.Done():
		s.end(context.Cause(ctx), nil)
		<-s.done
	}
	if other := n.Session(l.peer); other != nil && gaveWay(s.err) {
		return other, nil
	}
	return nil, s.err
}

// gaveWay reports whether a link ended because another one of the pair stays.
func gaveWay(err error) bool {
	var bye *ByeError
	return errors.Is(err, ErrSuperseded) || errors.As(err, &bye) && bye.Reason == wire.ByeSwitching
}

// Looked is who answered a Look.
type Looked struct {
	ID    identity.DeviceID
	Hello wire.Hello // not cleaned
	Addr  netip.AddrPort
}

// Look asks who is at one of the addresses: it proves the key, exchanges Hellos
// and leaves with Bye(done). The Handler is asked Authorize and Hello, and gets
// neither Up nor Closed. Where a link to that device is up already, its Hello is
// returned and nothing is said. Errors as for Dial; ID and Addr are set as soon
// as a key was proven.
func (n *Node) Look(ctx context.Context, addrs []netip.AddrPort) (Looked, error) {
	ctx, cancel := n.joined(ctx)
	defer cancel()
	l, addr, err := n.race(ctx, identity.DeviceID{}, addrs)
	if err != nil {
		return Looked{}, err
	}
	who := Looked{ID: l.peer, Addr: addr}
	release, err := n.greet(ctx, l.peer)
	if err != nil {
		l.hangUp()
		return who, err
	}
	defer release()
	if s := n.Session(l.peer); s != nil {
		l.hangUp()
		who.Hello = s.heard
		return who, nil
	}
	s := n.newSession(l, addr, true, n.order.Add(1), nil)
	if err := n.begin(s); err != nil {
		l.hangUp()
		return who, err
	}
	who.Hello, err = s.look(ctx)
	return who, err
}

// look is the short life of a link that only asks who is there.
func (s *Session) look(ctx context.Context) (wire.Hello, error) {
	stop := context.AfterFunc(ctx, func() { s.raw.Close() })
	defer stop()
	var writer sync.WaitGroup
	writer.Go(s.write)
	err := s.guard(s.hear)
	s.end(ErrClosed, byeFrame(wire.ByeDone))
	if err == nil {
		io.Copy(io.Discard, s.br) // until the other side has read Bye
	}
	writer.Wait()
	s.killer.Stop()
	s.raw.Close()
	s.node.remove(s)
	if ctx.Err() != nil && err != nil {
		err = ctx.Err()
	}
	return s.heard, err
}

// joined is ctx, ended by the end of the node too.
func (n *Node) joined(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(n.ctx, func() { cancel(ErrClosed) })
	if n.ctx.Err() != nil { // AfterFunc may take its time
		cancel(ErrClosed)
	}
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// greet waits for the turn to greet peer on an outgoing link and takes it until
// release. One at a time: the peer numbers links as it accepts them, and with
// two on their way it could hold the other one for newer.
func (n *Node) greet(ctx context.Context, peer identity.DeviceID) (release func(), err error) {
	for {
		n.mu.Lock()
		busy := n.greeting[peer]
		if busy == nil {
			mine := make(chan struct{})
			n.greeting[peer] = mine
			n.mu.Unlock()
			return func() {
				n.mu.Lock()
				delete(n.greeting, peer)
				n.mu.Unlock()
				close(mine)
			}, nil
		}
		n.mu.Unlock()
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// newerOutbound returns a live link that this device dialled and greeted after
// the given moment.
func (n *Node) newerOutbound(peer identity.DeviceID, since uint64) *Session {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.links[peer] {
		if s.liveLocked() && s.outbound && s.order > since {
			return s
		}
	}
	return nil
}

// attempt is the outcome of one address.
type attempt struct {
	link
	addr netip.AddrPort
	err  error
}

// race tries the addresses, DialInterval apart or as soon as one has failed, and
// returns the first link with the right key. All others are closed and every
// goroutine has ended when it returns.
func (n *Node) race(ctx context.Context, want identity.DeviceID, addrs []netip.AddrPort) (link, netip.AddrPort, error) {
	if len(addrs) == 0 {
		return link{}, netip.AddrPort{}, ErrNoAddress
	}
	addrs = addrs[:min(len(addrs), MaxDialAddrs)]
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan attempt, len(addrs))
	timer := time.NewTimer(0)
	defer timer.Stop()
	var won *attempt
	var errs []error
	next, running := 0, 0
	for won == nil && (running > 0 || next < len(addrs) && ctx.Err() == nil) {
		tick := timer.C
		if next == len(addrs) || ctx.Err() != nil {
			tick = nil
		}
		select {
		case <-tick:
			go func(addr netip.AddrPort) { results <- n.try(ctx, want, addr) }(addrs[next])
			next, running = next+1, running+1
			timer.Reset(DialInterval)
		case a := <-results:
			running--
			if a.err == nil {
				won = &a
				break
			}
			errs = append(errs, fmt.Errorf("%s: %w", a.addr, a.err))
			timer.Reset(0)
		}
	}
	cause := context.Cause(ctx)
	cancel()
	for ; running > 0; running-- {
		if a := <-results; a.err == nil {
			a.raw.Close()
		}
	}
	if won != nil {
		return won.link, won.addr, nil
	}
	if cause != nil {
		return link{}, netip.AddrPort{}, cause
	}
	return link{}, netip.AddrPort{}, errors.Join(errs...)
}
