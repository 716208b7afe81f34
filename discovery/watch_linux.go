package discovery

import (
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
)

// Groups of rtnetlink messages (linux/rtnetlink.h).
const (
	rtmgrpLink   = 0x1
	rtmgrpIPv4   = 0x10
	rtmgrpIPv6   = 0x100
	watchedGroup = rtmgrpLink | rtmgrpIPv4 | rtmgrpIPv6
)

// watch pokes changed when the kernel says that an interface or an address is
// another one, until ctx ends. It reports false where that is not allowed, as
// on Android; then the caller has to look by itself.
func watch(ctx context.Context, tasks *sync.WaitGroup, changed chan<- struct{}) bool {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC|syscall.SOCK_NONBLOCK, syscall.NETLINK_ROUTE)
	if err != nil {
		return false
	}
	if err := syscall.Bind(fd, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK, Groups: watchedGroup}); err != nil {
		_ = syscall.Close(fd)
		return false
	}
	socket := os.NewFile(uintptr(fd), "netlink") // waits without a thread, and Close wakes it
	tasks.Go(func() {
		stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
		defer stop()
		buf := make([]byte, os.Getpagesize())
		for {
			// What it says does not matter: the interfaces are listed anew. A
			// full buffer means that messages were lost, hence a change.
			if _, err := socket.Read(buf); err != nil && !errors.Is(err, syscall.ENOBUFS) {
				_ = socket.Close()
				return
			}
			select {
			case changed <- struct{}{}:
			default:
			}
		}
	})
	return true
}
