package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

// Bounds of a body's structure (docs/PROTOCOL.md §4). They bind unknown keys
// too, so that skipping one costs no more than reading one.
const (
	MaxNesting       = 8    // maps and arrays inside each other
	MaxArrayElements = 1024 // elements of one array
	MaxMapPairs      = 64   // pairs of one map
)

const ( // CBOR major types (RFC 8949 §3.1)
	majorUint   = 0
	majorBytes  = 2
	majorText   = 3
	majorArray  = 4
	majorMap    = 5
	majorTag    = 6
	majorSimple = 7

	simpleFalse = 20
	simpleTrue  = 21
)

var errTruncated = errors.New("ends in the middle of a value")

// keySet is a set of map keys below 64, one bit each.
type keySet uint64

func keys(ks ...uint64) keySet {
	var s keySet
	for _, k := range ks {
		s |= 1 << k // 0 for keys from 64
	}
	return s
}

// checkBody reports why b is not the one spelling of a body: a map with
// ascending unsigned keys, all required ones among them, of integers in their
// shortest form, byte strings, valid UTF-8, arrays, maps, true and false, and
// nothing after it. Before trust: FuzzStrict.
func checkBody(b []byte, required keySet) error {
	if len(b) == 0 || b[0]>>5 != majorMap {
		return errors.New("not a map")
	}
	c := checker{b: b}
	if err := c.value(1); err != nil {
		return fmt.Errorf("byte %d: %w", c.off, err)
	}
	if c.off != len(b) {
		return fmt.Errorf("%d bytes after the map", len(b)-c.off)
	}
	if missing := required &^ c.keys; missing != 0 {
		return fmt.Errorf("lacks key %d", bits.TrailingZeros64(uint64(missing)))
	}
	return nil
}

// checker walks over CBOR without building anything. off stays at the value
// that is wrong, or behind its head.
type checker struct {
	b    []byte
	off  int
	keys keySet // of the outermost map
}

// value walks over one value. depth counts the maps and arrays that the value
// would be the innermost of.
func (c *checker) value(depth int) error {
	major, arg, err := c.head()
	if err != nil {
		return err
	}
	switch major {
	case majorBytes, majorText:
		s, err := c.take(arg)
		if err == nil && major == majorText && !utf8.Valid(s) {
			err = errors.New("text is not valid UTF-8")
		}
		return err
	case majorArray, majorMap:
		if depth > MaxNesting {
			return fmt.Errorf("nested deeper than %d", MaxNesting)
		}
		if major == majorMap {
			return c.pairs(arg, depth)
		}
		return c.elements(arg, depth)
	case majorTag:
		return errors.New("tags are not allowed")
	case majorSimple:
		if arg != simpleFalse && arg != simpleTrue {
			return errors.New("null, undefined, floats and other simple values are not allowed")
		}
	}
	return nil
}

func (c *checker) elements(n uint64, depth int) error {
	if n > MaxArrayElements {
		return fmt.Errorf("array of %d elements, at most %d", n, MaxArrayElements)
	}
	for range n {
		if err := c.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) pairs(n uint64, depth int) error {
	if n > MaxMapPairs {
		return fmt.Errorf("map of %d pairs, at most %d", n, MaxMapPairs)
	}
	var last uint64
	for i := range n {
		major, key, err := c.head()
		if err != nil {
			return err
		}
		if major != majorUint {
			return errors.New("map key is not an unsigned integer")
		}
		if i > 0 && key <= last {
			return fmt.Errorf("map key %d after %d: keys ascend, each once", key, last)
		}
		last = key
		if depth == 1 {
			c.keys |= keys(key)
		}
		if err := c.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// head reads the initial byte of a value and its argument (RFC 8949 §3).
func (c *checker) head() (major byte, arg uint64, err error) {
	const info, oneByte, eightBytes = 0x1f, 24, 27
	first, err := c.take(1)
	if err != nil {
		return 0, 0, err
	}
	major, short := first[0]>>5, first[0]&info
	if short < oneByte {
		return major, uint64(short), nil
	}
	if short > eightBytes {
		return 0, 0, errors.New("indefinite and reserved lengths are not allowed")
	}
	if major == majorSimple { // floats, and simple values that fit no bool
		return 0, 0, errors.New("floats and long simple values are not allowed")
	}
	raw, err := c.take(1 << (short - oneByte))
	if err != nil {
		return 0, 0, err
	}
	var least uint64
	switch len(raw) {
	case 1:
		arg, least = uint64(raw[0]), oneByte
	case 2:
		arg, least = uint64(binary.BigEndian.Uint16(raw)), 1<<8
	case 4:
		arg, least = uint64(binary.BigEndian.Uint32(raw)), 1<<16
	default:
		arg, least = binary.BigEndian.Uint64(raw), 1<<32
	}
	if arg < least {
		return 0, 0, errors.New("integer is not in its shortest form")
	}
	return major, arg, nil
}

func (c *checker) take(n uint64) ([]byte, error) {
	if n > uint64(len(c.b)-c.off) {
		return nil, errTruncated
	}
	s := c.b[c.off : c.off+int(n)]
	c.off += int(n)
	return s, nil
}
