package netif

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"unsafe"
)

// list asks with RTM_GETADDR on a netlink socket that is never bound, and with
// the ioctls that need no right: the only calls that Android leaves to apps.
// Interfaces without an address do not occur in the answer.
func list() ([]Interface, error) {
	nl, err := askAddresses()
	if err != nil {
		return nil, err
	}
	defer syscall.Close(nl)
	ctl, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("listing interfaces: %w", os.NewSyscallError("socket", err))
	}
	defer syscall.Close(ctl)

	var out []Interface
	at := map[int]int{} // interface index to position in out
	buf := make([]byte, netlinkBuffer)
	for {
		n, _, err := syscall.Recvfrom(nl, buf, 0)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("listing addresses: %w", os.NewSyscallError("recvfrom", err))
		}
		messages, err := syscall.ParseNetlinkMessage(buf[:n])
		if err != nil {
			return nil, fmt.Errorf("listing addresses: %w", err)
		}
		for i := range messages {
			switch messages[i].Header.Type {
			case syscall.NLMSG_DONE:
				return out, nil
			case syscall.NLMSG_ERROR:
				return nil, fmt.Errorf("listing addresses: %w", os.NewSyscallError("netlink", refusal(messages[i].Data)))
			}
			index, prefix, ok := parseAddress(&messages[i])
			if !ok {
				continue
			}
			k, known := at[index]
			if !known {
				ifi, err := describe(ctl, index)
				if err != nil {
					continue // it went away between the two calls
				}
				k = len(out)
				at[index] = k
				out = append(out, Interface{Interface: ifi})
			}
			out[k].Prefixes = append(out[k].Prefixes, prefix)
		}
	}
}

// refusal reads an NLMSG_ERROR message: it begins with the negative number of
// the error.
func refusal(data []byte) error {
	if len(data) < 4 {
		return syscall.EINVAL
	}
	return syscall.Errno(-int32(binary.NativeEndian.Uint32(data)))
}

// netlinkBuffer holds one batch of a netlink dump, in bytes; the kernel sends
// at most 32 KiB at a time.
const netlinkBuffer = 64 << 10

// askAddresses sends the request for all addresses and returns the socket on
// which the answers come.
func askAddresses() (int, error) {
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return -1, fmt.Errorf("listing addresses: %w", os.NewSyscallError("socket", err))
	}
	req := make([]byte, syscall.NLMSG_HDRLEN+syscall.SizeofIfAddrmsg)
	binary.NativeEndian.PutUint32(req[0:], uint32(len(req)))
	binary.NativeEndian.PutUint16(req[4:], syscall.RTM_GETADDR)
	binary.NativeEndian.PutUint16(req[6:], syscall.NLM_F_REQUEST|syscall.NLM_F_DUMP)
	binary.NativeEndian.PutUint32(req[8:], 1) // sequence number
	if err := syscall.Sendto(fd, req, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		syscall.Close(fd)
		return -1, fmt.Errorf("listing addresses: %w", os.NewSyscallError("sendto", err))
	}
	return fd, nil
}

// parseAddress reads one RTM_NEWADDR message: the index of the interface and
// the address on it. On a point-to-point link IFA_ADDRESS is the other end and
// IFA_LOCAL is ours.
func parseAddress(m *syscall.NetlinkMessage) (index int, prefix netip.Prefix, ok bool) {
	if m.Header.Type != syscall.RTM_NEWADDR || len(m.Data) < syscall.SizeofIfAddrmsg {
		return 0, prefix, false
	}
	attrs, err := syscall.ParseNetlinkRouteAttr(m)
	if err != nil {
		return 0, prefix, false
	}
	var addr netip.Addr
	for _, a := range attrs {
		switch a.Attr.Type {
		case syscall.IFA_LOCAL:
			addr, _ = netip.AddrFromSlice(a.Value)
		case syscall.IFA_ADDRESS:
			if !addr.IsValid() {
				addr, _ = netip.AddrFromSlice(a.Value)
			}
		}
	}
	prefix = netip.PrefixFrom(addr, int(m.Data[1]))
	return int(binary.NativeEndian.Uint32(m.Data[4:])), prefix, prefix.IsValid()
}

// ifreq is the argument of the interface ioctls: a name of 16 bytes and a
// union, of which only the first value is used here.
type ifreq [40]byte

// ifreqValue is where the union of an ifreq begins.
const ifreqValue = syscall.IFNAMSIZ

// flagBits pairs the flags of the kernel with those of package net.
var flagBits = []struct {
	bit  uint16
	flag net.Flags
}{
	{syscall.IFF_UP, net.FlagUp},
	{syscall.IFF_RUNNING, net.FlagRunning},
	{syscall.IFF_BROADCAST, net.FlagBroadcast},
	{syscall.IFF_LOOPBACK, net.FlagLoopback},
	{syscall.IFF_POINTOPOINT, net.FlagPointToPoint},
	{syscall.IFF_MULTICAST, net.FlagMulticast},
}

// describe asks for name, flags and MTU of an interface.
func describe(fd, index int) (net.Interface, error) {
	var r ifreq
	binary.NativeEndian.PutUint32(r[ifreqValue:], uint32(index))
	if err := ioctl(fd, syscall.SIOCGIFNAME, &r); err != nil {
		return net.Interface{}, err
	}
	n := 0
	for n < ifreqValue && r[n] != 0 {
		n++
	}
	ifi := net.Interface{Index: index, Name: string(r[:n])}

	r = ifreq{}
	copy(r[:], ifi.Name)
	if err := ioctl(fd, syscall.SIOCGIFFLAGS, &r); err != nil {
		return ifi, err
	}
	bits := binary.NativeEndian.Uint16(r[ifreqValue:])
	for _, f := range flagBits {
		if bits&f.bit != 0 {
			ifi.Flags |= f.flag
		}
	}

	r = ifreq{}
	copy(r[:], ifi.Name)
	if err := ioctl(fd, syscall.SIOCGIFMTU, &r); err != nil {
		return ifi, err
	}
	ifi.MTU = int(int32(binary.NativeEndian.Uint32(r[ifreqValue:])))
	return ifi, nil
}

func ioctl(fd int, request uintptr, r *ifreq) error {
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(r))); e != 0 {
		return os.NewSyscallError("ioctl", e)
	}
	return nil
}
