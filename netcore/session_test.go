package netcore_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/netcore"
	"earshot/netcore/netcoretest"
	"earshot/netcore/wire"
)

func TestMessagesGoBothWaysInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ra, rb := newRecorder(t), newRecorder(t)
		p := netcoretest.NewPair(t, ra, rb)
		a, b := p.Link(t)
		if a.Peer() != p.B.ID || b.Peer() != p.A.ID || !a.Outbound() || b.Outbound() || a.Remote() != p.B.Addr || b.Remote().Addr() != p.A.Addr.Addr() {
			t.Errorf("ends: %v %v", a.Remote(), b.Remote())
		}
		if h := a.Hello(); h.Name != "test" || h.ProtoMax != wire.Version || h.Role != wire.RoleChat {
			t.Errorf("Hello: %+v", h)
		}
		const n = 300
		var both sync.WaitGroup
		for _, s := range []*netcore.Session{a, b} {
			both.Go(func() {
				for i := range uint64(n) {
					if err := s.Send(t.Context(), sampleMsg(i+1, "text")); err != nil {
						t.Error(err)
					}
				}
			})
		}
		both.Wait()
		synctest.Wait()
		for _, r := range []*recorder{ra, rb} {
			if len(r.handled) != n {
				t.Fatalf("%d of %d messages", len(r.handled), n)
			}
			for i, m := range r.handled {
				if m.(*wire.Msg).Seq != uint64(i+1) {
					t.Fatalf("message %d has number %d", i+1, m.(*wire.Msg).Seq)
				}
			}
		}
	})
}

// What a stranger sends either reaches the handler, is dealt with by the link,
// or is answered with an error: nothing else has an effect.
func TestEveryFrameByAccess(t *testing.T) {
	id := wire.ID{1}
	const ignored = wire.ErrorCode(1 << 30) // neither taken nor answered
	tests := []struct {
		m                 wire.Message
		stranger, contact wire.ErrorCode // 0: taken
		handled           bool           // by the Handler, when taken
	}{
		{testHello(), wire.CodeUnexpected, wire.CodeUnexpected, false},
		{&wire.Error{Code: wire.CodeBusy}, 0, 0, true},
		{&wire.Ping{Nonce: 1}, 0, 0, false},
		{&wire.Pong{Nonce: 1}, 0, 0, false},
		{&wire.Request{ID: id, Text: "x"}, 0, 0, true},
		{&wire.Accepted{}, 0, 0, true},
		{sampleMsg(1, "x"), wire.CodeNotAccepted, 0, true},
		{&wire.Ack{IDs: []wire.ID{id}, State: wire.AckStored}, wire.CodeNotAccepted, 0, true},
		{&wire.Resume{}, wire.CodeNotAccepted, 0, true},
		{&wire.Gone{Epoch: 1, Ranges: []wire.Range{{Lo: 1, Hi: 1}}}, wire.CodeNotAccepted, 0, true},
		{&wire.Profile{}, wire.CodeNotAccepted, 0, true},
		{&wire.Away{Away: true}, wire.CodeNotAccepted, 0, true},
		{&wire.Edit{ID: id, Epoch: 1, Seq: 1, Target: wire.ID{2}, Text: "x"}, wire.CodeNotAccepted, 0, true},
		{&wire.Delete{ID: id, Epoch: 1, Seq: 1, Target: wire.ID{2}}, wire.CodeNotAccepted, 0, true},
		{&wire.React{ID: id, Epoch: 1, Seq: 1, Target: wire.ID{2}, Emoji: "x"}, wire.CodeNotAccepted, 0, true},
		{&wire.Typing{Typing: true}, ignored, 0, true},
	}
	if len(tests) != 16 { // every type but Bye, which ends the link
		t.Fatal("a frame type is missing here")
	}
	for _, access := range []netcore.Access{netcore.Stranger, netcore.Contact} {
		for _, tt := range tests {
			synctest.Test(t, func(t *testing.T) {
				r := newRecorder(t)
				r.OnAuthorize = func(netcoreID, netcoreAddr, bool) netcore.Access { return access }
				w, d, id, _ := alone(t, r)
				peer := dialRaw(t, w, id, d.Addr)
				peer.hello()
				peer.send(tt.m)
				peer.send(&wire.Ping{Nonce: 7})
				want := tt.contact
				if access == netcore.Stranger {
					want = tt.stranger
				}
				taken := want == 0
				if want == ignored {
					want = 0
				}
				var got wire.ErrorCode
				for {
					m := peer.next()
					if e, ok := m.(*wire.Error); ok {
						got = e.Code
						if e.RefersTo != tt.m.Type() || e.Fatal {
							t.Errorf("%s: answered %+v", tt.m.Type(), e)
						}
					}
					if p, ok := m.(*wire.Pong); ok && p.Nonce == 7 {
						break
					}
				}
				if got != want {
					t.Errorf("%s from a %s: code %v, want %v", tt.m.Type(), access, got, want)
				}
				if handled := slices.Contains(r.types(), tt.m.Type()); handled != (taken && tt.handled) {
					t.Errorf("%s from a %s: handled %t", tt.m.Type(), access, handled)
				}
			})
		}
	}
}

