package viewmodel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

func keyN(n int, out bool) string { return rowKey(keyOf(message(n, out))) }

// keys lists the messages among rows.
func keys(rows []*Row) []string {
	var out []string
	for _, r := range rows {
		if r.Kind == RowMessage {
			out = append(out, r.Key)
		}
	}
	return out
}

// checkWindow holds that a chat shows a part of a history without a gap, and
// knows what is beside it.
func checkWindow(chat *Chat, history []messenger.Message) error {
	got := keys(chat.Rows)
	if len(got) == 0 {
		return fmt.Errorf("nothing is shown of %d messages", len(history))
	}
	if len(got) > windowMost+2*pageSize {
		return fmt.Errorf("%d messages are in memory", len(got))
	}
	from := slices.IndexFunc(history, func(m messenger.Message) bool { return rowKey(keyOf(m)) == got[0] })
	if from < 0 || from+len(got) > len(history) {
		return fmt.Errorf("%d messages from %d of %d", len(got), from, len(history))
	}
	for i, key := range got {
		if m := history[from+i]; rowKey(keyOf(m)) != key {
			return fmt.Errorf("message %d is %s, want %s", i, key, m.Text)
		}
	}
	var shown []*Row
	for _, r := range chat.Rows {
		if r.Kind == RowMessage {
			shown = append(shown, r)
		}
	}
	for i, r := range shown {
		if m := history[from+i]; r.Raw != m.Text {
			return fmt.Errorf("message %d says %q, want %q", from+i, r.Raw, m.Text)
		}
	}
	if !chat.Older && from > 0 || !chat.Newer && from+len(got) < len(history) {
		return fmt.Errorf("older %v and newer %v of %d to %d", chat.Older, chat.Newer, from, from+len(got))
	}
	return nil
}

// TestTheWindowHasNoGap: whatever a person and the others do, the chat shows a
// part of the conversation without a gap, and knows on which sides there is more.
func TestTheWindowHasNoGap(t *testing.T) {
	for seed := range uint64(25) {
		svc := newFake()
		svc.history = messages(0, 1500)
		r := rand.New(rand.NewPCG(seed, 5))
		atDesk(t, svc, func(d *desk) {
			d.Focus(true)
			d.Open(id(1))
			next := 1500
			for step := range 60 {
				what := r.IntN(9)
				svc.mu.Lock()
				n := r.IntN(len(svc.history))
				some := svc.history[n]
				svc.mu.Unlock()
				switch what {
				case 0:
					d.Jump(id(1), rowKey(keyOf(some)))
					if got := d.settle().Chat.Place.Key; got != rowKey(keyOf(some)) {
						t.Fatalf("seed %d, step %d: went to %q", seed, step, got)
					}
				case 1, 2:
					for range 1 + r.IntN(14) {
						d.LoadOlder()
						d.settle()
					}
				case 3, 4:
					for range 1 + r.IntN(14) {
						d.LoadNewer()
						d.settle()
					}
				case 5:
					d.Newest()
					if chat := d.settle().Chat; chat.Newer || !chat.Place.End {
						t.Fatalf("seed %d, step %d: not at the newest message", seed, step)
					}
				case 6:
					m := message(next, false)
					next++
					svc.mu.Lock()
					svc.history = append(svc.history, m)
					svc.mu.Unlock()
					d.event(messenger.Event{Kind: messenger.EventMessage, Message: &m})
				case 7:
					svc.mu.Lock()
					svc.history = slices.Delete(svc.history, n, n+1)
					svc.mu.Unlock()
					d.event(messenger.Event{Kind: messenger.EventRemoved, Message: &messenger.Message{Peer: id(1), ID: some.ID}})
				case 8: // edits, of which the events were lost
					svc.mu.Lock()
					for i := range svc.history {
						if r.IntN(20) == 0 {
							svc.history[i].Text = fmt.Sprint("edited in step ", step)
						}
					}
					svc.mu.Unlock()
					d.event(messenger.Event{Kind: messenger.EventLagged})
				}
				if err := checkWindow(d.settle().Chat, svc.history); err != nil {
					t.Fatalf("seed %d, step %d, act %d: %v", seed, step, what, err)
				}
			}
		})
	}
}

