package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// ringing is a device whose events the test makes.
type ringing struct {
	fakeDevice
	events chan messenger.Event
	all    []messenger.Conversation // nil: those of fakeDevice
	asking []messenger.Request
}

func (d *ringing) Conversations(ctx context.Context) ([]messenger.Conversation, error) {
	if d.all != nil {
		return d.all, nil
	}
	return d.fakeDevice.Conversations(ctx)
}
func (d *ringing) Requests(context.Context) ([]messenger.Request, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.asking), nil
}

func (d *ringing) Subscribe(ctx context.Context) (<-chan messenger.Event, error) {
	out := make(chan messenger.Event)
	go func() {
		defer close(out)
		for {
			select {
			case e := <-d.events:
				select {
				case out <- e:
				case <-ctx.Done():
					return
				}
			case <-ctx.Done():
				return
			}
		}
	}()
	return out, nil
}

// alarm is a phone that watches a device whose events the test makes.
type alarm struct {
	*phone
	sys *fakePhone
	dev *ringing
}

func newAlarm(t *testing.T) *alarm {
	t.Helper()
	a := &alarm{sys: &fakePhone{came: make(chan string, 8)}, dev: &ringing{events: make(chan messenger.Event)}}
	a.phone = &phone{sys: a.sys, log: slog.New(slog.DiscardHandler), links: &links{}}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { a.watch(ctx, a.dev) })
	t.Cleanup(func() {
		cancel()
		wg.Wait()
	})
	return a
}

// happens returns when the events are dealt with.
func (a *alarm) happens(events ...messenger.Event) {
	for _, e := range events {
		a.dev.events <- e
	}
	for range 2 { // when the second is taken, what came before is dealt with
		a.dev.events <- messenger.Event{Kind: messenger.EventPeerUpdated}
	}
}

// show brings the app to the front or takes it away.
func (a *alarm) show(t *testing.T, on bool) {
	t.Helper()
	a.front.Store(on)
	a.settle(t.Context())
}

// rang returns the notifications since the last call.
func (a *alarm) rang() []string {
	var out []string
	for len(a.sys.came) > 0 {
		out = append(out, <-a.sys.came)
	}
	return out
}

func wrote(id identity.DeviceID, text string) messenger.Event {
	return messenger.Event{Kind: messenger.EventMessage, Message: &messenger.Message{Peer: id, Text: text}}
}

// TestPhoneNotifies of what others write while the app is not on the screen, in
// cleaned words.
func TestPhoneNotifies(t *testing.T) {
	a := newAlarm(t)
	mia := identity.DeviceID{1}
	a.show(t, true)
	a.happens(wrote(mia, "seen on the screen"))
	a.show(t, false)
	own := wrote(mia, "from here")
	own.Message.Outgoing = true
	a.happens(own, wrote(mia, "line\n\u202etwo\x1b"))
	got := a.rang()
	if len(got) != 1 {
		t.Fatalf("notified %q", got)
	}
	if want := mia.String() + " Not verified: Mia: "; !strings.HasPrefix(got[0], want) || strings.ContainsAny(got[0], "\n\u202e\x1b") || !strings.Contains(got[0], "two") {
		t.Errorf("notified %q", got)
	}
}

// TestPhoneNotifiesOnce for each conversation and absence: what waited while the
// system froze the app comes before the app is on the screen again. Back there,
// everything is taken back.
func TestPhoneNotifiesOnce(t *testing.T) {
	a := newAlarm(t)
	mia, tom := identity.DeviceID{1}, identity.DeviceID{2}
	for absence := range 2 {
		a.show(t, false)
		a.sys.take()
		a.happens(wrote(mia, "one"), wrote(mia, "two"), wrote(tom, "three"), wrote(mia, "four"), wrote(tom, "five"))
		want := []string{mia.String() + " Not verified: Mia: one", tom.String() + " Not verified: Unnamed: three"}
		if got := a.rang(); !slices.Equal(got, want) {
			t.Errorf("absence %d: notified %q, want %q", absence, got, want)
		}
		a.show(t, true)
		calls := a.sys.take()
		for _, id := range []identity.DeviceID{mia, tom} {
			if !slices.Contains(calls, "dismiss "+id.String()) {
				t.Errorf("absence %d: back on the screen the notification stays; calls %q", absence, calls)
			}
		}
		a.show(t, true)
		if calls := a.sys.take(); slices.Contains(calls, "dismiss "+mia.String()) {
			t.Errorf("absence %d: taken back twice", absence)
		}
	}
}

// TestPhoneKeepsNewerNotifications: what is seen late takes nothing back that
// came after the app has left the screen.
func TestPhoneKeepsNewerNotifications(t *testing.T) {
	a := newAlarm(t)
	mia := identity.DeviceID{1}
	a.show(t, false)
	a.happens(wrote(mia, "one"))
	a.seen(mia)
	if calls := a.sys.take(); slices.Contains(calls, "dismiss "+mia.String()) {
		t.Error("an unseen message has lost its notification")
	}
}

