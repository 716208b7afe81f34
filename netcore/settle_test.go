package netcore_test

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/netcore"
	"earshot/netcore/netcoretest"
	"earshot/netcore/wire"
)

// Two devices that dial each other at the same moment end with exactly one link,
// the one that the lower ID dialled, and are never without one in between.
func TestSimultaneousConnect(t *testing.T) {
	for range 60 {
		synctest.Test(t, func(t *testing.T) {
			ra, rb := newRecorder(t), newRecorder(t)
			p := netcoretest.NewPair(t, ra, rb)
			lose := func(n *netcore.Node, peer netcoreID) func(*netcore.Session, error) {
				return func(*netcore.Session, error) {
					if n.Session(peer) == nil {
						t.Error("a link ended and there was no other")
					}
				}
			}
			ra.OnClosed = lose(p.A.Node, p.B.ID)
			rb.OnClosed = lose(p.B.Node, p.A.ID)
			var both sync.WaitGroup
			both.Go(func() {
				if _, err := p.A.Node.Dial(t.Context(), p.B.ID, addrs(p.B.Addr)); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() {
				if _, err := p.B.Node.Dial(t.Context(), p.A.ID, addrs(p.A.Addr)); err != nil {
					t.Error(err)
				}
			})
			both.Wait()
			synctest.Wait()
			a, b := p.A.Node.Sessions(), p.B.Node.Sessions()
			if len(a) != 1 || len(b) != 1 || !a[0].Outbound() || b[0].Outbound() {
				t.Fatalf("%d and %d links", len(a), len(b))
			}
			if err := a[0].Ping(t.Context()); err != nil {
				t.Error(err)
			}
			if len(ra.ups) != 2 || len(rb.ups) != 2 || len(ra.closings()) != 1 || len(rb.closings()) != 1 {
				t.Errorf("ups %d %d, closed %d %d", len(ra.ups), len(rb.ups), len(ra.closings()), len(rb.closings()))
			}
			ra.OnClosed, rb.OnClosed = nil, nil
		})
	}
}

// The lower ID closes its own link when that does not answer, and keeps the
// other; it decides nothing before it knows.
func TestSurplusWaitsForPong(t *testing.T) {
	for _, answers := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w, d, id, _ := alone(t, newRecorder(t))
			ln := must(w.Listen(addrB))
			accepted := make(chan *raw, 1)
			go func() { accepted <- newRaw(t, must(ln.Accept()), id, true, false) }()
			dialled := make(chan *netcore.Session, 1)
			go func() { dialled <- must(d.Node.Dial(t.Context(), id.ID(), addrs(addrB))) }()
			theirs := <-accepted
			theirs.hello()
			s := <-dialled
			mine := dialRaw(t, w, id, d.Addr)
			mine.hello()
			ping, ok := theirs.next().(*wire.Ping)
			if !ok {
				t.Fatal("no Ping on the link that the lower ID dialled")
			}
			if d.Node.Session(id.ID()) != s {
				t.Error("the preferred link is not the one that stays")
			}
			time.Sleep(netcore.PingTimeout - time.Second)
			synctest.Wait()
			if n := len(d.Node.Sessions()); n != 2 {
				t.Errorf("%d links before the Pong", n)
			}
			gone, stays := mine, theirs
			if answers {
				theirs.send(&wire.Pong{Nonce: ping.Nonce})
			} else {
				gone, stays = theirs, mine
				time.Sleep(2 * time.Second)
			}
			if b, ok := gone.end().(*wire.Bye); !ok || b.Reason != wire.ByeSwitching {
				t.Errorf("answers %t: last frame %+v", answers, b)
			}
			gone.conn.Close()
			synctest.Wait()
			stays.ping()
			if n := d.Node.Sessions(); len(n) != 1 || n[0].Outbound() != answers {
				t.Errorf("answers %t: %d links", answers, len(n))
			}
			ln.Close()
		})
	}
}

// A dial whose link gives way to another one of the pair is no failure.
func TestDialThatGivesWay(t *testing.T) {
	for range 20 { // the end may be seen before or after the link was returned
		synctest.Test(t, func(t *testing.T) {
			w := netcoretest.NewNetwork()
			ids := netcoretest.Identities(t, 2)
			d := w.Start(t, ids[1], addrA, newRecorder(t), nil)
			mine := dialRaw(t, w, ids[0], d.Addr)
			mine.hello()
			mine.ping()
			ln := must(w.Listen(addrB))
			defer ln.Close()
			go func() {
				theirs := newRaw(t, must(ln.Accept()), ids[0], true, false)
				theirs.write(append(frameOf(t, testHello()), frameOf(t, &wire.Bye{Reason: wire.ByeSwitching})...))
				theirs.conn.CloseWrite()
			}()
			s, err := d.Node.Dial(t.Context(), ids[0].ID(), addrs(addrB))
			if err != nil || s == nil {
				t.Fatal(err)
			}
			mine.ping()
		})
	}
}

