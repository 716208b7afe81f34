package netcore_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/identity"
	"earshot/netcore"
	"earshot/netcore/netcoretest"
	"earshot/netcore/wire"
)

// There, nothing was bounded before a device was trusted: sockets, time, packet
// sizes. Here each has its limit: whoever connects without a word, or half a word,
// is cut off, and a frame may be 1 KiB long before Hello and 8 KiB after it.
func TestKDEConnectCVE202026164(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		r.OnAuthorize = stranger
		w, d, id, _ := alone(t, r)
		const many = 300
		var ends sync.WaitGroup
		start := time.Now()
		for n := range many {
			c, err := w.Connect(addrB.Addr())(t.Context(), d.Addr)
			if err != nil {
				t.Fatal(err)
			}
			ends.Go(func() {
				defer c.Close()
				c.Write([]byte{22, 3, 1}[:n%4]) // nothing, or the beginning of TLS
				for b := make([]byte, 64); ; {
					if _, err := c.Read(b); err != nil {
						return
					}
				}
			})
		}
		ends.Wait()
		if took := time.Since(start); took > 5*time.Second { // not what the code says, but what the page promises
			t.Errorf("%d silent connections lived for %v", many, took)
		}
		<-time.After(time.Minute) // the rate of this address recovers
		peer := dialRaw(t, w, id, d.Addr)
		peer.write([]byte{0, 0, 4, 1, byte(wire.TypeHello)}) // a byte more than 1 KiB
		if e, ok := peer.end().(*wire.Error); !ok || e.Code != wire.CodeTooLarge {
			t.Errorf("a Hello of 1,025 bytes: %+v", e)
		}
		<-time.After(2 * netcore.PenaltyTime)
		peer = dialRaw(t, w, id, d.Addr)
		peer.hello()
		peer.write(append(binary.BigEndian.AppendUint32(nil, wire.LimitStranger+1), byte(wire.TypeRequest)))
		if e, ok := peer.end().(*wire.Error); !ok || e.Code != wire.CodeTooLarge {
			t.Errorf("a frame of more than 8 KiB: %+v", e)
		}
		<-time.After(2 * netcore.PenaltyTime)
		peer = dialRaw(t, w, id, d.Addr)
		peer.hello()
		peer.write([]byte{0}) // and then nothing
		start = time.Now()
		peer.end()
		if took := time.Since(start); took > 11*time.Second {
			t.Errorf("half a frame was waited for %v", took)
		}
		if len(r.handled) != 0 {
			t.Errorf("frames had an effect: %v", r.types())
		}
	})
}

// There, a fingerprint that discovery claimed decided who got a file. Here who is
// dialled is a key: another device that answers gets not even a Hello.
func TestLocalSendCVE202554792(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := netcoretest.NewNetwork()
		ids := netcoretest.Identities(t, 3)
		ra, rc := newRecorder(t), newRecorder(t)
		a := w.Start(t, ids[0], addrA, ra, nil)
		c := w.Start(t, ids[1], addrB, rc, nil) // where the victim is said to be
		s, err := a.Node.Dial(t.Context(), ids[2].ID(), []netip.AddrPort{c.Addr})
		var wrong *netcore.WrongDeviceError
		if s != nil || !errors.As(err, &wrong) || wrong.Got != c.ID {
			t.Errorf("%v, %v", s, err)
		}
		synctest.Wait()
		if len(ra.ups)+len(rc.ups)+len(ra.handled)+len(rc.handled) != 0 {
			t.Error("something was said to the wrong device")
		}
	})
}

// There, input that came at the right moment ended the process. Here a fault in
// the handling of one link ends that link: the others live and new ones come up.
func TestQuickShareCVE202438271(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(t)
		r.OnHandle = func(_ *netcore.Session, m wire.Message) error {
			if q, ok := m.(*wire.Request); ok {
				panic(q.Text)
			}
			return nil
		}
		w, d, id, _ := alone(t, r)
		honest := dialRaw(t, w, netcoretest.Identities(t, 1)[0], d.Addr)
		honest.hello()
		for range 3 {
			peer := dialRaw(t, w, id, d.Addr)
			peer.hello()
			peer.send(&wire.Request{ID: wire.ID{1}, Text: "now"})
			if e, ok := peer.end().(*wire.Error); !ok || e.Code != wire.CodeInternal {
				t.Errorf("%+v", e)
			}
			<-time.After(2 * netcore.PenaltyTime)
		}
		honest.ping()
	})
}

