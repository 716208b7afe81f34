package netcore_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/netcore"
	"earshot/netcore/netcoretest"
	"earshot/netcore/wire"
)

var (
	addrA = netip.MustParseAddrPort("192.0.2.1:7342")
	addrB = netip.MustParseAddrPort("192.0.2.2:7342")
)

// raw is a peer that says exactly what a test tells it to. It reads all the
// time, so that a pipe never blocks the other side.
type raw struct {
	t      *testing.T
	conn   *tls.Conn
	frames chan wire.Message // closed when the other side is through
}

func tlsConfig(id *identity.Identity, change ...func(*tls.Config)) *tls.Config {
	cfg := &tls.Config{
		MinVersion:             tls.VersionTLS13,
		NextProtos:             []string{netcore.ALPN},
		Certificates:           []tls.Certificate{id.Certificate()},
		ClientAuth:             tls.RequireAnyClientCert,
		InsecureSkipVerify:     true,
		SessionTicketsDisabled: true,
	}
	for _, c := range change {
		c(cfg)
	}
	return cfg
}

// newRaw proves the keys on c and starts reading, unless deaf.
func newRaw(t *testing.T, c net.Conn, id *identity.Identity, server, deaf bool) *raw {
	t.Helper()
	r := &raw{t: t, frames: make(chan wire.Message, 4096)}
	if r.conn = tls.Client(c, tlsConfig(id)); server {
		r.conn = tls.Server(c, tlsConfig(id))
	}
	if err := r.conn.HandshakeContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(r.frames)
		for !deaf {
			typ, body, err := wire.ReadFrame(r.conn, wire.LimitContact)
			if err != nil {
				return
			}
			if m, err := wire.Decode(typ, body); err == nil {
				r.frames <- m
			}
		}
	}()
	t.Cleanup(func() {
		c.Close()
		<-done
	})
	return r
}

// dialRaw connects a raw peer to a device of a network in memory.
func dialRaw(t *testing.T, w *netcoretest.Network, id *identity.Identity, to netip.AddrPort) *raw {
	t.Helper()
	c, err := w.Connect(addrB.Addr())(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	return newRaw(t, c, id, false, false)
}

func testHello() *wire.Hello {
	return &wire.Hello{ProtoMin: 1, ProtoMax: 1, Role: wire.RoleChat, Name: "raw", Kind: "laptop", App: "raw"}
}

func (r *raw) write(b []byte) {
	r.t.Helper()
	if _, err := r.conn.Write(b); err != nil {
		r.t.Fatal(err)
	}
}

func (r *raw) send(m wire.Message) {
	r.t.Helper()
	r.write(frameOf(r.t, m))
}

func frameOf(t *testing.T, m wire.Message) []byte {
	t.Helper()
	b, err := wire.AppendFrame(nil, m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hello exchanges Hellos.
func (r *raw) hello() *wire.Hello {
	r.t.Helper()
	r.send(testHello())
	h, ok := r.next().(*wire.Hello)
	if !ok {
		r.t.Fatal("the first frame is not Hello")
	}
	return h
}

// next returns the next frame, or nil at the end.
func (r *raw) next() wire.Message {
	r.t.Helper()
	select {
	case m := <-r.frames:
		return m
	case <-time.After(time.Hour): // in a bubble at once, on TCP the test's own limit comes first
		r.t.Fatal("no frame and no end")
		return nil
	}
}

// ping waits until everything that was sent has been handled.
func (r *raw) ping() {
	r.t.Helper()
	r.send(&wire.Ping{Nonce: 99})
	for {
		switch m := r.next().(type) {
		case *wire.Pong:
			return
		case nil:
			r.t.Fatal("link ended before Pong")
		default:
			_ = m
		}
	}
}

// end reads until the other side is through and returns the last frame.
func (r *raw) end() (last wire.Message) {
	r.t.Helper()
	for m := r.next(); m != nil; m = r.next() {
		last = m
	}
	return last
}

// logs collects log lines.
type logs struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// warnings are the lines that a person would see.
func (l *logs) warnings() []string {
	var w []string
	for line := range strings.Lines(l.String()) {
		if !strings.Contains(line, "level=DEBUG") && !strings.Contains(line, "level=INFO") {
			w = append(w, line)
		}
	}
	return w
}

func (l *logs) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// recorder is a Handler that writes down what happens, and checks the order
// that Handler promises: Up, Handle..., Closed.
type recorder struct {
	netcoretest.Funcs
	t       testing.TB
	mu      sync.Mutex
	state   map[*netcore.Session]string
	handled []wire.Message
	ups     []*netcore.Session
	closed  []error
	changed chan struct{} // holds one: something was written down
}

func newRecorder(t testing.TB) *recorder {
	return &recorder{t: t, state: make(map[*netcore.Session]string), changed: make(chan struct{}, 1)}
}

func (r *recorder) note(f func()) {
	r.mu.Lock()
	f()
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *recorder) Up(s *netcore.Session) {
	r.note(func() {
		if r.state[s] != "" {
			r.t.Errorf("Up after %s", r.state[s])
		}
		r.state[s] = "Up"
		r.ups = append(r.ups, s)
	})
	r.Funcs.Up(s)
}

func (r *recorder) Handle(s *netcore.Session, m wire.Message) error {
	r.note(func() {
		if r.state[s] != "Up" {
			r.t.Errorf("Handle after %q", r.state[s])
		}
		r.handled = append(r.handled, m)
	})
	return r.Funcs.Handle(s, m)
}

func (r *recorder) Closed(s *netcore.Session, err error) {
	r.note(func() {
		if r.state[s] != "Up" {
			r.t.Errorf("Closed after %q", r.state[s])
		}
		if err == nil || s.Err() != err {
			r.t.Errorf("Closed with %v, Err %v", err, s.Err())
		}
		r.state[s] = "Closed"
		r.closed = append(r.closed, err)
	})
	r.Funcs.Closed(s, err)
}

func (r *recorder) types() (types []wire.Type) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range r.handled {
		types = append(types, m.Type())
	}
	return types
}

func (r *recorder) closings() []error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]error(nil), r.closed...)
}

// await waits until ok, which may read what was written down.
func (r *recorder) await(what string, ok func() bool) {
	r.t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for !ok() {
		select {
		case <-r.changed:
		case <-limit.C:
			r.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// stranger makes everybody one.
func stranger(identity.DeviceID, netip.AddrPort, bool) netcore.Access { return netcore.Stranger }

// alone starts one device at addrA for raw peers to talk to, and the identity of
// a peer with a higher ID.
func alone(t *testing.T, h netcore.Handler) (*netcoretest.Network, *netcoretest.Device, *identity.Identity, *logs) {
	t.Helper()
	w, l := netcoretest.NewNetwork(), new(logs)
	ids := netcoretest.Identities(t, 2)
	return w, w.Start(t, ids[0], addrA, h, l.logger()), ids[1], l
}

func sampleMsg(seq uint64, text string) *wire.Msg {
	return &wire.Msg{ID: wire.ID{15: byte(seq), 14: byte(seq >> 8), 0: 1}, Epoch: 1, Seq: seq, Text: text}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
