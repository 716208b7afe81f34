package messenger

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"earshot/internal/store"
	"earshot/internal/trust"
)

const (
	defaultPort = 7342             // docs/PROTOCOL.md §2
	notInHost   = " \t/[]@"        // neither in a name nor in an address or its zone
	addTimeout  = 10 * time.Second // name lookup, connect and handshake over all addresses of a typed host
)

// Add reaches the device at a typed address; see Service.
func (m *Messenger) Add(ctx context.Context, address string) (Peer, error) {
	host, port, err := splitAddress(address)
	if err != nil {
		return Peer{}, err
	}
	m.mu.Lock()
	network := m.net
	m.mu.Unlock()
	if network == nil {
		return Peer{}, fmt.Errorf("%w: this device is offline", ErrUnreachable)
	}
	ctx, cancel := context.WithTimeout(ctx, addTimeout)
	defer cancel()
	ips, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return Peer{}, fmt.Errorf("%w: %q has no address", ErrUnreachable, host)
	}
	addrs := make([]netip.AddrPort, len(ips))
	for i, ip := range ips {
		addrs[i] = netip.AddrPortFrom(ip.Unmap(), port)
	}
	seen, err := network.Look(ctx, addrs)
	if err != nil {
		return Peer{}, fmt.Errorf("%w (%s): %w", ErrUnreachable, address, err)
	}
	if seen.ID == m.cfg.Self {
		return Peer{}, ErrSelf
	}
	return m.remember(ctx, seen)
}

// remember keeps a device that was reached at a typed address.
func (m *Messenger) remember(ctx context.Context, seen Seen) (Peer, error) {
	_, err := m.db.Contact(ctx, seen.ID)
	if errors.Is(err, store.ErrNotFound) {
		err = m.db.SetLevel(ctx, seen.ID, trust.Stranger)
	}
	if err == nil {
		err = m.db.SetProfile(ctx, seen.ID, seen.Hello.Name, seen.Hello.Kind, nil)
	}
	if err == nil {
		err = m.db.RememberAddress(ctx, seen.ID, seen.Addr, m.now())
	}
	if err == nil {
		err = m.db.TouchSeen(ctx, seen.ID, m.now())
	}
	if err == nil {
		err = m.reload(ctx, seen.ID)
	}
	if err != nil {
		return Peer{}, err
	}
	typed, err := m.db.Addresses(ctx, seen.ID)
	if err != nil {
		return Peer{}, err
	}
	m.mu.Lock()
	d := m.deviceLocked(seen.ID)
	d.typed = typed
	kind := EventPeerUpdated
	if !d.online() {
		kind = EventPeerFound
	}
	m.watchLocked(d, seen.Addr)
	p := m.peerLocked(d)
	if !p.Online {
		kind = EventPeerUpdated
	}
	m.hub.publish(Event{Kind: kind, Peer: &p})
	m.mu.Unlock()
	m.reach(seen.ID, reasonWrite)
	return p, nil
}

// splitAddress reads HOST or HOST:PORT: a name, an IPv4 address or an IPv6
// address with or without zone, in brackets when a port follows. Before trust:
// FuzzSplitAddress.
func splitAddress(s string) (host string, port uint16, err error) {
	s = strings.TrimSpace(s)
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) || r == utf8.RuneError }) {
		return "", 0, fmt.Errorf("%w, got %q", ErrBadAddress, s) // a zone may be any bytes
	}
	if a, perr := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")); perr == nil && !strings.ContainsAny(a.Zone(), notInHost+":") {
		return a.String(), defaultPort, nil
	}
	host, text, serr := net.SplitHostPort(s)
	if serr != nil {
		host, text = s, strconv.Itoa(defaultPort)
	}
	n, perr := strconv.ParseUint(text, 10, 16)
	if strings.Contains(host, ":") && perr == nil {
		if perr = serr; perr == nil {
			_, perr = netip.ParseAddr(host) // what else would have colons
		}
	}
	if host == "" || strings.ContainsAny(host, notInHost) || perr != nil || n == 0 {
		return "", 0, fmt.Errorf("%w, got %q", ErrBadAddress, s)
	}
	return host, uint16(n), nil
}
