package hostile

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// open makes the sockets that the plan needs.
func (a *attacker) open(ctx context.Context) error {
	a.heard, a.own = map[string]Record{}, map[netip.Addr]bool{}
	for _, addr := range a.From {
		a.own[addr] = true
	}
	if a.Impersonate {
		if err := a.impersonate(ctx); err != nil {
			return err
		}
	}
	if a.Records+a.Goodbyes+a.Junk == 0 {
		return nil
	}
	group, err := net.ResolveUDPAddr("udp4", MulticastGroup)
	if err != nil {
		return err
	}
	if a.ear, err = net.ListenMulticastUDP("udp4", nil, group); err != nil {
		return fmt.Errorf("listen to multicast: %w", err)
	}
	for _, addr := range a.From {
		s, err := speaker(ctx, addr)
		if err != nil {
			return fmt.Errorf("speak multicast from %v: %w", addr, err)
		}
		a.speakers = append(a.speakers, s)
	}
	a.wg.Go(func() { a.listen(ctx) })
	return nil
}

func (a *attacker) close() {
	for _, s := range a.speakers {
		s.Close()
	}
	if a.ear != nil {
		a.ear.Close()
	}
}

// listen remembers what honest devices announce, until ctx ends.
func (a *attacker) listen(ctx context.Context) {
	defer context.AfterFunc(ctx, func() { _ = a.ear.SetReadDeadline(time.Now()) })()
	buf := make([]byte, 9000)
	for {
		n, from, err := a.ear.ReadFromUDPAddrPort(buf)
		if err != nil {
			return
		}
		if r, ok := RecordOf(buf[:n]); ok && !a.own[from.Addr().Unmap()] {
			a.mu.Lock()
			a.heard[r.Label] = r
			a.mu.Unlock()
		}
	}
}

// honest is one of the records that were heard, if there is any.
func (a *attacker) honest(n int) (Record, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.heard) == 0 {
		return Record{}, false
	}
	labels := slices.Sorted(maps.Keys(a.heard))
	return a.heard[labels[n%len(labels)]], true
}

func (a *attacker) say(n int, b []byte) {
	_, _ = a.speakers[n%len(a.speakers)].Write(b) // a full buffer loses it, as the network may
}

// record forges one: of nobody, with an honest device's address and port, with
// the name of a contact, with the record of an honest device and the address of
// the attacker, or of a device that is not there.
func (a *attacker) record(_ context.Context, n int) {
	r := rand.New(rand.NewPCG(a.Seed, uint64(n)))
	var salt, who [8]byte
	for i := range salt {
		salt[i], who[i] = byte(r.Uint32()), byte(r.Uint32())
	}
	forged := Record{Label: fmt.Sprintf("%x", salt), TXT: TXTOf(salt, who, pick(n), "laptop"), Port: uint16(1024 + r.IntN(60000)), TTL: 120}
	victim, err := netip.ParseAddrPort(a.target(n))
	switch copied, ok := a.honest(n); {
	case n%5 == 0 && err == nil: // an honest address and port
		forged.Addrs, forged.Port = []netip.Addr{victim.Addr()}, victim.Port()
	case n%5 == 1 && err == nil: // an honest address, another port
		forged.Addrs = []netip.Addr{victim.Addr()}
	case n%5 == 2 && ok: // an honest device at the attacker's address
		forged.TXT, forged.Addrs, forged.Port = copied.TXT, []netip.Addr{a.From[0]}, a.port
		if n%2 == 0 {
			forged.Label = copied.Label
		}
	case n%5 == 3: // a port that is not open
		forged.Addrs = []netip.Addr{a.From[n%len(a.From)]}
	default: // nobody
		free := a.From[0].As4()
		free[3] = byte(240 + n%14)
		forged.Addrs = []netip.Addr{netip.AddrFrom4(free)}
	}
	a.say(n, forged.Packet())
}

// goodbye says in the name of an honest device that it leaves.
func (a *attacker) goodbye(_ context.Context, n int) {
	if r, ok := a.honest(n); ok {
		r.TTL = 0
		a.say(n, r.Packet())
	}
}

// junk is a packet that is none.
func (a *attacker) junk(_ context.Context, n int) {
	junk := JunkPackets(Record{Label: "0011223344556677", TXT: []string{"v=1"}, Port: 7342, TTL: 120})
	a.say(n, junk[n/len(a.speakers)%len(junk)])
}

// impersonate answers at the attacker's address as whoever is dialled there, with
// a key of its own. What is said to it after Hello, and is not for a stranger, was
// meant for another device.
func (a *attacker) impersonate(ctx context.Context) error {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", netip.AddrPortFrom(a.From[0], a.ImpostorPort).String())
	if err != nil {
		return err
	}
	a.key = NewKey()
	a.port = netip.MustParseAddrPort(ln.Addr().String()).Port()
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	a.wg.Go(func() {
		defer stop()
		for {
			raw, err := ln.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err == nil {
				a.wg.Go(func() { a.impostor(ctx, raw) })
			}
		}
	})
	return nil
}

func (a *attacker) impostor(ctx context.Context, raw net.Conn) {
	defer raw.Close()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	l, err := Answer(ctx, raw, a.key)
	if err != nil {
		return
	}
	if _, err := l.Greet(HelloFields("bert", 1, true)); err != nil {
		return
	}
	_ = l.Send(Accepted)
	_ = l.Send(Resume)
	for {
		f, err := l.Next(Patience)
		if err != nil {
			return
		}
		switch f.Type {
		case Bye, Error, Ping, Pong:
		default:
			a.count.reached("type 0x" + strconv.FormatUint(uint64(f.Type), 16))
		}
	}
}
