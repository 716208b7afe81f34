package hostile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The types of frames (docs/PROTOCOL.md §5).
const (
	Hello       = 0x01
	Error       = 0x02
	Ping        = 0x03
	Pong        = 0x04
	Bye         = 0x05
	PairStart   = 0x10
	PairNonce   = 0x11
	PairReveal  = 0x12
	PairConfirm = 0x13
	PairAbort   = 0x14
	PairProof   = 0x15
	Request     = 0x18
	Accepted    = 0x19
	Msg         = 0x20
	Ack         = 0x21
	Resume      = 0x22
	Edit        = 0x23
	Delete      = 0x24
	React       = 0x25
	Gone        = 0x26
	Profile     = 0x28
	Away        = 0x29
	Typing      = 0xa0
)

// The codes of Error (docs/PROTOCOL.md §10).
const (
	Malformed   = 1
	Unsupported = 2
	TooLarge    = 3
	NotAccepted = 4
	Unexpected  = 5
	Version     = 6
	Busy        = 7
	Internal    = 8
)

// Frame is what arrived: a type and its body.
type Frame struct {
	Type byte
	Body []byte
}

// Fields decodes the body; nil when it is no map.
func (f Frame) Fields() map[uint64]any {
	v, rest, err := Decode(f.Body)
	m, ok := v.(map[uint64]any)
	if err != nil || !ok || len(rest) > 0 {
		return nil
	}
	return m
}

// Uint is a field that is a number, 0 when it is not there.
func (f Frame) Uint(key uint64) uint64 {
	n, _ := f.Fields()[key].(uint64)
	return n
}

// String tells type, code and length for a failed test.
func (f Frame) String() string {
	if f.Type == Error {
		return fmt.Sprintf("Error(%d, of %#02x)", f.Uint(1), f.Uint(2))
	}
	return fmt.Sprintf("%#02x with %d bytes", f.Type, len(f.Body))
}

// Encode is a frame with its right length (docs/PROTOCOL.md §4).
func Encode(kind byte, body []byte) []byte {
	return EncodeLength(uint32(len(body)+1), kind, body)
}

// EncodeLength is a frame that announces another length than it has.
func EncodeLength(length uint32, kind byte, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, length)
	return append(append(out, kind), body...)
}

// maxFrame bounds what is read of an honest device: the limit for contacts.
const maxFrame = 262144

var errLength = errors.New("a frame of an impossible length")

// ReadFrame reads one frame.
func ReadFrame(r io.Reader) (Frame, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Frame{}, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n == 0 || n > maxFrame {
		return Frame{}, errLength
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return Frame{}, err
	}
	return Frame{b[0], b[1:]}, nil
}
