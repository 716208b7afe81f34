package netcore

import (
	"fmt"
	"net/netip"

	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// Access says what the other device of a link may send (docs/PROTOCOL.md §6).
type Access int

// The kinds of access.
const (
	Refused  Access = iota // TLS, then the end; not even a Hello
	Stranger               // Request, Accepted, Ping, Pong, Error, Bye; frames up to 8 KiB
	Contact                // everything; frames up to 256 KiB
)

// String returns the word for logs.
func (a Access) String() string {
	switch a {
	case Refused:
		return "refused"
	case Stranger:
		return "stranger"
	case Contact:
		return "contact"
	}
	return fmt.Sprintf("access(%d)", int(a))
}

// Handler does what the links ask for. Methods are called from many goroutines,
// for one link from one after the other, and never while the Node holds a lock:
// they may call the Session and the Node, except Node.Close. A method that
// panics ends its link, not the program.
type Handler interface {
	// Authorize is asked once per link, on either side, after TLS has proven
	// the peer's key and before anything is said to it. remote is where the
	// peer is; it proves nothing. outbound says that this device dialled.
	Authorize(peer identity.DeviceID, remote netip.AddrPort, outbound bool) Access

	// Hello returns what to say to the peer. The Node fills in versions and role.
	Hello(peer identity.DeviceID) wire.Hello

	// Up is called once, when both Hellos are exchanged and before the first
	// Handle, on the goroutine that reads the link: keep it short.
	Up(s *Session)

	// Handle takes one frame, on the goroutine that reads the link. Not
	// returning is back pressure; while it lasts the link answers no Ping, so
	// that the other side may take it for dead after PingTimeout. The message
	// is the Handler's to keep. It is one of *Request, *Accepted, *Msg, *Ack,
	// *Resume, *Edit, *Delete, *React, *Gone, *Profile, *Away, *Typing and *Error,
	// and legal for the link's Access.
	//
	// A *ProtocolError is answered with Error and counted; any other error
	// ends the link with Error(internal).
	Handle(s *Session, m wire.Message) error

	// Closed is called exactly once for a link that Up was called for, after
	// the last Handle has returned, and is the last call about it. err is never
	// nil: ErrClosed when this side closed it, *ByeError, *RemoteError,
	// *ProtocolError, ErrTimeout, or what the network said. Node.Session
	// already returns another link of the peer, or nil.
	Closed(s *Session, err error)
}
