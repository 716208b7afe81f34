package messenger

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/netcore/wire"
)

// change makes a change as a person would.
func (n *node) change(kind Kind, of Message, text string) Message {
	n.w.t.Helper()
	msg, err := n.m.Change(context.Background(), Change{Kind: kind, Of: RefOf(of), Text: text})
	if err != nil {
		n.w.t.Fatalf("%s: %v", n.name, err)
	}
	return msg
}

// row returns the message with an ID in the conversation with o.
func (n *node) row(o *node, id msgid.ID) Message {
	n.w.t.Helper()
	msgs, err := n.m.History(context.Background(), Page{Peer: o.id})
	if err != nil {
		n.w.t.Fatal(err)
	}
	for _, m := range msgs {
		if m.ID == id {
			return m
		}
	}
	n.w.t.Fatalf("%s has no message %s", n.name, id)
	return Message{}
}

// appearance describes what a person sees of a message.
func appearance(m Message) string {
	return fmt.Sprintf("%q edited %t deleted %t reactions %q %q", m.Text, !m.EditedAt.IsZero(), m.Deleted, m.Mine, m.Theirs)
}

func wantLooks(t *testing.T, who string, m Message, want string) {
	t.Helper()
	if got := appearance(m); got != want {
		t.Errorf("%s: %s, want %s", who, got, want)
	}
}

func TestChangesReachTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		said := a.send(b, "meet at nine")
		settle()
		a.change(KindEdit, said, "meet at ten")
		settle()
		b.change(KindReact, b.row(a, said.ID), "👍")
		a.change(KindReact, said, "🎉")
		settle()
		wantLooks(t, "anna", a.row(b, said.ID), `"meet at ten" edited true deleted false reactions "🎉" "👍"`)
		wantLooks(t, "bert", b.row(a, said.ID), `"meet at ten" edited true deleted false reactions "👍" "🎉"`)

		b.change(KindReact, b.row(a, said.ID), "")
		settle()
		wantLooks(t, "anna", a.row(b, said.ID), `"meet at ten" edited true deleted false reactions "🎉" ""`)
		if a.row(b, said.ID).Changing {
			t.Error("the change still waits")
		}

		a.change(KindDelete, said, "")
		settle()
		for _, m := range []Message{a.row(b, said.ID), b.row(a, said.ID)} {
			wantLooks(t, "after the deletion", m, `"" edited false deleted true reactions "" ""`)
		}
		if a.waiting() != 0 || b.waiting() != 0 {
			t.Error("something still waits")
		}
		if got := b.texts(a); len(got) != 2 {
			t.Errorf("changes are shown as messages: %q", got)
		}
	})
}

// Changes made while the other side is away arrive with the message; one that is
// taken back before that never shows its text.
func TestChangesWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		b.stop()
		settle()
		kept, gone := a.send(b, "kept"), a.send(b, "a secret")
		a.change(KindEdit, kept, "kept, and edited")
		a.change(KindEdit, gone, "another secret")
		a.change(KindReact, kept, "x")
		if m := a.change(KindReact, kept, "y"); !m.Changing || m.State != Queued {
			t.Errorf("changing %t, state %d", m.Changing, m.State)
		}
		a.change(KindDelete, gone, "")
		var secrets int
		a.w.drop = func(_ *node, m wire.Message) bool {
			switch m := m.(type) {
			case *wire.Msg:
				if m.Text == "a secret" {
					secrets++
				}
			case *wire.Edit:
				if m.Text == "another secret" {
					secrets++
				}
			}
			return false
		}
		b.start()
		a.sees(b)
		settle()
		<-time.After(time.Minute)
		synctest.Wait()
		wantLooks(t, "bert", b.row(a, kept.ID), `"kept, and edited" edited true deleted false reactions "" "y"`)
		if secrets != 0 {
			t.Error("what was taken back was sent all the same")
		}
		if got := b.texts(a); len(got) != 2 {
			t.Errorf("bert has %q", got)
		}
		if a.waiting() != 0 {
			t.Errorf("%d still wait", a.waiting())
		}
		if m := a.row(b, kept.ID); m.Changing {
			t.Error("the delivered changes still wait")
		}
	})
}

