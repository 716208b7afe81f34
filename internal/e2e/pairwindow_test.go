//go:build e2e

package e2e

import (
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// Two persons pair two windows by mouse: three taps where it begins, two where it
// is answered.
func TestPairTwoWindows(t *testing.T) {
	lan := faultbench.NewLAN(t, "desk", "phone")
	a, b := newDevice(t, lan, "desk"), newDevice(t, lan, "phone")
	desk := openWindow(a, desktopSize)
	phone := openWindow(b, phoneSize)

	there := desk.seeID("nearby/" + b.short())
	began := time.Now()
	desk.rightClick(there)
	desk.click(desk.seeID("menu/pair"))
	phone.see("who asks", func(e element) bool {
		return e.ID == "paircard" && strings.HasPrefix(e.Text, "desk ("+a.short()+") wants to pair.")
	})
	phone.picture("pair-asked-phone")
	desk.see("what is awaited", func(e element) bool { return e.ID == "pair/text" && e.Text == "Waiting for phone. Tap Continue there." })
	phone.click(phone.seeState("paircard/yes", "ready"))

	mine, theirs := desk.seeID("pair/code"), phone.seeID("pair/code")
	if mine.Text != theirs.Text || len(mine.Text) != 6 {
		t.Errorf("the windows show %q and %q", mine.Text, theirs.Text)
	}
	desk.seeState("pair/qr", "shown")
	desk.click(desk.seeState("pair/yes", "ready"))
	desk.see("the wait", func(e element) bool { return e.ID == "pair/text" && strings.HasPrefix(e.Text, "Waiting for phone.") })
	phone.picture("pair-compare-phone")
	phone.click(phone.seeState("pair/yes", "ready"))
	for w, name := range map[*window]string{desk: "phone", phone: "desk"} {
		w.see("the result", func(e element) bool { return e.ID == "pair/title" && e.Text == name+" is verified" })
	}
	t.Logf("from seeing the device to verified on both screens: %v", time.Since(began).Round(10*time.Millisecond))
	done := desk.seeState("pair/yes", "ready")
	desk.picture("pair-verified-desktop")
	desk.click(done)
	desk.seeGone("pair/title")
	phone.press("Escape")
	phone.seeGone("pair/title")
	desk.seeState("nearby/"+b.short(), "verified")
	phone.seeState("nearby/"+a.short(), "verified")
	desk.click(desk.seeID("nearby/" + b.short()))
	desk.see("the level in words", func(e element) bool { return e.ID == "chat" && e.Text == "In earshot · verified" })
}

// One window shows its code, the other one gets its link: nothing is compared, and
// the link works once.
func TestPairByLink(t *testing.T) {
	lan := faultbench.NewLAN(t, "desk", "phone")
	a, b := newDevice(t, lan, "desk"), newDevice(t, lan, "phone")
	desk := openWindow(a, desktopSize)
	phone := openWindow(b, phoneSize)
	phone.seeID("nearby/" + a.short())
	desk.seeID("nearby/" + b.short()) // before that the cell to pair moves away

	desk.click(desk.seeID("pair"))
	desk.click(desk.seeID("pair/show"))
	link := desk.see("the code", func(e element) bool { return e.ID == "pair/qr" && e.State == "shown" }).Text
	desk.picture("pair-invite-desktop")
	desk.click(desk.seeState("pair/yes", "ready"))
	desk.see("that it was copied", func(e element) bool { return e.ID == "pair/left" && strings.HasPrefix(e.Text, "Link copied.") })
	if got := desk.copied(); got != link {
		t.Errorf("copied was %q, shown is %q", got, link)
	}

	enter := func() {
		phone.click(phone.seeID("pair"))
		phone.click(phone.seeID("pair/enter"))
		phone.seeID("pair/field") // which has the keyboard
		phone.paste(link)
		phone.see("the link", func(e element) bool { return e.ID == "pair/field" && e.Text == link })
		phone.click(phone.seeState("pair/yes", "ready"))
		phone.see("the question", func(e element) bool { return e.ID == "pair/title" && e.Text == "Pair with desk ("+a.short()+")?" })
		phone.click(phone.seeState("pair/yes", "ready"))
	}
	enter()
	phone.see("the result", func(e element) bool { return e.ID == "pair/title" && e.Text == "desk is verified" })
	desk.see("the result", func(e element) bool { return e.ID == "pair/title" && e.Text == "phone is verified" })
	phone.press("Escape")
	phone.seeGone("pair/title")
	enter()
	// The device that used it may do so again: the answer could have been lost.
	phone.see("the same result", func(e element) bool { return e.ID == "pair/title" && e.Text == "desk is verified" })
}
