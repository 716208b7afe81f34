package view

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/viewmodel"
	"earshot/internal/safetext"
)

// talking is a chat with answers, reactions, edits and deletions.
func talking() viewmodel.Snapshot {
	snap := sample()
	chat := *snap.Chat
	quoted := func(r *viewmodel.Row, name, line string) *viewmodel.Row {
		r.Quote = viewmodel.Quote{Key: "5", Name: safetext.Display(name), Line: safetext.Display(line)}
		return r
	}
	with := func(r *viewmodel.Row, change func(*viewmodel.Row)) *viewmodel.Row {
		change(r)
		return r
	}
	deleted := func(key string, out bool) *viewmodel.Row {
		return with(row(key, "This message was deleted", "14:24", out, viewmodel.TickNone, true, true), func(r *viewmodel.Row) {
			r.Deleted, r.Raw, r.Links, r.Acts = true, "", false, viewmodel.CanRemove
		})
	}
	chat.Rows = []*viewmodel.Row{
		day("d", "Today"),
		with(row("4", "They are on the shared disk, folder “lake-house-2019”.", "14:21", false, viewmodel.TickNone, true, true), func(r *viewmodel.Row) {
			r.Mine, r.Theirs = "👍", "👍"
		}),
		deleted("d1", false),
		with(deleted("d2", true), func(r *viewmodel.Row) { r.Changing = true }),
		with(row("5", "That sunset 😍 Here is the floor plan you asked for, page 3 has the measurements.", "14:28", true, viewmodel.TickRead, true, false), func(r *viewmodel.Row) {
			r.Edited, r.Theirs, r.Mine = true, "❤️", "😂"
		}),
		with(row("6", "ok", "14:29", true, viewmodel.TickDelivered, false, true), func(r *viewmodel.Row) { r.Theirs = "🙏" }),
		quoted(row("7", "Perfect! Shall we meet at the station?", "14:31", false, viewmodel.TickNone, true, true), "You", "That sunset 😍 Here is the floor plan you asked for, page 3 has the measurements."),
		with(quoted(row("8", "Yes", "14:32", true, viewmodel.TickSent, true, false), "Mia's Pixel 9", "Perfect!"), func(r *viewmodel.Row) { r.Edited, r.Changing = true, true }),
		with(row("9", "I will not come", "14:33", true, viewmodel.TickFailed, false, true), func(r *viewmodel.Row) {
			r.Acts = viewmodel.CanCopy | viewmodel.CanResend | viewmodel.CanRemove
		}),
		with(row("10", "🎉", "14:34", false, viewmodel.TickNone, true, true), func(r *viewmodel.Row) { r.Mine = "😮" }),
	}
	snap.Chat = &chat
	return snap
}

// TestTalkPictures: TestPictures for what happens to messages after they were sent.
func TestTalkPictures(t *testing.T) {
	answering := func(text string) func(*viewmodel.Chat) {
		return func(c *viewmodel.Chat) {
			c.Mode, c.ModeRev, c.Of = viewmodel.ModeReply, 1, viewmodel.Quote{Key: "7", Name: "Mia's Pixel 9", Line: safetext.Display(text)}
		}
	}
	for _, c := range []struct {
		name   string
		w, h   float32
		change func(*viewmodel.Chat)
		do     func(*Root) // nil: nothing
	}{
		{"talk-desktop", 1000, 700, func(c *viewmodel.Chat) { c.Typing, c.Status = true, "typing…" }, nil},
		{"talk-reply", 1000, 700, answering("Perfect! Shall we meet at the station?"), nil},
		{"talk-phone", usualPhone, 915, answering("Perfect! Shall we meet at the station, or at the lake, or at home?"), nil},
		{"talk-edit", 1000, 700, func(c *viewmodel.Chat) {
			c.Mode, c.ModeRev, c.Of = viewmodel.ModeEdit, 1, viewmodel.Quote{Key: "8", Name: "You", Line: "Yes"}
			c.Draft, c.DraftRev = "Yes, gladly", 1
			c.Rows[9].Found, c.Rows[6].Found = true, true
		}, nil},
		{"talk-menu", usualPhone, 915, func(*viewmodel.Chat) {}, func(r *Root) {
			test.TapSecondaryAt(element(r, "5").Object.(*rowView), fyne.NewPos(230, 60))
		}},
		{"talk-delete", 1000, 700, func(*viewmodel.Chat) {}, func(r *Root) {
			test.TapSecondaryAt(element(r, "5").Object.(*rowView), fyne.NewPos(230, 60))
			test.Tap(element(r, "menu/delete").Object.(fyne.Tappable))
			settled := r.Now().Add(settleTime)
			r.Now = func() time.Time { return settled }
			r.changed()
		}},
		{"talk-away", 1000, 700, func(c *viewmodel.Chat) {
			c.Newer, c.Missed, c.Place = true, 12, viewmodel.Place{Key: "30", Rev: 1}
			c.Rows = longChat().Chat.Rows
		}, nil},
		{"talk-chat-menu", 1000, 700, func(*viewmodel.Chat) {}, func(r *Root) { test.Tap(element(r, "chat-menu").Object.(fyne.Tappable)) }},
		{"talk-settings", usualPhone, 915, nil, func(r *Root) { test.Tap(element(r, "settings").Object.(fyne.Tappable)) }},
	} {
		snap := talking()
		if c.change == nil {
			snap.Chat = nil
			pictures(t, c.name, snap, c.w, c.h, c.do)
			continue
		}
		c.change(snap.Chat)
		pictures(t, c.name, snap, c.w, c.h, c.do)
	}
}

