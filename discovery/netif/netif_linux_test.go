package netif

import (
	"net"
	"testing"
)

// TestSameAsStandardLibrary compares with package net, which is allowed to ask
// everything outside of Android.
func TestSameAsStandardLibrary(t *testing.T) {
	got, err := List()
	if err != nil {
		t.Fatal(err)
	}
	byIndex := map[int]Interface{}
	for _, i := range got {
		byIndex[i.Index] = i
	}
	std, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, want := range std {
		addrs, err := want.Addrs()
		if err != nil {
			t.Fatal(err)
		}
		have, ok := byIndex[want.Index]
		if ok != (len(addrs) > 0) {
			t.Errorf("%s with addresses %v listed: %v", want.Name, addrs, ok)
		}
		if !ok {
			continue
		}
		compared++
		if have.Name != want.Name || have.MTU != want.MTU || have.Flags != want.Flags {
			t.Errorf("%+v, want %+v", have.Interface, want)
		}
		if len(have.Prefixes) != len(addrs) {
			t.Errorf("%s: %v, want %v", want.Name, have.Prefixes, addrs)
			continue
		}
		for k, a := range addrs {
			if have.Prefixes[k].String() != a.String() {
				t.Errorf("%s: address %d = %v, want %v", want.Name, k, have.Prefixes[k], a)
			}
		}
	}
	if compared == 0 || compared != len(got) {
		t.Errorf("compared %d of %d interfaces", compared, len(got))
	}
}
