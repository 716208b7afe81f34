package netcore_test

import (
	"net/netip"
	"strconv"

	"earshot/internal/identity"
)

type (
	netcoreID   = identity.DeviceID
	netcoreAddr = netip.AddrPort
	identityOf  = *identity.Identity
)

func addrs(a ...netip.AddrPort) []netip.AddrPort { return a }

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func portOf(a netip.AddrPort) string { return strconv.Itoa(int(a.Port())) }
