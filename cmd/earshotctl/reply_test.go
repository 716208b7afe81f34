package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

var (
	anna = peer("Anna", deviceID("anna"), trust.Accepted)
	vera = peer("Vera\x00\x1b", deviceID("vera"), trust.Verified)
	hugo = peer("Hugo", deviceID("hugo"), trust.Stranger)
	beat = peer("Beat", deviceID("beat"), trust.Blocked)
)

func equalTexts(t *testing.T, what string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %d %.200q, want %d %.200q", what, len(got), got, len(want), want)
	}
}

func TestReplyAnswersTextsOfContacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newReplyStore(anna, vera, hugo, beat)
		var env []string
		b := startBot(t, s, func(ctx context.Context, text string, e ...string) (reply, error) {
			if strings.HasPrefix(text, "vera") {
				env = e
			}
			return loud(ctx, text)
		})
		synctest.Wait()
		var m messenger.Message
		for _, p := range s.peers {
			m = s.receive(p.ID, messenger.KindText, strings.ToLower(p.Name))
			s.receive(p.ID, messenger.KindAuto, "auto")
			s.receive(p.ID, messenger.Kind(7), "later kind")
			if p.ID == vera.ID {
				env = append(env, m.ID.String())
			}
		}
		_, err := s.Send(t.Context(), messenger.Outgoing{ID: msgid.Now(), To: anna.ID, Text: "by hand"})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		equalTexts(t, "to a contact", s.told(anna.ID), []string{"by hand", "anna!"})
		equalTexts(t, "to a verified one", s.told(vera.ID), []string{"vera\x00\x1b!"})
		for _, p := range []messenger.Peer{anna, vera} {
			equalTexts(t, "unread", s.unread(p.ID), nil)
		}
		for _, p := range []messenger.Peer{hugo, beat} {
			equalTexts(t, "to another", s.told(p.ID), nil)
		}
		for _, m := range s.messages {
			if m.Outgoing && m.Text != "by hand" && m.Kind != messenger.KindAuto {
				t.Errorf("%q is of kind %d", m.Text, m.Kind)
			}
			if m.Peer == vera.ID && !m.Outgoing && m.Kind == messenger.KindText {
				equalTexts(t, "environment", env, []string{"EARSHOT_FROM=Vera", "EARSHOT_FROM_ID=" + vera.ID.String(), "EARSHOT_MESSAGE_ID=" + m.ID.String()})
			}
		}
		if err := b.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestReplyCatchesUp: what is unread when the bot starts is answered in order,