// menuOf opens the menu of a row.
func menuOf(t *testing.T, r *Root, key string) {
	t.Helper()
	v, ok := element(r, key).Object.(*rowView)
	if !ok {
		t.Fatalf("%s is not on the screen", key)
	}
	v.TappedSecondary(&fyne.PointEvent{AbsolutePosition: fyne.NewPos(400, 300)})
	if r.open == nil {
		t.Fatalf("%s has no menu", key)
	}
}

func TestTheMenuOfAMessage(t *testing.T) {
	root, rec, _ := window(t, talking(), 1000, 900)
	rec.take()
	words := func() string {
		var out []string
		for _, r := range root.open.rows {
			out = append(out, r.entry.word)
		}
		return strings.Join(out, ", ")
	}
	for _, c := range []struct{ key, want string }{
		{"5", "Reply, Copy text, Edit, Take back 😂, Delete …"},
		{"7", "Reply, Copy text, Delete …"},
		{"9", "Copy text, Send again, Delete …"},
		{"d1", "Delete on this device"},
		{"d2", "Delete on this device"},
	} {
		menuOf(t, root, c.key)
		if got := words(); got != c.want {
			t.Errorf("%s: %q, want %q", c.key, got, c.want)
		}
		if got := len(root.open.emoji) > 0; got != strings.HasPrefix(c.want, "Reply") {
			t.Errorf("%s: reactions are offered: %v", c.key, got)
		}
		root.closeMenu()
	}
	for _, c := range []struct{ key, tap, want string }{
		{"5", "menu/reply", "reply 5"}, {"5", "menu/edit", "edit 5"}, {"5", "menu/unreact", "react 5 "},
		{"5", "menu/react/1", "react 5 👍"}, {"5", "menu/react/3", "react 5 "}, // the own one
		{"9", "menu/resend", "resend 9"}, {"d1", "menu/remove", "remove d1"},
	} {
		menuOf(t, root, c.key)
		tap(t, root, c.tap)
		want(t, rec, c.want)
		if root.open != nil {
			t.Errorf("%s: the menu stays", c.tap)
		}
	}
	row := element(root, "9").Object.(*rowView)
	row.Tapped(&fyne.PointEvent{AbsolutePosition: fyne.NewPos(700, 300)})
	if root.open == nil || words() != "Copy text, Send again, Delete …" {
		t.Error("a tap on a cancelled message offers nothing")
	}
}

func TestDeletingAsks(t *testing.T) {
	root, rec, win := window(t, talking(), 1000, 900)
	rec.take()
	for _, c := range []struct{ key, answer, want string }{
		{"5", "ask/everyone", "delete 5"}, {"5", "ask/here", "remove 5"}, {"7", "ask/here", "remove 7"}, {"5", "ask/cancel", ""},
	} {
		menuOf(t, root, c.key)
		tap(t, root, "menu/delete")
		want(t, rec)
		rec.clock = rec.clock.Add(settleTime)
		tap(t, root, c.answer)
		if c.want == "" {
			want(t, rec)
		} else {
			want(t, rec, c.want)
		}
	}
	menuOf(t, root, "7")
	tap(t, root, "menu/delete")
	if element(root, "ask/everyone").Object != nil {
		t.Error("a message of the other can be deleted for everyone")
	}
	if !onPhone() {
		pressKey(root, win, enter) // the keyboard is on the answer that changes nothing
		want(t, rec)
	}
	if root.closeMenu(); root.open != nil {
		t.Error("the card stays")
	}
}

