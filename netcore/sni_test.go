package netcore

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"earshot/internal/identity"
)

func testDoor() (*door, identity.DeviceID) {
	var id identity.DeviceID
	copy(id[:], bytes.Repeat([]byte{0x42}, len(id)))
	return &door{own: id, hidden: func() bool { return true }}, id
}

// TestServerName compares with the example of docs/PROTOCOL.md §2.
func TestServerName(t *testing.T) {
	b, err := hex.DecodeString("a050837d85070582ccf7394b0988847cc312cb88259b894899f6f239cf1791a5")
	if err != nil {
		t.Fatal(err)
	}
	var n nonce
	for i := range n {
		n[i] = byte(i)
	}
	const want = "aaaqeayeaudaocajbifqydiob4.2wyutjq3pfrpwiz4uslftvbfoq"
	if got := serverName(identity.DeviceID(b), n); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestDoorOpensToWhoKnowsTheDevice(t *testing.T) {
	d, id := testDoor()
	other := id
	other[31]++
	right := newServerName(id)
	label, proof, _ := strings.Cut(newServerName(id), ".")
	spelled := label[:25] + string(label[25]+1) // the unused bits are not 0
	for name, server := range map[string]string{
		"none":             "",
		"a common one":     "example.org",
		"another device":   newServerName(other),
		"upper case":       strings.ToUpper(newServerName(id)),
		"cut short":        right[:len(right)-1],
		"longer":           right + "a",
		"a third label":    right + ".local",
		"a dot at the end": right + ".",
		"only a nonce":     label,
		"swapped":          proof + "." + label,
		"spelled anew":     spelled + "." + proof,
		"a line break":     label[:25] + "\n" + label[25:] + "." + proof,
	} {
		if d.opens(server) {
			t.Errorf("%s: %q opens", name, server)
		}
	}
	if len(d.used) != 0 {
		t.Errorf("%d wrong names are remembered", len(d.used))
	}
	if !d.opens(right) {
		t.Error("the right name does not open")
	}
	if d.opens(right) {
		t.Error("it opens twice")
	}
}

func TestDoorRemembersABoundedNumber(t *testing.T) {
	d, id := testDoor()
	first := newServerName(id)
	d.opens(first)
	var names []string
	for range MaxNonces {
		names = append(names, newServerName(id))
		if !d.opens(names[len(names)-1]) {
			t.Fatal("a right name does not open")
		}
	}
	if len(d.used) != MaxNonces || len(d.ring) != MaxNonces {
		t.Errorf("%d and %d are remembered", len(d.used), len(d.ring))
	}
	for _, n := range names {
		if d.opens(n) {
			t.Fatal("one of the last MaxNonces opens again")
		}
	}
	if !d.opens(first) {
		t.Error("the oldest one is still remembered")
	}
}

// Before trust. FuzzDoor states that a hidden device opens to a name that was made
// for it, in its one spelling and once, and to no other; and that such a name does
// not open another device.
func FuzzDoor(f *testing.F) {
	_, id := testDoor()
	right := serverName(id, nonce{1, 2, 3})
	for _, name := range []string{right, strings.ToUpper(right), right[:27] + strings.ToUpper(right[27:]), right + ".", strings.Replace(right, ".", "..", 1), right[:len(right)-1] + "a", "", strings.Repeat("a", 26) + "." + strings.Repeat("a", 26), "\n" + right} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		d, id := testDoor()
		opened := d.opens(name)
		if opened {
			label, _, _ := strings.Cut(name, ".")
			raw, err := nameEncoding.DecodeString(label)
			if err != nil || len(raw) != nonceBytes || serverName(id, nonce(raw)) != name {
				t.Fatalf("%q opens", name)
			}
			other := &door{own: identity.DeviceID{1}, hidden: d.hidden}
			if other.opens(name) {
				t.Fatalf("%q opens another device too", name)
			}
		}
		if name == right && !opened || d.opens(name) {
			t.Fatalf("%q: opened %v, or twice", name, opened)
		}
	})
}
