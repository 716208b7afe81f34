package hostile

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
)

// speaker sends multicast DNS from one address of this host, from the port that
// it must come from, which others here use too.
func speaker(ctx context.Context, from netip.Addr) (net.Conn, error) {
	group := netip.MustParseAddrPort(MulticastGroup)
	d := net.Dialer{
		LocalAddr: net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, group.Port())),
		Control: func(_, _ string, c syscall.RawConn) error {
			var set error
			err := c.Control(func(fd uintptr) { set = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1) })
			return errors.Join(err, set)
		},
	}
	return d.DialContext(ctx, "udp4", MulticastGroup)
}