// TestADoubleClickDeletesNothing: the second click on the entry of a menu that
// asks first is not an answer, wherever the card comes up.
func TestADoubleClickDeletesNothing(t *testing.T) {
	for _, c := range []struct {
		entry, answer string
		open          func(*Root)
	}{
		{"menu/delete", "ask/everyone", func(r *Root) { menuOf(t, r, "5") }},
		{"chat/clear", "ask/clear", func(r *Root) { tap(t, r, "chat-menu") }},
	} {
		snap := talking()
		snap.Keep = "forever"
		root, rec, win := window(t, snap, 1000, 700)
		rec.take()
		for y := float32(60); y < 700; y += 20 {
			c.open(root)
			root.open.at.Y = y
			root.open.Refresh()
			click := middle(element(root, c.entry))
			clickAt(win, click)
			clickAt(win, click)
			want(t, rec)
			root.closeMenu()
		}
		c.open(root)
		tap(t, root, c.entry)
		rec.clock = rec.clock.Add(settleTime)
		tap(t, root, c.answer)
		if calls := rec.take(); len(calls) != 1 {
			t.Errorf("%s: calls %q", c.answer, calls)
		}
	}
}

func TestReactionsAndQuotesAreTapped(t *testing.T) {
	root, rec, _ := window(t, talking(), 1000, 900)
	rec.take()
	for _, c := range []struct{ id, want string }{
		{"reaction/theirs/6", "react 6 🙏"}, {"reaction/mine/5", "react 5 "}, {"reaction/theirs/5", "react 5 ❤️"}, {"quote/7", "jump 5"},
	} {
		tap(t, root, c.id)
		want(t, rec, c.want)
	}
	root.Resize(fyne.NewSize(usualPhone, 900))
	for _, e := range root.Elements() {
		if strings.HasPrefix(e.ID, "reaction/") && (e.Object.Size().Width < 44 || e.Object.Size().Height < 44) {
			t.Errorf("%s is %v large, too small for a finger", e.ID, e.Object.Size())
		}
	}
	test.TapSecondary(element(root, "reaction/mine/5").Object.(fyne.SecondaryTappable))
	if root.open == nil {
		t.Error("a long press on a reaction opens no menu")
	}
}

func TestAnswering(t *testing.T) {
	snap := talking()
	root, rec, win := window(t, snap, 1000, 700)
	peer := snap.Chat.ShortID
	answering := func(rev int, kind viewmodel.ModeKind, draft string, draftRev int) {
		chat := *snap.Chat
		chat.Mode, chat.ModeRev, chat.Of = kind, rev, viewmodel.Quote{Key: "7", Name: "Mia", Line: "Perfect!"}
		chat.Draft, chat.DraftRev = draft, draftRev
		if kind == viewmodel.ModeNew {
			chat.Of = viewmodel.Quote{}
		}
		next := snap
		next.Chat = &chat
		root.Set(next)
	}
	answering(1, viewmodel.ModeReply, "", 0)
	if e := element(root, "mode"); e.Text != "Perfect!" || !strings.Contains(e.Label, "Mia") {
		t.Fatalf("above the composer: %+v", e)
	}
	if win.Canvas().Focused() != root.chat.composer.entry {
		t.Error("the keyboard is not at the composer")
	}
	rec.take()
	tap(t, root, "mode")
	want(t, rec, "jump 7")
	typeKeys(t, win, "x")
	rec.take()
	sendTyped(t, root)
	want(t, rec, "answer "+peer+" 7 \"x\"")
	answering(1, viewmodel.ModeReply, "", 0) // older than what was sent
	if element(root, "mode").Object != nil {
		t.Error("a snapshot from before brings the answer back")
	}
	typeKeys(t, win, "y")
	rec.take()
	sendTyped(t, root)
	want(t, rec, "send "+peer+" \"y\"")
	answering(2, viewmodel.ModeEdit, "the old text", 1)
	if e := element(root, "composer"); e.Text != "the old text" || element(root, "mode").Label != "Editing" || element(root, "send").Label != "Save" {
		t.Errorf("editing: %+v, %+v", e, element(root, "mode"))
	}
	typeKeys(t, win, "!")
	rec.take()
	sendTyped(t, root)
	want(t, rec, `save 7 "the old text!"`)
	if element(root, "composer").Text != "" || element(root, "send").Label != "Send" {
		t.Error("after saving it is still edited")
	}
	answering(3, viewmodel.ModeReply, "", 2)
	rec.take()
	pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyEscape})
	want(t, rec, "leave mode")
	answering(4, viewmodel.ModeNew, "", 2)
	pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyUp})
	want(t, rec, "edit last")
	pressKey(root, win, &fyne.KeyEvent{Name: fyne.KeyEscape})
	want(t, rec, "close")
	answering(5, viewmodel.ModeReply, "", 2)
	rec.take()
	tap(t, root, "mode/leave")
	want(t, rec, "leave mode")
}

