package netcore_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/netcore"
	"earshot/netcore/netcoretest"
	"earshot/netcore/wire"
)

// onTCP is a node that listens on a free port of 127.0.0.1.
type onTCP struct {
	node *netcore.Node
	id   identityOf
	addr netip.AddrPort
	logs *logs
}

func startTCP(t *testing.T, id identityOf, h netcore.Handler) *onTCP {
	t.Helper()
	ln := must(net.Listen("tcp", "127.0.0.1:0"))
	d := &onTCP{id: id, logs: new(logs), addr: ln.Addr().(*net.TCPAddr).AddrPort()}
	d.node = netcore.NewNode(netcore.Config{Identity: id, Handler: h, Logger: d.logs.logger()})
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- d.node.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
		d.node.Close(wire.ByeShutdown)
	})
	return d
}

func TestTCPSimultaneousConnect(t *testing.T) {
	ids := netcoretest.Identities(t, 2)
	for range 100 {
		ra, rb := newRecorder(t), newRecorder(t)
		a, b := startTCP(t, ids[0], ra), startTCP(t, ids[1], rb)
		var both sync.WaitGroup
		both.Go(func() {
			if _, err := a.node.Dial(t.Context(), ids[1].ID(), addrs(b.addr)); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			if _, err := b.node.Dial(t.Context(), ids[0].ID(), addrs(a.addr)); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		ra.await("one link left at A", func() bool { return len(ra.closings()) == 1 })
		rb.await("one link left at B", func() bool { return len(rb.closings()) == 1 })
		sa, sb := a.node.Sessions(), b.node.Sessions()
		if len(sa) != 1 || len(sb) != 1 || !sa[0].Outbound() || sb[0].Outbound() {
			t.Fatalf("%d and %d links", len(sa), len(sb))
		}
		if err := sa[0].Ping(within(t, netcore.PingTimeout)); err != nil {
			t.Fatal(err)
		}
		a.node.Close(wire.ByeShutdown)
		b.node.Close(wire.ByeShutdown)
	}
}

// A clean end on real sockets: what is under way arrives, Bye is read, nobody
// sees a reset.
func TestTCPCloseLosesNothing(t *testing.T) {
	ids := netcoretest.Identities(t, 2)
	ra, rb := newRecorder(t), newRecorder(t)
	a, b := startTCP(t, ids[0], ra), startTCP(t, ids[1], rb)
	for round := range 30 {
		s, err := a.node.Dial(t.Context(), ids[1].ID(), addrs(b.addr))
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Repeat("x", 1000)
		for i := range uint64(100) {
			if err := s.Send(t.Context(), sampleMsg(i+1, text)); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Ping(within(t, 20*time.Second)); err != nil { // overtakes, but is written after what came before it
			t.Fatal(err)
		}
		s.Close(wire.ByeDone)
		rb.await("Closed", func() bool { return len(rb.closings()) == round+1 })
		var bye *netcore.ByeError
		if err := rb.closings()[round]; !errors.As(err, &bye) || bye.Reason != wire.ByeDone {
			t.Fatalf("closed with %v", err)
		}
		<-s.Done()
	}
	if w := append(a.logs.warnings(), b.logs.warnings()...); len(w) != 0 {
		t.Errorf("log: %q", w)
	}
}

// Whatever connects that is not Earshot leaves one clear line and nothing else.
func TestTCPWrongProtocols(t *testing.T) {
	ids := netcoretest.Identities(t, 4) // a link that broke the protocol keeps its device out for a while
	d := startTCP(t, ids[0], newRecorder(t))
	id := ids[1]
	say := func(s string) func(net.Conn) {
		return func(c net.Conn) {
			io.WriteString(c, s)
			c.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, c)
		}
	}
	overTLS := func(cfg *tls.Config, b []byte) func(net.Conn) {
		return func(c net.Conn) {
			conn := tls.Client(c, cfg)
			if conn.Handshake() == nil {
				conn.Write(b)
			}
			conn.CloseWrite()
			io.Copy(io.Discard, conn)
		}
	}
	hello := frameOf(t, testHello())
	tests := []struct {
		name string
		do   func(net.Conn)
		log  string // "": silent
	}{
		{"probe", func(net.Conn) {}, ""},
		{"browser", say("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "web browser"},
		{"form", say("POST /x HTTP/1.1\r\n\r\n"), "web browser"},
		{"nc", say("hello there\n"), "not TLS"},
		{"nc, one key", say("\n"), "middle of the TLS handshake"},
		{"garbage", say("\x00\xff\x13\x37" + strings.Repeat("\xa5", 5000)), "not TLS"},
		{"a handshake that does not end", say("\x16\x03\x01\x40\x00\x01\x00\xff\xff" + strings.Repeat("\x00", 20000)), "not TLS"},
		{"half a ClientHello", say("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"), "middle of the TLS handshake"},
		{"no ALPN", overTLS(tlsConfig(id, func(c *tls.Config) { c.NextProtos = nil }), hello), "without ALPN"},
		{"another ALPN", overTLS(tlsConfig(id, func(c *tls.Config) { c.NextProtos = []string{"h2", "http/1.1"} }), hello), "without ALPN"},
		{"no certificate", overTLS(tlsConfig(id, func(c *tls.Config) { c.Certificates = nil }), hello), "no usable certificate"},
		{"TLS 1.2", overTLS(tlsConfig(id, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 }), hello), "no usable certificate or no common"},
		{"two certificates", overTLS(tlsConfig(id, func(c *tls.Config) {
			two := id.Certificate()
			two.Certificate = append(two.Certificate[:1:1], two.Certificate[0])
			c.Certificates = []tls.Certificate{two}
		}), hello), "no usable certificate"},
		{"certificates without end", overTLS(tlsConfig(id, func(c *tls.Config) {
			many := id.Certificate()
			many.Certificate = slices.Repeat(many.Certificate[:1], netcore.MaxHandshakeBytes/len(many.Certificate[0])+10)
			c.Certificates = []tls.Certificate{many}
		}), hello), "handshake is too long"},
		{"oversized length", overTLS(tlsConfig(id), []byte{0xff, 0xff, 0xff, 0xff, 1}), "longer than this link allows"},
		{"half a frame", overTLS(tlsConfig(ids[2]), hello[:20]), "middle of a frame"},
		{"garbage in TLS", overTLS(tlsConfig(ids[3]), []byte("GET / HTTP/1.1\r\n\r\n")), "longer than this link allows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			before := len(d.logs.warnings())
			c := must(net.Dial("tcp", d.addr.String()))
			tt.do(c)
			c.Close()
			want := before
			if tt.log != "" {
				want++
			}
			// The line of this connection is written before that of a later one.
			marker := must(net.Dial("tcp", d.addr.String()))
			io.WriteString(marker, "nc\nnc\nnc\n")
			io.Copy(io.Discard, marker)
			marker.Close()
			await(t, "its line", func() bool { return len(d.logs.warnings()) > want })
			lines := d.logs.warnings()[before:]
			if tt.log == "" {
				if len(lines) != 1 {
					t.Errorf("log: %q", lines)
				}
				return
			}
			if len(lines) != 2 || !strings.Contains(strings.Join(lines, ""), tt.log) {
				t.Errorf("log: %q, want one line with %q", lines, tt.log)
			}
			if strings.Contains(d.logs.String(), "GET /") {
				t.Error("the log quotes what a stranger sent")
			}
		})
	}
}

// await polls a condition that no channel tells of.
func await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit, tick := time.After(20*time.Second), time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// A thousand bad connections leave no goroutine and at most 8 MiB behind, and a
// good one gets through among them.
func TestTCPThousandBadConnections(t *testing.T) {
	ids := netcoretest.Identities(t, 3)
	r := newRecorder(t)
	r.OnAuthorize = stranger
	d := startTCP(t, ids[0], r)
	good := startTCP(t, ids[1], newRecorder(t))
	link, err := good.node.Dial(t.Context(), ids[0].ID(), addrs(d.addr))
	if err != nil {
		t.Fatal(err)
	}
	d.node.SetAccess(ids[1].ID(), netcore.Contact)
	bad := func(i int) {
		c, err := net.Dial("tcp", d.addr.String())
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		switch i % 6 {
		case 0: // a port scan
		case 1:
			io.WriteString(c, "GET / HTTP/1.1\r\n\r\n")
		case 2:
			c.Write(make([]byte, 70000))
		case 3: // announces much, sends little
			conn := tls.Client(c, tlsConfig(ids[2]))
			if conn.Handshake() == nil {
				conn.Write(frameOf(t, testHello()))
				conn.Write([]byte{0, 4, 0, 0, byte(wire.TypeMsg)})
			}
		case 4: // half a frame
			conn := tls.Client(c, tlsConfig(ids[2]))
			if conn.Handshake() == nil {
				conn.Write(frameOf(t, testHello())[:30])
			}
		case 5:
			io.WriteString(c, "\x16\x03\x01\x02\x00\x01")
		}
	}
	round := func(n int) {
		var all sync.WaitGroup
		for w := range 4 {
			all.Go(func() {
				for i := range n / 4 {
					bad(i*4 + w)
				}
			})
		}
		all.Wait()
	}
	settled := func() (goroutines int, heap uint64) {
		await(t, "the bad links to end", func() bool { return len(d.node.Sessions()) == 1 })
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return runtime.NumGoroutine(), m.HeapAlloc
	}
	round(50) // pools and tables are filled once
	await(t, "quiet", func() bool { return len(d.node.Sessions()) == 1 })
	goroutines, heap := settled()
	round(1000)
	await(t, "goroutines to end", func() bool { return runtime.NumGoroutine() <= goroutines })
	d.logs.mu.Lock()
	d.logs.buf.Reset()
	d.logs.mu.Unlock()
	_, after := settled()
	if after > heap+8<<20 {
		t.Errorf("%d KiB of memory did not come back", (after-heap)>>10)
	}
	if err := link.Ping(within(t, netcore.PingTimeout)); err != nil {
		t.Errorf("the good link: %v", err)
	}
	if _, err := good.node.Look(t.Context(), addrs(d.addr)); err != nil {
		t.Errorf("Look afterwards: %v", err)
	}
}

// The same port is free again right after a close with links up.
func TestTCPSamePortAfterRestart(t *testing.T) {
	ids := netcoretest.Identities(t, 2)
	b := startTCP(t, ids[1], newRecorder(t))
	addr := netip.AddrPort{}
	for range 5 {
		ln := must(net.Listen("tcp", "127.0.0.1:"+portOf(addr)))
		addr = ln.Addr().(*net.TCPAddr).AddrPort()
		a := netcore.NewNode(netcore.Config{Identity: ids[0], Handler: newRecorder(t)})
		served := make(chan error, 1)
		go func() { served <- a.Serve(t.Context(), ln) }()
		if _, err := b.node.Dial(t.Context(), ids[0].ID(), addrs(addr)); err != nil {
			t.Fatal(err)
		}
		a.Close(wire.ByeShutdown)
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}
