package netcore_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/identity"
	"earshot/netcore"
	"earshot/netcore/netcoretest"
	"earshot/netcore/wire"
)

// hiding starts a device that hides while hides is true, and lets strangers in
// like its Authorize says.
func hiding(t *testing.T, w *netcoretest.Network, id *identity.Identity, h netcore.Handler, hides func() bool) *netcore.Node {
	t.Helper()
	ln, err := w.Listen(addrA)
	if err != nil {
		t.Fatal(err)
	}
	n := netcore.NewNode(netcore.Config{Identity: id, Handler: h, Connect: w.Connect(addrA.Addr()), Hides: hides})
	served := make(chan error, 1)
	go func() { served <- n.Serve(context.Background(), ln) }()
	t.Cleanup(func() {
		n.Close(wire.ByeShutdown)
		<-served
	})
	return n
}

// heard sends bytes to a device and returns how many came back until its end.
func heard(t *testing.T, w *netcoretest.Network, send []byte) int {
	t.Helper()
	c, err := w.Connect(addrB.Addr())(t.Context(), addrA)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go c.Write(send)
	b, _ := io.ReadAll(c)
	return len(b)
}

// clientHello returns the first flight of a client.
func clientHello(t *testing.T, id *identity.Identity, change ...func(*tls.Config)) []byte {
	t.Helper()
	near, far := net.Pipe()
	defer near.Close()
	go tls.Client(near, tlsConfig(id, change...)).HandshakeContext(t.Context())
	b := make([]byte, 4096)
	n, err := far.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	far.Close()
	return b[:n]
}

// A device that hides answers nothing to whoever does not know it: no
// certificate and no alert, whatever comes.
func TestHidingDeviceAnswersNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ids := netcoretest.NewNetwork(), netcoretest.Identities(t, 3)
		var hides atomic.Bool
		hides.Store(true)
		asked := make(chan bool, 16)
		h := &netcoretest.Funcs{OnAuthorize: func(netcoreID, netcoreAddr, bool) netcore.Access { asked <- true; return netcore.Refused }}
		n := hiding(t, w, ids[0], h, hides.Load)
		hello := clientHello(t, ids[1])
		named := func(name string) []byte {
			return clientHello(t, ids[1], func(c *tls.Config) { c.ServerName = name })
		}
		for what, send := range map[string][]byte{
			"no name":        hello,
			"a wrong name":   named("example.org"),
			"TLS 1.2":        clientHello(t, ids[1], func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS12, tls.VersionTLS12 }),
			"no ALPN":        clientHello(t, ids[1], func(c *tls.Config) { c.NextProtos = nil }),
			"half a hello":   hello[:len(hello)/2],
			"HTTP":           []byte("GET / HTTP/1.1\r\n\r\n"),
			"an empty hello": {22, 3, 1, 0, 4, 1, 0, 0, 0},
			"another record": {22, 3, 1, 0, 4, 2, 0, 0, 0},
			"a long record":  {22, 3, 1, 0xff, 0xff},
			"SSL 2":          {0x80, 0x2e, 1, 0, 2},
			"nothing":        nil,
		} {
			if n := heard(t, w, send); n != 0 {
				t.Errorf("%s: %d bytes came back", what, n)
			}
		}
		if len(asked) != 0 {
			t.Error("the Handler was asked about somebody who proved nothing")
		}
		if len(n.Sessions()) != 0 {
			t.Error("a link is up")
		}
		hides.Store(false)
		if n := heard(t, w, hello); n < 500 {
			t.Errorf("visible again: %d bytes", n)
		}
	})
}

// Visibility that ends while a connection waits counts for it, too.
func TestHidingBeginsBeforeTheHello(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ids := netcoretest.NewNetwork(), netcoretest.Identities(t, 2)
		var hides atomic.Bool
		hiding(t, w, ids[0], &netcoretest.Funcs{}, hides.Load)
		c, err := w.Connect(addrB.Addr())(t.Context(), addrA)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		synctest.Wait()
		hides.Store(true)
		go c.Write(clientHello(t, ids[1]))
		if b, _ := io.ReadAll(c); len(b) != 0 {
			t.Errorf("%d bytes came back", len(b))
		}
	})
}

