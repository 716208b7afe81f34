package messenger

import (
	"net/netip"
	"testing"
	"testing/synctest"
)

// What a device keeps of strangers counts by where they come from, not by how
// many addresses they have.
func TestRequestsCountByOrigin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.node("anna")
		a.m.cfg.Origin = func(netip.Addr) netip.Addr { return netip.MustParseAddr("2001:db8::") }
		for _, name := range []string{"b", "c", "d"} {
			w.node(name).sees(a)
			settle()
			w.byName(name).send(a, "hello")
			settle()
		}
		rs, err := a.m.Requests(t.Context())
		if err != nil || len(rs) != 2 {
			t.Errorf("%d requests are kept, %v", len(rs), err)
		}
		for _, r := range rs {
			if r.Source != netip.MustParseAddr("2001:db8::") {
				t.Errorf("from %v", r.Source)
			}
		}
	})
}

func (w *world) byName(name string) *node {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range w.nodes {
		if n.name == name {
			return n
		}
	}
	w.t.Fatalf("no node %q", name)
	return nil
}