func TestJump(t *testing.T) {
	svc := newFake()
	svc.history = messages(0, 1000)
	atDesk(t, svc, func(d *desk) {
		d.Focus(true)
		d.Open(id(1))
		d.settle()
		d.Jump(id(1), keyN(990, false)) // in memory
		chat := d.settle().Chat
		if chat.Place.Key != keyN(990, false) || chat.Newer || svc.count("history") != 1 {
			t.Errorf("place %+v, newer %v, %d readings", chat.Place, chat.Newer, svc.count("history"))
		}
		d.Jump(id(1), keyN(500, false))
		chat = d.settle().Chat
		got := keys(chat.Rows)
		if chat.Place != (Place{Key: keyN(500, false), Rev: 2}) || !chat.Newer || !chat.Older ||
			len(got) != aroundSize || got[pageSize] != chat.Place.Key {
			t.Errorf("place %+v, newer %v, older %v, %d messages", chat.Place, chat.Newer, chat.Older, len(got))
		}
		found := func() (out []string) {
			for _, r := range d.settle().Chat.Rows {
				if r.Found {
					out = append(out, r.Key)
				}
			}
			return out
		}
		if got := found(); !slices.Equal(got, []string{keyN(500, false)}) {
			t.Errorf("marked are %q", got)
		}
		if d.pass(foundFor); len(found()) != 0 {
			t.Error("the mark stays")
		}
		for _, key := range []string{"", "day/in/x", "in/?", "request/" + message(3, false).ID.String()} {
			d.Jump(id(1), key) // which no message has
		}
		d.Jump(id(2), keyN(1, false)) // another chat
		d.settle()
		if svc.count("history") != 2 {
			t.Error("it went elsewhere")
		}
		d.Jump(id(1), keyN(4000, false))
		if chat = d.settle().Chat; chat.Error == "" || !slices.Equal(keys(chat.Rows), got) {
			t.Errorf("a message that is gone: error %q", chat.Error)
		}
		if d.settle(); d.snap.Notice != "" {
			t.Errorf("the service is blamed: %q", d.snap.Notice)
		}
	})
}

// TestNewerPages: paging down comes to the newest message, and then follows what
// comes.
func TestNewerPages(t *testing.T) {
	svc := newFake()
	svc.history = messages(0, 1000)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.Jump(id(1), keyN(800, false))
		d.settle()
		pages := 0
		for ; d.snap.Chat.Newer && pages < 10; pages++ {
			for range 20 { // a scroll asks at every step
				d.LoadNewer()
			}
			d.settle()
		}
		if pages != 3 || lastRow(d.snap).Key != keyN(999, false) {
			t.Errorf("%d pages, the last row is %q", pages, lastRow(d.snap).Text)
		}
		m := message(1000, false)
		svc.mu.Lock()
		svc.history = append(svc.history, m)
		svc.mu.Unlock()
		d.event(messenger.Event{Kind: messenger.EventMessage, Message: &m})
		if chat := d.settle().Chat; lastRow(d.snap).Key != keyN(1000, false) || chat.Missed != 0 {
			t.Errorf("what comes is not shown: %q, %d missed", lastRow(d.snap).Text, chat.Missed)
		}
	})
}

