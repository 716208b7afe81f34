package wire

import "fmt"

// Bytes32 is a commitment, a nonce or a MAC of pairing: a CBOR byte string of
// exactly 32 bytes (docs/PROTOCOL.md §7).
type Bytes32 [32]byte

// PairStart begins a pairing: its sender commits to a nonce that it tells only
// after the other side's (§7.2).
type PairStart struct {
	Commit Bytes32 `cbor:"1,keyasint"`
}

// PairNonce answers PairStart once a person wants to go on (§7.2).
type PairNonce struct {
	Nonce Bytes32 `cbor:"1,keyasint"`
}

// PairReveal tells the nonce that PairStart committed to (§7.2). Both sides know
// the code then.
type PairReveal struct {
	Nonce Bytes32 `cbor:"1,keyasint"`
}

// PairConfirm says that a person at the sender found the codes equal, or that a
// PairProof was right (§7.2, §7.3).
type PairConfirm struct {
	MAC Bytes32 `cbor:"1,keyasint"`
}

// PairReason says why a pairing ended without success.
type PairReason uint64

// The reasons of this version. Unknown ones are legal.
const (
	PairDeclined  PairReason = 1 // a person did not want to
	PairDifferent PairReason = 2 // a person found the codes to differ
	PairTimeout   PairReason = 3 // nobody answered in time
	PairBusy      PairReason = 4 // another pairing is under way, or there were too many
	PairWrong     PairReason = 5 // a commitment, confirmation or proof does not fit
	PairExpired   PairReason = 6 // no invitation is open for that proof
)

// PairAbort ends a pairing (§7.2).
type PairAbort struct {
	Reason PairReason `cbor:"1,keyasint"`
}

// PairProof shows that its sender has read the invitation that the receiver
// shows at the moment (§7.3). The answer is PairConfirm.
type PairProof struct {
	MAC Bytes32 `cbor:"1,keyasint"`
}

// Type returns TypePairStart.
func (*PairStart) Type() Type { return TypePairStart }

// Type returns TypePairNonce.
func (*PairNonce) Type() Type { return TypePairNonce }

// Type returns TypePairReveal.
func (*PairReveal) Type() Type { return TypePairReveal }

// Type returns TypePairConfirm.
func (*PairConfirm) Type() Type { return TypePairConfirm }

// Type returns TypePairAbort.
func (*PairAbort) Type() Type { return TypePairAbort }

// Type returns TypePairProof.
func (*PairProof) Type() Type { return TypePairProof }

// IsPairing reports whether frames of type t belong to pairing. They are legal on
// every link (docs/PROTOCOL.md §6).
func IsPairing(t Type) bool { return t >= TypePairStart && t <= TypePairProof }

// String returns the word that docs/PROTOCOL.md §7 uses for the reason.
func (r PairReason) String() string {
	switch r {
	case PairDeclined:
		return "declined"
	case PairDifferent:
		return "different"
	case PairTimeout:
		return "timeout"
	case PairBusy:
		return "busy"
	case PairWrong:
		return "wrong"
	case PairExpired:
		return "expired"
	}
	return fmt.Sprintf("reason %d", uint64(r))
}

// UnmarshalCBOR accepts a byte string of exactly 32 bytes and nothing else.
func (s *Bytes32) UnmarshalCBOR(b []byte) error {
	const header = 2 // byte string, length in one byte
	if len(b) != header+len(s) || b[0] != majorBytes<<5|24 || b[1] != byte(len(s)) {
		return fmt.Errorf("%w of %d bytes", errNotBytes, len(s))
	}
	copy(s[:], b[header:])
	return nil
}