// There, frames that belong behind the tap on "accept" had an effect without it.
// Here each type that only contacts may send is refused in every state: instead of
// Hello, after it, and after a Request that nobody has answered.
func TestQuickShareCVE202438272(t *testing.T) {
	id := wire.ID{1}
	for _, m := range []wire.Message{
		sampleMsg(1, "x"), &wire.Ack{IDs: []wire.ID{id}, State: wire.AckStored}, &wire.Resume{}, &wire.Gone{Epoch: 1, Ranges: []wire.Range{{Lo: 1, Hi: 1}}},
		&wire.Profile{Name: "x"}, &wire.Away{Away: true}, &wire.Typing{Typing: true}, &wire.React{ID: id, Epoch: 1, Seq: 1, Target: wire.ID{2}, Emoji: "x"},
		&wire.Edit{ID: id, Epoch: 1, Seq: 1, Target: wire.ID{2}, Text: "x"}, &wire.Delete{ID: id, Epoch: 1, Seq: 1, Target: wire.ID{2}},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRecorder(t)
			r.OnAuthorize = stranger
			w, d, own, _ := alone(t, r)
			early := dialRaw(t, w, own, d.Addr)
			early.send(m)
			early.end()
			<-time.After(2 * netcore.PenaltyTime)
			peer := dialRaw(t, w, own, d.Addr)
			peer.hello()
			peer.send(m)
			peer.send(&wire.Request{ID: id, Text: "may I?"})
			peer.send(m)
			peer.ping()
			if got := r.types(); !slices.Equal(got, []wire.Type{wire.TypeRequest}) {
				t.Errorf("%s without acceptance: %v had an effect", m.Type(), got)
			}
		})
	}
}

// There, addresses went over the wire in the clear. Here nothing does that a
// device says of itself, or that its person writes.
func TestCrocCVE202343618(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const name, text = "name-that-nobody-hears", "text-that-nobody-reads"
		var wires ear
		w := netcoretest.NewNetwork()
		ids := netcoretest.Identities(t, 2)
		r := newRecorder(t)
		hello := func(identity.DeviceID) wire.Hello { return wire.Hello{Name: name, Kind: "laptop", App: "x"} }
		r.OnHello = hello
		b := w.Start(t, ids[1], addrB, r, nil)
		n := netcore.NewNode(netcore.Config{Identity: ids[0], Handler: &netcoretest.Funcs{OnHello: hello}, Connect: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
			c, err := w.Connect(addrA.Addr())(ctx, to)
			return &overheard{c, &wires}, err
		}})
		defer n.Close(wire.ByeShutdown)
		s, err := n.Dial(t.Context(), b.ID, []netip.AddrPort{b.Addr})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Send(t.Context(), sampleMsg(1, text)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(r.handled) != 1 {
			t.Fatalf("%d messages", len(r.handled))
		}
		heard := wires.Bytes()
		if !bytes.Contains(heard, []byte(netcore.ALPN)) { // the one word that TLS says in the clear
			t.Error("the tap hears nothing")
		}
		for _, id := range ids {
			key := id.ID()
			for _, secret := range [][]byte{[]byte(name), []byte(text), []byte(addrA.Addr().String()), key[:], []byte(key.Short())} {
				if bytes.Contains(heard, secret) {
					t.Errorf("%q is in the clear", secret)
				}
			}
		}
	})
}

// ear keeps what goes over a connection, both ways.
type ear struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (t *ear) keep(b []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf.Write(b)
}

func (t *ear) Bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.buf.Bytes())
}

type overheard struct {
	net.Conn
	ear *ear
}

func (c *overheard) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.ear.keep(b[:n])
	return n, err
}

func (c *overheard) Write(b []byte) (int, error) {
	c.ear.keep(b)
	return c.Conn.Write(b)
}
