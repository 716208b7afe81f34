package netcore_test

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"io"
	"runtime"
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

// fuzzMemory bounds what one link may allocate in all, in bytes: the two TLS
// ends and the test take a tenth of it, a length that is believed a thousand
// times as much.
const fuzzMemory = 8 << 20

// fuzzIdentities are made once: what a key is does not matter here, and it costs
// more than the whole link.
var fuzzIdentities = sync.OnceValues(func() (a, b *identity.Identity) {
	a, err := identity.Generate()
	if err != nil {
		panic(err)
	}
	if b, err = identity.Generate(); err != nil {
		panic(err)
	}
	return a, b
})

// Before trust. FuzzSession gives a link arbitrary bytes behind the handshake,
// from a stranger or a contact, after a Hello or instead of one. Exactly the
// frames that reading docs/PROTOCOL.md §4 to §6 calls legal reach the handler,
// each once and in order; the link answers with at most one frame for each that
// came and ends when the other side does; memory stays bounded and no goroutine
// is left, which the bubble sees to.
func FuzzSession(f *testing.F) {
	seedSession(f)
	f.Fuzz(func(t *testing.T, in []byte, contact, greet bool) {
		if greet {
			in = append(appendFrame(t, nil, testHello()), in...)
		}
		access := netcore.Stranger
		if contact {
			access = netcore.Contact
		}
		want, complete := legalFrames(in, contact)
		own, peer := fuzzIdentities()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, answers := newRecorder(t), 0
		synctest.Test(t, func(t *testing.T) {
			r.OnAuthorize = func(netcoreID, netcoreAddr, bool) netcore.Access { return access }
			w := netcoretest.NewNetwork()
			d := w.Start(t, own, addrA, r, nil)
			answers = sayAll(t, w, peer, d.Addr, in)
		})
		runtime.ReadMemStats(&after)
		if len(r.handled) != len(want) {
			t.Fatalf("%d frames had an effect, want %d: %v, want %v", len(r.handled), len(want), typesOf(r.handled), typesOf(want))
		}
		for i, m := range r.handled {
			if got := appendFrame(t, nil, m); !bytes.Equal(got, appendFrame(t, nil, want[i])) {
				t.Fatalf("frame %d: %+v, want %+v", i, m, want[i])
			}
		}
		// Beside the answers: Hello, the Error that ends a link, and Bye.
		if answers > complete+3 {
			t.Fatalf("%d frames came back for %d", answers, complete)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > fuzzMemory {
			t.Fatalf("%d bytes allocated for %d that came", grown, len(in))
		}
	})
}

// seedSession adds every frame type alone, and the ways to end a link.
func seedSession(f *testing.F) {
	everything := []byte{}
	for n := range 256 {
		m := wire.New(wire.Type(n))
		if m == nil {
			continue
		}
		body, err := wire.Encode(m)
		if err != nil {
			body = []byte{0xa0} // what its zero value is not allowed to say
		}
		frame := binary.BigEndian.AppendUint32(nil, uint32(1+len(body)))
		frame = append(append(frame, byte(n)), body...)
		f.Add(frame, false, true)
		f.Add(frame, true, true)
		if m.Type() != wire.TypeBye {
			everything = append(everything, frame...)
		}
	}
	f.Add(everything, true, true)
	f.Add([]byte{}, false, false)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1}, true, true) // "negative" to who reads it as signed
	f.Add([]byte{0x7f, 0xff, 0xff, 0xff, 1}, false, true)
	f.Add([]byte{0, 0, 0, 0}, false, false)
	f.Add([]byte{0, 0, 0, 2, 0xa1, 0xff, 0, 0, 0, 2, 0x50, 0xff}, false, true)
	f.Add(append(appendFrame(f, nil, testHello()), appendFrame(f, nil, testHello())...), false, false)
	f.Add(bytes.Repeat(appendFrame(f, nil, &wire.Ping{Nonce: 1}), 300), false, true)
	f.Add(slices.Concat(appendFrame(f, nil, &wire.Bye{Reason: wire.ByeDone}), appendFrame(f, nil, &wire.Accepted{})), true, true)
}

// sayAll proves a key, writes all of in, closes and returns how many frames came
// back until the other side was through too.
func sayAll(t *testing.T, w *netcoretest.Network, id *identity.Identity, to netcoreAddr, in []byte) (answers int) {
	c, err := w.Connect(addrB.Addr())(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	conn := tls.Client(c, tlsConfig(id, func(cfg *tls.Config) { cfg.CurvePreferences = []tls.CurveID{tls.X25519} }))
	if err := conn.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	heard := make(chan int)
	go func() {
		n := 0
		for {
			if _, _, err := wire.ReadFrame(conn, wire.LimitContact); err != nil {
				break
			}
			n++
		}
		io.Copy(io.Discard, conn)
		heard <- n
	}()
	// An error is the other side's verdict: it has closed.
	if _, err := conn.Write(in); err == nil {
		conn.CloseWrite()
	}
	select {
	case answers = <-heard:
	case <-time.After(time.Minute):
		t.Error("the link outlived its end by a minute")
		c.Close()
		answers = <-heard
	}
	return answers
}

// legalFrames reads in as docs/PROTOCOL.md says and returns what may have an
// effect, and how many frames are there in all.
func legalFrames(in []byte, contact bool) (legal []wire.Message, complete int) {
	limit, strikes, greeted := uint32(wire.LimitBeforeHello), 0, false
	for len(in) >= 5 {
		length := binary.BigEndian.Uint32(in)
		if length == 0 || length > limit || uint64(length) > uint64(len(in)-4) {
			return legal, complete
		}
		complete++
		typ, body := wire.Type(in[4]), in[5:4+length]
		in = in[4+length:]
		m, err := wire.Decode(typ, body)
		if !greeted {
			h, ok := m.(*wire.Hello)
			if !ok || h.ProtoMin > wire.Version || h.ProtoMax < wire.Version || h.Role != wire.RoleChat {
				return legal, complete
			}
			greeted, limit = true, wire.LimitStranger
			if contact {
				limit = wire.LimitContact
			}
			continue
		}
		switch {
		case wire.Ignorable(typ) && !contact, wire.New(typ) == nil:
			continue
		case typ == wire.TypeHello, !contact && !strangersMay(typ), err != nil:
			if strikes++; strikes == netcore.MaxStrikes {
				return legal, complete
			}
			continue
		case typ == wire.TypeBye:
			return legal, complete
		case typ == wire.TypePing, typ == wire.TypePong:
			continue
		}
		legal = append(legal, m)
		if e, ok := m.(*wire.Error); ok && e.Fatal {
			return legal, complete
		}
	}
	return legal, complete
}

// strangersMay is who may send what, as docs/PROTOCOL.md §6 has it: what every
// link has, the frames of pairing, and first contact.
func strangersMay(t wire.Type) bool {
	return t <= wire.TypeBye || t >= 0x10 && t <= 0x17 || t == wire.TypeRequest || t == wire.TypeAccepted
}

func appendFrame(t testing.TB, b []byte, m wire.Message) []byte {
	t.Helper()
	b, err := wire.AppendFrame(b, m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func typesOf(ms []wire.Message) (types []wire.Type) {
	for _, m := range ms {
		types = append(types, m.Type())
	}
	return types
}