// TestWhatComesWhileAnOlderPartIsRead is counted and changes nothing else.
func TestWhatComesWhileAnOlderPartIsRead(t *testing.T) {
	svc := newFake()
	svc.history = messages(0, 1000)
	atDesk(t, svc, func(d *desk) {
		d.Focus(true)
		d.Open(id(1))
		d.settle()
		d.Jump(id(1), keyN(100, false))
		before := d.settle().Chat
		marks := svc.count("mark")
		for n := 1000; n < 1003; n++ {
			m := message(n, n == 1001)
			svc.mu.Lock()
			svc.history, svc.unread = append(svc.history, m), svc.unread+1
			svc.mu.Unlock()
			d.event(messenger.Event{Kind: messenger.EventMessage, Message: &m})
		}
		chat := d.settle().Chat
		if !slices.Equal(chat.Rows, before.Rows) || chat.Missed != 2 || chat.Place != before.Place {
			t.Errorf("%d rows, %d missed, place %+v", len(chat.Rows), chat.Missed, chat.Place)
		}
		if svc.count("mark") != marks {
			t.Error("what nobody sees was marked as read")
		}
		d.Newest()
		chat = d.settle().Chat
		if chat.Missed != 0 || chat.Newer || !chat.Place.End || !slices.Contains(keys(chat.Rows), keyN(1002, false)) {
			t.Errorf("at the end: %d missed, newer %v", chat.Missed, chat.Newer)
		}
		if svc.count("mark") == marks {
			t.Error("what is seen is not marked as read")
		}
	})
}

// TestSendingGoesToTheEnd: an own text is below everything, not below what is read.
func TestSendingGoesToTheEnd(t *testing.T) {
	svc := newFake()
	svc.history = messages(0, 1000)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.Jump(id(1), keyN(100, false))
		d.settle()
		d.Send(id(1), "now", "")
		chat := d.settle().Chat
		if last := chat.Rows[len(chat.Rows)-1]; last.Text != "now" || chat.Newer || !chat.Place.End {
			t.Errorf("the last row is %q, newer %v", last.Text, chat.Newer)
		}
		if err := checkWindow(chat, svc.history); err != nil {
			t.Error(err)
		}
	})
}

// TestClearedAndForgotten: what is gone from the store goes from the screen.
func TestClearedAndForgotten(t *testing.T) {
	svc := newFake()
	svc.history = messages(0, 1000)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		d.Jump(id(1), keyN(100, false))
		d.settle()
		svc.mu.Lock()
		svc.history = svc.history[900:]
		svc.mu.Unlock()
		d.event(messenger.Event{Kind: messenger.EventHistory, Peer: &messenger.Peer{ID: id(1)}})
		snap := d.settle()
		if err := checkWindow(snap.Chat, svc.history); err != nil {
			t.Error(err)
		}
		if got := snap.Chat.Name; got != "Mia" {
			t.Errorf("the event, which holds an ID only, changed the name to %q", got)
		}
		svc.kept = 2
		d.Clear(id(1))
		d.settle()
		d.event(messenger.Event{Kind: messenger.EventHistory, Peer: &messenger.Peer{ID: id(1)}})
		if chat := d.settle().Chat; !chat.Blank || chat.Error != "2 messages stay until they are delivered or cancelled." {
			t.Errorf("blank %v, error %q", chat.Blank, chat.Error)
		}
	})
}

// TestAMessageAtTheEdgeIsGone: paging goes on when the message that a page is to
// touch was removed and nobody said so.
func TestAMessageAtTheEdgeIsGone(t *testing.T) {
	for name, load := range map[string]func(*desk){"above": func(d *desk) { d.LoadOlder() }, "below": func(d *desk) { d.LoadNewer() }} {
		t.Run(name, func(t *testing.T) {
			svc := newFake()
			svc.history = messages(0, 1000)
			atDesk(t, svc, func(d *desk) {
				d.Open(id(1))
				d.settle()
				d.Jump(id(1), keyN(500, false))
				d.settle()
				first, last := message(500-pageSize, false).ID, message(500+pageSize, false).ID
				svc.mu.Lock()
				svc.history = slices.DeleteFunc(svc.history, func(m messenger.Message) bool { return m.ID == first || m.ID == last })
				svc.mu.Unlock()
				load(d)
				snap := d.settle()
				if err := checkWindow(snap.Chat, svc.history); err != nil || snap.Notice != "" {
					t.Errorf("%v; notice %q", err, snap.Notice)
				}
			})
		})
	}
}

func TestRowKeys(t *testing.T) {
	for _, k := range []msgKey{{msgid.ID{1, 2, 3}, true}, {msgid.ID{1, 2, 3}, false}} {
		if got, ok := parseKey(rowKey(k)); !ok || got != k {
			t.Errorf("%+v became %+v, %v", k, got, ok)
		}
	}
}
