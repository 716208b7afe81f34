package engine

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/netcore"
	"earshot/netcore/wire"
)

// linkHandler hands links to the messenger.
type linkHandler struct{ m *messenger.Messenger }

func (h linkHandler) Authorize(peer identity.DeviceID, _ netip.AddrPort, outbound bool) netcore.Access {
	level, in := h.m.Admit(peer, outbound)
	switch {
	case !in:
		return netcore.Refused
	case level.IsContact():
		return netcore.Contact
	}
	return netcore.Stranger
}

func (h linkHandler) Hello(peer identity.DeviceID) wire.Hello { return h.m.HelloFor(peer) }

func (h linkHandler) Up(s *netcore.Session) { h.m.LinkUp(s) }

func (h linkHandler) Handle(s *netcore.Session, msg wire.Message) error {
	if err := h.m.Handle(s, msg); err != nil {
		return &netcore.ProtocolError{Code: wire.CodeUnexpected, Type: msg.Type(), Err: err}
	}
	return nil
}

func (h linkHandler) Closed(s *netcore.Session, _ error) { h.m.LinkClosed(s) }

// dialler is the messenger's way out.
type dialler struct {
	node *netcore.Node
	self identity.DeviceID
}

func (d dialler) Dial(ctx context.Context, want identity.DeviceID, addrs []netip.AddrPort) error {
	_, err := d.node.Dial(ctx, want, addrs)
	return explained(err)
}

// explained gives an error of the node the name that the messenger knows.
func explained(err error) error {
	switch {
	case errors.Is(err, netcore.ErrWrongDevice):
		return fmt.Errorf("%w: %w", messenger.ErrWrongDevice, err)
	case errors.Is(err, netcore.ErrSilent):
		return fmt.Errorf("%w: %w", messenger.ErrSilent, err)
	}
	return err
}

func (d dialler) Look(ctx context.Context, addrs []netip.AddrPort) (messenger.Seen, error) {
	who, err := d.node.Look(ctx, addrs)
	if errors.Is(err, netcore.ErrSelf) {
		return messenger.Seen{ID: d.self}, nil
	}
	return messenger.Seen{ID: who.ID, Hello: who.Hello, Addr: who.Addr}, explained(err)
}

func (d dialler) SetContact(id identity.DeviceID, contact bool) {
	access := netcore.Stranger
	if contact {
		access = netcore.Contact
	}
	d.node.SetAccess(id, access)
}

func (d dialler) Shun(id identity.DeviceID) { d.node.SetAccess(id, netcore.Refused) }
