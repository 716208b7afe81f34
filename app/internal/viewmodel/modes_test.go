package viewmodel

import (
	"errors"
	"strings"
	"testing"

	"earshot/internal/messenger"
)

func lastRow(s Snapshot) *Row { return s.Chat.Rows[len(s.Chat.Rows)-1] }

// talk is a conversation of both sides: 0 came in, 1 went out, and so on.
func talk(n int) []messenger.Message {
	var out []messenger.Message
	for i := range n {
		out = append(out, message(i, i%2 == 1))
	}
	return out
}

func TestReply(t *testing.T) {
	svc := newFake()
	svc.history = talk(4)
	svc.history[2].Text = "a\nquestion\x00?"
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.Reply(id(1), keyN(2, false))
		chat := d.settle().Chat
		want := Quote{Key: keyN(2, false), Name: "Mia", Line: "a question␀?"}
		if chat.Mode != ModeReply || chat.Of != want || chat.ModeRev != 1 || chat.DraftRev != 0 {
			t.Fatalf("mode %d, %+v, rev %d, draft rev %d", chat.Mode, chat.Of, chat.ModeRev, chat.DraftRev)
		}
		d.Type(id(1), "an answer")
		svc.fail = errors.New("disk full")
		d.Send(id(1), "an answer", chat.Of.Key)
		if chat = d.settle().Chat; chat.Mode != ModeReply || chat.Of != want || chat.Draft != "an answer" || chat.ModeRev != 2 {
			t.Errorf("refused: mode %d, %+v, draft %q", chat.Mode, chat.Of, chat.Draft)
		}
		svc.fail = messenger.ErrUnknownMessage
		d.Send(id(1), "an answer", chat.Of.Key)
		if chat = d.settle().Chat; chat.Mode != ModeNew || chat.Draft != "an answer" || chat.Error == "" {
			t.Errorf("what it answers is gone: mode %d, draft %q, error %q", chat.Mode, chat.Draft, chat.Error)
		}
		svc.fail = nil
		d.Reply(id(1), keyN(2, false))
		d.settle()
		release := svc.hang()
		d.Send(id(1), "an answer", keyN(2, false))
		snap := d.settle() // not stored yet
		if r := lastRow(snap); r.Quote != want || r.Acts != CanCopy || snap.Chat.Mode != ModeNew {
			t.Errorf("on its way: %+v, mode %d", r, snap.Chat.Mode)
		}
		release()
		d.settle()
		if got := svc.history[len(svc.history)-1]; got.ReplyTo != message(2, false).ID {
			t.Errorf("stored as an answer to %v", got.ReplyTo)
		}
		d.Reply(id(1), keyN(1, true))
		if got := d.settle().Chat.Of.Name; got != "You" {
			t.Errorf("the own message is of %q", got)
		}
		d.LeaveMode(id(1))
		if chat := d.settle().Chat; chat.Mode != ModeNew || chat.Of != (Quote{}) {
			t.Errorf("left: %d, %+v", chat.Mode, chat.Of)
		}
	})
}

