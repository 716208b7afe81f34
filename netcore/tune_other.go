//go:build !linux

package netcore

import "net"

// tuneSystem has nothing to set: the options are Linux's own.
func tuneSystem(*net.TCPConn) {}
