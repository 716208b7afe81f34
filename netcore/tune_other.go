//go:build !linux

package netcore

import (
	"net"
	"syscall"
)

// tuneSystem has nothing to set: the options are Linux's own.
func tuneSystem(*net.TCPConn) {}

// canLimitSegments is false where nothing was tried. Apple's systems look for
// such paths themselves.
const canLimitSegments = false

func limitSegments(string, string, syscall.RawConn) error { return nil }
