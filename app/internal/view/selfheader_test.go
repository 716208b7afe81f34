package view

import (
	"testing"

	"fyne.io/fyne/v2"
)

// TestTheGearOpensTheSettings like the own avatar, beside the pencil; where there
// is no room the status keeps the short ID, whole.
func TestTheGearOpensTheSettings(t *testing.T) {
	for _, width := range []float32{narrowPhone, usualPhone, twoPanes, 1000} {
		snap := sample()
		snap.Chat = nil
		root, rec, _ := window(t, snap, width, 700)
		gear, pencil := element(root, "settings/gear"), element(root, "rename")
		if gear.Label != "Settings" || pencil.Object == nil {
			t.Fatalf("%v: the gear is %+v, the pencil %+v", width, gear, pencil)
		}
		if d, size := middle(gear).X-middle(pencil).X, root.side.z.button; d != size || gear.Object.Size() != fyne.NewSize(size, size) {
			t.Errorf("%v: the gear is %v wide, %v beside the pencil", width, gear.Object.Size(), d)
		}
		status := root.side.header.status
		if status.DrawnWidth() > status.Size().Width || status.Text() != pick(width == narrowPhone || width == twoPanes, snap.Self.ShortID, snap.Self.Status) {
			t.Errorf("%v: the status is %q", width, status.Text())
		}
		tap(t, root, "settings/gear")
		if root.sheet == nil || len(rec.take()) > 0 {
			t.Errorf("%v: the settings are not open", width)
		}
		root.closeSheet()
		root.side.header.begin()
		if root.side.header.gear.Visible() {
			t.Errorf("%v: the gear stands in the field of the name", width)
		}
		root.side.header.end()
		if !root.side.header.gear.Visible() {
			t.Errorf("%v: the gear does not come back", width)
		}
	}
}
