//go:build e2e

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"earshot/internal/faultbench"
)

// walk is two people at two real windows, one of the size of a desktop's, one
// of the size of a phone's, in which the list and the chat take turns.
type walk struct {
	desk, phone *window
}

// What they write to each other.
const (
	question  = "Shall we talk?"
	twoLines  = "Gladly. I write this at a desk,\non two lines."
	byButton  = "And I by the button"
	scripts   = "مرحبا، كيف الحال؟ 👋🏽 naïve 中文 👩‍👩‍👧‍👦"
	unwatched = "Are you still there?"
	whileUp   = "Something new at the end"
	answer    = "An answer"
	more      = " with more"
	takenBack = "This message was deleted"
)

// notch is how far one notch of a wheel moves the messages, in pixels.
const notch = 75

// tall is a text that is longer than a window.
var tall = strings.Repeat("A list of things to bring\n", 59) + "The end of the list"

// Two windows find each other, become contacts and talk by keyboard and mouse.
func TestWalk(t *testing.T) {
	lan := faultbench.NewLAN(t, "desk", "phone")
	a, b := newDevice(t, lan, "desk"), newDevice(t, lan, "phone")
	a.must("name", "Lena 🌻")
	b.must("name", "هاتف نورا")
	w := walk{desk: openWindow(a, desktopSize)}
	w.desk.seeID("self")
	w.desk.picture("empty-desktop")
	w.phone = openWindow(b, phoneSize)

	w.meet(t)
	w.talk(t)
	w.goBack(t)
	w.readAbove(t)
	w.copyText(t)

	mine, theirs := a.transcript(b), b.transcript(a)
	if len(mine) != 7 || !slices.Equal(mine, theirs) {
		t.Errorf("the histories differ:\n%s\n\n%s", strings.Join(mine, "\n"), strings.Join(theirs, "\n"))
	}
	for _, text := range []string{question, twoLines, byButton, scripts, unwatched, tall, whileUp} {
		if !slices.ContainsFunc(mine, func(line string) bool { return strings.HasSuffix(line, fmt.Sprintf(" %q", text)) }) {
			t.Errorf("%q is not stored byte for byte:\n%s", text, strings.Join(mine, "\n"))
		}
	}

	w.change(t)
	w.search(t)
}

// meet: they see each other, the phone asks, the desk accepts.
func (w walk) meet(t *testing.T) {
	desk, phone := w.desk, w.phone
	nora := desk.seeID("nearby/" + phone.short())
	lena := phone.seeID("nearby/" + desk.short())
	if nora.Text != "هاتف نورا" || lena.Text != "Lena 🌻" {
		t.Errorf("the names in earshot are %q and %q", nora.Text, lena.Text)
	}
	phone.click(lena)
	phone.see("the chat instead of the list", func(e element) bool { return e.ID == "chat" && e.W == 412 })
	if self, ok := phone.elements()["self"]; ok {
		t.Errorf("the list is still on the phone: %+v", self)
	}
	phone.keys(question) // a chat that was just opened has the keyboard
	phone.press("Return")
	phone.seeTick(question, "waiting")
	phone.picture("asking-phone")

	desk.see("the request", func(e element) bool { return e.ID == "request/"+phone.short() && e.Text == question })
	accept := desk.seeState("request/accept", "ready")
	desk.picture("request-desktop")
	desk.click(accept)
	phone.seeTick(question, "delivered")
	desk.click(desk.seeID("conversation/" + phone.short()))
	desk.seeText(question)
}

// talk: both write by keyboard and by mouse.
func (w walk) talk(t *testing.T) {
	desk, phone := w.desk, w.phone
	desk.click(desk.seeID("composer"))
	first, second, _ := strings.Cut(twoLines, "\n")
	desk.keys(first)
	one := desk.seeID("composer").H
	desk.press("shift+Return")
	desk.keys(second)
	if two := desk.see("room for two lines", func(e element) bool { return e.ID == "composer" && e.Text == twoLines }); two.H <= one {
		t.Errorf("the composer has a height of %v for one line and %v for two", one, two.H)
	}
	desk.press("Return")
	phone.seeText(twoLines)
	desk.seeTick(twoLines, "delivered")

	phone.seeState("send", "disabled")
	phone.click(phone.seeID("composer"))
	phone.keys(byButton)
	phone.click(phone.seeState("send", "enabled"))
	desk.seeText(byButton)
	phone.seeTick(byButton, "read") // the desk has it on its screen

	phone.paste(scripts)
	phone.click(phone.seeState("send", "enabled"))
	desk.seeText(scripts)
	phone.seeTick(scripts, "delivered")
	desk.picture("walk-desktop")
	phone.picture("walk-phone")
}

