package view

import (
	"strings"
	"testing"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
)

// nobodyYet is the window of a device that has not written to anybody.
func nobodyYet() viewmodel.Snapshot {
	return viewmodel.Snapshot{
		Ready: true, Self: sample().Self,
		NearbyHint: "No other device in earshot. Start Earshot on one in this network and it appears here.",
	}
}

// TestEmptyListSaysWhenAPhoneReceives, and a computer does not speak of phones.
func TestEmptyListSaysWhenAPhoneReceives(t *testing.T) {
	root, _, _ := window(t, nobodyYet(), narrowPhone, 640)
	hint := root.side.hint
	if !hint.Visible() || !strings.HasPrefix(hint.Text(), "No conversations yet.") {
		t.Fatalf("the empty list says %q", hint.Text())
	}
	const says = "On a phone Earshot receives while it is open; what others send meanwhile waits on their devices."
	if got := strings.HasSuffix(hint.Text(), "\n"+says); got != onPhone() {
		t.Errorf("on a phone: %v; the empty list says %q", onPhone(), hint.Text())
	}
	whole := kit.NewLabel(kit.Style{Size: 13, Color: root.t.Muted}, 100)
	whole.SetText(emptyHint())
	width := hint.Size().Width
	if got, want := hint.Fit(width), whole.Fit(width); got != want {
		t.Errorf("cut: %v dp high, all of it needs %v", got, want)
	}
	if bottom := hint.Position().Y + hint.Size().Height; bottom > root.side.content.Size().Height {
		t.Errorf("the hint ends at %v of %v", bottom, root.side.content.Size().Height)
	}
	root.Set(sample())
	if root.side.hint.Visible() {
		t.Error("the hint stays beside conversations")
	}
}
