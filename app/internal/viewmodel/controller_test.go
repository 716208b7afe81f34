package viewmodel

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/messenger"
)

func TestFirstSnapshot(t *testing.T) {
	svc := newFake()
	svc.history = messages(0, 2)
	atDesk(t, svc, func(d *desk) {
		if !d.snap.Ready || d.snap.Self.Name != "Lena" || len(d.snap.Nearby) != 1 || d.snap.Conversations[0].Preview != "text 1" {
			t.Errorf("got %+v", d.snap)
		}
		if d.svc.calls[0] != "subscribe" {
			t.Errorf("the first call is %q: what happens before it is lost", d.svc.calls[0])
		}
	})
}

func TestSend(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Open(id(1))
		d.Type(id(1), "hel")
		if got := d.settle().Chat.Draft; got != "hel" {
			t.Errorf("the draft is %q", got)
		}
		if !d.Send(id(1), "hello", "") {
			t.Error("refused")
		}
		chat := d.settle().Chat
		if got := texts(chat.Rows); !slices.Equal(got, []string{"Today", "hello"}) || chat.Draft != "" || chat.Error != "" {
			t.Errorf("rows %q, draft %q, error %q", got, chat.Draft, chat.Error)
		}
	})
}

func TestSendKeepsTheOrder(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Open(id(1))
		want := []string{"Today"}
		for text := range strings.FieldsSeq("a b c d e f g h") {
			d.Send(id(1), text, "")
			want = append(want, text)
		}
		if got := texts(d.settle().Chat.Rows); !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	})
}

func TestRefusedTexts(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Open(id(1))
		long := strings.Repeat("x", messenger.MaxTextBytes+1)
		if d.Send(id(1), long, "") {
			t.Error("65,537 bytes were taken")
		}
		chat := d.settle().Chat
		if chat.Draft != long || !strings.HasPrefix(chat.Error, "Too long by 1 byte:") || d.svc.count("send "+long) != 0 {
			t.Errorf("draft of %d bytes, error %q", len(chat.Draft), chat.Error)
		}
		for _, text := range []string{"", " \n\t"} {
			d.Type(id(1), text)
			if d.Send(id(1), text, "") {
				t.Errorf("%q was taken", text)
			}
			if chat := d.settle().Chat; chat.Draft != text || chat.Error != "" {
				t.Errorf("%q: draft %q, error %q", text, chat.Draft, chat.Error)
			}
		}
		d.Type(id(1), "short")
		if got := d.settle().Chat.Error; got != "" {
			t.Errorf("the error stays while typing: %q", got)
		}
		d.svc.fail = errors.New("disk full")
		rev := d.snap.Chat.DraftRev
		if !d.Send(id(1), "short", "") {
			t.Error("refused before it was tried")
		}
		chat = d.settle().Chat
		if chat.Draft != "short" || chat.DraftRev == rev || chat.Error == "" || strings.Contains(chat.Error, "disk") {
			t.Errorf("draft %q, error %q", chat.Draft, chat.Error)
		}
	})
}

func TestDraftsStayWithTheirChat(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Open(id(1))
		d.Type(id(1), "for one")
		d.Open(id(2))
		d.Type(id(2), "for two")
		d.Open(id(1))
		if got := d.settle().Chat.Draft; got != "for one" {
			t.Errorf("got %q", got)
		}
		d.Close()
		if d.settle().Chat != nil {
			t.Error("the chat is still open")
		}
		d.Open(id(2))
		if got := d.settle().Chat.Draft; got != "for two" {
			t.Errorf("got %q", got)
		}
	})
}

