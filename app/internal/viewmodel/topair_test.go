package viewmodel

import (
	"slices"
	"testing"

	"earshot/internal/identity"
)

// TestToPair names those that can be paired with, in the order of the strip, and
// not more than are read at a glance.
func TestToPair(t *testing.T) {
	strip := func(can ...bool) []Device {
		var out []Device
		for i, c := range can {
			out = append(out, Device{ID: identity.DeviceID{byte(i + 1)}, CanPair: c, Verified: !c})
		}
		return out
	}
	for name, c := range map[string]struct {
		can  []bool
		want []byte
	}{
		"nobody":         {nil, nil},
		"all verified":   {[]bool{false, false}, nil},
		"some":           {[]bool{false, true, false, true}, []byte{2, 4}},
		"five":           {[]bool{true, true, true, true, true}, []byte{1, 2, 3, 4, 5}},
		"more than five": {[]bool{true, false, true, true, true, true, true, true}, []byte{1, 3, 4, 5, 6}},
	} {
		var got []byte
		for _, d := range ToPair(strip(c.can...)) {
			got = append(got, d.ID[0])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
	}
}
