package wire

import (
	"bytes"
	"io"
	"reflect"
	"testing"
	"testing/iotest"
)

// FuzzDecode states that a body has no second spelling. What decodes is encoded
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
		dropEmpty(m)
		m2, err := Decode(Type(typ), again)
		if err != nil || !reflect.DeepEqual(m2, m) {
			t.Fatalf("%+v became %+v, %v", m, m2, err)
		}
		if third, err := Encode(m2); err != nil || !bytes.Equal(third, again) {
			t.Fatalf("encoding is not stable: %x, %x, %v", again, third, err)
		}
	})
}

// dropEmpty makes empty lists absent ones: the spelled-out default.
func dropEmpty(m Message) {
	switch m := m.(type) {
	case *Hello:
		m.Features = append([]string(nil), m.Features...)
	case *Resume:
		m.Have = append([]Have(nil), m.Have...)
		for i := range m.Have {
			m.Have[i].Missing = append([]Range(nil), m.Have[i].Missing...)
		}
	}
}

// FuzzReadFrame states that a frame that is read is exactly the bytes that
// announced it, however they arrive, and that a frame that is not costs nothing
// beyond its length field.
func FuzzReadFrame(f *testing.F) {
	for _, name := range goldenNames(f) {
		f.Add(goldenFrame(f, name), uint16(LimitStranger))
	}
	f.Add([]byte{0, 0, 0, 0}, uint16(1))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1}, uint16(0xffff))
	f.Fuzz(func(t *testing.T, in []byte, limit uint16) {
		r := bytes.NewReader(in)
		typ, body, err := ReadFrame(r, int(limit))
		typ2, body2, err2 := ReadFrame(iotest.OneByteReader(bytes.NewReader(in)), int(limit))
		if typ2 != typ || !bytes.Equal(body2, body) || (err2 == nil) != (err == nil) {
			t.Fatalf("byte by byte: %v %x %v, at once: %v %x %v", typ2, body2, err2, typ, body, err)
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
		used := in[:len(in)-r.Len()]
		if want := append([]byte{used[0], used[1], used[2], used[3], byte(typ)}, body...); !bytes.Equal(used, want) {
			t.Fatalf("read %x from %x", want, used)
		}
	})
}
