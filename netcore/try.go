package netcore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime/debug"
	"time"

	"earshot/internal/identity"
)

// connectFunc opens a connection.
type connectFunc func(ctx context.Context, to netip.AddrPort) (net.Conn, error)

func connectTCP(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{Timeout: ConnectTimeout, KeepAlive: -1} // tune sets it
	return d.DialContext(ctx, "tcp", to.String())
}

// connectSmallTCP is connectTCP with segments of at most SmallSegment bytes in
// both directions.
func connectSmallTCP(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
	d := net.Dialer{Timeout: ConnectTimeout, KeepAlive: -1, Control: limitSegments}
	return d.DialContext(ctx, "tcp", to.String())
}

// try makes a link to whoever is at one address. Where the connection stands but
// the keys are not proven within SmallAfter, a second one with small segments
// runs beside it: a path that silently loses long packets lets connections
// through and then nothing more, because already the first flight of TLS fills
// a packet (docs/PROTOCOL.md §6). Every goroutine has ended when it returns.
func (n *Node) try(ctx context.Context, want identity.DeviceID, addr netip.AddrPort) attempt {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan attempt, 2)
	connected := make(chan struct{})
	go func() { results <- n.prove(ctx, want, addr, n.connect, connected) }()
	running := 1
	var small <-chan time.Time
	var failed []error
	for {
		select {
		case <-connected:
			connected = nil
			if n.connectSmall != nil {
				small = time.After(SmallAfter)
			}
		case <-small:
			small = nil
			running++
			go func() { results <- n.prove(ctx, want, addr, n.connectSmall, nil) }()
		case a := <-results:
			running--
			if a.err != nil {
				if len(failed) == 0 || failed[0].Error() != a.err.Error() {
					failed = append(failed, a.err)
				}
				if running > 0 {
					continue
				}
				return attempt{addr: addr, err: errors.Join(failed...)}
			}
			cancel()
			for ; running > 0; running-- {
				if other := <-results; other.err == nil {
					other.raw.Close()
				}
			}
			return a
		}
	}
}

// prove connects and has both keys proven. It closes connected, if that is not
// nil, when the connection stands.
func (n *Node) prove(ctx context.Context, want identity.DeviceID, addr netip.AddrPort, connect connectFunc, connected chan<- struct{}) (a attempt) {
	defer func() {
		if v := recover(); v != nil { // TLS worked on a peer's bytes
			n.log.Error("panic in a handshake", "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			a = attempt{addr: addr, err: errPanic}
		}
	}()
	began := n.clock()
	raw, err := connect(ctx, addr)
	if err != nil {
		return attempt{addr: addr, err: err}
	}
	if connected != nil {
		close(connected)
	}
	tune(raw)
	h := handshaker{own: n.own, want: want}
	l, err := h.run(ctx, raw)
	if errors.Is(err, ErrSelf) {
		n.sawOwnKey(addr, began)
	}
	return attempt{link: l, addr: addr, err: err}
}
