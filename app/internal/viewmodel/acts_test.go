package viewmodel

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

func TestWhatCanBeDone(t *testing.T) {
	own := func(st messenger.State) messenger.Message {
		m := message(1, true)
		m.State = st
		return m
	}
	deleted := own(messenger.Delivered)
	deleted.Deleted, deleted.Text, deleted.Mine = true, "", "👍"
	all := CanCopy | CanReply | CanReact
	for _, c := range []struct {
		name    string
		m       messenger.Message
		blocked bool
		want    Acts
	}{
		{"received", message(1, false), false, all | CanRemove},
		{"delivered", own(messenger.Delivered), false, all | CanEdit | CanDelete | CanRemove},
		{"read", own(messenger.Read), false, all | CanEdit | CanDelete | CanRemove},
		{"sent still waits", own(messenger.Sent), false, all | CanEdit | CanDelete},
		{"queued", own(messenger.Queued), false, all | CanEdit | CanDelete | CanCancel},
		{"waiting", own(messenger.Waiting), false, all | CanEdit | CanDelete | CanCancel},
		{"cancelled", own(messenger.Failed), false, CanCopy | CanResend | CanRemove},
		{"deleted", deleted, false, CanRemove},
		{"received of a blocked device", message(1, false), true, CanCopy | CanRemove},
		{"cancelled, to a blocked device", own(messenger.Failed), true, CanCopy | CanRemove},
	} {
		s := newState()
		p := peer(1, "Mia", true)
		if p.Level = trust.Accepted; c.blocked {
			p.Level = trust.Blocked
		}
		s.setPeers([]messenger.Peer{p})
		s.open(id(1))
		s.thread.newest([]messenger.Message{c.m})
		r := s.snapshot(noon).Chat.Rows[1]
		if r.Acts != c.want {
			t.Errorf("%s: %b, want %b", c.name, r.Acts, c.want)
		}
		if c.m.Deleted && (r.Text != deletedText || r.Raw != "" || r.Mine != "" || r.Tick != TickNone || !r.Deleted || r.Links) {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

func TestReactions(t *testing.T) {
	svc := newFake()
	svc.history = talk(2)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.React(id(1), keyN(1, true), "👍🏽")
		if r := lastRow(d.settle()); r.Mine != "👍🏽" || r.Theirs != "" || !r.Changing {
			t.Errorf("got %+v", r)
		}
		m := message(1, true)
		m.Mine, m.Theirs = "👍🏽", "❤️ and a whole\x1b sentence"
		d.event(messenger.Event{Kind: messenger.EventChanged, Message: &m})
		if r := lastRow(d.settle()); r.Theirs != "❤️" || r.Changing {
			t.Errorf("theirs is %q", r.Theirs)
		}
		d.React(id(1), keyN(1, true), "")
		if r := lastRow(d.settle()); r.Mine != "" || !slices.ContainsFunc(svc.calls, func(c string) bool { return strings.HasSuffix(c, ` ""`) }) {
			t.Errorf("mine is %q, calls %q", r.Mine, svc.calls)
		}
		svc.fail = messenger.ErrBlocked
		d.React(id(1), keyN(1, true), "👎")
		if got := d.settle().Chat.Error; got != "You have blocked this device." {
			t.Errorf("the error is %q", got)
		}
	})
}

// TestEveryReactionIsOneCharacter, whatever a peer sends.
func TestEveryReactionIsOneCharacter(t *testing.T) {
	for in, want := range map[string]safetext.Display{
		"": "", "👍": "👍", "👨‍👩‍👧‍👦": "👨‍👩‍👧‍👦", "👍👎": "👍", "hello": "h", "\x00\x1b": "", "\u202e\u2066": "", "\u200d": "", "\u3164": "",
		"\xff\xfe": "\uFFFD", "e" + strings.Repeat("\u0301", 20): safetext.Line("e" + strings.Repeat("\u0301", 20)),
	} {
		m := message(1, false)
		m.Theirs = in
		if got := newEntry(m).theirs; got != want {
			t.Errorf("%q is shown as %q, want %q", in, got, want)
		}
	}
}

func TestDelete(t *testing.T) {
	svc := newFake()
	svc.history = talk(4)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.Delete(id(1), keyN(3, true))
		if r := lastRow(d.settle()); !r.Deleted || r.Text != deletedText || !r.Changing {
			t.Errorf("got %+v", r)
		}
		d.Remove(id(1), keyN(3, true))
		d.Remove(id(1), keyN(2, false))
		if got := texts(d.settle().Chat.Rows); !slices.Equal(got, []string{"20 November 2026", "text 0", "text 1"}) {
			t.Errorf("left are %q", got)
		}
		svc.fail = messenger.ErrWaits
		d.Remove(id(1), keyN(1, true))
		if chat := d.settle().Chat; len(chat.Rows) != 3 || !strings.HasPrefix(chat.Error, "That message still waits") {
			t.Errorf("%d rows, error %q", len(chat.Rows), chat.Error)
		}
	})
}

func TestTheListSaysThatTheLastWasDeleted(t *testing.T) {
	s := newState()
	m := message(1, true)
	m.Deleted, m.Text = true, ""
	s.conversations = []messenger.Conversation{{Contact: messenger.Contact{ID: id(1)}, Last: m}}
	if got := s.snapshot(noon).Conversations[0]; got.Preview != deletedText || got.Tick != TickNone {
		t.Errorf("got %+v", got)
	}
}

func TestCancelAndSendAgain(t *testing.T) {
	svc := newFake()
	svc.history = talk(2)
	svc.history[1].State, svc.history[1].ReplyTo = messenger.Queued, message(0, false).ID
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.Cancel(id(1), keyN(1, true))
		if r := lastRow(d.settle()); r.Tick != TickFailed || r.Acts&CanResend == 0 {
			t.Fatalf("cancelled: %+v", r)
		}
		svc.fail = errors.New("disk full")
		d.Resend(id(1), keyN(1, true))
		chat := d.settle().Chat
		if chat.Draft != "" || chat.Error == "" || len(chat.Rows) != 3 || lastRow(d.snap).Tick != TickFailed {
			t.Errorf("refused: draft %q, error %q, rows %q", chat.Draft, chat.Error, texts(chat.Rows))
		}
		svc.fail = nil
		d.Resend(id(1), keyN(1, true))
		d.Resend(id(1), keyN(1, true))  // a double click
		d.Resend(id(1), keyN(0, false)) // was never sent from here
		d.Resend(id(2), keyN(1, true))
		snap := d.settle()
		if r := lastRow(snap); len(snap.Chat.Rows) != 4 || r.Text != "text 1" || r.Key == keyN(1, true) {
			t.Errorf("sent again: %q, %+v", texts(snap.Chat.Rows), r)
		}
		if got := svc.history[1]; len(svc.history) != 2 || got.ReplyTo != message(0, false).ID {
			t.Errorf("the service has %+v", svc.history)
		}
		if d.Undone() {
			t.Error("something is undone")
		}
	})
}

func TestSettings(t *testing.T) {
	svc := newFake()
	svc.keep = messenger.KeepForever
	atDesk(t, svc, func(d *desk) {
		if got := d.settle().Keep; got != messenger.KeepForever {
			t.Errorf("kept for %q", got)
		}
		d.SetKeep("30d")
		if got := d.settle().Keep; got != "30d" || svc.count("set keep-messages 30d") != 1 {
			t.Errorf("kept for %q, calls %q", got, svc.calls)
		}
		d.SetReceipts(id(1), false)
		if d.settle(); svc.count("receipts false") != 1 {
			t.Errorf("calls %q", svc.calls)
		}
	})
}