// The device with the higher ID never closes a link because there are two.
func TestHigherIDClosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := netcoretest.NewNetwork()
		ids := netcoretest.Identities(t, 2)
		d := w.Start(t, ids[1], addrA, newRecorder(t), nil)
		ln := must(w.Listen(addrB))
		defer ln.Close()
		accepted := make(chan *raw, 1)
		go func() { accepted <- newRaw(t, must(ln.Accept()), ids[0], true, false) }()
		go d.Node.Dial(t.Context(), ids[0].ID(), addrs(addrB))
		theirs := <-accepted
		theirs.hello()
		mine := dialRaw(t, w, ids[0], d.Addr)
		mine.hello()
		time.Sleep(time.Hour)
		if s := d.Node.Sessions(); len(s) != 2 {
			t.Errorf("%d links", len(s))
		}
		if s := d.Node.Session(ids[0].ID()); s.Outbound() {
			t.Error("the preferred link is not the one that the lower ID dialled")
		}
		mine.ping()
		theirs.ping()
	})
}

// Of two links by one dialler the newest wins, at once and on both sides.
func TestNewestOfOneDiallerWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ra, rb := newRecorder(t), newRecorder(t)
		p := netcoretest.NewPair(t, ra, rb)
		for range 5 {
			first := p.B.Dial(t, p.A)
			second := p.B.Dial(t, p.A)
			synctest.Wait()
			if first == second {
				t.Fatal("the older link was returned")
			}
			a, b := p.A.Node.Sessions(), p.B.Node.Sessions()
			if len(a) != 1 || len(b) != 1 || b[0] != second || second.Ping(t.Context()) != nil {
				t.Fatalf("%d and %d links", len(a), len(b))
			}
		}
		for _, err := range append(ra.closings(), rb.closings()...) {
			var bye *netcore.ByeError
			if !errors.Is(err, netcore.ErrSuperseded) && !(errors.As(err, &bye) && bye.Reason == wire.ByeSwitching) {
				t.Errorf("closed with %v", err)
			}
		}
	})
}

// A link that was accepted first and greets last is the older one.
func TestLateHelloOnTheOlderLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		w, d, id, _ := alone(t, r)
		older := dialRaw(t, w, id, d.Addr)
		newer := dialRaw(t, w, id, d.Addr)
		newer.hello()
		newer.ping()
		older.send(testHello())
		if b, ok := older.end().(*wire.Bye); !ok || b.Reason != wire.ByeSwitching {
			t.Errorf("last frame %+v", b)
		}
		older.conn.Close()
		synctest.Wait()
		newer.ping()
		if len(r.ups) != 1 || len(d.Node.Sessions()) != 1 {
			t.Errorf("%d ups, %d links", len(r.ups), len(d.Node.Sessions()))
		}
	})
}

// Two Dials at the same time make one link.
func TestConcurrentDialsShareALink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ra, rb := newRecorder(t), newRecorder(t)
		p := netcoretest.NewPair(t, ra, rb)
		got := make([]*netcore.Session, 4)
		p.Net.Stall(true)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() { got[i] = must(p.A.Node.Dial(t.Context(), p.B.ID, addrs(p.B.Addr))) })
		}
		synctest.Wait() // all have begun
		p.Net.Stall(false)
		all.Wait()
		synctest.Wait()
		for _, s := range got {
			if s != got[0] {
				t.Error("different links")
			}
		}
		if len(ra.ups) != 1 || len(rb.ups) != 1 {
			t.Errorf("%d and %d ups", len(ra.ups), len(rb.ups))
		}
	})
}

// A device that restarted without a word dials again: its new link replaces the
// dead one at once, before any timer has noticed.
func TestRestartedDiallerReplacesItsDeadLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		w, d, id, _ := alone(t, r)
		c := must(w.Connect(addrB.Addr())(t.Context(), d.Addr))
		dead := newRaw(t, c, id, false, true) // never reads again
		dead.send(testHello())
		synctest.Wait()
		begin := time.Now()
		again := dialRaw(t, w, id, d.Addr)
		again.hello()
		again.ping()
		if s := d.Node.Sessions(); len(s) != 1 || time.Since(begin) != 0 {
			t.Errorf("%d links after %v", len(s), time.Since(begin))
		}
	})
}