// however much it is and whatever comes meanwhile; what was read is not.
func TestReplyCatchesUp(t *testing.T) {
	for _, n := range []int{1, maxReplyWaiting, 2*maxReplyWaiting + 10} {
		synctest.Test(t, func(t *testing.T) {
			s := newReplyStore(anna, vera, beat)
			read := s.receive(anna.ID, messenger.KindText, "read by a person")
			if err := s.MarkMessageRead(t.Context(), anna.ID, read.ID); err != nil {
				t.Fatal(err)
			}
			var want []string
			for i := range n {
				s.receive(anna.ID, messenger.KindText, fmt.Sprint(i))
				s.receive(vera.ID, messenger.KindText, fmt.Sprint(i))
				s.receive(beat.ID, messenger.KindText, fmt.Sprint(i))
				want = append(want, fmt.Sprint(i, "!"))
			}
			var asked []string
			var mu sync.Mutex
			b := startBot(t, s, func(ctx context.Context, text string, env ...string) (reply, error) {
				mu.Lock()
				defer mu.Unlock()
				if !slices.Contains(env, "EARSHOT_FROM=Anna") {
					return loud(ctx, text)
				}
				asked = append(asked, text+"!")
				if len(asked) <= 5 {
					s.receive(anna.ID, messenger.KindText, fmt.Sprint("new ", len(asked)))
					want = append(want, fmt.Sprintf("new %d!", len(asked)))
				}
				return loud(ctx, text)
			})
			synctest.Wait()
			equalTexts(t, "answers", s.told(anna.ID), want)
			equalTexts(t, "calls", asked, want)
			equalTexts(t, "to the other", s.told(vera.ID), want[:n])
			equalTexts(t, "unread", s.unread(anna.ID), nil)
			if got := len(s.unread(beat.ID)); got != n {
				t.Errorf("%d of the blocked one unread, want %d", got, n)
			}
			if err := b.end(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestReplyIsNotFlooded: more messages than are kept, and lost events, delay
// nothing but themselves.
func TestReplyIsNotFlooded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newReplyStore(anna)
		hold := make(chan struct{})
		asked := 0
		b := startBot(t, s, func(ctx context.Context, text string, _ ...string) (reply, error) {
			asked++
			<-hold
			return loud(ctx, text)
		})
		var want []string
		send := func(n int) {
			for range n {
				s.receive(anna.ID, messenger.KindText, fmt.Sprint(len(want)))
				want = append(want, fmt.Sprint(len(want), "!"))
			}
			synctest.Wait()
		}
		synctest.Wait()
		send(maxReplyWaiting + 50)
		s.deaf = true
		send(20)
		s.deaf = false
		s.events <- messenger.Event{Kind: messenger.EventLagged}
		send(20)
		close(hold)
		synctest.Wait()
		equalTexts(t, "answers", s.told(anna.ID), want)
		if asked != len(want) {
			t.Errorf("asked %d times, want %d", asked, len(want))
		}

		// A channel that ends is one that lost events.
		s.deaf = true
		send(3)
		old := s.events
		s.deaf = false
		close(old)
		synctest.Wait()
		send(1)
		equalTexts(t, "answers after the channel ended", s.told(anna.ID), want)
		if err := b.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestReplyAsksOnce: a message is read from the store and told of in an event,
// while it is answered or later.
func TestReplyAsksOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newReplyStore(anna)
		turn := make(chan struct{})
		var asked []string
		b := startBot(t, s, func(ctx context.Context, text string, _ ...string) (reply, error) {
			asked = append(asked, text)
			<-turn
			return loud(ctx, text)
		})
		synctest.Wait()
		again := func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			for _, m := range s.messages {
				s.tell(m)
			}
		}
		s.receive(anna.ID, messenger.KindText, "a")
		s.receive(anna.ID, messenger.KindText, "b")
		for range 2 {
			again()
			synctest.Wait()
			turn <- struct{}{}
			synctest.Wait()
		}
		again()
		synctest.Wait()
		equalTexts(t, "asked", asked, []string{"a", "b"})
		if err := b.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestReplySideBySide: contacts do not wait for each other, within the bound,
// and one contact's messages do.
func TestReplySideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newReplyStore()
		for i := range maxReplyCalls + 2 {
			s.peers = append(s.peers, peer("x", deviceID(fmt.Sprint(i)), trust.Accepted))
		}
		turn := make(chan struct{})
		busy := map[string]bool{}
		var mu sync.Mutex
		b := startBot(t, s, func(ctx context.Context, text string, env ...string) (reply, error) {
			mu.Lock()
			if busy[env[1]] {
				t.Error("two messages of one contact at once")
			}
			busy[env[1]] = true
			mu.Unlock()
			<-turn
			mu.Lock()
			delete(busy, env[1])
			mu.Unlock()
			return loud(ctx, text)
		})
		synctest.Wait()
		for i := range 3 {
			for _, p := range s.peers {
				s.receive(p.ID, messenger.KindText, fmt.Sprint(i))
			}
		}
		for left := 3 * len(s.peers); left > 0; left-- {
			synctest.Wait()
			mu.Lock()
			if got, want := len(busy), min(maxReplyCalls, left); got != want && left > maxReplyCalls {
				t.Errorf("%d calls with %d messages left, want %d", got, left, want)
			}
			mu.Unlock()
			turn <- struct{}{}
		}
		synctest.Wait()
		for _, p := range s.peers {
			equalTexts(t, "answers", s.told(p.ID), []string{"0!", "1!", "2!"})
		}
		if err := b.end(); err != nil {
			t.Error(err)
		}
	})
}

// errKilled stands for kill -9 in the middle of a call.
var errKilled = errors.New("killed")

// TestReplyOnceOverCrashes kills the bot before and after every write, with a
// message coming at that very moment, and expects one answer for each message,
// in order.
func TestReplyOnceOverCrashes(t *testing.T) {
	const messages = 4
	for when := range 4 * messages {
		synctest.Test(t, func(t *testing.T) {
			s := newReplyStore(anna)
			var want []string
			for i := range messages {
				s.receive(anna.ID, messenger.KindText, fmt.Sprint(i))
				want = append(want, fmt.Sprint(i, "!"))
			}
			step := 0
			s.op = func(string, bool) error {
				step++
				if step > when {
					return errKilled
				}
				return nil
			}
			first := startBot(t, s, loud)
			synctest.Wait()
			s.op = nil
			s.receive(anna.ID, messenger.KindText, "new")
			if err := first.end(); !errors.Is(err, errKilled) && step > when {
				t.Errorf("step %d: %v", when, err)
			}
			// The second bot says something else: who answered is seen.
			second := startBot(t, s, func(_ context.Context, text string, _ ...string) (reply, error) {
				return reply{text: text + "?"}, nil
			})
			synctest.Wait()
			got := s.told(anna.ID)
			for i, text := range got {
				got[i] = strings.ReplaceAll(text, "?", "!")
			}
			equalTexts(t, fmt.Sprint("killed at step ", when), got, append(want, "new!"))
			equalTexts(t, "unread", s.unread(anna.ID), nil)
			if err := second.end(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestReplyWithoutAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newReplyStore(anna)
		b := startBot(t, s, func(_ context.Context, text string, _ ...string) (reply, error) {
			switch text {
			case "fail":
				return reply{note: "no answer: x\x1b: exit status 1", said: "oh"}, nil
			case "blank":
				return reply{text: " \t\n"}, nil
			}
			return reply{}, nil
		})
		synctest.Wait()
		for _, text := range []string{"nothing", "blank", "fail"} {
			s.receive(anna.ID, messenger.KindText, text)
		}
		synctest.Wait()
		equalTexts(t, "answers", s.told(anna.ID), nil)
		equalTexts(t, "unread", s.unread(anna.ID), nil)
		equalTexts(t, "notes", b.notes, []string{"oh", "Anna (" + anna.ID.Short() + `): no answer: x\x1b: exit status 1`})
		if err := b.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestReplyToOneBlockedMeanwhile: it gets no answer, and one when it is a
// contact again.
func TestReplyToOneBlockedMeanwhile(t *testing.T) {
	for _, how := range []string{"while asked", "before"} {
		synctest.Test(t, func(t *testing.T) {
			s := newReplyStore(anna, vera)
			block := func() { s.change(anna.ID, trust.Blocked); s.sendErr = messenger.ErrBlocked }
			if how == "before" {
				block()
			}
			b := startBot(t, s, func(ctx context.Context, text string, _ ...string) (reply, error) {
				if how == "while asked" {
					block()
				}
				return loud(ctx, text)
			})
			synctest.Wait()
			s.receive(anna.ID, messenger.KindText, "a")
			s.receive(anna.ID, messenger.KindText, "b")
			synctest.Wait()
			equalTexts(t, "unread", s.unread(anna.ID), []string{"a", "b"})
			s.sendErr, how = nil, ""
			s.receive(vera.ID, messenger.KindText, "c")
			synctest.Wait()
			equalTexts(t, "to another", s.told(vera.ID), []string{"c!"})
			s.change(anna.ID, trust.Accepted)
			s.receive(anna.ID, messenger.KindText, "d")
			synctest.Wait()
			if err := b.end(); err != nil {
				t.Error(err)
			}
			again := startBot(t, s, loud)
			synctest.Wait()
			equalTexts(t, "answers in the end", s.told(anna.ID), []string{"d!", "a!", "b!"})
			if err := again.end(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestReplyToManyOfOneBlocked: what is left is not read again and again.
func TestReplyToManyOfOneBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newReplyStore(beat, anna)
		for range 3 * maxReplyWaiting {
			s.receive(beat.ID, messenger.KindText, "x")
		}
		b := startBot(t, s, loud)
		synctest.Wait()
		s.receive(anna.ID, messenger.KindText, "a")
		synctest.Wait()
		equalTexts(t, "answers", s.told(anna.ID), []string{"a!"})
		if got := len(s.unread(beat.ID)); got != 3*maxReplyWaiting {
			t.Errorf("%d unread", got)
		}
		if err := b.end(); err != nil {
			t.Error(err)
		}
	})
}

func TestReplyEndsWithAnError(t *testing.T) {
	broken := errors.New("the disk is full")
	for what, set := range map[string]func(*replyStore) callFunc{
		"send": func(s *replyStore) callFunc { s.sendErr = broken; return loud },
		"mark": func(s *replyStore) callFunc {
			s.op = func(name string, _ bool) error {
				if name == "mark" {
					return broken
				}
				return nil
			}
			return loud
		},
		"start": func(*replyStore) callFunc {
			return func(context.Context, string, ...string) (reply, error) { return reply{}, broken }
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newReplyStore(anna)
			b := startBot(t, s, set(s))
			synctest.Wait()
			s.receive(anna.ID, messenger.KindText, "a")
			synctest.Wait()
			if err := b.end(); !errors.Is(err, broken) {
				t.Errorf("%s: %v", what, err)
			}
			equalTexts(t, "unread", s.unread(anna.ID), []string{"a"})
		})
	}
}

// TestReplyBotsDoNotLoop lets two bots talk: each text has one answer.
func TestReplyBotsDoNotLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left, right := newReplyStore(anna), newReplyStore(vera)
		cross := func(from, to *replyStore, as identity.DeviceID) {
			from.op = func(name string, before bool) error {
				if name == "send" && !before {
					from.mu.Lock()
					m := from.messages[len(from.messages)-1]
					from.mu.Unlock()
					to.receive(as, m.Kind, m.Text)
				}
				return nil
			}
		}
		cross(left, right, vera.ID)
		cross(right, left, anna.ID)
		a, b := startBot(t, left, loud), startBot(t, right, loud)
		synctest.Wait()
		if _, err := left.Send(t.Context(), messenger.Outgoing{ID: msgid.Now(), To: anna.ID, Text: "hello"}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		equalTexts(t, "left", left.told(anna.ID), []string{"hello"})
		equalTexts(t, "right", right.told(vera.ID), []string{"hello!"})
		if err := errors.Join(a.end(), b.end()); err != nil {
			t.Error(err)
		}
	})
}
