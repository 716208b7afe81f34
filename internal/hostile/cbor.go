package hostile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// The major types of CBOR (RFC 8949 §3.1).
const (
	MajorUint = iota
	MajorNegative
	MajorBytes
	MajorText
	MajorArray
	MajorMap
	MajorTag
	MajorSimple
)

// Head is the beginning of a data item in its shortest spelling: of a string or
// container n is its announced size, whatever follows.
func Head(major byte, n uint64) []byte {
	switch {
	case n < 24:
		return []byte{major<<5 | byte(n)}
	case n < 1<<8:
		return Wide(major, n, 1)
	case n < 1<<16:
		return Wide(major, n, 2)
	case n < 1<<32:
		return Wide(major, n, 4)
	}
	return Wide(major, n, 8)
}

// Wide is Head with the number in 1, 2, 4 or 8 bytes: a second spelling where
// fewer would do.
func Wide(major byte, n uint64, size int) []byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	info := map[int]byte{1: 24, 2: 25, 4: 26, 8: 27}[size]
	return append([]byte{major<<5 | info}, b[8-size:]...)
}

// Uint is an unsigned integer.
func Uint(n uint64) []byte { return Head(MajorUint, n) }

// Bytes is a byte string.
func Bytes(b []byte) []byte { return append(Head(MajorBytes, uint64(len(b))), b...) }

// Text is a text string, valid UTF-8 or not.
func Text(s string) []byte { return append(Head(MajorText, uint64(len(s))), s...) }

// Bool is true or false.
func Bool(v bool) []byte {
	if v {
		return []byte{0xf5}
	}
	return []byte{0xf4}
}

// Array holds items that are encoded already.
func Array(items ...[]byte) []byte {
	return append(Head(MajorArray, uint64(len(items))), slices.Concat(items...)...)
}

// Field is one pair of a map.
type Field struct {
	Key   uint64
	Value []byte // encoded
}

// Map writes the fields in the order given, which is right only if it is that of
// the keys and each is there once.
func Map(fields ...Field) []byte {
	out := Head(MajorMap, uint64(len(fields)))
	for _, f := range fields {
		out = append(append(out, Uint(f.Key)...), f.Value...)
	}
	return out
}

// Set returns the fields with one of them replaced or added at its place.
func Set(fields []Field, key uint64, value []byte) []Field {
	out := slices.Clone(fields)
	i, there := slices.BinarySearchFunc(out, key, func(f Field, k uint64) int { return int(f.Key) - int(k) })
	if there {
		out[i].Value = value
		return out
	}
	return slices.Insert(out, i, Field{key, value})
}

// Nested is arrays inside each other.
func Nested(depth int) []byte {
	return append(slices.Repeat([]byte{MajorArray<<5 | 1}, depth), 0)
}

// NestedMaps is maps inside each other.
func NestedMaps(depth int) []byte {
	return append(slices.Repeat([]byte{MajorMap<<5 | 1, 0}, depth), 0)
}

// Endless wraps items in the form without a length: begin byte, items, break.
func Endless(major byte, items ...[]byte) []byte {
	return append(append([]byte{major<<5 | 31}, slices.Concat(items...)...), 0xff)
}

// errEncoding says that an answer is not CBOR of the kind that Earshot speaks.
var errEncoding = errors.New("not the CBOR of Earshot")

// maxDepth bounds what Decode follows (docs/PROTOCOL.md §4).
const maxDepth = 8

// Decode reads one data item and what follows it: uint64, int64, []byte, string,
// bool, []any or map[uint64]any.
func Decode(b []byte) (v any, rest []byte, err error) { return decode(b, 0) }

func decode(b []byte, depth int) (any, []byte, error) {
	if len(b) == 0 || depth > maxDepth {
		return nil, nil, errEncoding
	}
	major, info, b := b[0]>>5, b[0]&31, b[1:]
	if major == MajorSimple {
		if info != 20 && info != 21 {
			return nil, nil, errEncoding
		}
		return info == 21, b, nil
	}
	n := uint64(info)
	if info >= 24 {
		size := 1 << (info - 24)
		if info > 27 || len(b) < size {
			return nil, nil, errEncoding
		}
		n = 0
		for _, x := range b[:size] {
			n = n<<8 | uint64(x)
		}
		b = b[size:]
	}
	switch major {
	case MajorUint:
		return n, b, nil
	case MajorNegative:
		return -1 - int64(n), b, nil
	case MajorBytes, MajorText:
		if n > uint64(len(b)) {
			return nil, nil, errEncoding
		}
		if major == MajorText {
			return string(b[:n]), b[n:], nil
		}
		return b[:n:n], b[n:], nil
	case MajorArray:
		return decodeArray(b, n, depth)
	case MajorMap:
		return decodeMap(b, n, depth)
	}
	return nil, nil, errEncoding
}

func decodeArray(b []byte, n uint64, depth int) (any, []byte, error) {
	out := []any{}
	for range n {
		v, rest, err := decode(b, depth+1)
		if err != nil {
			return nil, nil, err
		}
		out, b = append(out, v), rest
	}
	return out, b, nil
}

func decodeMap(b []byte, n uint64, depth int) (any, []byte, error) {
	out := map[uint64]any{}
	for range n {
		k, rest, err := decode(b, depth+1)
		if err != nil {
			return nil, nil, err
		}
		key, ok := k.(uint64)
		if !ok {
			return nil, nil, fmt.Errorf("%w: a key that is no number", errEncoding)
		}
		if out[key], b, err = decode(rest, depth+1); err != nil {
			return nil, nil, err
		}
	}
	return out, b, nil
}
