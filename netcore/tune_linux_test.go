package netcore

import (
	"net"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// Both ends of a connection with small segments keep to them.
func TestConnectSmallTCP(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	for _, c := range []struct {
		name    string
		connect connectFunc
		small   bool
	}{{"small", connectSmallTCP, true}, {"ordinary", connectTCP, false}} {
		near, err := c.connect(t.Context(), netip.MustParseAddrPort(ln.Addr().String()))
		if err != nil {
			t.Fatal(err)
		}
		defer near.Close()
		far, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer far.Close()
		for end, conn := range map[string]net.Conn{"near": near, "far": far} {
			raw, err := conn.(*net.TCPConn).SyscallConn()
			if err != nil {
				t.Fatal(err)
			}
			var size int
			raw.Control(func(fd uintptr) { size, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG) })
			if err != nil || size <= 0 || (size <= SmallSegment) != c.small {
				t.Errorf("%s, %s end: segments of %d bytes, %v", c.name, end, size, err)
			}
		}
	}
}