func TestOlderPages(t *testing.T) {
	svc := newFake()
	svc.history = messages(0, 2*pageSize+10)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		chat := d.settle().Chat
		if len(chat.Rows) != pageSize+1 || !chat.Older {
			t.Fatalf("%d rows, older %v", len(chat.Rows), chat.Older)
		}
		newest := chat.Rows[len(chat.Rows)-1]
		for range 50 { // a scroll asks at every step
			d.LoadOlder()
		}
		chat = d.settle().Chat
		if len(chat.Rows) != 2*pageSize+1 || chat.Rows[len(chat.Rows)-1] != newest {
			t.Fatalf("%d rows after one page", len(chat.Rows))
		}
		d.LoadOlder()
		chat = d.settle().Chat
		if len(chat.Rows) != 2*pageSize+11 || chat.Older || chat.Rows[1].Text != "text 0" {
			t.Errorf("%d rows, older %v", len(chat.Rows), chat.Older)
		}
		before := d.svc.count("history")
		d.LoadOlder()
		d.settle()
		if d.svc.count("history") != before {
			t.Error("there is nothing above, and it was read again")
		}
	})
}

// TestOlderPagesAreReadOnce: a view that has not drawn the page yet asks again.
func TestOlderPagesAreReadOnce(t *testing.T) {
	svc := newFake()
	svc.history = messages(0, 3*pageSize)
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		release := svc.hang()
		for range 3 { // while it is being read
			d.LoadOlder()
			synctest.Wait()
		}
		release()
		for range 3 { // while it is not drawn
			synctest.Wait()
			d.LoadOlder()
		}
		if got := len(d.settle().Chat.Rows); got != 2*pageSize+1 {
			t.Errorf("%d rows after one page", got)
		}
	})
}

func TestRequests(t *testing.T) {
	svc := newFake()
	svc.peers = append(svc.peers, messenger.Peer{ID: id(2), Name: "Tom", Online: true})
	svc.requests = []messenger.Request{{Peer: id(2), Name: "Tom", Text: "hi", At: noon}}
	atDesk(t, svc, func(d *desk) {
		d.Open(id(2))
		if got := d.settle(); got.Requests[0].Text != "hi" || got.Chat.Bar != BarRequest {
			t.Errorf("got %+v", got.Requests)
		}
		svc.fail = messenger.ErrNoRequest
		d.Accept(id(2))
		if got := d.settle().Notice; !strings.Contains(got, "request is gone") {
			t.Errorf("the notice is %q", got)
		}
		d.DismissNotice()
		svc.fail, svc.requests = nil, nil
		d.Refuse(id(2))
		if got := d.settle(); got.Chat != nil || len(got.Requests) != 0 || got.Notice != "" {
			t.Errorf("after refusing: %+v", got)
		}
		d.Open(id(2))
		if got := d.settle().Chat; strings.Contains(string(got.BarText), "does not know you") {
			t.Errorf("it wrote and was refused, and the bar says %q", got.BarText)
		}
		d.Block(id(2))
		if d.settle().Chat != nil || svc.count("block "+id(2).Short()) != 1 {
			t.Error("the chat with a blocked device is open")
		}
		if d.Rename(" \u202e ") || !d.Rename("Nina ") {
			t.Error("names are judged wrongly")
		}
		if d.settle(); svc.count("rename Nina") != 1 {
			t.Errorf("calls: %q", svc.calls)
		}
	})
}

func TestReadingMarks(t *testing.T) {
	svc := newFake()
	svc.history, svc.unread = messages(0, 2), 2
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		if d.settle(); svc.count("mark") != 0 {
			t.Error("marked without focus")
		}
		d.Focus(true)
		if got := d.settle(); svc.count("mark") != 1 || got.Conversations[0].Unread != 0 {
			t.Errorf("marked %d times, %d unread", svc.count("mark"), got.Conversations[0].Unread)
		}
		d.AtEnd(false)
		d.settle()
		m := message(3, false)
		svc.mu.Lock()
		svc.history, svc.unread = append(svc.history, m), 1
		svc.mu.Unlock()
		d.event(messenger.Event{Kind: messenger.EventMessage, Message: &m})
		if got := d.settle(); svc.count("mark") != 1 || got.Conversations[0].Unread != 1 {
			t.Errorf("out of sight: marked %d times, %d unread", svc.count("mark"), got.Conversations[0].Unread)
		}
		d.AtEnd(true)
		if got := d.settle(); svc.count("mark") != 2 || got.Conversations[0].Unread != 0 {
			t.Errorf("in sight: marked %d times, %d unread", svc.count("mark"), got.Conversations[0].Unread)
		}
	})
}

