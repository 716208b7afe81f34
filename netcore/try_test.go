package netcore_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/netcore"
	"earshot/netcore/netcoretest"
	"earshot/netcore/wire"
)

// smallPath is a device behind a path that lets connections through and then
// loses what is long; attempts with small segments arrive if open is set.
type smallPath struct {
	node  *netcore.Node
	other *netcoretest.Device
	ended chan struct{} // the other end of the connection without small segments has seen its end
	small atomic.Int32  // attempts with small segments
}

func newSmallPath(t *testing.T, open bool) *smallPath {
	w := netcoretest.NewNetwork()
	ids := netcoretest.Identities(t, 2)
	p := &smallPath{other: w.Start(t, ids[1], addrB, newRecorder(t), nil), ended: make(chan struct{})}
	hole := netip.MustParseAddrPort("192.0.2.9:7342")
	ln := must(w.Listen(hole))
	t.Cleanup(func() { ln.Close() })
	go func() {
		defer close(p.ended)
		io.Copy(io.Discard, must(ln.Accept())) // the first flight comes to nothing
	}()
	connect := w.Connect(addrA.Addr())
	p.node = netcore.NewNode(netcore.Config{
		Identity: ids[0], Handler: newRecorder(t),
		Connect: func(ctx context.Context, _ netip.AddrPort) (net.Conn, error) { return connect(ctx, hole) },
		ConnectSmall: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			p.small.Add(1)
			if !open {
				return nil, errors.New("no way")
			}
			return connect(ctx, to)
		},
	})
	t.Cleanup(func() { p.node.Close(wire.ByeShutdown) })
	return p
}

// A path that loses long packets in silence costs SmallAfter, not the link.
func TestDialGoesSmall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSmallPath(t, true)
		began := time.Now()
		s, err := p.node.Dial(t.Context(), p.other.ID, addrs(addrB))
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != netcore.SmallAfter || p.small.Load() != 1 {
			t.Errorf("took %v and %d attempts with small segments, want %v and 1", took, p.small.Load(), netcore.SmallAfter)
		}
		<-p.ended
		if err := s.Ping(within(t, netcore.PingTimeout)); err != nil {
			t.Error(err)
		}
	})
}

// Where small segments do not help either, the first attempt has its full time.
func TestDialGoesSmallInVain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newSmallPath(t, false)
		began := time.Now()
		_, err := p.node.Dial(t.Context(), p.other.ID, addrs(addrB))
		if took := time.Since(began); !errors.Is(err, netcore.ErrTimeout) || took != netcore.HandshakeTimeout || p.small.Load() != 1 {
			t.Errorf("%v after %v and %d attempts with small segments, want a timeout after %v and 1", err, took, p.small.Load(), netcore.HandshakeTimeout)
		}
		<-p.ended
	})
}

// A path that works is never tried with small segments.
func TestDialStaysLarge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := netcoretest.NewNetwork()
		ids := netcoretest.Identities(t, 2)
		other := w.Start(t, ids[1], addrB, newRecorder(t), nil)
		n := netcore.NewNode(netcore.Config{Identity: ids[0], Handler: newRecorder(t), Connect: w.Connect(addrA.Addr()),
			ConnectSmall: func(context.Context, netip.AddrPort) (net.Conn, error) {
				t.Error("an attempt with small segments")
				return nil, errors.New("no way")
			}})
		defer n.Close(wire.ByeShutdown)
		if _, err := n.Dial(t.Context(), other.ID, addrs(addrB)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(netcore.SmallAfter + time.Second)
	})
}
