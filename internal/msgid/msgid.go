// Package msgid makes and reads message IDs: UUIDs of version 7 (RFC 9562
// §5.7), 16 bytes that begin with the time in milliseconds.
package msgid

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"
)

// ID is one message ID. The zero value means "no message". A message is named
// by its sender's device ID together with its ID, never by the ID alone.
type ID [16]byte

// New returns a fresh ID that carries the time t.
func New(t time.Time) ID {
	var id ID
	rand.Read(id[:]) // never fails (crypto/rand)
	ms := uint64(t.UnixMilli())
	binary.BigEndian.PutUint16(id[0:], uint16(ms>>32))
	binary.BigEndian.PutUint32(id[2:], uint32(ms))
	return id.version7()
}

// answerDomain keeps the hash of Answer apart from any other use of SHA-256.
const answerDomain = "earshot answer 1"

// Answer returns the ID of the one answer that a program on the device self
// gives to the message of sender with the ID asked. It is the same each time, so
// that an answer sent again after a crash is the same message. It has the form
// of New: the time of asked, and a hash in place of chance.
func Answer(self, sender [32]byte, asked ID) ID {
	in := append([]byte(answerDomain), self[:]...)
	in = append(in, sender[:]...)
	sum := sha256.Sum256(append(in, asked[:]...))
	id := ID(sum[:16])
	copy(id[:6], asked[:6])
	return id.version7()
}

// version7 sets the bits that make id a UUID of version 7.
func (id ID) version7() ID {
	id[6] = id[6]&0x0f | 0x70
	id[8] = id[8]&0x3f | 0x80
	return id
}

// IsZero reports whether id means "no message".
func (id ID) IsZero() bool { return id == ID{} }

// Compare orders IDs by their bytes, which is by time for honest makers.
func (id ID) Compare(other ID) int { return bytes.Compare(id[:], other[:]) }

// String returns the usual form of a UUID: 36 characters in lower case, and
// the empty string for the zero ID.
func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	var b [36]byte
	hex.Encode(b[0:], id[0:4])
	hex.Encode(b[9:], id[4:6])
	hex.Encode(b[14:], id[6:8])
	hex.Encode(b[19:], id[8:10])
	hex.Encode(b[24:], id[10:16])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// Parse reads the form that String writes, in either case, and the empty
// string as the zero ID.
func Parse(s string) (ID, error) {
	var id ID
	if s == "" {
		return id, nil
	}
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return id, fmt.Errorf("%q is not a message ID: want the 36 characters that history prints", s)
	}
	raw, err := hex.DecodeString(s[0:8] + s[9:13] + s[14:18] + s[19:23] + s[24:36])
	if err != nil {
		return id, fmt.Errorf("%q is not a message ID: %w", s, err)
	}
	copy(id[:], raw)
	return id, nil
}

// MarshalText writes the form of String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the form of Parse.
func (id *ID) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err == nil {
		*id = v
	}
	return err
}

// Now returns a fresh ID that carries the time of the wall clock.
func Now() ID { return New(time.Now()) }
