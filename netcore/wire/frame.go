package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The longest frame, type byte and body together, by the state of the link
// (docs/PROTOCOL.md §4). The limit is checked on the four bytes of the length,
// before anything is allocated.
const (
	LimitBeforeHello = 1 << 10   // bytes; a Hello and nothing else
	LimitStranger    = 8 << 10   // bytes; a Request of 1,000 characters with room to grow
	LimitContact     = 256 << 10 // bytes; a text of 64 KiB four times over, a full Resume
)

const (
	lengthBytes = 4        // width of the length field
	readStep    = 64 << 10 // bytes allocated before the first of them has come; what an announced length costs at most
)

// Errors of the frame layer. A link cannot go on after any of them: where the
// next frame begins is no longer known.
var (
	ErrFrameTooLarge = errors.New("frame is longer than this link allows")
	ErrEmptyFrame    = errors.New("frame has length 0")
)

// ReadLength reads the length field of a frame. At a clean end of the stream
// the error is io.EOF, inside the field it is io.ErrUnexpectedEOF. The length
// is what the peer claims; ReadBody judges it.
func ReadLength(r io.Reader) (uint32, error) {
	var head [lengthBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint32(head[:]), nil
}

// ReadBody reads the rest of a frame after its length field. A length of 0
// gives ErrEmptyFrame and one above limit an error wrapping ErrFrameTooLarge,
// both before anything is read or allocated. An end of the stream is
// io.ErrUnexpectedEOF. Memory grows with what arrives, not with what was
// announced. The body is the caller's to keep.
func ReadBody(r io.Reader, length uint32, limit int) (Type, []byte, error) {
	if length == 0 {
		return 0, nil, ErrEmptyFrame
	}
	if uint64(length) > uint64(max(limit, 0)) {
		return 0, nil, fmt.Errorf("%w: %d bytes announced, limit %d", ErrFrameTooLarge, length, limit)
	}
	n := int(length)
	buf := make([]byte, min(n, readStep))
	for have := 0; ; {
		m, err := io.ReadFull(r, buf[have:])
		have += m
		if err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return 0, nil, err
		}
		if have == n {
			return Type(buf[0]), buf[1:], nil
		}
		next := make([]byte, min(n, 2*have)) // never more than twice what has come
		copy(next, buf)
		buf = next
	}
}

// ReadFrame reads one frame (docs/PROTOCOL.md §4) from r. A frame longer than
// limit bytes is refused before it is read. At a clean end of the stream the
// error is io.EOF; inside a frame it is io.ErrUnexpectedEOF; an oversized frame
// gives an error wrapping ErrFrameTooLarge, an empty one ErrEmptyFrame. The
// body is the caller's to keep. Before trust: FuzzReadFrame.
func ReadFrame(r io.Reader, limit int) (Type, []byte, error) {
	n, err := ReadLength(r)
	if err != nil {
		return 0, nil, err
	}
	return ReadBody(r, n, limit)
}

// AppendFrame appends the frame of m to dst and returns the longer slice. A
// message that breaks the rules of its type gives an error wrapping
// ErrMalformed, one that no peer would read an error wrapping ErrFrameTooLarge;
// dst is then returned unchanged.
func AppendFrame(dst []byte, m Message) ([]byte, error) {
	body, err := Encode(m)
	if err != nil {
		return dst, err
	}
	n := 1 + len(body)
	if limit := sendLimit(m.Type()); n > limit {
		return dst, fmt.Errorf("%s: %w: %d bytes, limit %d", m.Type(), ErrFrameTooLarge, n, limit)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(n))
	dst = append(dst, byte(m.Type()))
	return append(dst, body...), nil
}

// sendLimit is the limit that a receiver of a frame of this type has at least.
func sendLimit(t Type) int {
	switch t {
	case TypeHello:
		return LimitBeforeHello
	case TypeMsg, TypeAck, TypeResume, TypeEdit, TypeDelete, TypeReact, TypeGone, TypeProfile, TypeAway, TypeTyping:
		return LimitContact
	}
	return LimitStranger
}
