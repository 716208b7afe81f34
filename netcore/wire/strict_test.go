package wire

import (
	"errors"
	"strings"
	"testing"
)

// A body that says the same in other bytes, or says what the document forbids,
// is malformed; unknown keys are not.
func TestDecodeIsStrict(t *testing.T) {
	id := "50" + strings.Repeat("01", 16)
	nest := func(n int) string { return "a20107181e" + strings.Repeat("81", n) + "80" } // n+1 arrays in the map
	tests := []struct {
		name string
		typ  Type
		body string
		want error
	}{
		{"plain", TypePing, "a10107", nil},
		{"empty", TypePing, "", ErrMalformed},
		{"array instead of a map", TypePing, "8107", ErrMalformed},
		{"null instead of a map", TypePing, "f6", ErrMalformed},
		{"bytes after the map", TypePing, "a1010700", ErrMalformed},
		{"required key missing", TypePing, "a0", ErrMalformed},
		{"required key null", TypePing, "a101f6", ErrMalformed},
		{"value of another type", TypePing, "a1016137", ErrMalformed},
		{"negative", TypePing, "a10120", ErrMalformed},
		{"float", TypePing, "a101fb401c000000000000", ErrMalformed},
		{"long integer", TypePing, "a1011807", ErrMalformed},
		{"two bytes for 255", TypePing, "a1011900ff", ErrMalformed},
		{"four bytes for 65535", TypePing, "a1011a0000ffff", ErrMalformed},
		{"eight bytes for 2^32-1", TypePing, "a1011b00000000ffffffff", ErrMalformed},
		{"shortest forms", TypePing, "a1011b0000000100000000", nil},
		{"long key", TypePing, "a1180107", ErrMalformed},
		{"long map header", TypePing, "b8010107", ErrMalformed},
		{"indefinite map", TypePing, "bf0107ff", ErrMalformed},
		{"duplicate key", TypePing, "a201070108", ErrMalformed},
		{"keys descend", TypePing, "a202000107", ErrMalformed},
		{"text key", TypePing, "a2010761310a", ErrMalformed},
		{"tag", TypePing, "a101c107", ErrMalformed},
		{"tag in an unknown key", TypePing, "a20107181ec107", ErrMalformed},
		{"unknown keys", TypePing, "a40107181e8201a10102181ff41820616b", nil},
		{"unknown key indefinite", TypePing, "a20107181e9fff", ErrMalformed},
		{"unknown key with bad text", TypePing, "a20107181e61ff", ErrMalformed},
		{"nesting 8", TypePing, nest(6), nil},
		{"nesting 9", TypePing, nest(7), ErrMalformed},
		{"array of 1024", TypePing, "a20107181e990400" + strings.Repeat("00", 1024), nil},
		{"array of 1025", TypePing, "a20107181e990401" + strings.Repeat("00", 1025), ErrMalformed},
		{"array of 2^64-1", TypePing, "a20107181e9bffffffffffffffff", ErrMalformed},
		{"bytes of 2^64-1", TypePing, "a20107181e5bffffffffffffffff", ErrMalformed},
		{"map of 65", TypePing, "b841" + "0107" + pairs(2, 66), ErrMalformed},
		{"map of 64", TypePing, "b840" + "0107" + pairs(2, 65), nil},

		{"bool as a number", TypeError, "a201040301", ErrMalformed},
		{"explicit default", TypeError, "a2010403f4", nil},
		{"text as bytes", TypeError, "a20104044161", ErrMalformed},
		{"invalid UTF-8", TypeError, "a201040461ff", ErrMalformed},
		{"type above 255", TypeError, "a2010402190100", ErrMalformed},

		{"ID of 16 bytes", TypeAck, "a20181" + id + "0201", nil},
		{"ID of 15 bytes", TypeAck, "a201814f" + strings.Repeat("01", 15) + "0201", ErrMalformed},
		{"ID of 17 bytes", TypeAck, "a2018151" + strings.Repeat("01", 17) + "0201", ErrMalformed},
		{"ID as an array", TypeAck, "a2018190" + strings.Repeat("01", 16) + "0201", ErrMalformed},
		{"ID as text", TypeAck, "a2018170" + strings.Repeat("61", 16) + "0201", ErrMalformed},
		{"IDs as one byte string", TypeAck, "a201" + id + "0201", ErrMalformed},

		{"presence key as an array", TypeProfile, "a30160026003" + "90" + strings.Repeat("01", 16), ErrMalformed},
		{"presence key of 15", TypeProfile, "a301600260034f" + strings.Repeat("01", 15), ErrMalformed},
		{"presence key missing", TypeProfile, "a201600260", ErrMalformed},

		{"range of one", TypeGone, "a2010902818101", ErrMalformed},
		{"range of three", TypeGone, "a201090281830102" + "03", ErrMalformed},
		{"range as a map", TypeGone, "a20109028" + "1a201010202", ErrMalformed},
		{"epoch entry without top", TypeResume, "a10181a10109", ErrMalformed},
		{"epoch entry with an unknown key", TypeResume, "a10181a301090205181e00", nil},

		{"unknown type", 0x50, "a0", ErrUnknownType},
		{"unknown ignorable type", 0xa1, "a0", ErrUnknownType},
		{"type 0", 0, "a0", ErrUnknownType},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := Decode(tt.typ, parseHex(t, tt.body))
			if tt.want == nil && err != nil || tt.want != nil && !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if (m == nil) != (err != nil) {
				t.Errorf("message %v with error %v", m, err)
			}
		})
	}
}

// pairs spells the keys from lo to hi-1, each with the value 0.
func pairs(lo, hi int) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	for k := lo; k < hi; k++ {
		if k >= 24 {
			b.WriteString("18")
		}
		b.WriteByte(digits[k>>4])
		b.WriteByte(digits[k&15])
		b.WriteString("00")
	}
	return b.String()
}

func TestIgnorable(t *testing.T) {
	for typ, want := range map[Type]bool{0: false, TypeMsg: false, 0x7f: false, 0x80: true, 0xa0: true, 0xff: true} {
		if got := Ignorable(typ); got != want {
			t.Errorf("Ignorable(%#x) = %t", uint8(typ), got)
		}
	}
	for typ := range typeNames {
		if Ignorable(typ) && typ != TypeTyping { // which nothing depends on
			t.Errorf("%s is ignorable: a peer may not have understood it", typ)
		}
	}
}
