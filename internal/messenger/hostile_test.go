package messenger

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/netcore/wire"
)

// knock is a stranger's link whose frames a test hands over by itself.
func knock(w *world, from, to *node) *memLink {
	_, l := w.pair(from, to)
	to.m.LinkUp(l)
	w.t.Cleanup(func() { l.end(); close(l.gone); close(l.other.gone) })
	return l
}

func TestAFloodOfRequestsIsTheSendersFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		l := knock(w, a, b)
		ask := func() error {
			return b.m.Handle(l, &wire.Request{ID: wire.ID(msgid.New(time.Now())), Text: "hi"})
		}
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		if err := ask(); err == nil {
			t.Error("two requests at once are taken")
		}
		<-time.After(askAgain)
		if err := ask(); err != nil {
			t.Errorf("an honest repetition after %v is refused: %v", askAgain, err)
		}
		b.m.LinkClosed(l)
	})
}

func TestAStrangersErrorsChangeAndLogNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		var log bytes.Buffer
		b.m.log = slog.New(slog.NewTextHandler(&log, nil))
		l := knock(w, a, b)
		for range 1000 {
			if err := b.m.Handle(l, &wire.Error{Code: wire.CodeNotAccepted, Text: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		if log.Len() != 0 {
			t.Errorf("%d bytes of log", log.Len())
		}
		if _, err := b.db.Contact(context.Background(), a.id); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a stranger got a row: %v", err)
		}
		b.m.LinkClosed(l)
	})
}

func TestAContactsErrorsAreLoggedAFewTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		var log bytes.Buffer
		b.m.log = slog.New(slog.NewTextHandler(&log, nil))
		l := knock(w, a, b)
		for range 1000 {
			if err := b.m.Handle(l, &wire.Error{Code: wire.CodeMalformed}); err != nil {
				t.Fatal(err)
			}
		}
		if n := bytes.Count(log.Bytes(), []byte("\n")); n != maxLoggedErrors {
			t.Errorf("%d lines of log, want %d", n, maxLoggedErrors)
		}
		b.m.LinkClosed(l)
	})
}

// A peer that says it has numbers which were never given out is believed once:
// it may be right, and it may only want everything numbered anew for ever.
func TestARollbackIsBelievedOnceAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		claim := func() {
			a.m.mu.Lock()
			l := a.m.devices[b.id].links[0]
			a.m.mu.Unlock()
			have := []wire.Have{{Epoch: a.db.Epoch(), Top: 1 << 40}}
			if err := a.m.Handle(l.Link, &wire.Resume{Have: have}); err != nil {
				t.Fatal(err)
			}
			settle()
		}
		first := a.db.Epoch()
		claim()
		second := a.db.Epoch()
		if second == first {
			t.Fatal("a rollback is not believed at all")
		}
		claim()
		if a.db.Epoch() != second {
			t.Error("a second claim began another epoch")
		}
		a.send(b, "still works")
		settle()
		if a.waiting() != 0 {
			t.Error("delivery stopped")
		}
	})
}

func TestAClockThatWasWrongDoesNotSilenceARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		a.send(b, "hello")
		if err := a.db.SetRequested(context.Background(), b.id, time.Now().AddDate(10, 0, 0)); err != nil {
			t.Fatal(err)
		}
		a.restart()
		a.sees(b)
		settle()
		if rs, _ := b.m.Requests(context.Background()); len(rs) != 1 {
			t.Errorf("%d requests arrived", len(rs))
		}
	})
}

func TestAcksThatNobodyReadsStopTheReader(t *testing.T) {
	var q ackQueue
	q.init()
	id := msgid.New(time.Now())
	for range maxQueuedAcks {
		select {
		case <-q.room():
		default:
			t.Fatal("no room below the limit")
		}
		q.add(id, wire.AckStored)
	}
	select {
	case <-q.room():
		t.Fatal("room above the limit")
	default:
	}
	for _, f := range q.take() {
		if err := wire.Validate(f); err != nil {
			t.Error(err)
		}
	}
	select {
	case <-q.room():
	default:
		t.Error("no room after the queue was taken")
	}
}

// That a request is kept is believed once for each request.
func TestAFloodOfKeptRequestsCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		l := knock(w, a, b)
		before, err := b.db.Contact(t.Context(), a.id)
		if err != nil {
			t.Fatal(err)
		}
		for range 1000 {
			if err := b.m.Handle(l, &wire.Ack{IDs: []wire.ID{{1}}, State: wire.AckAsked}); err != nil {
				t.Fatal(err)
			}
		}
		if after, err := b.db.Contact(t.Context(), a.id); err != nil || !after.RequestedAt.Equal(before.RequestedAt) {
			t.Errorf("a request was kept %v, then %v (%v)", before.RequestedAt, after.RequestedAt, err)
		}
		b.m.LinkClosed(l)
	})
}

// A peer that tells of itself without end is slowed down: nobody is flooded with
// events. What an honest one tells is not held up.
func TestAFloodOfNewsIsSlowedDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		l := knock(w, a, b)
		start := time.Now()
		tell := func(n int) {
			t.Helper()
			for i := range n {
				if err := b.m.Handle(l, &wire.Typing{Typing: i%2 == 0}); err != nil {
					t.Fatal(err)
				}
			}
		}
		tell(paceBurst)
		if took := time.Since(start); took != 0 {
			t.Errorf("the first %d were held up by %v", paceBurst, took)
		}
		tell(100)
		if took := time.Since(start); took != 100*paceEvery {
			t.Errorf("100 more took %v, want %v", took, 100*paceEvery)
		}
		<-time.After(paceBurst * paceEvery)
		start = time.Now()
		tell(paceBurst)
		if took := time.Since(start); took != 0 {
			t.Errorf("after a pause %d were held up by %v", paceBurst, took)
		}
		ended := make(chan struct{})
		go func() { defer close(ended); b.m.Handle(l, &wire.Typing{}) }()
		synctest.Wait()
		b.m.LinkClosed(l)
		<-ended
		if took := time.Since(start); took != 0 {
			t.Errorf("the end of the link was held up by %v", took)
		}
	})
}
