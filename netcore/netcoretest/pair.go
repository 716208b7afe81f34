package netcoretest

import (
	"context"
	"log/slog"
	"net/netip"
	"testing"

	"earshot/internal/identity"
	"earshot/netcore"
	"earshot/netcore/wire"
)

// Funcs is a netcore.Handler of functions. A nil one does the plain thing:
// everybody is a contact, frames are taken and forgotten.
type Funcs struct {
	OnAuthorize func(peer identity.DeviceID, remote netip.AddrPort, outbound bool) netcore.Access
	OnHello     func(peer identity.DeviceID) wire.Hello
	OnUp        func(s *netcore.Session)
	OnHandle    func(s *netcore.Session, m wire.Message) error
	OnClosed    func(s *netcore.Session, err error)
}

// Authorize implements netcore.Handler.
func (f *Funcs) Authorize(peer identity.DeviceID, remote netip.AddrPort, outbound bool) netcore.Access {
	if f.OnAuthorize != nil {
		return f.OnAuthorize(peer, remote, outbound)
	}
	return netcore.Contact
}

// Hello implements netcore.Handler.
func (f *Funcs) Hello(peer identity.DeviceID) wire.Hello {
	if f.OnHello != nil {
		return f.OnHello(peer)
	}
	return wire.Hello{Name: "test", Kind: "laptop", App: "netcoretest", BootID: 1, StoreEpoch: 1}
}

// Up implements netcore.Handler.
func (f *Funcs) Up(s *netcore.Session) {
	if f.OnUp != nil {
		f.OnUp(s)
	}
}

// Handle implements netcore.Handler.
func (f *Funcs) Handle(s *netcore.Session, m wire.Message) error {
	if f.OnHandle != nil {
		return f.OnHandle(s, m)
	}
	return nil
}

// Closed implements netcore.Handler.
func (f *Funcs) Closed(s *netcore.Session, err error) {
	if f.OnClosed != nil {
		f.OnClosed(s, err)
	}
}

// Identities returns n fresh identities, ordered by device ID: which of two
// devices is the lower one decides over their links.
func Identities(t testing.TB, n int) []*identity.Identity {
	t.Helper()
	all := make([]*identity.Identity, n)
	for i := range all {
		id, err := identity.Generate()
		if err != nil {
			t.Fatal(err)
		}
		all[i] = id
		for j := i; j > 0 && all[j].ID().Compare(all[j-1].ID()) < 0; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	return all
}

// Device is a node that listens in a Network.
type Device struct {
	Node *netcore.Node
	ID   identity.DeviceID
	Addr netip.AddrPort
}

// Start makes a node with the given address in the network and lets others in.
// It is closed at the end of the test. logger may be nil.
func (w *Network) Start(t testing.TB, id *identity.Identity, addr netip.AddrPort, h netcore.Handler, logger *slog.Logger) *Device {
	t.Helper()
	ln, err := w.Listen(addr)
	if err != nil {
		t.Fatal(err)
	}
	n := netcore.NewNode(netcore.Config{Identity: id, Handler: h, Logger: logger, Connect: w.Connect(addr.Addr())})
	served := make(chan error, 1)
	go func() { served <- n.Serve(context.Background(), ln) }()
	t.Cleanup(func() {
		n.Close(wire.ByeShutdown)
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	return &Device{Node: n, ID: id.ID(), Addr: addr}
}

// Dial makes a link to other and waits until it is up on both sides.
func (d *Device) Dial(t testing.TB, other *Device) *netcore.Session {
	t.Helper()
	s, err := d.Node.Dial(t.Context(), other.ID, []netip.AddrPort{other.Addr})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), netcore.PingTimeout)
	defer cancel()
	if err := s.Ping(ctx); err != nil { // answered by the other side's reader, after its Up
		t.Fatal(err)
	}
	return s
}

// Pair is two devices in one network; A has the lower device ID.
type Pair struct {
	Net  *Network
	A, B *Device
}

// NewPair starts two devices that do not know each other yet.
func NewPair(t testing.TB, a, b netcore.Handler) *Pair {
	t.Helper()
	w := NewNetwork()
	ids := Identities(t, 2)
	return &Pair{
		Net: w,
		A:   w.Start(t, ids[0], netip.MustParseAddrPort("192.0.2.1:7342"), a, nil),
		B:   w.Start(t, ids[1], netip.MustParseAddrPort("192.0.2.2:7342"), b, nil),
	}
}

// Link lets A dial B and returns both ends of the link.
func (p *Pair) Link(t testing.TB) (onA, onB *netcore.Session) {
	t.Helper()
	onA = p.A.Dial(t, p.B)
	onB = p.B.Node.Session(p.A.ID)
	if onB == nil {
		t.Fatal("the link is not up at B")
	}
	return onA, onB
}
