package netcore_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/netcore"
	"earshot/netcore/netcoretest"
	"earshot/netcore/wire"
)

// A connection that stops at any stage is ended by that stage's timer, with one
// line in the log.
func TestSilence(t *testing.T) {
	tests := []struct {
		name   string
		access netcore.Access
		stop   func(t *testing.T, w *netcoretest.Network, d *netcoretest.Device, id identityOf) // says something and falls silent
		after  time.Duration
		log    string
	}{
		{"before a byte", netcore.Contact, func(t *testing.T, w *netcoretest.Network, d *netcoretest.Device, _ identityOf) {
			if _, err := w.Connect(addrB.Addr())(t.Context(), d.Addr); err != nil {
				t.Fatal(err)
			}
		}, netcore.HandshakeTimeout, "silent connection"},
		{"half a handshake", netcore.Contact, func(t *testing.T, w *netcoretest.Network, d *netcoretest.Device, _ identityOf) {
			c, err := w.Connect(addrB.Addr())(t.Context(), d.Addr)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.Write([]byte{22, 3, 1, 2, 0, 1, 0, 1}); err != nil {
				t.Fatal(err)
			}
		}, netcore.HandshakeTimeout, "half way"},
		{"before Hello", netcore.Contact, func(t *testing.T, w *netcoretest.Network, d *netcoretest.Device, id identityOf) {
			dialRaw(t, w, id, d.Addr)
		}, netcore.HelloTimeout, "silent for too long"},
		{"half a Hello", netcore.Contact, func(t *testing.T, w *netcoretest.Network, d *netcoretest.Device, id identityOf) {
			dialRaw(t, w, id, d.Addr).write(frameOf(t, testHello())[:20])
		}, netcore.HelloTimeout, "middle of a frame"},
		{"half a frame of a stranger", netcore.Stranger, func(t *testing.T, w *netcoretest.Network, d *netcoretest.Device, id identityOf) {
			peer := dialRaw(t, w, id, d.Addr)
			peer.hello()
			peer.write(frameOf(t, &wire.Request{ID: wire.ID{1}, Text: "hello"})[:10])
		}, netcore.BodyTimeoutStranger, "middle of a frame"},
		{"half a length of a contact", netcore.Contact, func(t *testing.T, w *netcoretest.Network, d *netcoretest.Device, id identityOf) {
			peer := dialRaw(t, w, id, d.Addr)
			peer.hello()
			peer.write([]byte{0, 0})
		}, netcore.BodyTimeoutContact, "middle of a frame"},
		{"idle stranger", netcore.Stranger, func(t *testing.T, w *netcoretest.Network, d *netcoretest.Device, id identityOf) {
			dialRaw(t, w, id, d.Addr).hello()
		}, netcore.StrangerIdleTimeout, "silent for too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRecorder(t)
				r.OnAuthorize = func(netcoreID, netcoreAddr, bool) netcore.Access { return tt.access }
				w, d, id, l := alone(t, r)
				tt.stop(t, w, d, id)
				time.Sleep(tt.after - time.Second)
				synctest.Wait()
				if w := l.warnings(); len(w) != 0 {
					t.Errorf("too early: %q", w)
				}
				time.Sleep(time.Second + netcore.CloseTimeout)
				synctest.Wait()
				if w := l.warnings(); len(w) != 1 || !strings.Contains(w[0], tt.log) {
					t.Errorf("log: %q, want one line with %q", w, tt.log)
				}
				if n := len(d.Node.Sessions()); n != 0 {
					t.Errorf("%d links left", n)
				}
			})
		})
	}
}

// A flood that makes connections give way does not fill the log: that was decided here.
func TestWhoGivesWayIsNotLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, _, l := alone(t, newRecorder(t))
		const flood = 2 * netcore.MaxStrangersPerAddr
		for range flood {
			if _, err := w.Connect(addrB.Addr())(t.Context(), d.Addr); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if lines := l.warnings(); len(lines) != 0 {
			t.Errorf("log: %q", lines)
		}
		if n := strings.Count(l.String(), "too many strangers"); n != flood-netcore.MaxStrangersPerAddr {
			t.Errorf("%d connections gave way, want %d:\n%s", n, flood-netcore.MaxStrangersPerAddr, l)
		}
	})
}

func TestContactMayBeIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := netcoretest.NewPair(t, newRecorder(t), newRecorder(t))
		a, _ := p.Link(t)
		begin := time.Now()
		time.Sleep(100 * time.Hour)
		if !a.IdleSince().Equal(begin) {
			t.Errorf("idle since %v, want %v", a.IdleSince(), begin)
		}
		if err := a.Ping(t.Context()); err != nil {
			t.Error(err)
		}
		if !a.IdleSince().After(begin) {
			t.Error("a frame does not count as activity")
		}
	})
}

// Strangers that talk keep their links.
func TestStrangerThatTalksStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		r.OnAuthorize = stranger
		w, d, id, _ := alone(t, r)
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		for range 5 {
			time.Sleep(netcore.StrangerIdleTimeout - time.Second)
			peer.ping()
		}
		time.Sleep(netcore.StrangerIdleTimeout)
		if b, ok := peer.end().(*wire.Bye); !ok || b.Reason != wire.ByeDone {
			t.Errorf("last frame %+v", b)
		}
	})
}

// Close says Bye ahead of everything that waits, and ends in time although the
// other side reads nothing at all.
func TestCloseWithBlockedPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		w, d, id, _ := alone(t, r)
		c, err := w.Connect(addrB.Addr())(t.Context(), d.Addr)
		if err != nil {
			t.Fatal(err)
		}
		peer := newRaw(t, c, id, false, true)
		peer.send(testHello())
		synctest.Wait() // up; its own Hello is stuck in the pipe
		s := d.Node.Session(id.ID())
		if s == nil {
			t.Fatal("no link")
		}
		var blocked sync.WaitGroup
		var failed atomic.Int32
		for i := range 3 * netcore.SendQueueFrames {
			blocked.Go(func() {
				if err := s.Send(t.Context(), sampleMsg(uint64(i+1), "x")); errors.Is(err, netcore.ErrClosed) {
					failed.Add(1)
				}
			})
		}
		synctest.Wait()
		begin := time.Now()
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() { s.Close(wire.ByeDone) })
		}
		calls.Wait()
		if time.Since(begin) != 0 {
			t.Error("Close waits")
		}
		blocked.Wait()
		if failed.Load() != 2*netcore.SendQueueFrames {
			t.Errorf("%d Sends failed, want all that waited for room", failed.Load())
		}
		<-s.Done()
		if d := time.Since(begin); d > netcore.CloseTimeout {
			t.Errorf("ended after %v", d)
		}
		synctest.Wait()
		if c := r.closings(); len(c) != 1 || c[0] != netcore.ErrClosed {
			t.Errorf("closed with %v", c)
		}
		if err := s.Send(t.Context(), &wire.Ping{}); !errors.Is(err, netcore.ErrClosed) {
			t.Errorf("Send after the end: %v", err)
		}
	})
}

// Bye beats queued data: a peer that reads slowly sees what was under way, then
// Bye, and not the rest.
func TestByeOvertakesData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, id, _ := alone(t, newRecorder(t))
		c, err := w.Connect(addrB.Addr())(t.Context(), d.Addr)
		if err != nil {
			t.Fatal(err)
		}
		peer := newRaw(t, c, id, false, true)
		peer.send(testHello())
		synctest.Wait()
		s := d.Node.Session(id.ID())
		for i := range uint64(100) {
			if err := s.Send(t.Context(), sampleMsg(i+1, "x")); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		s.Close(wire.ByeShutdown)
		var got []wire.Type
		for {
			typ, _, err := wire.ReadFrame(peer.conn, wire.LimitContact)
			if err != nil {
				break
			}
			got = append(got, typ)
		}
		if want := []wire.Type{wire.TypeHello, wire.TypeBye}; !slices.Equal(got, want) {
			t.Errorf("read %v, want %v", got, want)
		}
	})
}