func TestEventsAreDrawnTogether(t *testing.T) {
	atDesk(t, newFake(), func(d *desk) {
		d.Open(id(1))
		d.settle()
		reads, renders := d.svc.count("conversations"), d.renders
		var events []messenger.Event
		for n := range 500 {
			m := message(n, false)
			events = append(events, messenger.Event{Kind: messenger.EventMessage, Message: &m})
		}
		d.event(events...)
		synctest.Wait()
		if d.most != 1 {
			t.Errorf("%d renders were under way at once", d.most)
		}
		if got := len(d.settle().Chat.Rows); got != 501 {
			t.Errorf("%d rows", got)
		}
		if d.renders-renders > 10 || d.svc.count("conversations")-reads > 10 {
			t.Errorf("500 events made %d renders and %d readings", d.renders-renders, d.svc.count("conversations")-reads)
		}
	})
}

func TestLaggedReadsEverything(t *testing.T) {
	svc := newFake()
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		svc.mu.Lock()
		svc.history = messages(0, 3)
		svc.mu.Unlock()
		d.event(messenger.Event{Kind: messenger.EventLagged})
		if got := len(d.settle().Chat.Rows); got != 4 {
			t.Errorf("%d rows", got)
		}
	})
}

func TestAServiceThatIsAway(t *testing.T) {
	svc := newFake()
	svc.deaf = errors.New("no answer")
	atDesk(t, svc, func(d *desk) {
		if d.snap.Ready || !strings.Contains(d.snap.Notice, "does not answer") {
			t.Errorf("got %+v", d.snap)
		}
		svc.mu.Lock()
		svc.deaf = nil
		svc.mu.Unlock()
		time.Sleep(2 * retryPause)
		if !d.settle().Ready || d.snap.Notice != "" {
			t.Errorf("after it came back: %+v", d.snap)
		}
		svc.drop(nil)
		if d.settle(); d.snap.Notice == "" {
			t.Error("the events ended and nobody was told")
		}
		time.Sleep(2 * retryPause)
		if d.settle().Notice != "" {
			t.Errorf("the notice stays: %q", d.snap.Notice)
		}
		svc.mu.Lock()
		svc.deaf = errors.New("no answer")
		svc.mu.Unlock()
		d.event(messenger.Event{Kind: messenger.EventLagged})
		d.settle()
		svc.mu.Lock()
		svc.deaf = nil
		svc.mu.Unlock()
		time.Sleep(2 * retryPause)
		if d.settle().Notice != "" {
			t.Error("a failed reading was not repeated")
		}
	})
}

// TestWhatWasSentIsStoredAtTheEnd: the window closes while a text is on its
// way, and one is behind it.
func TestWhatWasSentIsStoredAtTheEnd(t *testing.T) {
	svc := newFake()
	atDesk(t, svc, func(d *desk) {
		svc.hold = make(chan struct{})
		d.Send(id(1), "one", "")
		synctest.Wait()
		d.Send(id(1), "two", "")
		d.end()
		synctest.Wait()
		close(svc.hold)
		<-d.done
		if svc.count("send one") != 1 || svc.count("send two") != 1 || d.err != nil {
			t.Errorf("calls: %q, error %v", svc.calls, d.err)
		}
	})
}

// TestTheAddressesAreReadWithTheClock: nobody tells when a network went.
func TestTheAddressesAreReadWithTheClock(t *testing.T) {
	svc := newFake()
	atDesk(t, svc, func(d *desk) {
		before := svc.count("self")
		time.Sleep(clockStep)
		if d.settle(); svc.count("self") != before+1 {
			t.Errorf("read %d times, then %d", before, svc.count("self"))
		}
	})
}

func TestTheDayChanges(t *testing.T) {
	svc := newFake()
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.Send(id(1), "hello", "")
		if got := d.settle().Chat.Rows[0].Text; got != "Today" {
			t.Fatalf("got %q", got)
		}
		time.Sleep(24 * time.Hour)
		if got := d.settle().Chat.Rows[0].Text; got != "Yesterday" {
			t.Errorf("a day later it is still %q", got)
		}
	})
}
