package hostile

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"
)

// attacker carries out a plan.
type attacker struct {
	Plan
	count *counter
	wg    sync.WaitGroup

	speakers []net.Conn   // one for each address
	ear      *net.UDPConn // hears what honest devices announce

	mu    sync.Mutex
	heard map[string]Record // of others, by label
	own   map[netip.Addr]bool
	key   *Key // of Impersonate
	port  uint16
}

// Names are names and texts that must not do anything to a screen.
var Names = []string{
	"\x1b[31mred\x1b[2J\x1b]0;title\a", "anna\u202egnp.exe", "\u2066bert\u2069\u200f", "line\nbreak\r\n\tand tab", "\x00nul\x7f\u0085\u009b31m",
	"z" + strings.Repeat("\u0337\u0321\u034c\u0315", 19), strings.Repeat("W", 160), "", "\ufeff\u200b\u2060", "\U000e0041\U000e0042",
	"👩\u200d👩\u200d👧\u200d👦" + strings.Repeat("\u200d👦", 12), "anna", "bert",
}

func pick(n int) string { return Names[n%len(Names)] }

// from is the address of the connection number n.
func (a *attacker) from(n int) netip.Addr {
	if a.OneAddress {
		return a.From[0]
	}
	return a.From[n%len(a.From)]
}

func (a *attacker) target(n int) string { return a.Targets[n%len(a.Targets)] }

// stay is how long a connection is held that the other side does not end.
const stay = 2 * time.Minute

// connect opens a connection and calls do with it; both end with ctx.
func (a *attacker) connect(ctx context.Context, n int, do func(context.Context, net.Conn)) {
	ctx, cancel := context.WithTimeout(ctx, stay)
	defer cancel()
	raw, err := Connect(ctx, a.from(n), a.target(n%len(a.From)+n/len(a.From)))
	if err != nil {
		return
	}
	defer raw.Close()
	defer a.count.hold()()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	do(ctx, raw)
}

// idle says nothing at all.
func (a *attacker) idle(ctx context.Context, n int) {
	a.connect(ctx, n, func(_ context.Context, raw net.Conn) { _, _ = io.Copy(io.Discard, raw) })
}

// halfTLS begins TLS and stops in the middle of the first record.
func (a *attacker) halfTLS(ctx context.Context, n int) {
	a.connect(ctx, n, func(_ context.Context, raw net.Conn) {
		hello := clientHello(ctx)
		if _, err := raw.Write(hello[:len(hello)*(1+n%3)/4]); err == nil {
			_, _ = io.Copy(io.Discard, raw)
		}
	})
}

// slow sends one byte a second of a right beginning.
func (a *attacker) slow(ctx context.Context, n int) {
	a.connect(ctx, n, func(ctx context.Context, raw net.Conn) {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for _, b := range clientHello(ctx) {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
			if _, err := raw.Write([]byte{b}); err != nil {
				return
			}
		}
	})
}

// mute proves a key, and then says nothing, or Hello and nothing more, or a frame of
// which one byte a second comes.
func (a *attacker) mute(ctx context.Context, n int) {
	a.connect(ctx, n, func(ctx context.Context, raw net.Conn) {
		l, err := handshake(ctx, tls.Client(raw, NewKey().config()), raw)
		if err != nil {
			return
		}
		if n%3 > 0 && l.Send(Hello, HelloFields(pick(n), 1, false)...) != nil {
			return
		}
		if n%3 == 2 {
			a.drip(ctx, l, Encode(Request, Map(RequestFields(NewID(), "slow")...)))
		}
		l.Drain()
	})
}

// drip writes one byte a second.
func (a *attacker) drip(ctx context.Context, l *Link, frame []byte) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for i := range frame {
		if l.Write(frame[i:i+1]) != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// request asks with a new key and nasty words.
func (a *attacker) request(ctx context.Context, n int) {
	a.link(ctx, n, func(l *Link) {
		if l.Send(Request, RequestFields(NewID(), "hi "+pick(n+1))...) != nil {
			return
		}
		const wait = 2 * time.Second
		for deadline := time.Now().Add(wait); ; {
			f, err := l.Next(time.Until(deadline))
			if err != nil {
				return
			}
			if f.Type == Ack {
				a.count.kept()
				return
			}
		}
	})
}

// link greets with a new key and calls do.
func (a *attacker) link(ctx context.Context, n int, do func(*Link)) {
	a.connect(ctx, n, func(ctx context.Context, raw net.Conn) {
		if l, err := handshake(ctx, tls.Client(raw, NewKey().config()), raw); err == nil {
			if _, err := l.Greet(HelloFields(pick(n), 1, true)); err == nil {
				do(l)
			}
		}
	})
}

// bodies sends what a stranger may not, CBOR bombs, frames of any type, and lengths
// that are not allowed.
func (a *attacker) bodies(ctx context.Context, n int) {
	r := rand.New(rand.NewPCG(a.Seed, uint64(n)))
	bombs := [][]byte{
		Nested(8000), NestedMaps(4000), Head(MajorMap, 1<<62), Head(MajorArray, 1<<32), append(Head(MajorText, 1<<63), 'x'),
		bytes.Repeat([]byte{0x9f}, 8000), bytes.Repeat([]byte{0xbf}, 8000), bytes.Repeat([]byte{0xc1}, 8000),
		append(Head(MajorMap, 64), bytes.Repeat([]byte{0x18, 0x18, 0x80}, 64)...),
	}
	a.link(ctx, n, func(l *Link) {
		for _, kind := range []byte{Request, Error, byte(r.IntN(256)), byte(r.IntN(256))} {
			if l.Write(Encode(kind, bombs[r.IntN(len(bombs))])) != nil {
				return
			}
		}
		lengths := []uint32{0, 8193, 1 << 24, 1 << 31, 1<<32 - 1}
		_ = l.Write(EncodeLength(lengths[r.IntN(len(lengths))], Request, make([]byte, 4000)))
		_, _ = l.Ended()
	})
}

// replay records the bytes of a link of its own on the way to the other side, and
// sends the same bytes on a new connection.
func (a *attacker) replay(ctx context.Context, n int) {
	tape := &recorder{}
	a.connect(ctx, n, func(ctx context.Context, raw net.Conn) {
		tape.Conn = raw
		l, err := handshake(ctx, tls.Client(tape, NewKey().config()), raw)
		if err != nil {
			return
		}
		if _, err := l.Greet(HelloFields(pick(n), 1, true)); err == nil {
			_ = l.Send(Request, RequestFields(NewID(), fmt.Sprintf("replayed %d", n))...)
			_, _ = l.Fence()
		}
	})
	a.connect(ctx, n, func(_ context.Context, raw net.Conn) {
		if _, err := raw.Write(tape.sent); err == nil {
			_, _ = io.Copy(io.Discard, raw)
		}
	})
}

// recorder keeps what is written.
type recorder struct {
	net.Conn
	sent []byte
}

func (r *recorder) Write(b []byte) (int, error) {
	r.sent = append(r.sent, b...)
	return r.Conn.Write(b)
}

// clientHello is the first flight of TLS.
func clientHello(ctx context.Context) []byte {
	near, far := net.Pipe()
	defer far.Close()
	defer near.Close()
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(done)
		_ = tls.Client(near, NewKey().config()).HandshakeContext(ctx)
	}()
	buf := make([]byte, 4096)
	n, _ := far.Read(buf)
	cancel()
	<-done
	return slices.Clone(buf[:n])
}
