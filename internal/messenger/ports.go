package messenger

import (
	"context"
	"net/netip"

	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// Link is a live connection to a device whose key was proven. *netcore.Session
// is one. The messenger never closes a link except through Close.
type Link interface {
	// Peer is the device at the other end, by its TLS key.
	Peer() identity.DeviceID
	// Hello is what the other end said first.
	Hello() wire.Hello
	// Remote is the address at the other end.
	Remote() netip.AddrPort
	// Outbound reports whether this device dialled.
	Outbound() bool
	// Send queues a frame and blocks while the queue is full.
	Send(ctx context.Context, m wire.Message) error
	// Ping returns once the other end has answered.
	Ping(ctx context.Context) error
	// Close ends the link, after saying why.
	Close(reason wire.ByeReason)
	// Exporter is a secret of this one connection that only its two ends know
	// (docs/PROTOCOL.md §7.1).
	Exporter() [32]byte
	// Done is closed when the link has ended.
	Done() <-chan struct{}
}

// Seen is a device that answered a look.
type Seen struct {
	ID    identity.DeviceID
	Hello wire.Hello
	Addr  netip.AddrPort // the address that answered
}

// Network dials.
type Network interface {
	// Dial makes a link to the device want at one of addrs. The link is handed
	// to LinkUp before Dial returns. Another device there is an error.
	Dial(ctx context.Context, want identity.DeviceID, addrs []netip.AddrPort) error
	// Look says who answers at one of addrs and leaves no link behind.
	Look(ctx context.Context, addrs []netip.AddrPort) (Seen, error)
	// SetContact raises or lowers the limits of a device's live links.
	SetContact(id identity.DeviceID, contact bool)
	// Shun closes a device's live links without a word.
	Shun(id identity.DeviceID)
}

// Lookout is the part of discovery that the messenger talks back to.
type Lookout interface {
	// Suspect says that a device of this label could not be reached.
	Suspect(label string)
	// Vouch says whether a link to the device of this label is alive.
	Vouch(label string, linked bool)
}

// Hint is what the network claims about a device (docs/PROTOCOL.md §3). It
// proves nothing.
type Hint struct {
	Label string // names the sighting, not the device
	Name  string
	Kind  string
	Addrs []netip.AddrPort
	// Matches reports whether the record was made with a presence key.
	Matches func(presenceKey []byte) bool
}