// TestQuotes: what is answered is shown as it is now, and what a peer wrote is
// made harmless.
func TestQuotes(t *testing.T) {
	m := message(1, true)
	m.ReplyTo = message(0, false).ID
	for _, c := range []struct {
		name  string
		quote *messenger.Quote
		want  Quote
	}{
		{"theirs", &messenger.Quote{Text: "line one\nline \u202etwo"}, Quote{Key: keyN(0, false), Name: "Mia", Line: "line one line two"}},
		{"mine", &messenger.Quote{Outgoing: true, Text: "x"}, Quote{Key: keyN(0, true), Name: "You", Line: "x"}},
		{"deleted", &messenger.Quote{Deleted: true}, Quote{Key: keyN(0, false), Name: "Mia", Line: deletedText}},
		{"not here", nil, Quote{Line: goneText}},
	} {
		th := newThread(id(1))
		th.name = "Mia"
		m.Quote = c.quote
		th.newest([]messenger.Message{m})
		if got := th.snapshot(noon)[1].Quote; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestAQuoteFollowsWhatItQuotes: events about an answer lack the quote, and those
// about what it answers change it.
func TestAQuoteFollowsWhatItQuotes(t *testing.T) {
	th := newThread(id(1))
	th.name = "Mia"
	question, answer := message(0, false), message(1, true)
	answer.ReplyTo = question.ID
	th.newest([]messenger.Message{question})
	line := func() string { return string(th.snapshot(noon)[2].Quote.Line) }
	step := func(name, want string, m messenger.Message) {
		t.Helper()
		if th.put(m); line() != want {
			t.Errorf("%s: it quotes %q, want %q", name, line(), want)
		}
	}
	step("stored", "text 0", answer)
	answer.State = messenger.Read
	step("read", "text 0", answer)
	question.Text = "another"
	step("edited", "another", question)
	question.Text, question.Deleted = "", true
	step("deleted", string(deletedText), question)
	th.remove(keyOf(question))
	if got := th.snapshot(noon)[1].Quote; got != (Quote{Line: goneText}) {
		t.Errorf("removed: it quotes %+v", got)
	}
}

func TestEdit(t *testing.T) {
	svc := newFake()
	svc.history = talk(4)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.Type(id(1), "half a draft")
		d.Edit(id(1), keyN(3, true))
		chat := d.settle().Chat
		if chat.Mode != ModeEdit || chat.Draft != "text 3" || chat.DraftRev != 1 || chat.Of.Key != keyN(3, true) {
			t.Fatalf("mode %d, draft %q, %+v", chat.Mode, chat.Draft, chat.Of)
		}
		d.Type(id(1), "text three")
		d.LeaveMode(id(1))
		if chat = d.settle().Chat; chat.Mode != ModeNew || chat.Draft != "half a draft" || chat.DraftRev != 2 {
			t.Errorf("left: mode %d, draft %q", chat.Mode, chat.Draft)
		}
		d.EditLast(id(1))
		d.Type(id(1), "text three")
		if d.Save(id(1), keyN(3, true), " \n") || d.Save(id(1), "?", "x") {
			t.Error("an empty text was saved, or one of nothing")
		}
		long := strings.Repeat("x", messenger.MaxTextBytes+1)
		if d.Save(id(1), keyN(3, true), long) || d.settle().Chat.Error == "" {
			t.Error("a text that is too long was saved")
		}
		svc.fail = messenger.ErrDeleted
		if !d.Save(id(1), keyN(3, true), "text three") {
			t.Error("refused before it was tried")
		}
		if chat = d.settle().Chat; chat.Mode != ModeEdit || chat.Draft != "text three" || chat.Error != "That message was deleted." {
			t.Errorf("refused: mode %d, draft %q, error %q", chat.Mode, chat.Draft, chat.Error)
		}
		svc.fail = nil
		d.Save(id(1), keyN(3, true), "text three")
		snap := d.settle()
		if r := lastRow(snap); r.Raw != "text three" || r.Text != "text three" || !r.Edited || !r.Changing || r.Key != keyN(3, true) {
			t.Errorf("saved: %+v", r)
		}
		if chat = snap.Chat; chat.Mode != ModeNew || chat.Draft != "half a draft" || chat.Error != "" {
			t.Errorf("saved: mode %d, draft %q, error %q", chat.Mode, chat.Draft, chat.Error)
		}
		if svc.count("typing "+id(1).Short()+" true") != 1 {
			t.Errorf("calls %q: editing is no writing", svc.calls)
		}
	})
}