func TestUnknownTypes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		w, d, id, _ := alone(t, r)
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		for range 2 * netcore.MaxStrikes { // not an error: the other side is only newer
			peer.write([]byte{0, 0, 0, 2, 0xa1, 0xff})
			peer.write([]byte{0, 0, 0, 2, 0x50, 0xff})
			if e, ok := peer.next().(*wire.Error); !ok || e.Code != wire.CodeUnsupported || e.RefersTo != 0x50 || e.Fatal {
				t.Fatalf("answered %+v", e)
			}
		}
		peer.ping()
		if len(r.types()) != 0 {
			t.Errorf("handled %v", r.types())
		}
	})
}

func TestThreeStrikes(t *testing.T) {
	tests := map[string]func(*testing.T, *raw){
		"malformed": func(t *testing.T, r *raw) { r.write([]byte{0, 0, 0, 2, byte(wire.TypeMsg), 0xff}) },
		"by the handler": func(t *testing.T, r *raw) {
			r.send(sampleMsg(1, "x"))
		},
	}
	for name, offend := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRecorder(t)
				r.OnHandle = func(*netcore.Session, wire.Message) error {
					return &netcore.ProtocolError{Code: wire.CodeMalformed, Type: wire.TypeMsg}
				}
				w, d, id, l := alone(t, r)
				peer := dialRaw(t, w, id, d.Addr)
				peer.hello()
				for i := range netcore.MaxStrikes {
					offend(t, peer)
					e, ok := peer.next().(*wire.Error)
					if !ok || e.Code != wire.CodeMalformed || e.Fatal != (i == netcore.MaxStrikes-1) {
						t.Fatalf("strike %d: %+v", i+1, e)
					}
				}
				if last := peer.end(); last != nil {
					t.Errorf("after the last strike: %+v", last)
				}
				peer.conn.Close()
				synctest.Wait()
				var protocol *netcore.ProtocolError
				if c := r.closings(); len(c) != 1 || !errors.As(c[0], &protocol) {
					t.Errorf("closed with %v", c)
				}
				if !strings.Contains(strings.Join(l.warnings(), ""), "broke the protocol") {
					t.Errorf("log: %s", l)
				}
				again := dialRaw(t, w, id, d.Addr)
				if m := again.end(); m != nil {
					t.Errorf("let in again at once: %+v", m)
				}
				time.Sleep(netcore.PenaltyTime)
				dialRaw(t, w, id, d.Addr).hello()
			})
		})
	}
}