// An Ack has a lane of its own: it neither waits for queued data nor goes behind
// it.
func TestAckOvertakesData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, id, _ := alone(t, newRecorder(t))
		c := must(w.Connect(addrB.Addr())(t.Context(), d.Addr))
		peer := newRaw(t, c, id, false, true)
		peer.send(testHello())
		synctest.Wait()
		s := d.Node.Session(id.ID())
		for i := range uint64(netcore.SendQueueFrames) {
			if err := s.Send(t.Context(), sampleMsg(i+1, "x")); err != nil {
				t.Fatal(err)
			}
		}
		begin := time.Now()
		ack := &wire.Ack{IDs: []wire.ID{{1}}, State: wire.AckStored}
		if err := s.Send(within(t, time.Second), ack); err != nil || !time.Now().Equal(begin) {
			t.Fatalf("%v after %v", err, time.Since(begin))
		}
		var got []wire.Type
		for range 3 {
			typ, _, err := wire.ReadFrame(peer.conn, wire.LimitContact)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, typ)
		}
		if want := []wire.Type{wire.TypeHello, wire.TypeAck, wire.TypeMsg}; !slices.Equal(got, want) {
			t.Errorf("read %v, want %v", got, want)
		}
	})
}

// What the other side had sent before it read our Bye is still handled.
func TestFramesInFlightAreHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		release := make(chan struct{})
		r.OnHandle = func(*netcore.Session, wire.Message) error {
			<-release
			return nil
		}
		w, d, id, _ := alone(t, r)
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		var stream []byte
		for i := range uint64(50) {
			stream = append(stream, frameOf(t, sampleMsg(i+1, "x"))...)
		}
		wrote := make(chan error, 1)
		go func() {
			_, err := peer.conn.Write(stream)
			wrote <- err
			peer.conn.CloseWrite()
		}()
		synctest.Wait() // the first is being handled, the rest is on its way
		d.Node.Session(id.ID()).Close(wire.ByeSwitching)
		synctest.Wait()
		close(release)
		if b, ok := peer.end().(*wire.Bye); !ok || b.Reason != wire.ByeSwitching {
			t.Errorf("last frame %+v", b)
		}
		if err := <-wrote; err != nil {
			t.Error(err)
		}
		r.await("the end", func() bool { return len(r.closings()) == 1 })
		if n := len(r.types()); n != 50 {
			t.Errorf("%d of 50 handled", n)
		}
	})
}

func TestBothCloseAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ra, rb := newRecorder(t), newRecorder(t)
		p := netcoretest.NewPair(t, ra, rb)
		a, b := p.Link(t)
		begin := time.Now()
		go a.Close(wire.ByeDone)
		b.Close(wire.ByeDone)
		<-a.Done()
		<-b.Done()
		if d := time.Since(begin); d != 0 {
			t.Errorf("took %v", d)
		}
		synctest.Wait()
		if len(ra.closings()) != 1 || len(rb.closings()) != 1 {
			t.Error("Closed not exactly once")
		}
	})
}

func TestByeEndsTheOtherSide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ra, rb := newRecorder(t), newRecorder(t)
		p := netcoretest.NewPair(t, ra, rb)
		a, b := p.Link(t)
		begin := time.Now()
		a.Close(wire.ByeShutdown)
		<-b.Done()
		<-a.Done()
		if d := time.Since(begin); d != 0 {
			t.Errorf("took %v", d)
		}
		var bye *netcore.ByeError
		if !errors.As(b.Err(), &bye) || bye.Reason != wire.ByeShutdown {
			t.Errorf("other side: %v", b.Err())
		}
		if a.Err() != netcore.ErrClosed {
			t.Errorf("this side: %v", a.Err())
		}
	})
}

// Send waits for room, and goes on when there is.
func TestSendWaitsForRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rb := newRecorder(t)
		gate := make(chan struct{})
		rb.OnHandle = func(*netcore.Session, wire.Message) error {
			<-gate
			return nil
		}
		p := netcoretest.NewPair(t, newRecorder(t), rb)
		a, _ := p.Link(t)
		const total = 4 * netcore.SendQueueFrames
		var sent atomic.Int32
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range uint64(total) {
				if err := a.Send(t.Context(), sampleMsg(i+1, "x")); err != nil {
					t.Error(err)
				}
				sent.Add(1)
			}
		}()
		synctest.Wait()
		n := sent.Load()
		if n < netcore.SendQueueFrames || n == total {
			t.Errorf("%d frames queued", n)
		}
		if err := a.Send(within(t, time.Second), sampleMsg(1, "x")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Send into a full queue: %v", err)
		}
		close(gate)
		<-done
		synctest.Wait()
		if got := len(rb.types()); got != total {
			t.Errorf("%d of %d handled", got, total)
		}
	})
}

