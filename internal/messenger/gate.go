package messenger

import "earshot/netcore/wire"

// anybodyMay reports whether a frame of this type has an effect when it comes
// from a device that is no contact (docs/PROTOCOL.md §6): complaints, pairing and
// first contact. The link refuses the others already; here they are dropped once
// more, because a person can block a device while a frame of it is on its way.
func anybodyMay(t wire.Type) bool {
	switch t {
	case wire.TypeError, wire.TypeRequest, wire.TypeAccepted:
		return true
	}
	return wire.IsPairing(t)
}
