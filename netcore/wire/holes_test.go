package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// There, a length field was read as a signed number and a negative one crashed
// both sides. Here it is unsigned until it was compared with the limit.
func TestSyncthingCVE202121404(t *testing.T) {
	for _, length := range []uint32{1 << 31, 1<<31 | 1, 1<<32 - 1, 1<<31 - 1} {
		for _, limit := range []int{LimitBeforeHello, LimitStranger, LimitContact, 0, -1} {
			r := bytes.NewReader(append(binary.BigEndian.AppendUint32(nil, length), 1, 2, 3))
			if _, _, err := ReadFrame(r, limit); !errors.Is(err, ErrFrameTooLarge) || r.Len() != 3 {
				t.Errorf("length %#x, limit %d: %v, %d bytes left", length, limit, err, r.Len())
			}
		}
	}
}

// There, a length of 32 bits was believed before anything had come. Here memory
// follows what comes, also where the length is allowed.
func TestCrocCommit8e3a248b(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := ReadFrame(bytes.NewReader([]byte{0x3f, 0xff, 0xff, 0xff, 1}), 1<<30); err != io.ErrUnexpectedEOF {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 4*readStep {
		t.Errorf("%d bytes allocated for 5 that came", grown)
	}
	body := []byte("\xa1\x01\x9a\x3f\xff\xff\xff") // a list of a thousand million numbers
	if _, err := Decode(TypeAck, body); !errors.Is(err, ErrMalformed) {
		t.Error(err)
	}
}

// There, a packet inside the encrypted link named the sender's ID once more and
// was not compared with the key. Here Hello has no place for an ID, and what is
// put there all the same is dropped.
func TestKDEConnectCVE202566270(t *testing.T) {
	for f := range reflect.TypeFor[Hello]().Fields() {
		if k := f.Type.Kind(); strings.Contains(f.Name, "ID") && f.Name != "BootID" || k == reflect.Array || k == reflect.Slice && f.Type.Elem().Kind() == reflect.Uint8 {
			t.Errorf("field %s %s could hold an ID", f.Name, f.Type)
		}
	}
	body, err := Encode(samples()["hello"])
	if err != nil {
		t.Fatal(err)
	}
	id := bytes.Repeat([]byte{0xee}, 32)
	body[0]++ // one more pair: key 63, 32 bytes
	body = append(append(body, 0x18, 63, 0x58, 32), id...)
	m, err := Decode(TypeHello, body)
	if err != nil || !reflect.DeepEqual(m, samples()["hello"]) {
		t.Errorf("%+v, %v", m, err)
	}
}
