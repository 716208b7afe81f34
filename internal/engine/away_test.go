package engine

import (
	"testing"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// introduce makes two devices contacts of each other.
func introduce(t *testing.T, a, b *Engine) (bob identity.DeviceID) {
	t.Helper()
	events := subscribe(t, b)
	peer, err := a.Add(t.Context(), address(t, b))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Send(t.Context(), messenger.Outgoing{To: peer.ID, Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	r := until(t, events, "request", func(e messenger.Event) bool { return e.Kind == messenger.EventRequest })
	if err := b.Allow(t.Context(), r.Request.Peer); err != nil {
		t.Fatal(err)
	}
	return peer.ID
}

// TestAwayBelongsToTheOwner: what a second process of one device says holds from
// the moment that it is the owner.
func TestAwayBelongsToTheOwner(t *testing.T) {
	home := t.TempDir()
	a, _ := device(t, t.TempDir())
	first, stopFirst := device(t, home)
	second, _ := device(t, home)
	bob := introduce(t, a, first)
	events := subscribe(t, a)
	is := func(away, linked bool) func(messenger.Event) bool {
		return func(e messenger.Event) bool {
			return e.Peer != nil && e.Peer.ID == bob && e.Peer.Away == away && e.Peer.Linked == linked
		}
	}
	second.SetAway(true)
	first.SetAway(true)
	until(t, events, "away", is(true, true))
	first.SetAway(false)
	first.SetAway(false)
	until(t, events, "back", is(false, true)) // and not what the second said
	stopFirst()
	until(t, events, "the new owner, which is away", is(true, true))
	second.SetAway(false)
	until(t, events, "back", is(false, true))
}
