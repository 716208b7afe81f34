package discovery

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"earshot/discovery/netif"
)

// mdnsPort is the port of multicast DNS.
const mdnsPort = 5353

// The groups of multicast DNS (RFC 6762 §3).
var (
	group4 = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 251), Port: mdnsPort}
	group6 = &net.UDPAddr{IP: net.ParseIP("ff02::fb"), Port: mdnsPort}
)

// readBuffer is the size of a socket's buffer in bytes: the answers of some
// hundred devices to one question.
const readBuffer = 1 << 20

// socket is one UDP socket of either family.
type socket struct {
	conn   *net.UDPConn
	p4     *ipv4.PacketConn // one of the two is set
	p6     *ipv6.PacketConn
	joined map[int]netif.Interface // by index
}

// openSocket opens a socket on the port that all responders of the computer
// share, or one of our own for questions that are answered to us alone.
func openSocket(v6, shared bool) (*socket, error) {
	network, addr := "udp4", &net.UDPAddr{}
	if v6 {
		network = "udp6"
	}
	if shared {
		// A multicast address has package net allow others on the port; it
		// binds to the unspecified address.
		addr = &net.UDPAddr{IP: net.IPv4(224, 0, 0, 0), Port: mdnsPort}
		if v6 {
			addr.IP = net.ParseIP("ff02::")
		}
	}
	c, err := net.ListenUDP(network, addr)
	if err != nil {
		return nil, err
	}
	// What fails here makes the socket worse but not useless.
	_ = c.SetReadBuffer(readBuffer)
	s := &socket{conn: c, joined: map[int]netif.Interface{}}
	if v6 {
		s.p6 = ipv6.NewPacketConn(c)
		_ = s.p6.SetControlMessage(ipv6.FlagInterface, true)
		_ = s.p6.SetMulticastHopLimit(255)
		_ = s.p6.SetMulticastLoopback(true)
	} else {
		s.p4 = ipv4.NewPacketConn(c)
		_ = s.p4.SetControlMessage(ipv4.FlagInterface, true)
		_ = s.p4.SetMulticastTTL(255)
		_ = s.p4.SetMulticastLoopback(true)
	}
	return s, nil
}

// join makes the socket a member of the group on exactly these interfaces. It
// leaves and joins again where it is one already: that has the kernel report
// it anew to switches, which forget when a link changes.
func (s *socket) join(links []netif.Interface) {
	for _, old := range s.joined {
		if s.p6 != nil {
			_ = s.p6.LeaveGroup(&old.Interface, group6)
		} else {
			_ = s.p4.LeaveGroup(&old.Interface, group4)
		}
	}
	clear(s.joined)
	for _, i := range links {
		var err error
		if s.p6 != nil {
			err = s.p6.JoinGroup(&i.Interface, group6)
		} else {
			err = s.p4.JoinGroup(&i.Interface, group4)
		}
		if err == nil {
			s.joined[i.Index] = i
		}
	}
}

// multicast sends a packet to the group on the interface.
func (s *socket) multicast(b []byte, i netif.Interface) error {
	windows := runtime.GOOS == "windows" // which has no control messages
	if s.p6 != nil {
		cm := &ipv6.ControlMessage{IfIndex: i.Index}
		if windows {
			if err := s.p6.SetMulticastInterface(&i.Interface); err != nil {
				return err
			}
			cm = nil
		}
		_, err := s.p6.WriteTo(b, cm, group6)
		return err
	}
	cm := &ipv4.ControlMessage{IfIndex: i.Index}
	if windows {
		if err := s.p4.SetMulticastInterface(&i.Interface); err != nil {
			return err
		}
		cm = nil
	}
	_, err := s.p4.WriteTo(b, cm, group4)
	return err
}

