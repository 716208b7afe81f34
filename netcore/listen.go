package netcore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"earshot/netcore/wire"
)

// Listen opens a TCP listener on all addresses of both families. It tries the
// ports in order (the one used last, DefaultPort) and then any free one, and
// returns the port it got. The caller owns the listener; Serve closes it.
func Listen(ctx context.Context, ports ...int) (net.Listener, int, error) {
	return listenOn(ctx, "", ports...)
}

func listenOn(ctx context.Context, host string, ports ...int) (net.Listener, int, error) {
	var errs []error
	for _, port := range append(ports[:len(ports):len(ports)], 0) {
		var lc net.ListenConfig
		ln, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err == nil {
			return ln, ln.Addr().(*net.TCPAddr).Port, nil
		}
		errs = append(errs, err)
	}
	return nil, 0, fmt.Errorf("no port to listen on: %w", errors.Join(errs...))
}

// Serve lets others in on ln until ctx ends or the node is closed, which give
// nil, or ln fails for good. It closes ln and returns when every handshake under
// way has ended. Links that are up live on until Close. Errors of Accept that
// may pass, such as too many open files, are tried again with growing pauses.
func (n *Node) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	result := make(chan error, 1)
	ok := n.spawn(func() {
		stop := context.AfterFunc(n.ctx, cancel)
		defer stop()
		result <- n.serve(ctx, ln)
	})
	if !ok {
		ln.Close()
		return nil
	}
	return <-result
}

func (n *Node) serve(ctx context.Context, ln net.Listener) error {
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	defer ln.Close()
	var handshakes sync.WaitGroup
	defer handshakes.Wait()
	for pause := time.Duration(0); ; {
		raw, err := ln.Accept()
		switch {
		case err == nil:
			pause = 0
			n.accept(ctx, raw, &handshakes)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("listener: %w", err)
		default:
			pause = n.acceptPause(ctx, pause, err)
		}
	}
}

// accept starts the life of an incoming connection. Its goroutine belongs to
// the node; handshakes counts it until the keys are proven.
func (n *Node) accept(ctx context.Context, raw net.Conn, handshakes *sync.WaitGroup) {
	tune(raw)
	remote := addrPort(raw.RemoteAddr())
	order := n.order.Add(1)
	sl := n.gate.admit(remote.Addr(), func() { raw.Close() })
	if sl == nil {
		n.log.Debug("connection dropped: too many from one address", "remote", remote)
		raw.Close()
		return
	}
	handshakes.Add(1)
	ok := n.spawn(func() {
		defer n.gate.release(sl)
		s := n.receive(ctx, raw, remote, order, sl)
		handshakes.Done()
		if s != nil {
			s.run()
		}
	})
	if !ok {
		handshakes.Done()
		n.gate.release(sl)
		raw.Close()
	}
}

// receive makes a link of an incoming connection, or nil when it does not
// become one; then it is closed.
func (n *Node) receive(ctx context.Context, raw net.Conn, remote netip.AddrPort, order uint64, sl *slot) (s *Session) {
	defer func() {
		if v := recover(); v != nil {
			n.log.Error("panic in a handshake", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			raw.Close()
			s = nil
		}
	}()
	h := handshaker{own: n.own, server: true, door: n.door}
	l, err := h.run(ctx, raw)
	if err != nil && sl.isDropped() {
		n.log.Debug("connection dropped before its key was proven: too many strangers", "remote", remote)
		return nil
	}
	if err != nil {
		n.logHandshake(ctx, &h, remote, err)
		return nil
	}
	if n.gate.penalised(l.peer) {
		n.log.Debug("link refused: the last one ended by a protocol error", "peer", l.peer)
		l.hangUp()
		return nil
	}
	s = n.newSession(l, remote, false, order, sl)
	if err := n.begin(s); err != nil {
		n.log.Debug("link refused", "peer", l.peer, "reason", err.Error())
		l.hangUp()
		return nil
	}
	busy := func() { s.endWith(ErrDropped, &wire.Error{Code: wire.CodeBusy}) }
	if !sl.onDrop(busy) {
		busy()
	}
	return s
}

// addrPort is the address of a connection, zero when it has none.
func addrPort(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := tcp.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}

func (n *Node) acceptPause(ctx context.Context, pause time.Duration, err error) time.Duration {
	const shortest, longest = 5 * time.Millisecond, time.Second
	if pause == 0 {
		n.log.Warn("cannot take a connection, trying again", "reason", err.Error())
	}
	pause = min(max(2*pause, shortest), longest)
	select {
	case <-time.After(pause):
	case <-ctx.Done():
	}
	return pause
}