// TestAPartOfAChat: the button goes to the newest message, which is not here,
// and a place is gone to once.
func TestAPartOfAChat(t *testing.T) {
	snap := longChat()
	snap.Chat.Newer, snap.Chat.Missed, snap.Chat.Place = true, 3, viewmodel.Place{Key: "50", Rev: 1}
	root, rec, _ := window(t, snap, 1000, 700)
	if element(root, "50").Object == nil || element(root, "jump").Text != "3" {
		t.Fatalf("the place is not in view, or the button says %q", element(root, "jump").Text)
	}
	rec.take()
	tap(t, root, "jump")
	want(t, rec, "newest")
	root.chat.list.ScrollBy(-1e6)
	if got := rec.take(); !slices.Contains(got, "newer") || slices.Contains(got, "end true") {
		t.Errorf("at the last row that is here: %q", got)
	}
	root.Set(snap)
	if element(root, "50").Object != nil {
		t.Error("a place is gone to again")
	}
	chat := *snap.Chat
	chat.Newer, chat.Missed, chat.Place = false, 0, viewmodel.Place{End: true, Rev: 2}
	snap.Chat = &chat
	root.Set(snap)
	if !root.chat.list.AtEnd() || element(root, "jump").Object != nil {
		t.Error("not at the end")
	}
}

func TestTheMenuOfAConversation(t *testing.T) {
	snap := talking()
	root, rec, _ := window(t, snap, 1000, 700)
	rec.take()
	tap(t, root, "chat-menu")
	tap(t, root, "chat/receipts")
	want(t, rec, "receipts false")
	tap(t, root, "chat-menu")
	tap(t, root, "chat/clear")
	want(t, rec)
	rec.clock = rec.clock.Add(settleTime)
	tap(t, root, "ask/clear")
	want(t, rec, "clear "+snap.Chat.ShortID)
	for answer, call := range map[string]string{"ask/text": "export %s false <nil>", "ask/json": "export %s true <nil>"} {
		root.SaveFile = func(name string, write func(viewmodel.File), _ func(error)) {
			if !strings.HasPrefix(name, "earshot-"+snap.Chat.ShortID+".") {
				t.Errorf("the file is called %q", name)
			}
			write(nowhere{})
		}
		tap(t, root, "chat-menu")
		tap(t, root, "chat/export")
		tap(t, root, answer)
		want(t, rec, fmt.Sprintf(call, snap.Chat.ShortID))
	}
	root.SaveFile = func(_ string, _ func(viewmodel.File), failed func(error)) { failed(errors.New("read-only")) }
	tap(t, root, "chat-menu")
	tap(t, root, "chat/export")
	tap(t, root, "ask/json")
	want(t, rec)
	if got := element(root, "error").Text; !strings.Contains(got, "read-only") {
		t.Errorf("it says %q", got)
	}
	root.Set(asking())
	if element(root, "chat-menu").Object != nil {
		t.Error("a stranger has the menu of a contact")
	}
}

// nowhere is a file that keeps nothing.
type nowhere struct{}

func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (nowhere) Commit() error               { return nil }
func (nowhere) Discard()                    {}
func (nowhere) Where() string               { return "" }

func TestSettings(t *testing.T) {
	snap := sample()
	snap.Keep = "90d"
	root, rec, _ := window(t, snap, 1000, 700)
	rec.take()
	tap(t, root, "settings")
	if element(root, "keep/90d").Text != "90 days" {
		t.Error("what was chosen elsewhere is not there")
	}
	tap(t, root, "keep/90d")
	want(t, rec)
	tap(t, root, "settings")
	tap(t, root, "keep/30d")
	want(t, rec)
	rec.clock = rec.clock.Add(settleTime)
	tap(t, root, "ask/keep")
	want(t, rec, "keep 30d")
	tap(t, root, "settings")
	tap(t, root, "keep/forever")
	want(t, rec, "keep forever")
}

// TestWritingGoesOnAfterAMenu, whose opening by a click takes the keyboard away. A
// phone shows its keyboard only when it is asked for.
func TestWritingGoesOnAfterAMenu(t *testing.T) {
	root, rec, win := window(t, talking(), 1000, 900)
	test.Type(root.chat.composer.entry, "An answer")
	for _, leave := range []func(){
		func() { root.open.typedKey(&fyne.KeyEvent{Name: fyne.KeyEscape}) },
		func() { tap(t, root, "menu/copy") },
		func() { tap(t, root, "menu/delete"); tap(t, root, "ask/cancel") },
	} {
		win.Canvas().Unfocus()
		menuOf(t, root, "5")
		leave()
		if writing := win.Canvas().Focused() == root.chat.composer.entry; writing == onPhone() || root.open != nil {
			t.Errorf("the keyboard is with %T", win.Canvas().Focused())
		}
	}
	if onPhone() { // Enter is a new line there
		return
	}
	rec.take()
	pressKey(root, win, enter)
	want(t, rec, "send "+root.snap.Chat.ShortID+" \"An answer\"")
}
