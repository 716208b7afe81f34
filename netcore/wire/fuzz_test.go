package wire

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/fxamacker/cbor/v2"
)

// Before trust. FuzzDecode states that a body has no second spelling. What decodes is encoded
// again to a body that (1) decodes to the same message, (2) is spelled the same
// when encoded once more, (3) is never longer than the first, and (4) is the
// first when it is as long: the only bytes that decoding may lose are unknown
// keys and optional fields that spell out their default.
func FuzzDecode(f *testing.F) {
	for _, name := range goldenNames(f) {
		frame := goldenFrame(f, name)
		f.Add(frame[4], frame[5:])
	}
	f.Add(byte(TypePing), []byte("\xa3\x01\x07\x18\x1e\x82\x01\xa1\x01\x02\x18\x1f\xf4"))
	f.Add(byte(0xa0), []byte("\xa0"))
	f.Add(byte(TypeResume), []byte("\xa1\x01\x80")) // an optional list that spells out its default
	f.Fuzz(func(t *testing.T, typ byte, body []byte) {
		kept := bytes.Clone(body)
		m, err := Decode(Type(typ), body)
		if !bytes.Equal(body, kept) {
			t.Fatal("Decode wrote into its input")
		}
		if err != nil {
			if m != nil {
				t.Fatalf("message %v with error %v", m, err)
			}
			return
		}
		again, err := Encode(m)
		if err != nil {
			t.Fatalf("%+v decodes and does not encode: %v", m, err)
		}
		if len(again) > len(body) || len(again) == len(body) && !bytes.Equal(again, body) {
			t.Fatalf("second spelling\n%x\n%x", body, again)
		}
		dropEmpty(reflect.ValueOf(m))
		m2, err := Decode(Type(typ), again)
		if err != nil || !reflect.DeepEqual(m2, m) {
			t.Fatalf("%+v became %+v, %v", m, m2, err)
		}
		if third, err := Encode(m2); err != nil || !bytes.Equal(third, again) {
			t.Fatalf("encoding is not stable: %x, %x, %v", again, third, err)
		}
	})
}

// dropEmpty makes empty lists absent ones, the spelled-out default, however
// deep in v and of whatever type of message they are.
func dropEmpty(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			dropEmpty(v.Elem())
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			dropEmpty(field)
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.SetZero()
		}
		for i := range v.Len() {
			dropEmpty(v.Index(i))
		}
	}
}

// Before trust. FuzzReadFrame states that a frame that is read is exactly the
// bytes that announced it, however they arrive, that a frame that is too long or
// empty costs nothing beyond its length field, and that no length is believed:
// memory follows what has come.
func FuzzReadFrame(f *testing.F) {
	for _, name := range goldenNames(f) {
		f.Add(goldenFrame(f, name), uint32(LimitStranger))
	}
	f.Add([]byte{0, 0, 0, 0}, uint32(1))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1}, uint32(0xffff))
	f.Add([]byte{0x0f, 0xff, 0xff, 0xff, 1}, uint32(1<<28)) // 256 MiB announced, and allowed
	f.Add(append([]byte{0, 1, 0, 2}, make([]byte, readStep+2)...), uint32(LimitContact))
	f.Fuzz(func(t *testing.T, in []byte, limit uint32) {
		limit &= 1<<30 - 1 // an int on every system
		r := bytes.NewReader(in)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		typ, body, err := ReadFrame(r, int(limit))
		runtime.ReadMemStats(&after)
		if grown, most := after.TotalAlloc-before.TotalAlloc, uint64(2*readStep+4*len(in)); grown > most {
			t.Fatalf("%d bytes allocated for %d that came", grown, len(in))
		}
		typ2, body2, err2 := ReadFrame(iotest.OneByteReader(bytes.NewReader(in)), int(limit))
		if typ2 != typ || !bytes.Equal(body2, body) || (err2 == nil) != (err == nil) {
			t.Fatalf("byte by byte: %v %x %v, at once: %v %x %v", typ2, body2, err2, typ, body, err)
		}
		used := in[:len(in)-r.Len()]
		if refused := errors.Is(err, ErrFrameTooLarge) || errors.Is(err, ErrEmptyFrame); refused && len(used) != lengthBytes {
			t.Fatalf("%v after %d bytes", err, len(used))
		}
		if err == io.EOF && len(in) != 0 {
			t.Fatalf("clean end after %d bytes", len(in))
		}
		if err != nil {
			return
		}
		if 1+len(body) > int(limit) {
			t.Fatalf("%d bytes, limit %d", 1+len(body), limit)
		}
		if want := append([]byte{used[0], used[1], used[2], used[3], byte(typ)}, body...); !bytes.Equal(used, want) {
			t.Fatalf("read %x from %x", want, used)
		}
	})
}

// Before trust. FuzzStrict states that what the strict check lets through is the
// one spelling of what it says, unknown keys and all: a library that knows nothing
// of it reads the same bytes and, in the core deterministic encoding, writes them
// again. And that it says where it ends: nothing shorter or longer passes.
func FuzzStrict(f *testing.F) {
	for _, name := range goldenNames(f) {
		f.Add(goldenFrame(f, name)[5:])
	}
	for _, s := range []string{
		"\xa1\x01\x1b\xff\xff\xff\xff\xff\xff\xff\xff", // the largest number
		"\xa1\x01\x3b\xff\xff\xff\xff\xff\xff\xff\xff", // the smallest
		"\xa1\x01\x18\x17", // not its shortest form
		"\xa1\x01\xbf\xff", // without a length
		"\xa1\x01\x9b\x7f\xff\xff\xff\xff\xff\xff\xff", // a list of more than there is memory
		"\xa1\x01\x5a\xff\xff\xff\xff",                 // a byte string of 4 GiB
		"\xa1\x01\x81\x81\x81\x81\x81\x81\x81\xf5",     // as deep as it may be
		"\xa1\x01\xc0\x00",                             // a tag
		"\xa1\x01\xf9\x7e\x00",                         // a float
		"\xa2\x01\xf5\x01\xf5",                         // a key twice
		"\xa1\x01\x62\xc3\x28",                         // no UTF-8
	} {
		f.Add([]byte(s))
	}
	deterministic, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if checkBody(body, 0) != nil {
			return
		}
		var v any
		if err := cbor.Unmarshal(body, &v); err != nil {
			t.Fatalf("%x: %v", body, err)
		}
		again, err := deterministic.Marshal(v)
		if err != nil || !bytes.Equal(again, body) {
			t.Fatalf("%x is spelled %x, %v", body, again, err)
		}
		if checkBody(body[:len(body)-1], 0) == nil || checkBody(append(bytes.Clone(body), 0), 0) == nil {
			t.Fatalf("%x passes cut or with more behind it", body)
		}
	})
}
