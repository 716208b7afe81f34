package discovery

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/grandcat/zeroconf"
	"github.com/miekg/dns"

	"earshot/discovery/netif"
	"earshot/internal/faultbench"
)

// showDenied makes this process one that is denied what Android denies, and
// prints what the ordinary ways say then:
//
//	denied interfaces ERROR
//	denied register ERROR
//	denied resolver ERROR
func showDenied() error {
	if err := faultbench.DenyNetlink(); err != nil {
		return err
	}
	if !netif.Restricted() {
		return fmt.Errorf("nothing is denied")
	}
	_, err := net.Interfaces()
	fmt.Println("denied interfaces", err)
	s, err := zeroconf.Register("plain", serviceType, domain, 7, nil, nil)
	if err == nil {
		s.Shutdown()
	}
	fmt.Println("denied register", err)
	_, err = zeroconf.NewResolver(nil)
	fmt.Println("denied resolver", err)
	return nil
}

// awaitDenied reads what showDenied printed: the words that people see on
// phones with Android 13 and newer.
func awaitDenied(t *testing.T, said []string) {
	t.Helper()
	for _, want := range []string{
		"denied interfaces route ip+net: netlinkrib: permission denied",
		"denied register Could not determine host IP addresses",
		"denied resolver udp4: failed to join any of these interfaces: []",
	} {
		found := false
		for _, line := range said {
			found = found || strings.HasPrefix(line, want)
		}
		if !found {
			t.Errorf("no line %q in %q", want, said)
		}
	}
}

// TestDeniedAsOnAndroid: where package net and plain zeroconf can do nothing,
// devices find each other, see changes and go with a word.
func TestDeniedAsOnAndroid(t *testing.T) {
	lan := faultbench.NewLAN(t, "phone", "laptop", "tablet")
	laptop := startPeer(t, lan, "laptop", "laptop")
	phone, said := startDenied(t, lan, "phone")
	awaitDenied(t, said)

	phone.await("found laptop", soon, lan.Addr("laptop").String()+":"+laptop.port)
	first := laptop.await("found phone", soon, lan.Addr("phone").String()+":"+phone.port, "%")
	if !strings.Contains(first, "[fe80::") {
		t.Errorf("no link-local address in %q", first)
	}
	// Zones are numbers: names mean nothing where interfaces cannot be listed.
	if strings.Contains(first, "%"+faultbench.Interface) {
		t.Errorf("a zone with a name in %q", first)
	}

	tablet, _ := startDenied(t, lan, "tablet")
	phone.await("found tablet", soon, lan.Addr("tablet").String()+":"+tablet.port)
	tablet.await("found", soon)
	tablet.await("found", soon)
	laptop.await("found tablet", soon)

	// Nobody tells a denied device of a change: it looks by itself, and its
	// responder starts anew with the new address.
	lan.SetAddr("phone", netip.MustParsePrefix("10.77.0.99/24"))
	laptop.await("updated phone", silent, "10.77.0.99:"+phone.port)

	// Its responder, which could not look the address up, tells it, too.
	laptop.tell("ask")
	laptop.await("answered by 10.77.0.99:", soon, "[10.77.0.99]")

	phone.tell("rename handy")
	laptop.await("updated handy", soon)
	phone.stop()
	laptop.await("lost handy", soon)
	tablet.await("lost", soon)
}

// ask asks who is there, to be answered alone, and prints the addresses in
// each answer. Announcements do not come that way: it shows what the zeroconf
// responders of others know.
//
//	answered by SENDER: ADDRESSES
func ask(ctx context.Context) error {
	links, err := netif.List()
	if err != nil {
		return err
	}
	s, err := openSocket(false, false)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { s.conn.Close() })()
	defer s.conn.Close()
	question := dns.Msg{Question: []dns.Question{{Name: serviceName, Qtype: dns.TypePTR, Qclass: class(true)}}}
	b, err := question.Pack()
	if err != nil {
		return err
	}
	for _, i := range netif.Usable(links) {
		if err := s.multicast(b, i); err != nil {
			return err
		}
	}
	buf := make([]byte, maxPacketBytes)
	for {
		n, from, _, err := s.read(buf)
		if err != nil {
			return err
		}
		var m dns.Msg
		if m.Unpack(buf[:n]) != nil {
			continue
		}
		var addrs []string
		for _, rr := range slices.Concat(m.Answer, m.Extra) {
			if a, ok := rr.(*dns.A); ok {
				addrs = append(addrs, a.A.String())
			}
		}
		fmt.Printf("answered by %v: %v\n", from.Addr(), addrs)
	}
}

// startDenied starts a device that is denied what Android denies. It returns
// what showDenied printed, too.
func startDenied(t *testing.T, lan *faultbench.LAN, host string) (p *peer, said []string) {
	t.Helper()
	p = startPeer(t, lan, host, host, deniedEnv+"=1")
	return p, p.before
}