// read waits for one packet. A nil error with an invalid sender means that the
// socket was shut down.
func (s *socket) read(b []byte) (n int, from netip.AddrPort, link int, err error) {
	var addr net.Addr
	if s.p6 != nil {
		var cm *ipv6.ControlMessage
		if n, cm, addr, err = s.p6.ReadFrom(b); cm != nil {
			link = cm.IfIndex
		}
	} else {
		var cm *ipv4.ControlMessage
		if n, cm, addr, err = s.p4.ReadFrom(b); cm != nil {
			link = cm.IfIndex
		}
	}
	if u, ok := addr.(*net.UDPAddr); ok && u != nil {
		from = u.AddrPort()
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	}
	return n, from, link, err
}

// sockets are the four sockets of a service: shared and own, of each family.
// A family that the system does not have is missing. All methods are for the
// goroutine that opened them.
type sockets struct {
	shared4, shared6, own4, own6 *socket
	packets                      chan<- packet
	tally                        *tally
	broken                       chan struct{} // one value when a socket has died
	readers                      sync.WaitGroup
	stop                         context.CancelFunc
}

// openSockets opens the sockets and begins to read them into packets. It fails
// when the shared port can be had in neither family.
func openSockets(packets chan<- packet, t *tally) (*sockets, error) {
	s := &sockets{packets: packets, tally: t, broken: make(chan struct{}, 1)}
	var err4, err6 error
	if s.shared4, err4 = openSocket(false, true); err4 == nil {
		s.own4, _ = openSocket(false, false)
	}
	if s.shared6, err6 = openSocket(true, true); err6 == nil {
		s.own6, _ = openSocket(true, false)
	}
	if err4 != nil && err6 != nil {
		return nil, err4
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	for _, c := range s.all() {
		s.readers.Go(func() { s.readAll(ctx, c) })
	}
	return s, nil
}

func (s *sockets) all() []*socket {
	var out []*socket
	for _, c := range []*socket{s.shared4, s.shared6, s.own4, s.own6} {
		if c != nil {
			out = append(out, c)
		}
	}
	return out
}

// close closes the sockets and waits for their readers.
func (s *sockets) close() {
	s.stop()
	for _, c := range s.all() {
		_ = c.conn.Close()
	}
	s.readers.Wait()
}

// join makes the shared sockets members on exactly these interfaces.
func (s *sockets) join(links []netif.Interface) {
	for _, c := range []*socket{s.shared4, s.shared6} {
		if c != nil {
			c.join(links)
		}
	}
}

// send multicasts a packet on the interface in the families given, from the
// shared port or from our own.
func (s *sockets) send(b []byte, i netif.Interface, v4, v6, own bool) {
	c4, c6 := s.shared4, s.shared6
	if own {
		c4, c6 = s.own4, s.own6
	}
	if v4 && c4 != nil {
		s.check(c4.multicast(b, i))
	}
	if v6 && c6 != nil {
		s.check(c6.multicast(b, i))
	}
}

// check looks for errors that no state of the network explains.
func (s *sockets) check(err error) {
	if err == nil {
		return
	}
	for _, e := range []error{net.ErrClosed, syscall.EPIPE, syscall.ENOTCONN, syscall.EBADF, syscall.ECONNABORTED} {
		if errors.Is(err, e) {
			s.report()
			return
		}
	}
}

func (s *sockets) report() {
	select {
	case s.broken <- struct{}{}:
	default:
	}
}

// readAll reads a socket until it is closed or dead. Some systems report
// errors of earlier packets here, so only the third in a row counts.
func (s *sockets) readAll(ctx context.Context, c *socket) {
	const attempts, pause = 3, 50 * time.Millisecond
	buf := make([]byte, maxPacketBytes)
	for failures := 0; failures < attempts; {
		n, from, link, err := c.read(buf)
		if ctx.Err() != nil {
			return
		}
		if err != nil || !from.IsValid() {
			failures++
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return
			}
			continue
		}
		failures = 0
		select {
		case s.packets <- packet{append([]byte(nil), buf[:n]...), from, link}:
		default:
			s.tally.drop(dropQueue)
		}
	}
	s.report()
}
