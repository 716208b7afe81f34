package discovery

import (
	"os"
	"strconv"
	"syscall"
)

// breakSockets shuts down every UDP socket of this process behind the back of
// its owner, as systems do that save power, and returns how many.
func breakSockets() int {
	n := 0
	dir, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	for _, e := range dir {
		fd, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if kind, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_TYPE); err != nil || kind != syscall.SOCK_DGRAM {
			continue
		}
		// An unconnected socket says ENOTCONN and is shut down nevertheless.
		_ = syscall.Shutdown(fd, syscall.SHUT_RDWR)
		n++
	}
	return n
}