// TestPhoneNotifiesOfStrangers without a word of theirs and without a sound: only
// their number, which grows and is begun anew when the app was on the screen.
func TestPhoneNotifiesOfStrangers(t *testing.T) {
	a := newAlarm(t)
	ask := func(n byte) {
		eve := messenger.Request{Peer: identity.DeviceID{n}, Name: "Eve", Text: "buy"}
		a.dev.mu.Lock()
		a.dev.asking = append(a.dev.asking, eve)
		a.dev.mu.Unlock()
		a.happens(messenger.Event{Kind: messenger.EventRequest, Request: &eve})
	}
	expect := func(what string, want ...string) {
		t.Helper()
		if got := a.rang(); !slices.Equal(got, want) {
			t.Errorf("%s: notified %q, want %q", what, got, want)
		}
	}
	a.show(t, true)
	ask(5)
	expect("on the screen")
	a.show(t, false)
	ask(6)
	ask(7)
	expect("away", "requests quietly (2) Earshot: 2 new devices ask to write", "requests quietly (3) Earshot: 3 new devices ask to write")
	a.happens(messenger.Event{Kind: messenger.EventLagged})
	expect("nothing new", identity.DeviceID{1}.String()+" Not verified: Mia: New messages") // which waited before
	a.sys.take()
	a.show(t, true)
	if calls := a.sys.take(); !slices.Contains(calls, "dismiss requests") {
		t.Errorf("the notification stays; calls %q", calls)
	}
	a.show(t, false)
	ask(8)
	expect("away again", "requests quietly (4) Earshot: 4 new devices ask to write")
}

// TestPhoneCatchesUp: after lost events it notifies of what is unread, once.
func TestPhoneCatchesUp(t *testing.T) {
	contact := func(n byte, l trust.Level) messenger.Contact {
		return messenger.Contact{ID: identity.DeviceID{n}, Name: string(rune('A' + n)), Level: l}
	}
	last := func(text string, out bool) messenger.Message {
		return messenger.Message{ID: msgid.ID{1}, Text: text, Outgoing: out}
	}
	a := newAlarm(t)
	a.dev.all = []messenger.Conversation{
		{Contact: contact(1, trust.Accepted), Last: last("hello\x1b", false), Unread: 2},
		{Contact: contact(2, trust.Accepted), Last: last("read", false)},
		{Contact: contact(3, trust.Accepted), Last: last("from here", true), Unread: 1},
		{Contact: contact(6, trust.Verified), Last: last("known", false), Unread: 1},
		{Contact: contact(4, trust.Blocked), Last: last("blocked", false), Unread: 1},
	}
	a.dev.asking = []messenger.Request{{Peer: identity.DeviceID{5}, Name: "Eve", Text: "buy"}}
	lagged := messenger.Event{Kind: messenger.EventLagged}
	a.show(t, true)
	a.happens(lagged)
	if got := a.rang(); got != nil {
		t.Errorf("on the screen: notified %q", got)
	}
	a.show(t, false)
	a.happens(lagged, wrote(identity.DeviceID{1}, "more"), lagged)
	want := []string{
		identity.DeviceID{1}.String() + " Not verified: B: hello␛",
		identity.DeviceID{3}.String() + " Not verified: D: New messages",
		identity.DeviceID{6}.String() + " G: known",
		"requests quietly (1) Earshot: A new device asks to write",
	}
	got := a.rang()
	if !slices.Equal(got, want) {
		t.Errorf("notified %q, want %q", got, want)
	}
}

// failing is a device that cannot be subscribed to, and then ends what it gave.
type failing struct {
	fakeDevice
	asked chan int
	n     int
}

func (d *failing) Subscribe(ctx context.Context) (<-chan messenger.Event, error) {
	d.n++
	d.asked <- d.n
	if d.n == 1 {
		return nil, errors.New("not yet")
	}
	ended := make(chan messenger.Event)
	close(ended)
	return ended, nil
}

// TestPhoneWatchesOn when subscribing fails or the events end, with a pause, and
// looks up what it missed.
func TestPhoneWatchesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &failing{asked: make(chan int, 64)}
		sys := &fakePhone{came: make(chan string, 8)}
		p := &phone{sys: sys, log: slog.New(slog.DiscardHandler), links: &links{}}
		ctx, cancel := context.WithCancel(t.Context())
		begin := time.Now()
		over := make(chan struct{})
		go func() {
			p.watch(ctx, d)
			close(over)
		}()
		for want := range 4 {
			if got := <-d.asked; got != want+1 || time.Since(begin) != time.Duration(want)*watchPause {
				t.Fatalf("subscribed for the %dth time after %v", got, time.Since(begin))
			}
		}
		synctest.Wait()
		if len(sys.came) != 1 { // Mia's, unread
			t.Errorf("notified %d times of what was missed", len(sys.came))
		}
		cancel()
		<-over
		if len(d.asked) != 0 {
			t.Error("watched after the end")
		}
	})
}