// A frame that arrives byte by byte, each in a TLS record of its own, is the
// same frame.
func TestOneByteAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		w, d, id, _ := alone(t, r)
		peer := dialRaw(t, w, id, d.Addr)
		var stream []byte
		for _, m := range []wire.Message{testHello(), sampleMsg(1, "Grüße 👋"), &wire.Resume{}, sampleMsg(2, strings.Repeat("long ", 300))} {
			stream = append(stream, frameOf(t, m)...)
		}
		for i := range stream {
			peer.write(stream[i : i+1])
		}
		peer.next() // Hello
		peer.ping()
		if got, want := r.types(), []wire.Type{wire.TypeMsg, wire.TypeResume, wire.TypeMsg}; !slices.Equal(got, want) {
			t.Errorf("handled %v, want %v", got, want)
		}
		if m := r.handled[0].(*wire.Msg); m.Text != "Grüße 👋" {
			t.Errorf("text %q", m.Text)
		}
	})
}

func TestFatalBeginnings(t *testing.T) {
	old := testHello()
	old.ProtoMin, old.ProtoMax = 2, 3
	role := testHello()
	role.Role = 2
	tests := []struct {
		name  string
		first []byte
		want  *wire.Error
		log   string
	}{
		{"another version", frameOf(t, old), &wire.Error{Code: wire.CodeVersion, RefersTo: wire.TypeHello, Fatal: true}, "no common protocol version"},
		{"another role", frameOf(t, role), &wire.Error{Code: wire.CodeUnsupported, RefersTo: wire.TypeHello, Fatal: true}, "broke the protocol"},
		{"not Hello", frameOf(t, &wire.Ping{}), &wire.Error{Code: wire.CodeUnexpected, RefersTo: wire.TypePing, Fatal: true}, "broke the protocol"},
		{"malformed Hello", []byte{0, 0, 0, 2, 1, 0xa0}, &wire.Error{Code: wire.CodeMalformed, RefersTo: wire.TypeHello, Fatal: true}, "broke the protocol"},
		{"above the limit before Hello", []byte{0, 0, 4, 1, 1}, &wire.Error{Code: wire.CodeTooLarge, Fatal: true}, "longer than this link allows"},
		{"length 0", []byte{0, 0, 0, 0}, &wire.Error{Code: wire.CodeMalformed, Fatal: true}, "broke the protocol"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRecorder(t)
				w, d, id, l := alone(t, r)
				peer := dialRaw(t, w, id, d.Addr)
				peer.write(tt.first)
				if _, ok := peer.next().(*wire.Hello); !ok {
					t.Fatal("no Hello")
				}
				if e, ok := peer.next().(*wire.Error); !ok || *e != *tt.want {
					t.Errorf("answered %+v, want %+v", e, tt.want)
				}
				if m := peer.end(); m != nil {
					t.Errorf("after the error: %+v", m)
				}
				time.Sleep(netcore.CloseTimeout)
				synctest.Wait()
				if len(r.ups) != 0 || len(r.closings()) != 0 || len(d.Node.Sessions()) != 0 {
					t.Error("the Handler heard of a link that never was")
				}
				if w := l.warnings(); len(w) != 1 || !strings.Contains(w[0], tt.log) {
					t.Errorf("log: %q, want one line with %q", w, tt.log)
				}
			})
		})
	}
}

func TestLengthLimitFollowsAccess(t *testing.T) {
	long := sampleMsg(1, strings.Repeat("x", wire.MaxTextBytes))
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		r.OnAuthorize = stranger
		w, d, id, l := alone(t, r)
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		peer.ping()
		d.Node.SetAccess(id.ID(), netcore.Contact) // while the reader waits for the next frame
		peer.send(long)
		peer.ping()
		if got := r.types(); len(got) != 1 {
			t.Fatalf("handled %v", got)
		}
		d.Node.SetAccess(id.ID(), netcore.Stranger)
		peer.write(frameOf(t, long)[:100])
		if e, ok := peer.next().(*wire.Error); !ok || e.Code != wire.CodeTooLarge || !e.Fatal {
			t.Errorf("answered %+v", e)
		}
		peer.end()
		time.Sleep(netcore.CloseTimeout)
		synctest.Wait()
		if w := strings.Join(l.warnings(), ""); !strings.Contains(w, "longer than this link allows") {
			t.Errorf("log: %q", w)
		}
	})
}

