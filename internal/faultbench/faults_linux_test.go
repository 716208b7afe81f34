package faultbench

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"
)

// soon is how long a test waits for a packet that must come; silence how long
// for one that must not, after another one showed that the way is open.
const (
	soon    = 10 * time.Second
	silence = 300 * time.Millisecond
)

// on opens something in the namespace of a host.
func on[T any](t *testing.T, l *LAN, host string, open func() (T, error)) (v T) {
	t.Helper()
	err := inNamespace(l.prefix+host, func() (err error) {
		v, err = open()
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", host, err)
	}
	return v
}

// udp opens a UDP socket of the host that hears what is sent to it, and what is
// sent to the group of mDNS.
func udp(t *testing.T, l *LAN, host, network string, group net.IP) *net.UDPConn {
	t.Helper()
	c := on(t, l, host, func() (*net.UDPConn, error) {
		eth, err := net.InterfaceByName(Interface)
		if err != nil {
			return nil, err
		}
		return net.ListenMulticastUDP(network, eth, &net.UDPAddr{IP: group, Port: port})
	})
	t.Cleanup(func() { c.Close() })
	return c
}

// port is a port inside the namespaces, where nobody else is.
const port = 5354

var (
	group4 = net.IPv4(224, 0, 0, 251)
	group6 = net.ParseIP("ff02::fb")
)

// heard reads what arrives until wait has passed without anything.
func heard(t *testing.T, c *net.UDPConn, wait time.Duration) (all []string) {
	t.Helper()
	buf := make([]byte, 2048)
	for {
		c.SetReadDeadline(time.Now().Add(wait))
		n, err := c.Read(buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(buf[:n]))
	}
}

// wantText waits for exactly this text on the socket.
func wantText(t *testing.T, c *net.UDPConn, want string) {
	t.Helper()
	buf := make([]byte, 2048)
	c.SetReadDeadline(time.Now().Add(soon))
	n, err := c.Read(buf)
	if err != nil || string(buf[:n]) != want {
		t.Fatalf("%q, %v; want %q", buf[:n], err, want)
	}
}

// ways are the kinds of traffic that each fault must treat alike.
var ways = []struct {
	name, network string
	group         net.IP
	many          bool // to the group and not to the host
}{
	{"IPv4", "udp4", group4, false},
	{"IPv4 multicast", "udp4", group4, true},
	{"IPv6", "udp6", group6, false},
	{"IPv6 multicast", "udp6", group6, true},
}

// eachWay runs a test with a socket on host a and a function by which b sends
// to it, for each kind of traffic.
func eachWay(t *testing.T, l *LAN, test func(t *testing.T, listener *net.UDPConn, send func(text string))) {
	for _, w := range ways {
		t.Run(w.name, func(t *testing.T) {
			listener, from := udp(t, l, "a", w.network, w.group), udp(t, l, "b", w.network, w.group)
			to := &net.UDPAddr{IP: w.group, Port: port}
			switch {
			case !w.many && w.network == "udp4":
				to.IP = l.Addr("a").AsSlice()
			case !w.many:
				to.IP = linkLocal(l.port("a") + 1)
			}
			if w.network == "udp6" {
				to.Zone = fmt.Sprint(on(t, l, "b", func() (int, error) {
					eth, err := net.InterfaceByName(Interface)
					if err != nil {
						return 0, err
					}
					return eth.Index, nil
				}))
			}
			test(t, listener, func(text string) {
				t.Helper()
				if _, err := from.WriteTo([]byte(text), to); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

// linkLocal is the address that the kernel makes from the hardware address of
// host n (RFC 4291 appendix A).
func linkLocal(n int) net.IP { return net.ParseIP(fmt.Sprintf("fe80::ea:ff:fe00:%x", n)) }

func TestImpair(t *testing.T) {
	l := NewLAN(t, "a", "b")
	i := l.Impair("a", 1)
	eachWay(t, l, func(t *testing.T, listener *net.UDPConn, send func(string)) {
		i.Set(Both, Impairment{})
		send("passes")
		wantText(t, listener, "passes")

		i.Set(Received, Impairment{Duplicate: 1})
		send("twice")
		wantText(t, listener, "twice")
		wantText(t, listener, "twice")

		i.Set(Received, Impairment{Loss: 1})
		send("lost")
		before := i.Stats(Received).Corrupted
		i.Set(Received, Impairment{Corrupt: 1})
		for range 50 {
			send("damaged damaged damaged damaged damaged damaged")
		}
		for _, text := range heard(t, listener, silence) {
			// A bit of the hop limit or of the type of service may change
			// without harm; a bit of the text never does.
			if text != "damaged damaged damaged damaged damaged damaged" {
				t.Errorf("a frame with a wrong bit brought %q", text)
			}
		}
		if i.Stats(Received).Corrupted < before+50 {
			t.Errorf("%d frames were corrupted", i.Stats(Received).Corrupted-before)
		}

		i.Set(Received, Impairment{Swap: 1})
		text := string(bytes.Repeat([]byte("0123456789"), 50))
		send(text)
		if got := heard(t, listener, silence); len(got) != 1 || len(got[0]) != len(text) || got[0] == text {
			t.Errorf("what passes the checksum but is not what was sent: %q", got)
		}
		i.Set(Both, Impairment{})
		send("healed")
		wantText(t, listener, "healed")
	})
	l.SetLink("a", false)
	if reaches(l, "b", "10.77.0.1") {
		t.Error("a cable with an impairer cannot be pulled")
	}
	l.SetLink("a", true)
	l.RemoveInterface("a")
	l.AddInterface("a")
	before := i.Stats(Both).Frames
	if !reaches(l, "b", "10.77.0.1") || i.Stats(Both).Frames == before {
		t.Error("a new interface of the host is not behind the impairer")
	}
}

func TestDropIsSilentAndHealed(t *testing.T) {
	l := NewLAN(t, "a", "b")
	eachWay(t, l, func(t *testing.T, listener *net.UDPConn, send func(string)) {
		send("before")
		wantText(t, listener, "before")
		for _, fault := range []func(){
			func() { l.Drop("a", Received) },
			func() { l.Drop("b", Sent) },
			func() { l.Drop("a", Both) },
		} {
			fault()
			send("dropped")
			l.Heal("a")
			l.Heal("b")
			send("healed")
			wantText(t, listener, "healed")
		}
		l.Drop("a", Sent)
		l.Drop("b", Received)
		send("the other direction")
		wantText(t, listener, "the other direction")
		l.Heal("a")
		l.Heal("b")
	})
}

// tcp connects a client on b with a server on a.
func tcp(t *testing.T, l *LAN) (client, server *net.TCPConn) {
	t.Helper()
	ln := on(t, l, "a", func() (net.Listener, error) { return net.Listen("tcp", ":0") })
	defer ln.Close()
	accepted := make(chan *net.TCPConn, 1)
	go func() {
		c, err := ln.Accept()
		if err == nil {
			accepted <- c.(*net.TCPConn)
		}
		close(accepted)
	}()
	to := netip.AddrPortFrom(l.Addr("a"), uint16(ln.Addr().(*net.TCPAddr).Port))
	client = on(t, l, "b", func() (*net.TCPConn, error) {
		c, err := net.DialTimeout("tcp", to.String(), soon)
		if err != nil {
			return nil, err
		}
		return c.(*net.TCPConn), nil
	})
	server = <-accepted
	for _, c := range []*net.TCPConn{client, server} {
		if c == nil {
			t.Fatal("no connection")
		}
		c.SetDeadline(time.Now().Add(soon))
		t.Cleanup(func() { c.Close() })
	}
	return client, server
}

func TestDropLonger(t *testing.T) {
	l := NewLAN(t, "a", "b")
	const longest = 600
	send := func(n int) error {
		client, server := tcp(t, l)
		client.SetWriteDeadline(time.Now().Add(soon))
		if _, err := client.Write(make([]byte, n)); err != nil {
			return err
		}
		server.SetReadDeadline(time.Now().Add(silence))
		_, err := io.ReadFull(server, make([]byte, n))
		return err
	}
	if err := send(100_000); err != nil {
		t.Fatal(err)
	}
	l.DropLonger("a", longest)
	if err := send(400); err != nil {
		t.Errorf("short packets: %v", err)
	}
	if err := send(1000); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a long packet: %v, want silence", err)
	}
	// Packets that the host itself cuts to the shorter path pass.
	l.SetMTU("a", longest)
	if err := send(100_000); err != nil {
		t.Errorf("packets cut to %d bytes: %v", longest, err)
	}
	l.SetMTU("a", 1500)
	l.Heal("a")
	if err := send(100_000); err != nil {
		t.Errorf("healed: %v", err)
	}
}

func TestReset(t *testing.T) {
	l := NewLAN(t, "a", "b")
	client, server := tcp(t, l)
	exchange := func() error {
		if _, err := client.Write([]byte("x")); err != nil {
			return err
		}
		_, err := io.ReadFull(server, make([]byte, 1))
		return err
	}
	if err := exchange(); err != nil {
		t.Fatal(err)
	}
	// What a receives is answered to b; a itself hears nothing.
	l.Reset("a", Received)
	client.Write([]byte("x"))
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client: %v, want a reset", err)
	}
	l.Heal("a")

	client, server = tcp(t, l)
	l.Reset("a", Sent)
	server.Write([]byte("x"))
	if _, err := server.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the server: %v, want a reset", err)
	}
	l.Heal("a")
	client, server = tcp(t, l)
	if err := exchange(); err != nil {
		t.Errorf("healed: %v", err)
	}
}

func TestAddresses(t *testing.T) {
	l := NewLAN(t, "a", "b", "c")
	addrs := func(host string) (all []string) {
		for _, a := range on(t, l, host, func() ([]net.Addr, error) {
			eth, err := net.InterfaceByName(Interface)
			if err != nil {
				return nil, err
			}
			return eth.Addrs()
		}) {
			all = append(all, a.String())
		}
		return all
	}
	want := func(host string, all ...string) {
		t.Helper()
		if got := addrs(host); fmt.Sprint(got) != fmt.Sprint(all) {
			t.Errorf("%s has %v, want %v", host, got, all)
		}
	}
	const own, own6 = "10.77.0.1/24", "fe80::ea:ff:fe00:1/64"
	second := netip.MustParsePrefix("192.168.9.1/24")
	want("a", own, own6)
	l.AddAddr("a", second)
	want("a", own, second.String(), own6)
	l.DelAddr("a", second)
	l.OnlyIPv6("a")
	want("a", own6)
	l.BothIP("a")
	want("a", own, own6)
	l.OnlyIPv4("a")
	want("a", own)
	l.BothIP("a")
	want("a", own, own6)

	// c remembers where each was before.
	heardBy := udp(t, l, "b", "udp4", group4)
	from := udp(t, l, "c", "udp4", group4)
	send := func(host, text string) {
		t.Helper()
		if _, err := from.WriteTo([]byte(text), &net.UDPAddr{IP: l.Addr(host).AsSlice(), Port: port}); err != nil {
			t.Fatal(err)
		}
	}
	send("b", "before")
	wantText(t, heardBy, "before")
	l.SwapAddrs("a", "b")
	if l.Addr("b") != netip.MustParseAddr("10.77.0.1") || l.Addr("a") != netip.MustParseAddr("10.77.0.2") {
		t.Errorf("a has %v, b has %v", l.Addr("a"), l.Addr("b"))
	}
	send("a", "for a")
	send("b", "for b")
	wantText(t, heardBy, "for b")
}