// The queue is bounded in bytes too.
func TestSendQueueBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rb := newRecorder(t)
		gate := make(chan struct{})
		rb.OnHandle = func(*netcore.Session, wire.Message) error {
			<-gate
			return nil
		}
		p := netcoretest.NewPair(t, newRecorder(t), rb)
		defer close(gate)
		a, _ := p.Link(t)
		long := strings.Repeat("x", wire.MaxTextBytes)
		n := 0
		for ; ; n++ {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			err := a.Send(ctx, sampleMsg(uint64(n+1), long))
			cancel()
			if err != nil {
				break
			}
		}
		const most = netcore.SendQueueBytes/wire.MaxTextBytes + 4 // under way: one being handled, one batch
		if n > most {
			t.Errorf("%d texts of 64 KiB queued, want at most %d", n, most)
		}
	})
}

// Two devices that fill each other's windows at the same moment acknowledge
// from Handle and do not wait for each other for ever.
func TestNoDeadlockWhenBothSidesAreFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var acked sync.WaitGroup
		ackAll := func(s *netcore.Session, m wire.Message) error {
			switch m := m.(type) {
			case *wire.Msg:
				return s.Send(context.Background(), &wire.Ack{IDs: []wire.ID{m.ID}, State: wire.AckStored})
			case *wire.Ack:
				acked.Done()
			}
			return nil
		}
		ra, rb := newRecorder(t), newRecorder(t)
		ra.OnHandle, rb.OnHandle = ackAll, ackAll
		p := netcoretest.NewPair(t, ra, rb)
		a, b := p.Link(t)
		const (
			n     = 64       // the window of unacknowledged messages
			frame = 32 << 10 // fills the queue to the last byte: no room for an Ack beside
		)
		long := strings.Repeat("x", 2*frame-len(frameOf(t, sampleMsg(1, strings.Repeat("x", frame)))))
		if len(frameOf(t, sampleMsg(1, long))) != frame {
			t.Fatal("the frames do not fill the queue")
		}
		acked.Add(2 * n)
		var both sync.WaitGroup
		for _, s := range []*netcore.Session{a, b} {
			both.Go(func() {
				for i := range uint64(n) {
					if err := s.Send(t.Context(), sampleMsg(i+1, long)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
		acked.Wait()
	})
}

// Close of the node says Bye on every link and joins everything within the time,
// although one peer reads nothing.
func TestNodeClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, id, _ := alone(t, newRecorder(t))
		hears := dialRaw(t, w, id, d.Addr)
		hears.hello()
		c, err := w.Connect(addrB.Addr())(t.Context(), d.Addr)
		if err != nil {
			t.Fatal(err)
		}
		deaf := newRaw(t, c, netcoretest.Identities(t, 1)[0], false, true)
		deaf.send(testHello())
		if _, err := w.Connect(addrB.Addr())(t.Context(), d.Addr); err != nil { // in its handshake
			t.Fatal(err)
		}
		synctest.Wait()
		begin := time.Now()
		var calls sync.WaitGroup
		for range 3 {
			calls.Go(func() { d.Node.Close(wire.ByeShutdown) })
		}
		calls.Wait()
		if took := time.Since(begin); took > netcore.CloseTimeout {
			t.Errorf("took %v", took)
		}
		if b, ok := hears.end().(*wire.Bye); !ok || b.Reason != wire.ByeShutdown {
			t.Errorf("last frame %+v", b)
		}
		if _, err := d.Node.Dial(t.Context(), netcoreID{}, addrs(addrB)); !errors.Is(err, netcore.ErrClosed) {
			t.Errorf("Dial after Close: %v", err)
		}
		if err := d.Node.Serve(t.Context(), must(w.Listen(addrB))); err != nil {
			t.Errorf("Serve after Close: %v", err)
		}
	})
}
