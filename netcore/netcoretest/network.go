// Package netcoretest is a network in memory for tests of package netcore and of
// what stands on it: real TLS and real sessions over pipes, which work in a
// testing/synctest bubble, where time is fake and a test of a minute takes none.
package netcoretest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// Network joins listeners and dialers in memory. Its pipes hold nothing: a write
// waits for its read, so that a peer that does not read is felt at once. Make it
// inside the bubble that uses it.
type Network struct {
	mu        sync.Mutex
	listeners map[netip.AddrPort]*listener
	port      uint16        // last one given to a dialer
	stalled   chan struct{} // closed when bytes move again; nil: they move
}

// NewNetwork returns a network without anybody in it.
func NewNetwork() *Network {
	return &Network{listeners: make(map[netip.AddrPort]*listener), port: 49151}
}

// Listen takes an address. It is an error when it is taken.
func (w *Network) Listen(addr netip.AddrPort) (net.Listener, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listeners[addr] != nil {
		return nil, fmt.Errorf("listen %s: address in use", addr)
	}
	l := &listener{net: w, addr: addr, conns: make(chan net.Conn), closed: make(chan struct{})}
	w.listeners[addr] = l
	return l, nil
}

// Connect returns the Connect function of a netcore.Config of the host from.
func (w *Network) Connect(from netip.Addr) func(context.Context, netip.AddrPort) (net.Conn, error) {
	return func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		w.mu.Lock()
		l := w.listeners[to]
		w.port++
		local := netip.AddrPortFrom(from, w.port)
		w.mu.Unlock()
		if l == nil {
			return nil, fmt.Errorf("dial %s: connection refused", to)
		}
		near, far := net.Pipe()
		a := &conn{Conn: near, net: w, local: local, remote: to, closed: make(chan struct{})}
		b := &conn{Conn: far, net: w, local: to, remote: local, closed: make(chan struct{})}
		select {
		case l.conns <- b:
			return a, nil
		case <-l.closed:
			return nil, fmt.Errorf("dial %s: connection refused", to)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Stall stops all bytes of the network in silence, as a pulled cable does, until
// it is called with false. Not even the end of a connection comes through.
func (w *Network) Stall(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case on && w.stalled == nil:
		w.stalled = make(chan struct{})
	case !on && w.stalled != nil:
		close(w.stalled)
		w.stalled = nil
	}
}

func (w *Network) stall() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stalled
}

type listener struct {
	net    *Network
	addr   netip.AddrPort
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() {
		close(l.closed)
		l.net.mu.Lock()
		defer l.net.mu.Unlock()
		delete(l.net.listeners, l.addr)
	})
	return nil
}

func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

// conn is one end of a pipe that has addresses and can be stalled.
type conn struct {
	net.Conn
	net           *Network
	local, remote netip.AddrPort
	read, write   deadline
	closed        chan struct{}
	once          sync.Once
}

func (c *conn) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(c.local) }
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

func (c *conn) Read(p []byte) (int, error) {
	if err := c.pass(&c.read); err != nil {
		return 0, err
	}
	n, err := c.Conn.Read(p)
	if n == 0 && err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		if err := c.pass(&c.read); err != nil {
			return 0, err
		}
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	if err := c.pass(&c.write); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// pass waits while the network stalls.
func (c *conn) pass(d *deadline) error {
	for {
		stalled := c.net.stall()
		if stalled == nil {
			return nil
		}
		select {
		case <-stalled:
		case <-c.closed:
			return net.ErrClosed
		case <-d.passed():
			return os.ErrDeadlineExceeded
		}
	}
}

func (c *conn) Close() error {
	c.once.Do(func() {
		close(c.closed)
		c.read.set(time.Time{})
		c.write.set(time.Time{})
	})
	return c.Conn.Close()
}

func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.read.set(t)
	return c.Conn.SetReadDeadline(t)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.write.set(t)
	return c.Conn.SetWriteDeadline(t)
}

// deadline is a moment that can be moved while somebody waits for it.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	over  chan struct{} // closed when the moment has passed
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	if d.over == nil || isClosed(d.over) {
		d.over = make(chan struct{})
	}
	if t.IsZero() {
		return
	}
	over := d.over
	d.timer = time.AfterFunc(time.Until(t), func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.over == over && !isClosed(over) {
			close(over)
		}
	})
}

func (d *deadline) passed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over == nil {
		d.over = make(chan struct{})
	}
	return d.over
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
