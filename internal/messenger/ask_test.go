package messenger

import (
	"testing"
	"testing/synctest"

	"earshot/netcore/wire"
)

// A device that has forgotten this one is asked with a text, not with an edit of
// one: the ID of an edit would stand for a message that nobody wrote.
func TestNobodyIsAskedWithAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		forgotten := b.emptied()
		meet(a, b)
		said := a.send(b, "said")
		settle()
		b.stop()
		settle()
		a.change(KindEdit, said, "edited")
		a.change(KindDelete, a.send(b, "taken back"), "")
		later := a.send(b, "later")
		var asked []wire.ID
		w.mu.Lock()
		w.drop = func(_ *node, m wire.Message) bool {
			if r, ok := m.(*wire.Request); ok {
				asked = append(asked, r.ID)
			}
			return false
		}
		w.mu.Unlock()
		forgotten()
		meet(a, b)
		settle() // at once: the acceptance that ended is not the answer to this request
		if len(asked) != 1 || asked[0] != wire.ID(later.ID) {
			t.Fatalf("asked with %v, want %v", asked, later.ID)
		}
		b.allow(a)
		settle()
		if a.waiting() != 0 {
			t.Errorf("%d still wait", a.waiting())
		}
		wantLooks(t, "bert", b.row(a, said.ID), `"edited" edited true deleted false reactions "" ""`)
	})
}

// emptied returns how to start a node on an empty home folder.
func (n *node) emptied() (start func()) {
	return func() {
		n.stop()
		n.dir = n.w.t.TempDir()
		n.start()
	}
}