// A device of the first version gets messages and no changes; they wait.
func TestChangesWaitForAFeature(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		a.m.mu.Lock()
		for _, l := range a.m.devices[b.id].links {
			l.changes = false
		}
		a.m.mu.Unlock()
		said := a.send(b, "one")
		settle()
		a.change(KindEdit, said, "1")
		a.send(b, "two")
		settle()
		if got := b.texts(a); len(got) != 3 || got[1] != "< one" || got[2] != "< two" {
			t.Errorf("bert has %q", got)
		}
		if a.waiting() != 1 {
			t.Errorf("%d wait, want the change", a.waiting())
		}
		a.cut()
		settle()
		wantLooks(t, "bert", b.row(a, said.ID), `"1" edited true deleted false reactions "" ""`)
		if a.waiting() != 0 {
			t.Errorf("%d wait after a link that takes changes", a.waiting())
		}
	})
}

// The longest text fits an edit as it fits a message.
func TestTheLongestEditArrives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		said := a.send(b, "short")
		settle()
		long := strings.Repeat("x", MaxTextBytes)
		a.change(KindEdit, said, long)
		settle()
		if got := b.row(a, said.ID); got.Text != long || a.waiting() != 0 {
			t.Errorf("%d bytes arrived, %d wait", len(got.Text), a.waiting())
		}
	})
}

func TestWrongChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		said, heard := a.send(b, "mine"), b.send(a, "theirs")
		settle()
		other := Ref{Peer: b.id, ID: msgid.New(time.Now()), Mine: true}
		for _, tt := range []struct {
			c    Change
			want error
		}{
			{Change{Kind: KindEdit, Of: other, Text: "x"}, ErrUnknownMessage},
			{Change{Kind: KindReact, Of: Ref{Peer: a.id, ID: said.ID, Mine: true}, Text: "x"}, ErrUnknownMessage},
			{Change{Kind: KindEdit, Of: RefOf(a.row(b, heard.ID)), Text: "x"}, ErrNotYours},
			{Change{Kind: KindDelete, Of: RefOf(a.row(b, heard.ID))}, ErrNotYours},
			{Change{Kind: KindEdit, Of: RefOf(said), Text: " "}, ErrEmptyText},
			{Change{Kind: KindReact, Of: RefOf(said), Text: "two words"}, ErrBadEmoji},
			{Change{Kind: KindText, Of: RefOf(said), Text: "x"}, store.ErrInvalid},
		} {
			if _, err := a.m.Change(t.Context(), tt.c); !errors.Is(err, tt.want) {
				t.Errorf("%+v: %v, want %v", tt.c, err, tt.want)
			}
		}
		a.change(KindDelete, said, "")
		if _, err := a.m.Change(t.Context(), Change{Kind: KindEdit, Of: RefOf(said), Text: "x"}); !errors.Is(err, ErrDeleted) {
			t.Errorf("edit of a deleted message: %v", err)
		}
	})
}

// A contact cannot change what it did not write, whatever it sends.
func TestForeignChangesDoNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		said := a.send(b, "mine")
		settle()
		a.m.mu.Lock()
		l := a.m.devices[b.id].links[0]
		a.m.mu.Unlock()
		for i, f := range []wire.Message{
			&wire.Edit{ID: wire.ID{1}, Epoch: 7, Seq: 1, HLC: 1 << 60, Target: wire.ID(said.ID), Text: "forged"},
			&wire.Delete{ID: wire.ID{2}, Epoch: 7, Seq: 2, HLC: 1 << 60, Target: wire.ID(said.ID)},
		} {
			if err := a.m.Handle(l.Link, f); err != nil {
				t.Errorf("frame %d: %v", i, err)
			}
		}
		settle()
		wantLooks(t, "anna", a.row(b, said.ID), `"mine" edited false deleted false reactions "" ""`)
	})
}

