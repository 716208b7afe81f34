// Package netif lists the network interfaces of this machine with their
// addresses, also where the standard library is not allowed to: Android denies
// apps the system calls behind net.Interfaces since version 11 or 13. Call
// [List] for all of them and [Usable] for those on which devices nearby can be.
package netif

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// Interface is one network interface and its addresses, each with the length
// of its network prefix. IPv4 addresses are 4-byte ones and no address has a
// zone.
type Interface struct {
	net.Interface
	Prefixes []netip.Prefix
}

// List returns the interfaces that have an address, ordered by index; the
// addresses are in the order of the system. On Linux and Android the field
// HardwareAddr is not filled in.
func List() ([]Interface, error) {
	all, err := list()
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b Interface) int { return a.Index - b.Index })
	return all, nil
}

// Restricted reports whether the system denies this process what the standard
// library needs to list interfaces, as Android 13 and newer do to every app:
// there [List] works, and net.Interfaces, net.InterfaceByIndex and the Addrs
// method of a net.Interface do not. It is found out by asking, at the first
// call only, because it does not change in the life of a process.
func Restricted() bool { return restricted() }

var restricted = sync.OnceValue(func() bool {
	_, err := net.Interfaces()
	return err != nil
})

// wanted are the flags of an interface on which multicast reaches neighbours.
// Running means that it has a carrier: a cable, or an access point.
const wanted = net.FlagUp | net.FlagRunning | net.FlagMulticast

// unwanted are the flags of interfaces without neighbours.
const unwanted = net.FlagLoopback | net.FlagPointToPoint

// virtual are the beginnings of names of interfaces that lead to containers,
// virtual machines, tunnels and mobile networks: multicast that is sent there
// reaches no device of people in the room.
var virtual = []string{
	"docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "lxc", "lxd", "cni", "flannel", "cali", "podman",
	"tun", "tap", "utun", "wg", "zt", "tailscale", "ppp", "ipsec", "awdl", "llw", "rmnet", "ccmni", "dummy", "ifb",
	"gif", "stf", "vEthernet (WSL", "vEthernet (Default",
}

// Usable returns those interfaces of all on which devices nearby can be: up,
// running, able to multicast, with an address, and not a loopback, a
// point-to-point link or one that is known to be virtual. It keeps their order.
func Usable(all []Interface) []Interface {
	var out []Interface
	for _, i := range all {
		if i.Flags&wanted == wanted && i.Flags&unwanted == 0 && len(i.Prefixes) > 0 && !isVirtual(i.Name) {
			out = append(out, i)
		}
	}
	return out
}

func isVirtual(name string) bool {
	return slices.ContainsFunc(virtual, func(p string) bool { return strings.HasPrefix(name, p) })
}
