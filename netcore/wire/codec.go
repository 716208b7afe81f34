package wire

import (
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Errors of the message layer. The frame was read whole, so the link can go on.
var (
	ErrUnknownType = errors.New("unknown frame type")
	ErrMalformed   = errors.New("malformed body")
)

var encoder, decoder = modes()

func modes() (cbor.EncMode, cbor.DecMode) {
	eo := cbor.CoreDetEncOptions()
	eo.NilContainers = cbor.NilContainerAsEmpty // the wire has no null
	eo.TagsMd = cbor.TagsForbidden
	e, err := eo.EncMode()
	if err != nil {
		panic(err) // constant options
	}
	// checkBody has refused all of this before; the second lock costs nothing.
	d, err := cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		IndefLength:      cbor.IndefLengthForbidden,
		TagsMd:           cbor.TagsForbidden,
		UTF8:             cbor.UTF8RejectInvalid,
		MaxNestedLevels:  MaxNesting,
		MaxArrayElements: MaxArrayElements,
		MaxMapPairs:      MaxMapPairs,
	}.DecMode()
	if err != nil {
		panic(err) // constant options
	}
	return e, d
}

// required are the keys that a body must have: the fields without a default.
var required = map[Type]keySet{
	TypeHello:       keys(1, 2, 4, 5, 6, 7, 8, 9, 10),
	TypeError:       keys(1),
	TypePing:        keys(1),
	TypePong:        keys(1),
	TypeBye:         keys(1),
	TypePairStart:   keys(1),
	TypePairNonce:   keys(1),
	TypePairReveal:  keys(1),
	TypePairConfirm: keys(1),
	TypePairAbort:   keys(1),
	TypePairProof:   keys(1),
	TypeRequest:     keys(1, 2, 3),
	TypeMsg:         keys(1, 3, 4, 5, 8),
	TypeAck:         keys(1, 2),
	TypeEdit:        keys(1, 3, 4, 5, 7, 8),
	TypeDelete:      keys(1, 3, 4, 5, 7),
	TypeReact:       keys(1, 3, 4, 5, 7, 8),
	TypeGone:        keys(1, 2),
	TypeProfile:     keys(1, 2, 3),
	TypeAway:        keys(1),
	TypeTyping:      keys(1),
}

// Encode returns the body of m. A message that breaks the rules of its type
// gives an error wrapping ErrMalformed.
func Encode(m Message) ([]byte, error) {
	if err := Validate(m); err != nil {
		return nil, err
	}
	body, err := encoder.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %w", m.Type(), ErrMalformed, err)
	}
	return body, nil
}

// Decode reads a body of type t (docs/PROTOCOL.md §5). A type that this version
// does not have gives an error wrapping ErrUnknownType; a body that is not the
// one spelling of a map, lacks a field, or holds a value out of bounds gives an
// error wrapping ErrMalformed. Keys that this version does not have are
// ignored. The result shares no memory with body. Before trust: FuzzDecode.
func Decode(t Type, body []byte) (Message, error) {
	m := New(t)
	if m == nil {
		return nil, fmt.Errorf("%w 0x%02x", ErrUnknownType, uint8(t))
	}
	if err := checkBody(body, required[t]); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", t, ErrMalformed, err)
	}
	if err := decoder.Unmarshal(body, m); err != nil {
		return nil, fmt.Errorf("%s: %w: %w", t, ErrMalformed, err)
	}
	if err := Validate(m); err != nil {
		return nil, err
	}
	return m, nil
}

var errNotBytes = errors.New("want a byte string")

// UnmarshalCBOR accepts a byte string of exactly 16 bytes and nothing else: the
// library alone would pad a shorter one and cut a longer one.
func (id *ID) UnmarshalCBOR(b []byte) error {
	const want = byte(majorBytes<<5 | len(id))
	if len(b) != 1+len(id) || b[0] != want {
		return fmt.Errorf("message ID: %w of %d bytes", errNotBytes, len(id))
	}
	copy(id[:], b[1:])
	return nil
}

// byteString is a []byte that refuses to be spelled as an array of numbers.
type byteString []byte

func (s *byteString) UnmarshalCBOR(b []byte) error {
	if len(b) == 0 || b[0]>>5 != majorBytes {
		return errNotBytes
	}
	var raw []byte
	if err := decoder.Unmarshal(b, &raw); err != nil {
		return err
	}
	if *s = nil; len(raw) > 0 {
		*s = raw
	}
	return nil
}

// UnmarshalCBOR reads the body of a Profile. An empty presence key
// is nil.
func (p *Profile) UnmarshalCBOR(b []byte) error {
	var w struct {
		Name        string     `cbor:"1,keyasint"`
		Kind        string     `cbor:"2,keyasint"`
		PresenceKey byteString `cbor:"3,keyasint"`
	}
	if err := decoder.Unmarshal(b, &w); err != nil {
		return err
	}
	*p = Profile{Name: w.Name, Kind: w.Kind, PresenceKey: w.PresenceKey}
	return nil
}

// UnmarshalCBOR reads one element of a Resume and wants its required keys.
func (h *Have) UnmarshalCBOR(b []byte) error {
	if err := checkBody(b, keys(1, 2)); err != nil {
		return err
	}
	type plain Have // without this method
	return decoder.Unmarshal(b, (*plain)(h))
}
