package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"

	"earshot/internal/messenger"
)

// alter changes a stored message and tells of it.
func (s *replyStore) alter(m messenger.Message, kind messenger.EventKind, change func(*messenger.Message)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.messages, func(o messenger.Message) bool { return o.ID == m.ID })
	if change == nil {
		s.messages = slices.Delete(s.messages, i, i+1)
	} else {
		change(&s.messages[i])
		m = s.messages[i]
	}
	s.events <- messenger.Event{Kind: kind, Message: &m}
}

func edit(text string) func(*messenger.Message) {
	return func(m *messenger.Message) { m.Text = text }
}

func deleted(m *messenger.Message) { m.Text, m.Deleted, m.State = "", true, messenger.Read }

// TestReplyToChanges: what waits for its turn is answered as it is by then, and
// what was answered is not answered anew.
func TestReplyToChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newReplyStore(anna)
		hold := make(chan struct{})
		b := startBot(t, s, func(ctx context.Context, text string, _ ...string) (reply, error) {
			<-hold
			return loud(ctx, text)
		})
		synctest.Wait()
		var all []messenger.Message
		for i := range 5 {
			all = append(all, s.receive(anna.ID, messenger.KindText, fmt.Sprint(i)))
		}
		synctest.Wait() // the first is being answered
		s.alter(all[0], messenger.EventChanged, edit("0, edited"))
		s.alter(all[1], messenger.EventChanged, edit("1, edited"))
		s.alter(all[2], messenger.EventChanged, deleted)
		s.alter(all[3], messenger.EventRemoved, nil)
		synctest.Wait()
		close(hold)
		synctest.Wait()
		want := []string{"0!", "1, edited!", "4!"}
		equalTexts(t, "answers", s.told(anna.ID), want)

		s.alter(all[0], messenger.EventChanged, edit("0, edited again"))
		s.alter(all[1], messenger.EventState, edit("1, edited again"))
		s.alter(all[4], messenger.EventChanged, deleted)
		s.alter(all[1], messenger.EventRemoved, nil)
		s.events <- messenger.Event{Kind: messenger.EventHistory, Peer: &anna}
		s.events <- messenger.Event{Kind: messenger.EventTyping, Peer: &anna}
		gone := messenger.Message{Peer: anna.ID, ID: all[2].ID, Deleted: true, Kind: messenger.KindText}
		s.events <- messenger.Event{Kind: messenger.EventMessage, Message: &gone} // deleted before it came
		synctest.Wait()
		equalTexts(t, "answers", s.told(anna.ID), want)
		equalTexts(t, "unread", s.unread(anna.ID), nil)
		if err := b.end(); err != nil {
			t.Error(err)
		}
	})
}

// TestReplyWhileCleared: a conversation is deleted while much of it waits.
func TestReplyWhileCleared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newReplyStore(anna)
		for i := range 3 * messenger.MaxPage {
			s.receive(anna.ID, messenger.KindText, fmt.Sprint("old ", i))
		}
		hold := make(chan struct{})
		b := startBot(t, s, func(ctx context.Context, text string, _ ...string) (reply, error) {
			<-hold
			return loud(ctx, text)
		})
		synctest.Wait()
		s.mu.Lock()
		s.messages = nil
		s.events <- messenger.Event{Kind: messenger.EventHistory, Peer: &anna}
		s.mu.Unlock()
		s.receive(anna.ID, messenger.KindText, "new")
		synctest.Wait()
		close(hold)
		synctest.Wait()
		equalTexts(t, "answers", s.told(anna.ID), []string{"old 0!", "new!"})
		if err := b.end(); err != nil {
			t.Error(err)
		}
	})
}

// vanishing is a store that loses the message below which it is asked to read,
// once.
type vanishing struct {
	*replyStore
	lost bool
}

func (s *vanishing) History(ctx context.Context, page messenger.Page) ([]messenger.Message, error) {
	if !page.Before.IsZero() && !s.lost {
		s.lost = true
		s.mu.Lock()
		s.messages = slices.DeleteFunc(s.messages, func(m messenger.Message) bool { return m.ID == page.Before })
		s.mu.Unlock()
	}
	return s.replyStore.History(ctx, page)
}

func TestReplyReadsOnWhenAMessageVanishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &vanishing{replyStore: newReplyStore(anna)}
		const n = messenger.MaxPage + 10
		for i := range n {
			s.receive(anna.ID, messenger.KindText, fmt.Sprint(i))
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		r := newReplier(s, loud, func(string) {})
		go func() { done <- r.run(ctx) }()
		synctest.Wait()
		if got := s.told(anna.ID); len(got) != n-1 || got[0] != "0!" || !s.lost {
			t.Errorf("%d answers, want %d", len(got), n-1)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