// Who knows the device gets through to Authorize, once with each name.
func TestHidingDeviceLetsIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ids := netcoretest.NewNetwork(), netcoretest.Identities(t, 3)
		h := newRecorder(t)
		h.OnAuthorize = func(id netcoreID, _ netcoreAddr, outbound bool) netcore.Access {
			if outbound {
				t.Error("an incoming link is said to be dialled")
			}
			if id == ids[1].ID() {
				return netcore.Contact
			}
			return netcore.Refused
		}
		hiding(t, w, ids[0], h, func() bool { return true })
		dial := func(from *identity.Identity, at netip.AddrPort) (*netcore.Node, error) {
			n := netcore.NewNode(netcore.Config{Identity: from, Connect: w.Connect(at.Addr()),
				Handler: &netcoretest.Funcs{OnAuthorize: func(_ netcoreID, _ netcoreAddr, outbound bool) netcore.Access {
					if !outbound {
						t.Error("an outgoing link is said to be incoming")
					}
					return netcore.Contact
				}}})
			t.Cleanup(func() { n.Close(wire.ByeShutdown) })
			_, err := n.Dial(t.Context(), ids[0].ID(), []netip.AddrPort{addrA})
			return n, err
		}
		contact, err := dial(ids[1], addrB)
		if err != nil {
			t.Errorf("a contact: %v", err)
		}
		stranger, err := dial(ids[2], netip.MustParseAddrPort("192.0.2.3:1"))
		if !errors.Is(err, netcore.ErrNoHello) {
			t.Errorf("a stranger that knows the ID: %v", err)
		}
		if _, err := stranger.Look(t.Context(), []netip.AddrPort{addrA}); !errors.Is(err, netcore.ErrSilent) {
			t.Errorf("a look: %v", err)
		}
		if _, err := stranger.Dial(t.Context(), ids[1].ID(), []netip.AddrPort{addrA}); !errors.Is(err, netcore.ErrSilent) {
			t.Errorf("a dial for another device: %v", err)
		}
		if len(contact.Sessions()) != 1 {
			t.Error("the contact's link is gone")
		}
	})
}

// A dial for a device shows whoever else answers nothing of the dialler but a
// server name, which is another one each time: the key is compared before the
// certificate is sent.
func TestPinnedDialShowsNothingToAWrongDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ids := netcoretest.NewNetwork(), netcoretest.Identities(t, 3)
		ln, err := w.Listen(addrB)
		if err != nil {
			t.Fatal(err)
		}
		type visit struct {
			name string
			seen bool
			err  error
		}
		visits := make(chan visit, 8)
		go func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				var v visit
				conn := tls.Server(c, tlsConfig(ids[1], func(cfg *tls.Config) {
					cfg.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
						v.name = h.ServerName
						return nil, nil
					}
					cfg.VerifyPeerCertificate = func([][]byte, [][]*x509.Certificate) error {
						v.seen = true
						return nil
					}
				}))
				v.err = conn.HandshakeContext(context.Background())
				c.Close()
				visits <- v
			}
		}()
		defer ln.Close()
		n := netcore.NewNode(netcore.Config{Identity: ids[0], Handler: &netcoretest.Funcs{}, Connect: w.Connect(addrA.Addr())})
		defer n.Close(wire.ByeShutdown)
		names := map[string]bool{}
		for range 2 {
			if _, err := n.Dial(t.Context(), ids[2].ID(), []netip.AddrPort{addrB}); !errors.Is(err, netcore.ErrWrongDevice) {
				t.Errorf("Dial: %v", err)
			}
			v := <-visits
			if v.seen || v.err == nil {
				t.Errorf("the wrong device saw a certificate: %t, %v", v.seen, v.err)
			}
			names[v.name] = true
		}
		if len(names) != 2 || names[""] {
			t.Errorf("names %v", names)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		n.Look(ctx, []netip.AddrPort{addrB}) // ends without a Hello
		if v := <-visits; v.name != "" || !v.seen {
			t.Errorf("a look: %+v", v)
		}
	})
}

// In a name that is right the nonce counts once.
func TestHidingDeviceTakesANameOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ids := netcoretest.NewNetwork(), netcoretest.Identities(t, 2)
		hiding(t, w, ids[0], &netcoretest.Funcs{}, func() bool { return true })
		tap := make(chan []byte, 1)
		n := netcore.NewNode(netcore.Config{Identity: ids[1], Handler: &netcoretest.Funcs{},
			Connect: func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
				c, err := w.Connect(addrB.Addr())(ctx, to)
				return &firstWrite{Conn: c, first: tap}, err
			}})
		defer n.Close(wire.ByeShutdown)
		if _, err := n.Dial(t.Context(), ids[0].ID(), []netip.AddrPort{addrA}); err != nil {
			t.Fatal(err)
		}
		if n := heard(t, w, <-tap); n != 0 {
			t.Errorf("the same hello again: %d bytes came back", n)
		}
	})
}

// firstWrite copies the first write.
type firstWrite struct {
	net.Conn
	first chan []byte
}

func (c *firstWrite) Write(p []byte) (int, error) {
	select {
	case c.first <- append([]byte(nil), p...):
	default:
	}
	return c.Conn.Write(p)
}
