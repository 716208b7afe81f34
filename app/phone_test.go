package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"earshot/app/internal/platform"
	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// fakePhone writes down what it is asked for.
type fakePhone struct {
	mu     sync.Mutex
	calls  []string
	tapped string
	came   chan string // each notification
}

func (f *fakePhone) call(s string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, s)
	return nil
}

// take returns the calls since the last take.
func (f *fakePhone) take() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := f.calls
	f.calls = nil
	return c
}

func (f *fakePhone) HoldMulticast() error                   { return f.call("hold") }
func (f *fakePhone) ReleaseMulticast() error                { return f.call("release") }
func (f *fakePhone) CreateChannel(c platform.Channel) error { return f.call("channel " + c.ID) }
func (f *fakePhone) Dismiss(word string) error              { return f.call("dismiss " + word) }
func (f *fakePhone) OpenedConversation() (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	word := f.tapped
	f.tapped = ""
	return word, nil
}
func (f *fakePhone) Notify(n platform.Notification) error {
	f.came <- fmt.Sprintf("%s %s: %s", n.Conversation, n.Title, n.Text)
	return nil
}

// newPhoneRig is a window on a phone that shows its list.
func newPhoneRig(t *testing.T, d device) (*rig, *fakePhone) {
	t.Helper()
	r := newRig(t, opens(d))
	sys := &fakePhone{came: make(chan string, 8)}
	r.phone = &phone{sys: sys, log: r.opt.Logger}
	r.start()
	r.until("list", has("conversation/"+identity.DeviceID{1}.Short(), ""))
	return r, sys
}

// settled waits until what the system said is done.
func (r *rig) settled(what string, done func() bool) {
	r.t.Helper()
	r.until(what, func(dumpFile) bool {
		r.shell.dump.later()
		return done()
	})
}

func (d *fakeDevice) isAway() (away bool, times int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.away) > 0 && d.away[len(d.away)-1], len(d.away)
}

// TestPhoneComesAndGoes: hooks may come in any number, the last one counts, and
// none ends anything.
func TestPhoneComesAndGoes(t *testing.T) {
	d := &fakeDevice{}
	r, sys := newPhoneRig(t, d)
	r.start() // the window was made anew
	r.focus(true)
	r.focus(true)
	r.settled("front", func() bool { away, n := d.isAway(); return n >= 3 && !away })
	if calls := sys.take(); !slices.Contains(calls, "hold") || !slices.Contains(calls, "channel messages") {
		t.Errorf("in front: %q", calls)
	}
	for range 10 {
		r.focus(true)
		r.focus(false)
	}
	r.settled("away", func() bool { away, n := d.isAway(); return n >= 23 && away })
	if calls := sys.take(); calls[len(calls)-1] != "release" {
		t.Errorf("away: %q", calls)
	}
	r.focus(true)
	r.settled("front again", func() bool { away, _ := d.isAway(); return !away })
	r.stop()
	r.focus(false) // after the end
}

// TestPhoneOpensWhatWasTapped, and takes a notification back when its
// conversation is opened.
func TestPhoneOpensWhatWasTapped(t *testing.T) {
	r, sys := newPhoneRig(t, &fakeDevice{})
	mia := identity.DeviceID{1}
	sys.mu.Lock()
	sys.tapped = mia.String()
	sys.mu.Unlock()
	r.focus(true)
	file := r.until("the chat", has("composer", ""))
	r.tap(file, "conversation/"+mia.Short())
	r.settled("the notification is taken back", func() bool {
		sys.mu.Lock()
		defer sys.mu.Unlock()
		return slices.Contains(sys.calls, "dismiss "+mia.String())
	})
	r.stop()
}

// TestPhoneOpensOnlyItsOwn: any app may start ours with any word.
func TestPhoneOpensOnlyItsOwn(t *testing.T) {
	mia := identity.DeviceID{1}
	sys := &fakePhone{}
	p := &phone{sys: sys, log: slog.New(slog.DiscardHandler)}
	p.front.Store(true)
	var opened []identity.DeviceID
	p.attach(&fakeDevice{}, func(id identity.DeviceID) { opened = append(opened, id) })
	for _, word := range []string{"nonsense", identity.DeviceID{77}.String(), "", mia.String()} {
		sys.tapped = word
		p.settle(t.Context())
	}
	if !slices.Equal(opened, []identity.DeviceID{mia}) {
		t.Errorf("opened %v", opened)
	}
}

// ringing is a device whose events the test makes.
type ringing struct {
	fakeDevice
	events chan messenger.Event
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

// TestPhoneNotifies of what others write while the app is not on the screen, in
// cleaned words.
func TestPhoneNotifies(t *testing.T) {
	d := &ringing{events: make(chan messenger.Event)}
	sys := &fakePhone{came: make(chan string, 8)}
	p := &phone{sys: sys, log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { p.watch(ctx, d) })
	mia := identity.DeviceID{1}
	say := func(text string, out bool) {
		d.events <- messenger.Event{Kind: messenger.EventMessage, Message: &messenger.Message{Peer: mia, Text: text, Outgoing: out}}
	}
	p.front.Store(true)
	say("seen on the screen", false)
	for range 2 { // when the second is taken, the message is dealt with
		d.events <- messenger.Event{Kind: messenger.EventPeerUpdated}
	}
	p.front.Store(false)
	say("from here", true)
	say("line\n\u202etwo\x1b", false)
	got := <-sys.came
	if want := mia.String() + " Mia: "; !strings.HasPrefix(got, want) || strings.ContainsAny(got, "\n\u202e\x1b") || !strings.Contains(got, "two") {
		t.Errorf("notified %q", got)
	}
	cancel()
	wg.Wait()
	if len(sys.came) != 0 {
		t.Errorf("notified also %q", <-sys.came)
	}
}