// Many dials at once of one node, in both directions, with Looks between them,
// end with one link.
func TestStormOfDials(t *testing.T) {
	for range 10 {
		synctest.Test(t, func(t *testing.T) {
			p := netcoretest.NewPair(t, newRecorder(t), newRecorder(t))
			var all sync.WaitGroup
			for range netcore.MaxStrangersPerAddr / 2 {
				for _, d := range [][2]*netcoretest.Device{{p.A, p.B}, {p.B, p.A}} {
					all.Go(func() { d[0].Node.Dial(t.Context(), d[1].ID, addrs(d[1].Addr)) })
					all.Go(func() {
						if _, err := d[0].Node.Look(t.Context(), addrs(d[1].Addr)); err != nil {
							t.Error(err)
						}
					})
				}
			}
			all.Wait()
			time.Sleep(netcore.PingTimeout)
			synctest.Wait()
			a, b := p.A.Node.Sessions(), p.B.Node.Sessions()
			if len(a) != 1 || len(b) != 1 {
				t.Fatalf("%d and %d links", len(a), len(b))
			}
			if err := a[0].Ping(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ra, rb := newRecorder(t), newRecorder(t)
		rb.OnHello = func(netcoreID) wire.Hello { return wire.Hello{Name: "Bea", Kind: "phone"} }
		p := netcoretest.NewPair(t, ra, rb)
		check := func() {
			t.Helper()
			who, err := p.A.Node.Look(t.Context(), addrs(p.B.Addr))
			if err != nil || who.ID != p.B.ID || who.Hello.Name != "Bea" || who.Addr != p.B.Addr {
				t.Errorf("%+v, %v", who, err)
			}
			synctest.Wait()
		}
		check()
		if len(ra.ups) != 0 || len(p.A.Node.Sessions()) != 0 || len(p.B.Node.Sessions()) != 0 {
			t.Error("a Look left a link")
		}
		var bye *netcore.ByeError
		if c := rb.closings(); len(c) != 1 || !errors.As(c[0], &bye) || bye.Reason != wire.ByeDone {
			t.Errorf("the other side: %v", c)
		}
		s := p.A.Dial(t, p.B)
		check() // must not replace the link that is up
		if err := s.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := p.A.Node.Look(t.Context(), addrs(p.A.Addr)); !errors.Is(err, netcore.ErrSelf) {
			t.Errorf("Look at oneself: %v", err)
		}
	})
}

func TestDialErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := netcoretest.NewPair(t, newRecorder(t), newRecorder(t))
		nobody := netip.MustParseAddrPort("192.0.2.9:7342")
		other := netcoretest.Identities(t, 1)[0].ID()
		tests := []struct {
			name string
			want netcoreID
			at   []netip.AddrPort
			err  error
		}{
			{"nobody", p.B.ID, addrs(nobody), nil},
			{"no address", p.B.ID, nil, netcore.ErrNoAddress},
			{"another device", other, addrs(p.B.Addr), netcore.ErrWrongDevice},
			{"oneself", other, addrs(p.A.Addr), netcore.ErrSelf},
			{"oneself by name", p.A.ID, addrs(p.A.Addr), netcore.ErrSelf},
			{"nobody, then another", other, addrs(nobody, p.B.Addr), netcore.ErrWrongDevice},
		}
		for _, tt := range tests {
			s, err := p.A.Node.Dial(t.Context(), tt.want, tt.at)
			if err == nil || s != nil || tt.err != nil && !errors.Is(err, tt.err) {
				t.Errorf("%s: %v, want %v", tt.name, err, tt.err)
			}
		}
		var wrong *netcore.WrongDeviceError
		_, err := p.A.Node.Dial(t.Context(), other, addrs(p.B.Addr))
		if !errors.As(err, &wrong) || wrong.Got != p.B.ID || wrong.Want != other {
			t.Errorf("who answered: %v", err)
		}
		if s, err := p.A.Node.Dial(t.Context(), netcoreID{}, addrs(nobody, p.A.Addr, p.B.Addr)); err != nil || s.Peer() != p.B.ID {
			t.Errorf("whoever answers: %v", err)
		}
		synctest.Wait()
		if n := len(p.B.Node.Sessions()); n != 1 {
			t.Errorf("%d links at the other side", n)
		}
	})
}

// An address that does not answer costs DialInterval, not its timeout; one that
// refuses costs nothing.
func TestDialRaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := netcoretest.NewPair(t, newRecorder(t), newRecorder(t))
		hole := netip.MustParseAddrPort("192.0.2.9:7342")
		ln := must(p.Net.Listen(hole)) // connects to nothing that answers
		defer ln.Close()
		refused := netip.MustParseAddrPort("192.0.2.8:7342")
		begin := time.Now()
		if _, err := p.A.Node.Dial(t.Context(), p.B.ID, addrs(refused, hole, p.B.Addr)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begin); took != netcore.DialInterval {
			t.Errorf("took %v, want %v", took, netcore.DialInterval)
		}
	})
}

func TestDialCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, id, _ := alone(t, newRecorder(t))
		ln := must(w.Listen(addrB))
		defer ln.Close()
		go func() {
			newRaw(t, must(ln.Accept()), id, true, false) // proves its key and says nothing
		}()
		begin := time.Now()
		_, err := d.Node.Dial(within(t, time.Second), id.ID(), addrs(addrB))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) > time.Second+netcore.CloseTimeout {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}
