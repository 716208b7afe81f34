package messenger

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
)

// A message is known by its writer and its ID: two devices may use one ID, also
// the two of one conversation.
func TestTwoWritersMayUseOneID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		c := w.node("cleo")
		meet(c, b)
		c.send(b, "hello")
		settle()
		b.allow(c)
		settle()
		first := a.send(b, "from anna")
		settle()
		for _, n := range []*node{c, b} {
			to := b
			if n == b {
				to = a
			}
			if _, err := n.m.Send(context.Background(), Outgoing{ID: first.ID, To: to.id, Text: "from " + n.name}); err != nil {
				t.Fatal(err)
			}
			settle()
		}
		for _, x := range []struct {
			at, with *node
			want     []string
		}{
			{b, a, []string{"< may I?", "< from anna", "> from bert"}},
			{b, c, []string{"< hello", "< from cleo"}},
			{a, b, []string{"> may I?", "> from anna", "< from bert"}},
		} {
			if got := x.at.texts(x.with); !slices.Equal(got, x.want) {
				t.Errorf("%s sees of %s %q, want %q", x.at.name, x.with.name, got, x.want)
			}
		}
		for _, n := range []*node{a, b, c} {
			if n.waiting() != 0 {
				t.Errorf("%d wait at %s", n.waiting(), n.name)
			}
		}
	})
}
