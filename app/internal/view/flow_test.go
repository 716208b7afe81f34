package view

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/viewmodel"
)

// tap taps the element with an ID.
func tap(t *testing.T, r *Root, id string) {
	t.Helper()
	o, ok := element(r, id).Object.(fyne.Tappable)
	if !ok {
		t.Fatalf("%s is not on the screen or cannot be tapped", id)
	}
	test.Tap(o)
}

func element(r *Root, id string) Element {
	for _, e := range r.Elements() {
		if e.ID == id {
			return e
		}
	}
	return Element{}
}

func want(t *testing.T, rec *recorder, calls ...string) {
	t.Helper()
	if got := rec.take(); !slices.Equal(got, calls) {
		t.Errorf("calls are\n%q, want\n%q", got, calls)
	}
}

// typeKeys types where the keyboard is.
func typeKeys(t *testing.T, w fyne.Window, text string) {
	t.Helper()
	f := w.Canvas().Focused()
	if f == nil {
		t.Fatalf("nothing has the keyboard to type %q", text)
	}
	for _, r := range text {
		f.TypedRune(r)
	}
}

var enter = &fyne.KeyEvent{Name: fyne.KeyReturn}

// pressKey presses a key as the toolkit does: where the keyboard is, else in the
// window.
func pressKey(r *Root, w fyne.Window, k *fyne.KeyEvent) {
	if f := w.Canvas().Focused(); f != nil {
		f.TypedKey(k)
	} else {
		r.TypedKey(k)
	}
}

// onPhone reports whether this is the variant for phones (the tag "mobile"),
// whose keyboard comes and goes on the screen.
func onPhone() bool { return fyne.CurrentDevice().IsMobile() }

// sendTyped sends what is typed: by Enter, on a phone by the button.
func sendTyped(t *testing.T, r *Root) {
	t.Helper()
	if onPhone() {
		tap(t, r, "send")
	} else {
		r.chat.composer.entry.TypedKey(enter)
	}
}

func TestTypeAndSend(t *testing.T) {
	snap := sample()
	root, rec, win := window(t, snap, 1000, 700)
	if got := win.Canvas().Focused() == root.chat.composer.entry; got == onPhone() {
		t.Fatalf("an opened chat has the keyboard: %v", got)
	}
	root.chat.focus()
	if element(root, "send").State != "disabled" {
		t.Error("there is no text and the button can be pressed")
	}
	peer := snap.Chat.ShortID
	typeKeys(t, win, "hi")
	want(t, rec, "type "+peer+` "h"`, "type "+peer+` "hi"`)
	sendTyped(t, root)
	want(t, rec, "send "+peer+` "hi"`)
	if got := element(root, "composer").Text; got != "" {
		t.Errorf("the composer still holds %q", got)
	}
	typeKeys(t, win, "x")
	rec.take()
	tap(t, root, "send")
	want(t, rec, "send "+peer+` "x"`)
	sendTyped(t, root)
	want(t, rec)
}

func TestTypingWithoutFocusWritesToTheChat(t *testing.T) {
	snap := sample()
	root, _, win := window(t, snap, 1000, 700)
	win.Canvas().Unfocus()
	root.TypedRune('a')
	typeKeys(t, win, "b")
	if got := element(root, "composer").Text; got != "ab" {
		t.Errorf("the composer holds %q", got)
	}
	snap.Chat = nil
	root.Set(snap)
	root.TypedRune('c') // nowhere to write
}

func TestShiftEnterIsANewLine(t *testing.T) {
	root, rec, win := window(t, sample(), 1000, 700)
	e := root.chat.composer.entry
	height := root.chat.composer.Size().Height
	root.chat.focus()
	typeKeys(t, win, "a")
	if !onPhone() { // where Enter alone is one
		e.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	}
	e.TypedKey(enter)
	e.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	typeKeys(t, win, "b")
	if e.Text != "a\nb" {
		t.Fatalf("the text is %q", e.Text)
	}
	if got := root.chat.composer.Size().Height; got <= height {
		t.Errorf("the composer is %v high with two lines, %v with one", got, height)
	}
	rec.take()
	sendTyped(t, root)
	want(t, rec, "send "+sample().Chat.ShortID+` "a\nb"`)
	if got := root.chat.composer.Size().Height; got != height {
		t.Errorf("the composer does not shrink again: %v", got)
	}
}

