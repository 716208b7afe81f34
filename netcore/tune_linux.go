package netcore

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

func tuneSystem(tcp *net.TCPConn) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(UserTimeout.Milliseconds()))
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, NotSentLowWater)
	})
}

// canLimitSegments says whether limitSegments does anything.
const canLimitSegments = true

// limitSegments makes a socket that is not connected yet announce SmallSegment
// to the other side and keep to it itself.
func limitSegments(_, _ string, raw syscall.RawConn) error {
	return raw.Control(func(fd uintptr) {
		unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_MAXSEG, SmallSegment)
	})
}
