package netcore_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/identity"
	"earshot/netcore"
	"earshot/netcore/netcoretest"
	"earshot/netcore/wire"
)

// told collects what a node tells of keys.
type told struct {
	mu    sync.Mutex
	twice []netcoreID
	own   []netip.AddrPort
}

func (o *told) counts() (twice, own int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.twice), len(o.own)
}

// startTold starts a node that tells.
func startTold(t *testing.T, w *netcoretest.Network, id *identity.Identity, addr netip.AddrPort, boot uint64) (*netcoretest.Device, *told) {
	t.Helper()
	o := &told{}
	h := newRecorder(t)
	h.OnHello = func(netcoreID) wire.Hello {
		return wire.Hello{Name: "test", Kind: "laptop", App: "netcoretest", BootID: boot, StoreEpoch: 1}
	}
	n := netcore.NewNode(netcore.Config{Identity: id, Handler: h, Connect: w.Connect(addr.Addr()),
		UsedTwice: func(peer netcoreID) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.twice = append(o.twice, peer)
		},
		OwnKey: func(at netip.AddrPort) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.own = append(o.own, at)
		}})
	ln := must(w.Listen(addr))
	served := make(chan error, 1)
	go func() { served <- n.Serve(context.Background(), ln) }()
	t.Cleanup(func() {
		n.Close(wire.ByeShutdown)
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return &netcoretest.Device{Node: n, ID: id.ID(), Addr: addr}, o
}

// greets exchanges Hellos as a given start of a device.
func (r *raw) greets(boot uint64) {
	r.t.Helper()
	h := testHello()
	h.BootID = boot
	r.send(h)
	if _, ok := r.next().(*wire.Hello); !ok {
		r.t.Fatal("the first frame is not Hello")
	}
}

// Two links of one key: which of them are two devices is decided by a Pong of the
// older one alone, in each combination of directions and for both orders of IDs.
func TestKeyUsedTwice(t *testing.T) {
	const in, out = false, true
	for _, tt := range []struct {
		what         string
		older, newer bool // dialled by the node
		boots        [2]uint64
		answers      bool // the older link
		stranger     bool
		want         int
	}{
		{"two devices that dial in", in, in, [2]uint64{5, 6}, true, false, 1},
		{"two devices that are dialled", out, out, [2]uint64{5, 6}, true, false, 1},
		{"one dials in, one is dialled", in, out, [2]uint64{5, 6}, true, false, 1},
		{"one is dialled, one dials in", out, in, [2]uint64{5, 6}, true, false, 1},
		{"killed and started again", in, in, [2]uint64{5, 6}, false, false, 0},
		{"killed, started and dialled", out, out, [2]uint64{5, 6}, false, false, 0},
		{"killed, and the other way round", in, out, [2]uint64{5, 6}, false, false, 0},
		{"killed, and the other way back", out, in, [2]uint64{5, 6}, false, false, 0},
		{"one that roams", in, in, [2]uint64{5, 5}, true, false, 0},
		{"one that dials and is dialled", in, out, [2]uint64{5, 5}, true, false, 0},
		{"one that does not say", in, in, [2]uint64{0, 6}, true, false, 0},
		{"a stranger", in, in, [2]uint64{5, 6}, true, true, 0},
	} {
		for _, lower := range []bool{true, false} {
			t.Run(tt.what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := netcoretest.NewNetwork()
					ids := netcoretest.Identities(t, 2)
					if !lower {
						ids[0], ids[1] = ids[1], ids[0]
					}
					d, o := startTold(t, w, ids[0], addrA, 1)
					ln := must(w.Listen(addrB))
					defer ln.Close()
					var links []*raw
					for i, outbound := range []bool{tt.older, tt.newer} {
						var r *raw
						if outbound {
							go d.Node.Dial(t.Context(), ids[1].ID(), addrs(addrB))
							r = newRaw(t, must(ln.Accept()), ids[1], true, false)
						} else {
							r = dialRaw(t, w, ids[1], d.Addr)
						}
						r.greets(tt.boots[i])
						synctest.Wait()
						if tt.stranger {
							d.Node.SetAccess(ids[1].ID(), netcore.Stranger)
						}
						links = append(links, r)
					}
					serveRaw(links[0], tt.answers)
					serveRaw(links[1], true)
					time.Sleep(2 * netcore.PingTimeout)
					synctest.Wait()
					if n, own := o.counts(); n != tt.want || own != 0 {
						t.Errorf("lower %t: told %d times, want %d", lower, n, tt.want)
					}
					live := d.Node.Sessions()
					if len(live) == 0 || tt.older == tt.newer && (len(live) != 1 || live[0].Hello().BootID != tt.boots[1]) {
						t.Errorf("lower %t: %d links live", lower, len(live))
					}
				})
			})
		}
	}
}

// serveRaw answers Pings of a link, if it is to, and closes it when the other side
// does.
func serveRaw(r *raw, answers bool) {
	go func() {
		for m := range r.frames {
			if ping, ok := m.(*wire.Ping); ok && answers {
				frame, err := wire.AppendFrame(nil, &wire.Pong{Nonce: ping.Nonce})
				if err == nil {
					_, err = r.conn.Write(frame)
				}
				if err != nil {
					return
				}
			}
		}
		r.conn.Close()
	}()
}