func TestARefusedTextStays(t *testing.T) {
	snap := sample()
	root, rec, win := window(t, snap, 1000, 700)
	rec.refuse = true
	root.chat.focus()
	typeKeys(t, win, "too long")
	sendTyped(t, root)
	chat := *snap.Chat
	chat.Error, chat.Draft = "Too long.", "too long"
	snap.Chat = &chat
	root.Set(snap)
	if got := element(root, "composer").Text; got != "too long" {
		t.Errorf("the composer holds %q", got)
	}
	if got := element(root, "error").Text; got != "Too long." {
		t.Errorf("the error is %q", got)
	}
}

// TestDraftsFollowTheChat: snapshots do not disturb typing, another chat
// brings its own draft, and a text that came back is put into the field.
func TestDraftsFollowTheChat(t *testing.T) {
	snap := sample()
	root, _, win := window(t, snap, 1000, 700)
	root.chat.focus()
	typeKeys(t, win, "half a th")
	root.Set(snap) // older than what was typed
	if got := element(root, "composer").Text; got != "half a th" {
		t.Errorf("a snapshot changed the text to %q", got)
	}
	other := snap
	other.Chat = &viewmodel.Chat{Device: device(2, "Jonas Weber", "JW", true), CanWrite: true, Draft: "for Jonas"}
	root.Set(other)
	if got := element(root, "composer").Text; got != "for Jonas" {
		t.Errorf("the draft of another chat is %q", got)
	}
	back := *other.Chat
	back.Draft, back.DraftRev = "came back", 1
	other.Chat = &back
	root.Set(other)
	if got := element(root, "composer").Text; got != "came back" {
		t.Errorf("a text that came back is %q", got)
	}
}

func TestListsOpenChats(t *testing.T) {
	snap := sample()
	root, rec, _ := window(t, snap, 1000, 700)
	tap(t, root, "nearby/"+snap.Nearby[1].ShortID)
	tap(t, root, "conversation/"+snap.Conversations[3].ShortID)
	want(t, rec, "open "+snap.Nearby[1].ShortID, "open "+snap.Conversations[3].ShortID)
}

func TestPhoneShowsOnePane(t *testing.T) {
	snap := sample()
	open := snap.Chat
	snap.Chat = nil
	root, rec, win := window(t, snap, 412, 915)
	if element(root, "conversation/"+snap.Conversations[0].ShortID).Object == nil || element(root, "chat").Object != nil {
		t.Fatal("a phone does not begin at the list")
	}
	snap.Chat = open
	root.Set(snap)
	if element(root, "rename").Object != nil || element(root, "chat").Text != "In earshot · verified" {
		t.Fatal("an open chat does not fill a phone")
	}
	tap(t, root, "back")
	want(t, rec, "close")
	root.chat.focus()
	typeKeys(t, win, "half")
	win.Resize(fyne.NewSize(1000, 700))
	if element(root, "rename").Object == nil || element(root, "back").Object != nil || element(root, "composer").Text != "half" {
		t.Error("a wide window does not show both panes, or lost what was typed")
	}
	root.chat.composer.entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if got := rec.take(); got[len(got)-1] != "close" {
		t.Errorf("Escape does not leave the chat: %q", got)
	}
}

func TestRename(t *testing.T) {
	root, rec, win := window(t, sample(), 1000, 700)
	tap(t, root, "rename")
	entry := root.side.header.entry
	if !entry.Visible() || entry.Text != "Lena's laptop" || win.Canvas().Focused() != entry {
		t.Fatalf("the entry holds %q, visible %v", entry.Text, entry.Visible())
	}
	typeKeys(t, win, "Nina") // over the selected name
	entry.TypedKey(enter)
	want(t, rec, `rename "Nina"`)
	if entry.Visible() || win.Canvas().Focused() != nil {
		t.Error("the entry stays or keeps the keyboard")
	}
	tap(t, root, "rename")
	rec.refuse = true
	typeKeys(t, win, "x")
	entry.TypedKey(enter)
	if !entry.Visible() {
		t.Error("a refused name is taken out of the hand")
	}
	rec.take()
	entry.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
	want(t, rec)
	if entry.Visible() {
		t.Error("Escape does not close the entry")
	}
}

