package netcore

import (
	"errors"
	"fmt"

	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// Errors that a caller branches on, with errors.Is.
var (
	// ErrClosed ends a link or a node that this side closed.
	ErrClosed = errors.New("link closed")
	// ErrWrongDevice is matched by *WrongDeviceError.
	ErrWrongDevice = errors.New("another device answered")
	// ErrSelf means that this device's own key answered.
	ErrSelf = errors.New("this device itself answered")
	// ErrRefused means that the Handler refuses the other device.
	ErrRefused = errors.New("device is refused here")
	// ErrNoHello means that the other side proved its key and closed without a
	// Hello: it refuses this device, is busy, or is leaving.
	ErrNoHello = errors.New("the device closed the link without a Hello")
	// ErrSilent means that what was dialled closed the connection before it said
	// anything: it is not visible to this device, or too busy.
	ErrSilent = errors.New("the connection was closed without a word; the device may not be visible to this one")
	// ErrNotEarshot means that something answered that does not speak TLS with
	// ALPN "earshot/1" and one Ed25519 certificate.
	ErrNotEarshot = errors.New("what answered is not an Earshot device")
	// ErrVersion means that the two sides have no protocol version in common.
	ErrVersion = errors.New("no common protocol version; update the older device")
	// ErrTimeout means that the other side was silent for too long.
	ErrTimeout = errors.New("the other side was silent for too long")
	// ErrNoAddress means that Dial or Look was given nothing to dial.
	ErrNoAddress = errors.New("no address to dial")
	// ErrDropped means that the link gave way to newer ones of strangers.
	ErrDropped = errors.New("link dropped: too many strangers")
	// ErrSuperseded means that a newer link of the same dialler took over.
	ErrSuperseded = errors.New("a newer link took over")
)

var (
	errHalfFrame = errors.New("half a frame")
	errNoALPN    = fmt.Errorf("%w: no ALPN %q", ErrNotEarshot, ALPN)
	errOneCert   = fmt.Errorf("%w: not exactly one certificate", ErrNotEarshot)
	errWrite     = errors.New("cannot write")
	errHelloRole = errors.New("role of the link is not chat")
	errPanic     = errors.New("internal fault while handling the link")
)

// WrongDeviceError says who answered instead of the dialled device. It matches
// ErrWrongDevice.
type WrongDeviceError struct {
	Want, Got identity.DeviceID
}

// Error names both devices by their short IDs.
func (e *WrongDeviceError) Error() string {
	return fmt.Sprintf("dialled %s, %s answered", e.Want.Short(), e.Got.Short())
}

// Is reports whether target is ErrWrongDevice.
func (e *WrongDeviceError) Is(target error) bool { return target == ErrWrongDevice }

// ProtocolError is a fault of the other side. A Handler returns one to have the
// frame answered with Error and counted; the third on a link ends it
// (docs/PROTOCOL.md §10).
type ProtocolError struct {
	Code wire.ErrorCode
	Type wire.Type // frame that was not taken
	Err  error     // for the log; never the content of a frame
}

// Error names the frame, the code and the reason.
func (e *ProtocolError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Type, e.Code)
	}
	return fmt.Sprintf("%s: %s: %v", e.Type, e.Code, e.Err)
}

// Unwrap returns the reason.
func (e *ProtocolError) Unwrap() error { return e.Err }

// RemoteError ends a link that the other side gave up with a fatal Error.
type RemoteError struct {
	Code     wire.ErrorCode
	RefersTo wire.Type
}

// Error names the code and the frame it refers to, not the other side's text.
func (e *RemoteError) Error() string {
	return fmt.Sprintf("the other side ended the link: %s (%s)", e.Code, e.RefersTo)
}

// Is makes a version complaint match ErrVersion.
func (e *RemoteError) Is(target error) bool {
	return target == ErrVersion && e.Code == wire.CodeVersion
}

// ByeError ends a link that the other side left with Bye.
type ByeError struct {
	Reason wire.ByeReason
}

// Error names the reason.
func (e *ByeError) Error() string { return "the other side said goodbye: " + e.Reason.String() }