// The newer link serves at once, also while the older one is asked; that one ends
// when it has not answered in time.
func TestNewerLinkDoesNotWaitForTheOlder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := netcoretest.NewNetwork()
		ids := netcoretest.Identities(t, 2)
		d, o := startTold(t, w, ids[0], addrA, 1)
		older := dialRaw(t, w, ids[1], d.Addr)
		older.greets(5)
		newer := dialRaw(t, w, ids[1], d.Addr)
		newer.greets(6)
		newer.ping()
		if s := d.Node.Session(ids[1].ID()); s == nil || s.Hello().BootID != 6 {
			t.Error("the newer link does not serve")
		}
		if n := len(d.Node.Sessions()); n != 1 {
			t.Errorf("%d links count", n)
		}
		began := time.Now()
		if b, ok := older.end().(*wire.Bye); !ok || b.Reason != wire.ByeSwitching || time.Since(began) > 2*netcore.TwiceTimeout {
			t.Errorf("the older link ended with %+v after %v", b, time.Since(began))
		}
		older.conn.Close()
		if n, _ := o.counts(); n != 0 {
			t.Error("told without a Pong")
		}
	})
}

// A device that was stopped and goes on, one that ends and starts again, and one
// that is killed: none is two devices.
func TestRestartsAreNotTwoDevices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := netcoretest.NewNetwork()
		ids := netcoretest.Identities(t, 2)
		d, o := startTold(t, w, ids[0], addrA, 1)
		for boot := range uint64(40) {
			h := newRecorder(t)
			h.OnHello = func(netcoreID) wire.Hello { return wire.Hello{Name: "b", Kind: "laptop", App: "t", BootID: 100 + boot} }
			var conns []net.Conn
			n := netcore.NewNode(netcore.Config{Identity: ids[1], Handler: h, Connect: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
				c, err := w.Connect(addrB.Addr())(ctx, to)
				conns = append(conns, c)
				return c, err
			}})
			if _, err := n.Dial(t.Context(), d.ID, addrs(d.Addr)); err != nil {
				t.Fatal(err)
			}
			switch boot % 4 {
			case 0: // a clean end
			case 1: // killed: the system closes the connections
				for _, c := range conns {
					c.Close()
				}
			case 2: // stopped for a while, then ended
				w.Stall(true)
				time.Sleep(20 * time.Second)
				w.Stall(false)
			case 3: // roams: a second link of the same start
				if _, err := n.Dial(t.Context(), d.ID, addrs(d.Addr)); err != nil {
					t.Fatal(err)
				}
			}
			n.Close(wire.ByeShutdown)
		}
		time.Sleep(time.Minute)
		if n, _ := o.counts(); n != 0 {
			t.Errorf("told %d times", n)
		}
	})
}

// Two whole devices with one key are noticed by a third, whoever dials.
func TestCopiedDeviceIsNoticed(t *testing.T) {
	for _, lower := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := netcoretest.NewNetwork()
			ids := netcoretest.Identities(t, 2)
			if !lower {
				ids[0], ids[1] = ids[1], ids[0]
			}
			third, o := startTold(t, w, ids[0], addrA, 1)
			one, mine := startTold(t, w, ids[1], addrB, 2)
			two, _ := startTold(t, w, ids[1], netip.MustParseAddrPort("192.0.2.3:7342"), 3)
			must(one.Node.Dial(t.Context(), third.ID, addrs(third.Addr)))
			must(two.Node.Dial(t.Context(), third.ID, addrs(third.Addr)))
			time.Sleep(time.Minute)
			if n, _ := o.counts(); n != 1 {
				t.Errorf("lower %t: the third was told %d times", lower, n)
			}
			// And each of the two by itself, when it looks at the other.
			if _, err := one.Node.Look(t.Context(), addrs(two.Addr)); err == nil {
				t.Error("looked at itself")
			}
			time.Sleep(time.Minute)
			if _, own := mine.counts(); own != 1 {
				t.Errorf("told %d times of its own key", own)
			}
		})
	}
}

// What comes back to this device itself is no other one: its own address, and a
// relay that hands on to it.
func TestOwnEchoIsNoOtherDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := netcoretest.NewNetwork()
		d, o := startTold(t, w, netcoretest.Identities(t, 1)[0], addrA, 1)
		relayAddr := netip.MustParseAddrPort("192.0.2.9:7342")
		ln := must(w.Listen(relayAddr))
		defer ln.Close()
		go relay(ln, w.Connect(relayAddr.Addr()), d.Addr)
		for _, at := range []netip.AddrPort{d.Addr, relayAddr} {
			if _, err := d.Node.Look(t.Context(), addrs(at)); err == nil {
				t.Errorf("%v: looked at itself", at)
			}
			time.Sleep(time.Minute)
			if _, own := o.counts(); own != 0 {
				t.Errorf("%v: told of its own key", at)
			}
		}
	})
}

// relay hands connections on.
func relay(ln net.Listener, connect func(context.Context, netip.AddrPort) (net.Conn, error), to netip.AddrPort) {
	for {
		in, err := ln.Accept()
		if err != nil {
			return
		}
		out, err := connect(context.Background(), to)
		if err != nil {
			in.Close()
			continue
		}
		go func() { io.Copy(out, in); out.Close() }()
		go func() { io.Copy(in, out); in.Close() }()
	}
}
