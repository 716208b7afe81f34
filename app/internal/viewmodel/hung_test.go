package viewmodel

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/messenger"
)

// last is the newest row of the chat, an empty one if there is none.
func (d *desk) last() Row {
	if d.snap.Chat == nil || len(d.snap.Chat.Rows) == 0 {
		return Row{}
	}
	return *d.snap.Chat.Rows[len(d.snap.Chat.Rows)-1]
}

// after lets time pass and draws.
func (d *desk) after(t time.Duration) Snapshot {
	d.pass(t)
	return d.settle()
}

// TestATextIsShownUntilItIsStored: the program that holds the home folder hangs
// and comes back much later.
func TestATextIsShownUntilItIsStored(t *testing.T) {
	svc := newFake()
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		release := svc.hang()
		d.Send(id(1), "one", "")
		d.Send(id(1), "two", "")
		if d.settle(); d.last().Text != "two" || d.last().Tick != TickQueued || d.snap.Notice != "" {
			t.Fatalf("at once: %+v, notice %q", d.last(), d.snap.Notice)
		}
		key := d.last().Key
		d.after(readTimeout)
		if d.last().Tick != TickUnstored || !strings.Contains(d.snap.Notice, "not stored yet") {
			t.Errorf("after %v: %+v, notice %q", readTimeout, d.last(), d.snap.Notice)
		}
		d.Open(id(2))
		d.Type(id(2), "typed")
		if got := d.after(readHold).Chat; got.ID != id(2) || got.Draft != "typed" || len(got.Rows) != 0 {
			t.Errorf("the window does not follow the person: %+v", got)
		}
		d.Open(id(1))
		d.after(3 * commandTimeout)
		if got := texts(d.snap.Chat.Rows); !slices.Equal(got, []string{"Today", "one", "two"}) {
			t.Errorf("after three attempts the rows are %q", got)
		}
		release()
		d.after(2 * retryPause)
		if got := texts(d.snap.Chat.Rows); !slices.Equal(got, []string{"Today", "one", "two"}) || d.last().Key != key || d.last().Tick != TickQueued || d.snap.Notice != "" {
			t.Errorf("after it came back: %q, %+v, notice %q", got, d.last(), d.snap.Notice)
		}
		if len(svc.history) != 2 || svc.history[0].Text != "one" || d.Undone() {
			t.Errorf("stored: %+v", svc.history)
		}
	})
}

// TestALostAnswerDoesNotSendTwice: the text was stored, only nobody said so.
func TestALostAnswerDoesNotSendTwice(t *testing.T) {
	svc := newFake()
	svc.lose = 2
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.Send(id(1), "once", "")
		d.after(3 * retryPause)
		if len(svc.history) != 1 || svc.count("send once") != 3 || d.last().Text != "once" || len(d.snap.Chat.Rows) != 2 {
			t.Errorf("calls %q, stored %d, rows %q", svc.calls, len(svc.history), texts(d.snap.Chat.Rows))
		}
	})
}

// TestTheWindowLivesWhileAReadingHangs: what a person types and opens is on the
// screen, and is told when nobody answers.
func TestTheWindowLivesWhileAReadingHangs(t *testing.T) {
	svc := newFake()
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		release := svc.hang()
		d.event(messenger.Event{Kind: messenger.EventLagged})
		d.settle()
		d.Type(id(1), "typed")
		if got := d.after(readHold).Chat.Draft; got != "typed" {
			t.Errorf("the draft is %q", got)
		}
		if got := d.after(readTimeout).Notice; !strings.Contains(got, "does not answer") {
			t.Errorf("after %v the notice is %q", readTimeout, got)
		}
		d.after(10 * readTimeout)
		release()
		if got := d.after(2 * retryPause).Notice; got != "" {
			t.Errorf("after it came back the notice is %q", got)
		}
	})
}

// TestAHungSubscription: a window that is opened beside a program that hangs.
func TestAHungSubscription(t *testing.T) {
	svc := newFake()
	release := svc.hang()
	atDesk(t, svc, func(d *desk) {
		if got := d.after(readTimeout).Notice; !strings.Contains(got, "does not answer") {
			t.Errorf("the notice is %q", got)
		}
		release()
		if got := d.after(2 * retryPause); !got.Ready || got.Notice != "" {
			t.Errorf("after it came back: %+v", got)
		}
	})
}

func TestADecisionThatNobodyAnswers(t *testing.T) {
	svc := newFake()
	atDesk(t, svc, func(d *desk) {
		release := svc.hang()
		defer release()
		d.Accept(id(2))
		if got := d.after(commandTimeout + readHold).Notice; !strings.Contains(got, "does not answer") || d.Undone() {
			t.Errorf("the notice is %q, undone %v", got, d.Undone())
		}
	})
}

// settleFor calls Settle as the window does when it is closed.
func (d *desk) settleFor(limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(d.t.Context(), limit)
	defer cancel()
	return d.Settle(ctx)
}

// TestClosingDoesNotPretend: a window with a text that nobody stores stays open
// once, and says so at the end.
func TestClosingDoesNotPretend(t *testing.T) {
	svc := newFake()
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		if !d.settleFor(0) {
			t.Error("there is nothing to store, and it may not close")
		}
		release := svc.hang()
		defer release()
		d.Send(id(1), "one", "")
		d.Rename("Nina")
		if d.settleFor(time.Second) {
			t.Error("it may close with a text that is not stored")
		}
		if got := d.settle().Notice; !strings.Contains(got, "1 text and 1 change not stored") || !strings.Contains(got, "Close again") {
			t.Errorf("the notice is %q", got)
		}
		if !d.settleFor(time.Second) {
			t.Error("closing again does not close")
		}
		d.Send(id(1), "two", "")
		if d.settleFor(time.Second) {
			t.Error("a text that was written since is given up without a word")
		}
		d.end()
		<-d.done
		if !errors.Is(d.err, ErrUnstored) || !strings.Contains(d.err.Error(), "2 texts and 1 change") {
			t.Errorf("Run returned %v", d.err)
		}
	})
}

func TestClosingWaitsForTheAnswer(t *testing.T) {
	svc := newFake()
	atDesk(t, svc, func(d *desk) {
		d.Open(id(1))
		d.settle()
		release := svc.hang()
		d.Send(id(1), "one", "")
		closed := make(chan bool, 1)
		go func() { closed <- d.settleFor(time.Minute) }()
		synctest.Wait()
		release()
		if !<-closed {
			t.Error("it was stored, and the window does not close")
		}
		svc.mu.Lock()
		svc.fail = errors.New("disk full")
		svc.mu.Unlock()
		release = svc.hang()
		d.Send(id(1), "two", "")
		go func() { closed <- d.settleFor(time.Minute) }()
		synctest.Wait()
		release()
		if <-closed {
			t.Error("it was refused, and the window closes over it")
		}
		if d.settle(); d.snap.Chat.Draft != "two" || !strings.Contains(d.snap.Notice, "refused") {
			t.Errorf("draft %q, notice %q", d.snap.Chat.Draft, d.snap.Notice)
		}
	})
}