func TestReplies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		question := a.send(b, "when?")
		settle()
		out := Outgoing{To: a.id, Text: "now", ReplyTo: question.ID}
		answer, err := b.m.Send(t.Context(), out)
		if err != nil {
			t.Fatal(err)
		}
		settle()
		for _, m := range []Message{a.row(b, answer.ID), b.row(a, answer.ID), answer} {
			if m.ReplyTo != question.ID || m.Quote == nil || m.Quote.Text != "when?" || m.Quote.Outgoing == m.Outgoing {
				t.Errorf("answer to %s with quote %+v", m.ReplyTo, m.Quote)
			}
		}
		out.ReplyTo = msgid.New(time.Now())
		if _, err := b.m.Send(t.Context(), out); !errors.Is(err, ErrUnknownMessage) {
			t.Errorf("an answer to nothing: %v", err)
		}
	})
}

// A cancelled message is not sent any more, leaves no gap, and does not come
// back by itself.
func TestCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		b.stop()
		settle()
		one, two := a.send(b, "one"), a.send(b, "two")
		a.change(KindEdit, one, "1")
		msg, err := a.m.Cancel(t.Context(), RefOf(one))
		if err != nil || msg.State != Failed {
			t.Fatalf("state %d: %v", msg.State, err)
		}
		if _, err := a.m.Cancel(t.Context(), RefOf(one)); err != nil {
			t.Errorf("cancelled again: %v", err)
		}
		if _, err := a.m.Change(t.Context(), Change{Kind: KindEdit, Of: RefOf(one), Text: "x"}); !errors.Is(err, ErrCancelled) {
			t.Errorf("edit of a cancelled message: %v", err)
		}
		b.start()
		a.sees(b)
		settle()
		if got := b.texts(a); len(got) != 2 || got[1] != "< two" {
			t.Errorf("bert has %q", got)
		}
		seen, err := b.db.Seen(t.Context(), a.id)
		if err != nil || len(seen) != 1 || len(seen[0].Ranges) != 1 {
			t.Errorf("seen %+v (%v), want no gap", seen, err)
		}
		if _, err := a.m.Cancel(t.Context(), RefOf(two)); !errors.Is(err, ErrNotWaiting) {
			t.Errorf("cancel of a delivered message: %v", err)
		}
		if got := a.row(b, one.ID).State; got != Failed {
			t.Errorf("state %d", got)
		}
	})
}

// What was removed here does not come again, neither by a resend nor by a
// Resume.
func TestRemovedStaysAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		for i := range 3 {
			a.send(b, fmt.Sprint(i))
		}
		settle()
		msgs, _ := b.m.History(t.Context(), Page{Peer: a.id})
		if err := b.m.Remove(t.Context(), RefOf(msgs[1])); err != nil {
			t.Fatal(err)
		}
		if got := b.texts(a); len(got) != 3 {
			t.Fatalf("bert has %q", got)
		}
		if kept, err := b.m.Clear(t.Context(), a.id); err != nil || kept != 0 {
			t.Fatalf("%d kept: %v", kept, err)
		}
		a.cut()
		settle()
		b.restart()
		a.sees(b)
		settle()
		if got := b.texts(a); len(got) != 0 {
			t.Errorf("came again: %q", got)
		}
		waiting := b.send(a, "after")
		settle()
		if got := a.texts(b); got[len(got)-1] != "< after" {
			t.Errorf("anna has %q", got)
		}
		a.stop()
		settle()
		still := b.send(a, "waits")
		kept, err := b.m.Clear(t.Context(), a.id)
		if err != nil || kept != 1 {
			t.Errorf("%d kept: %v", kept, err)
		}
		if err := b.m.Remove(t.Context(), RefOf(still)); !errors.Is(err, ErrWaits) {
			t.Errorf("remove of what waits: %v", err)
		}
		if err := b.m.Remove(t.Context(), RefOf(waiting)); err != nil {
			t.Errorf("remove of nothing: %v", err)
		}
		a.start()
		b.sees(a)
		settle()
		if got := a.texts(b); got[len(got)-1] != "< waits" {
			t.Errorf("anna has %q", got)
		}
	})
}