// A peer that goes on talking after its fault still reads what the fault was.
func TestFaultIsReadAlthoughThePeerTalksOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, id, _ := alone(t, newRecorder(t))
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		peer.write([]byte{0, 0, 0, 0})
		peer.write(make([]byte, 100<<10)) // a closed pipe would fail the test
		if e, ok := peer.end().(*wire.Error); !ok || !e.Fatal {
			t.Errorf("last frame %+v", e)
		}
	})
}

// What SetAccess says while Authorize is still being asked is newer.
func TestSetAccessDuringAuthorize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		var d *netcoretest.Device
		r.OnAuthorize = func(id netcoreID, _ netcoreAddr, _ bool) netcore.Access {
			d.Node.SetAccess(id, netcore.Contact)
			return netcore.Stranger
		}
		var w *netcoretest.Network
		var id identityOf
		w, d, id, _ = alone(t, r)
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		peer.send(sampleMsg(1, "x"))
		peer.ping()
		if got := r.types(); len(got) != 1 || d.Node.Session(id.ID()).Access() != netcore.Contact {
			t.Errorf("handled %v", got)
		}
	})
}

func TestRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		w, d, id, _ := alone(t, r)
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		peer.ping()
		d.Node.SetAccess(id.ID(), netcore.Refused)
		if m := peer.end(); m != nil {
			t.Errorf("a refused device was told %+v", m)
		}
		time.Sleep(netcore.CloseTimeout)
		synctest.Wait()
		if c := r.closings(); len(c) != 1 || !errors.Is(c[0], netcore.ErrRefused) {
			t.Errorf("closed with %v", c)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		refuse := &netcoretest.Funcs{OnAuthorize: func(netcoreID, netcoreAddr, bool) netcore.Access { return netcore.Refused }}
		p := netcoretest.NewPair(t, newRecorder(t), refuse)
		if _, err := p.A.Node.Dial(t.Context(), p.B.ID, addrs(p.B.Addr)); !errors.Is(err, netcore.ErrNoHello) {
			t.Errorf("dial of one who refuses: %v", err)
		}
		if _, err := p.B.Node.Dial(t.Context(), p.A.ID, addrs(p.A.Addr)); !errors.Is(err, netcore.ErrRefused) {
			t.Errorf("dial of one who is refused: %v", err)
		}
	})
}

// A handler that panics ends its own link and no other.
func TestPanicEndsOneLink(t *testing.T) {
	for _, where := range []string{"Handle", "Up", "Hello", "Authorize", "Closed"} {
		t.Run(where, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var bad netcoreID
				r := newRecorder(t)
				check := func(id netcoreID, here string) {
					if id == bad && here == where {
						panic("secret text of a person")
					}
				}
				r.OnAuthorize = func(id netcoreID, _ netcoreAddr, _ bool) netcore.Access {
					check(id, "Authorize")
					return netcore.Contact
				}
				r.OnHello = func(id netcoreID) wire.Hello { check(id, "Hello"); return wire.Hello{Name: "A"} }
				r.OnUp = func(s *netcore.Session) { check(s.Peer(), "Up") }
				r.OnHandle = func(s *netcore.Session, _ wire.Message) error { check(s.Peer(), "Handle"); return nil }
				r.OnClosed = func(s *netcore.Session, _ error) { check(s.Peer(), "Closed") }
				w, d, goodID, l := alone(t, r)
				badID := netcoretest.Identities(t, 1)[0]
				bad = badID.ID()
				good := dialRaw(t, w, goodID, d.Addr)
				good.hello()
				peer := dialRaw(t, w, badID, d.Addr)
				stream := frameOf(t, testHello())
				stream = append(stream, frameOf(t, sampleMsg(1, "x"))...)
				stream = append(stream, frameOf(t, &wire.Bye{Reason: wire.ByeDone})...)
				peer.conn.Write(stream) // fails where the link ends before
				peer.end()
				good.ping()
				time.Sleep(netcore.CloseTimeout)
				synctest.Wait()
				if s := l.String(); !strings.Contains(s, "panic") || strings.Contains(s, "secret") {
					t.Errorf("log: %s", s)
				}
			})
		})
	}
}

func TestHandlerErrorEndsTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		full := errors.New("disk full")
		r.OnHandle = func(*netcore.Session, wire.Message) error { return full }
		w, d, id, _ := alone(t, r)
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		peer.send(sampleMsg(1, "x"))
		if e, ok := peer.next().(*wire.Error); !ok || e.Code != wire.CodeInternal || !e.Fatal || e.RefersTo != wire.TypeMsg {
			t.Errorf("answered %+v", e)
		}
		peer.end()
		r.await("the end", func() bool { return len(r.closings()) == 1 })
		if c := r.closings(); !errors.Is(c[0], full) {
			t.Errorf("closed with %v", c)
		}
	})
}

func TestRemoteErrorEndsTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		w, d, id, _ := alone(t, r)
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		peer.send(&wire.Error{Code: wire.CodeBusy, Fatal: true, Text: "go away"})
		peer.end()
		r.await("the end", func() bool { return len(r.closings()) == 1 })
		var remote *netcore.RemoteError
		if c := r.closings(); !errors.As(c[0], &remote) || remote.Code != wire.CodeBusy {
			t.Errorf("closed with %v", c)
		}
		if got := r.types(); !slices.Equal(got, []wire.Type{wire.TypeError}) {
			t.Errorf("handled %v", got)
		}
	})
}

func TestPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := netcoretest.NewPair(t, newRecorder(t), newRecorder(t))
		a, b := p.Link(t)
		var all sync.WaitGroup
		for range 20 {
			for _, s := range []*netcore.Session{a, b} {
				all.Go(func() {
					if err := s.Ping(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Wait()
		p.Net.Stall(true)
		begin := time.Now()
		if err := a.Ping(within(t, netcore.PingTimeout)); !errors.Is(err, context.DeadlineExceeded) || time.Since(begin) != netcore.PingTimeout {
			t.Errorf("Ping into silence: %v after %v", err, time.Since(begin))
		}
		p.Net.Stall(false)
		if err := a.Ping(within(t, netcore.PingTimeout)); err != nil {
			t.Errorf("Ping after the silence: %v", err)
		}
		a.Close(wire.ByeDone)
		if err := a.Ping(t.Context()); !errors.Is(err, netcore.ErrClosed) {
			t.Errorf("Ping on a closed link: %v", err)
		}
	})
}

// What a contact had on its way when it became a stranger is answered, and is no
// fault; later it is.
func TestWhatWasOnItsWayIsNoStrike(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, d, id, _ := alone(t, newRecorder(t))
		peer := dialRaw(t, w, id, d.Addr)
		peer.hello()
		peer.ping()
		d.Node.SetAccess(id.ID(), netcore.Stranger)
		for i := range 3 * netcore.MaxStrikes {
			peer.send(sampleMsg(uint64(i+1), "x"))
			if e, ok := peer.next().(*wire.Error); !ok || e.Code != wire.CodeNotAccepted || e.Fatal {
				t.Fatalf("frame %d: %+v", i+1, e)
			}
		}
		time.Sleep(netcore.LoweredGrace + time.Second)
		for i := range netcore.MaxStrikes {
			peer.send(sampleMsg(uint64(i+1), "x"))
			if e, ok := peer.next().(*wire.Error); !ok || e.Fatal != (i == netcore.MaxStrikes-1) {
				t.Fatalf("late frame %d: %+v", i+1, e)
			}
		}
	})
}
