package hostile

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// NewID makes the ID of a message: a UUID of version 7.
func NewID() [16]byte {
	var id [16]byte
	rand.Read(id[:]) // never fails (crypto/rand)
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(time.Now().UnixMilli()))
	copy(id[:6], ms[2:])
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

// HLC is the hybrid time of now (docs/PROTOCOL.md §8).
func HLC() uint64 { return uint64(time.Now().UnixMilli()) << 16 }

// HelloFields are those of a right Hello (docs/PROTOCOL.md §5.1).
func HelloFields(name string, epoch uint64, accepts bool) []Field {
	f := []Field{
		{1, Uint(1)}, {2, Uint(1)}, {3, Array(Text("changes"))}, {4, Uint(1)}, {5, Uint(42)}, {6, Uint(epoch)}, {7, Text(name)},
		{8, Text("laptop")}, {9, Text("hostile 1")}, {10, Uint(uint64(time.Now().UnixMilli()))},
	}
	if accepts {
		f = append(f, Field{11, Bool(true)})
	}
	return f
}

// RequestFields are those of a right Request (§5.5).
func RequestFields(id [16]byte, text string) []Field {
	return []Field{{1, Bytes(id[:])}, {2, Uint(HLC())}, {3, Text(text)}}
}

// MsgFields are those of a right Msg (§5.7).
func MsgFields(id [16]byte, epoch, seq uint64, text string) []Field {
	return []Field{{1, Bytes(id[:])}, {3, Uint(epoch)}, {4, Uint(seq)}, {5, Uint(HLC())}, {8, Text(text)}}
}

// ChangeFields are those that Edit, Delete and React have in common (§5.13).
func ChangeFields(id [16]byte, epoch, seq uint64, target [16]byte) []Field {
	return []Field{{1, Bytes(id[:])}, {3, Uint(epoch)}, {4, Uint(seq)}, {5, Uint(HLC())}, {7, Bytes(target[:])}}
}

// AckFields are those of a right Ack of one message (§5.8).
func AckFields(id [16]byte, state uint64) []Field {
	return []Field{{1, Array(Bytes(id[:]))}, {2, Uint(state)}}
}

// GoneFields say that a run of numbers will never come (§5.10).
func GoneFields(epoch, lo, hi uint64) []Field {
	return []Field{{1, Uint(epoch)}, {2, Array(Array(Uint(lo), Uint(hi)))}}
}

// ProfileFields are those of a right Profile without a presence key (§5.11).
func ProfileFields(name string) []Field {
	return []Field{{1, Text(name)}, {2, Text("laptop")}, {3, Bytes(nil)}}
}
