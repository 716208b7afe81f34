//go:build !linux

package hostile

import (
	"context"
	"errors"
	"net"
	"net/netip"
)

// speaker is there on Linux only, where hosts are network namespaces.
func speaker(context.Context, netip.Addr) (net.Conn, error) {
	return nil, errors.New("multicast is forged on Linux only")
}