// TestEditReplacesAReply, and the other way round, without losing the draft.
func TestEditReplacesAReply(t *testing.T) {
	svc := newFake()
	svc.history = talk(4)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.Type(id(1), "draft")
		d.Reply(id(1), keyN(0, false))
		d.Edit(id(1), keyN(1, true))
		d.Edit(id(1), keyN(3, true))
		if chat := d.settle().Chat; chat.Mode != ModeEdit || chat.Draft != "text 3" {
			t.Errorf("mode %d, draft %q", chat.Mode, chat.Draft)
		}
		d.Reply(id(1), keyN(0, false))
		if chat := d.settle().Chat; chat.Mode != ModeReply || chat.Draft != "draft" {
			t.Errorf("mode %d, draft %q", chat.Mode, chat.Draft)
		}
		for _, key := range []string{keyN(0, false), keyN(77, true), "day/" + keyN(1, true)} {
			d.Edit(id(1), key) // not the own, not there, no message
		}
		d.Edit(id(2), keyN(1, true)) // another chat
		if chat := d.settle().Chat; chat.Mode != ModeReply {
			t.Errorf("mode %d", chat.Mode)
		}
		d.Edit(id(1), keyN(3, true))
		d.settle()
		d.Send(id(1), "sent meanwhile", "") // of which the view was faster
		d.settle()
		svc.fail = errors.New("disk full")
		d.Send(id(1), "refused", "")
		if chat := d.settle().Chat; chat.Mode != ModeEdit {
			t.Errorf("mode %d", chat.Mode)
		}
		d.LeaveMode(id(1))
		if got := d.settle().Chat.Draft; got != "refused\ndraft" {
			t.Errorf("the refused text came back as %q", got)
		}
	})
}

func TestEditLast(t *testing.T) {
	svc := newFake()
	svc.history = talk(6)
	svc.history[5].Deleted, svc.history[5].Text = true, ""
	svc.history[3].State = messenger.Failed
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.EditLast(id(1))
		if got := d.settle().Chat.Of.Key; got != keyN(1, true) {
			t.Errorf("edits %q, want the newest that can be", got)
		}
	})
	svc = newFake()
	svc.history = messages(0, 3)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.EditLast(id(1))
		if got := d.settle().Chat.Mode; got != ModeNew {
			t.Errorf("mode %d without an own message", got)
		}
	})
}

func TestTheSameTextIsNoEdit(t *testing.T) {
	svc := newFake()
	svc.history = talk(2)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.Type(id(1), "a draft")
		d.Edit(id(1), keyN(1, true))
		d.settle()
		if !d.Save(id(1), keyN(1, true), "text 1") {
			t.Error("it is not taken")
		}
		snap := d.settle()
		if r := lastRow(snap); r.Edited || r.Changing || snap.Chat.Mode != ModeNew || snap.Chat.Draft != "a draft" || d.Undone() {
			t.Errorf("mode %v, draft %q, row %+v", snap.Chat.Mode, snap.Chat.Draft, r)
		}
		if svc.count(`change 2 "text 1"`) != 0 {
			t.Errorf("calls %q", svc.calls)
		}
	})
}

// TestNothingIsAnsweredThatIsGone from this device: what was written stays.
func TestNothingIsAnsweredThatIsGone(t *testing.T) {
	here := message(2, false)
	for name, remove := range map[string]func(*desk){
		"deleted here":      func(d *desk) { d.Remove(id(1), keyN(2, false)) },
		"deleted elsewhere": func(d *desk) { d.event(messenger.Event{Kind: messenger.EventRemoved, Message: &here}) },
		"with all":          func(d *desk) { d.Clear(id(1)) },
	} {
		svc := newFake()
		svc.history = talk(4)
		atDesk(t, svc, func(d *desk) {
			d.Open(id(1))
			d.settle()
			d.Reply(id(1), keyN(2, false))
			d.Type(id(1), "an answer")
			if d.settle().Chat.Mode != ModeReply {
				t.Fatal("it is not answered")
			}
			remove(d)
			if chat := d.settle().Chat; chat.Mode != ModeNew || chat.Of != (Quote{}) || chat.Draft != "an answer" {
				t.Errorf("%s: mode %v of %+v, draft %q", name, chat.Mode, chat.Of, chat.Draft)
			}
		})
	}
}