// goBack: the phone leaves the chat by both ways and opens it again.
func (w walk) goBack(t *testing.T) {
	desk, phone := w.desk, w.phone
	row := "conversation/" + desk.short()
	phone.click(phone.seeID("back"))
	if e := phone.seeState(row, "delivered"); e.Text != scripts {
		t.Errorf("the row of the conversation says %q", e.Text)
	}
	phone.seeGone("composer")

	desk.keys(unwatched)
	desk.click(desk.seeState("send", "enabled"))
	desk.seeTick(unwatched, "delivered")
	e := phone.see("the new text in the list", func(e element) bool { return e.ID == row && e.Text == unwatched })
	phone.picture("walk-phone-list")
	phone.click(e)
	phone.seeText(unwatched)
	phone.press("Escape")
	phone.seeGone("composer")
	phone.click(phone.seeID(row))
	phone.seeText(unwatched)
}

// readAbove: what a person reads stays where it is when something comes.
func (w walk) readAbove(t *testing.T) {
	desk, phone := w.desk, w.phone
	desk.paste(tall)
	desk.press("Return")
	phone.see("the end of a tall text", func(e element) bool { return isMessage(e) && e.Text == tall })
	start := phone.seeText(tall)
	for range 5 {
		phone.xdotool("click", "4") // the mouse is above the list
	}
	phone.seeID("jump")
	before := phone.see("the tall text, five notches lower", func(e element) bool {
		return isMessage(e) && e.Text == tall && e.Y == start.Y+5*notch
	})
	desk.keys(whileUp)
	desk.press("Return")
	desk.seeTick(whileUp, "delivered")
	after := phone.seeText(tall)
	if after.Y != before.Y {
		t.Errorf("what was read at %v is at %v now", before.Y, after.Y)
	}
	phone.picture("jump-phone")
	if _, there := phone.elements()[before.ID]; !there {
		t.Error("the tall text is gone")
	}
	phone.click(phone.seeID("jump"))
	phone.seeText(whileUp)
	phone.seeGone("jump")
	desk.seeTick(whileUp, "delivered")
}

// copyText: the menu of a message puts its text on the clipboard.
func (w walk) copyText(t *testing.T) {
	phone := w.phone
	phone.rightClick(phone.seeText(whileUp))
	entry := phone.seeID("menu/copy")
	phone.picture("menu-phone")
	phone.click(entry)
	phone.seeGone("menu/copy")
	waitFor(t, func() bool { return phone.copied() == whileUp })
}

// change: a message is answered, edited, reacted to by both, and taken back.
func (w walk) change(t *testing.T) {
	desk, phone := w.desk, w.phone
	phone.rightClick(phone.seeText(whileUp))
	phone.click(phone.seeID("menu/reply"))
	phone.see("what is answered", func(e element) bool { return e.ID == "mode" && e.Text == whileUp })
	phone.keys(answer)
	phone.see("that the phone writes", func(e element) bool { return e.ID == "composer" && e.Text == answer })
	desk.see("that somebody is writing", func(e element) bool { return e.ID == "chat" && e.Text == "typing…" })
	phone.press("Return")
	desk.seeText(answer)
	quote := desk.see("the quote", func(e element) bool { return strings.HasPrefix(e.ID, "quote/in/") })
	desk.click(quote)
	desk.picture("reply-desktop")

	phone.press("Up")
	phone.see("the text to edit", func(e element) bool { return e.ID == "composer" && e.Text == answer })
	phone.keys(more)
	phone.picture("edit-phone")
	phone.press("Return")
	edited := desk.see("the new text", func(e element) bool {
		return isMessage(e) && e.Text == answer+more && strings.HasPrefix(e.Label, "edited ")
	})

	desk.rightClick(edited)
	desk.click(desk.seeID("menu/react/2"))
	phone.click(phone.see("the reaction", func(e element) bool { return strings.HasPrefix(e.ID, "reaction/theirs/") }))
	desk.see("the same one of the phone", func(e element) bool {
		return strings.HasPrefix(e.ID, "reaction/mine/") && e.Text == "2"
	})
	phone.picture("react-phone")

	phone.rightClick(phone.seeText(answer + more))
	phone.click(phone.seeID("menu/delete"))
	phone.click(phone.seeState("ask/everyone", "ready"))
	desk.seeText(takenBack)
	phone.seeText(takenBack)
	desk.picture("deleted-desktop")
}

// search: the first text of all is found, and its place is opened.
func (w walk) search(t *testing.T) {
	desk := w.desk
	desk.press("ctrl+f")
	desk.seeID("search")
	desk.keys("talk")
	hit := desk.see("what was found", func(e element) bool { return e.ID == "hit/1" && e.Text == question })
	desk.picture("search-desktop")
	desk.click(hit)
	desk.seeText(question)
	desk.click(desk.seeID("jump"))
	desk.seeText(takenBack)
	desk.seeGone("jump")
}