func TestScrollingUp(t *testing.T) {
	snap := sample()
	chat := *snap.Chat
	chat.Rows, chat.Older = nil, true
	for n := range 100 {
		chat.Rows = append(chat.Rows, row(fmt.Sprint(n), fmt.Sprintf("message %d", n), "10:00", n%2 == 0, viewmodel.TickNone, true, true))
	}
	snap.Chat = &chat
	root, rec, _ := window(t, snap, 1000, 700)
	want(t, rec)
	if element(root, "jump").Object != nil {
		t.Error("at the end there is a way to the end")
	}
	root.chat.list.Scrolled(&fyne.ScrollEvent{Scrolled: fyne.NewDelta(0, 500)})
	if element(root, "jump").Object == nil {
		t.Fatal("away from the end there is no way to it")
	}
	more := chat
	more.Rows = append(slices.Clone(chat.Rows), row("a", "one", "10:01", false, viewmodel.TickNone, true, true),
		row("b", "own", "10:01", true, viewmodel.TickNone, true, true), day("d", "Today"))
	more.Missed = 1
	snap.Chat = &more
	root.Set(snap)
	if got := element(root, "jump").Text; got != "1" {
		t.Errorf("%q messages were missed, want the incoming one", got)
	}
	tap(t, root, "jump")
	if !root.chat.list.AtEnd() || root.chat.missed.Visible() {
		t.Error("the button does not go to the end")
	}
	rec.take()
	root.chat.list.ScrollBy(1e6)
	if got := rec.take(); !slices.Contains(got, "older") {
		t.Errorf("at the top nothing older is asked for: %q", got)
	}
}

func TestAHugeTextIsCutAndCopiedWhole(t *testing.T) {
	snap := sample()
	chat := *snap.Chat
	text := strings.Repeat("x ", 32<<10)
	chat.Rows = []*viewmodel.Row{row("1", text, "10:00", false, viewmodel.TickNone, true, true)}
	snap.Chat = &chat
	root, rec, _ := window(t, snap, 1000, 700)
	view := element(root, "1").Object.(*rowView)
	if !strings.Contains(view.bubble.cut, "61,536 more") || len(view.objects) > 200 {
		t.Errorf("the note is %q, %d objects are drawn", view.bubble.cut, len(view.objects))
	}
	test.Tap(view)
	want(t, rec, fmt.Sprintf("copy %d", len(text)))
}

func TestBubbles(t *testing.T) {
	window(t, sample(), 1000, 700)
	short := row("1", "Hi", "10:00", true, viewmodel.TickSent, true, true)
	long := row("2", strings.Repeat("word ", 60), "10:00", true, viewmodel.TickSent, false, true)
	for _, c := range []struct {
		name  string
		row   *viewmodel.Row
		width float32
	}{{"short", short, 670}, {"long", long, 670}, {"phone", long, 412}, {"narrow", long, 320}} {
		b := layoutRow(c.row, c.width)
		if b.w > (c.width-2*bubbleInset)*bubbleShare+1 || b.w > bubbleMax+1 {
			t.Errorf("%s: %v wide in a row of %v", c.name, b.w, c.width)
		}
		last := b.text.Lines[len(b.text.Lines)-1]
		below := b.metaY > bubblePadY+linePitch*float32(len(b.text.Lines))-bubblePadY
		if !below && bubblePadX+last.Width+metaGap > b.metaX+1 {
			t.Errorf("%s: the time at %v covers the text of %v", c.name, b.metaX, last.Width)
		}
		if b.metaX < bubblePadX-1 || b.metaY+metaLine > b.h {
			t.Errorf("%s: the time is outside", c.name)
		}
	}
	if layoutRow(short, 670).top <= layoutRow(long, 670).top {
		t.Error("a group does not begin with a larger gap")
	}
}
