package app

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
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
	opened []string
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
func (f *fakePhone) SaveToDownloads(_, _ string, from io.Reader) error {
	_, err := io.Copy(io.Discard, from)
	return err
}

func (f *fakePhone) Dismiss(word string) error { return f.call("dismiss " + word) }
func (f *fakePhone) OpenedConversation() (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	word := f.tapped
	f.tapped = ""
	return word, nil
}
func (f *fakePhone) OpenedLinks(string) ([]string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.opened), nil
}
func (f *fakePhone) Notify(n platform.Notification) error {
	if n.Channel == requestChannel.ID {
		f.came <- fmt.Sprintf("%s quietly (%d) %s: %s", n.Conversation, n.Count, n.Title, n.Text)
		return nil
	}
	f.came <- fmt.Sprintf("%s %s: %s", n.Conversation, n.Title, n.Text)
	return nil
}

// newPhoneRig is a window on a phone that shows its list.
func newPhoneRig(t *testing.T, d device) (*rig, *fakePhone) {
	t.Helper()
	r := newRig(t, opens(d))
	sys := &fakePhone{came: make(chan string, 8)}
	r.phone = &phone{sys: sys, log: r.opt.Logger, links: &r.links}
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
	if calls := sys.take(); !slices.Contains(calls, "hold") || !slices.Contains(calls, "channel messages") || !slices.Contains(calls, "channel requests") {
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
	p := &phone{sys: sys, log: slog.New(slog.DiscardHandler), links: &links{}}
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

// TestPhoneAsksAboutALink that the app was opened with, once, and of several about
// the newest.
func TestPhoneAsksAboutALink(t *testing.T) {
	a := newAlarm(t)
	var asked []string
	a.links.to(func(text string) { asked = append(asked, text) })
	a.attach(a.dev, func(identity.DeviceID) {})
	for _, step := range []struct {
		opened []string
		want   []string
	}{
		{nil, nil},
		{[]string{"one", "one"}, []string{"one"}},
		{[]string{"one", "one"}, nil},
		{[]string{"three", "one"}, []string{"three"}},
		{nil, nil},
	} {
		a.sys.mu.Lock()
		a.sys.opened = step.opened
		a.sys.mu.Unlock()
		for range 2 { // a rotation, or another look at the screen
			a.show(t, false)
			a.show(t, true)
		}
		if !slices.Equal(asked, step.want) {
			t.Errorf("opened with %q: asked about %q, want %q", step.opened, asked, step.want)
		}
		asked = nil
	}
}

// TestPhoneTakesBackAtTheLauncher: a person comes back to the chat that was open,
// not by its notification.
func TestPhoneTakesBackAtTheLauncher(t *testing.T) {
	d := &ringing{events: make(chan messenger.Event)}
	r, sys := newPhoneRig(t, d)
	mia := identity.DeviceID{1}
	r.focus(true)
	r.tap(r.until("list", has("conversation/"+mia.Short(), "")), "conversation/"+mia.Short())
	r.until("the chat", has("composer", ""))
	r.settled("opened", func() bool { return slices.Contains(sys.take(), "dismiss "+mia.String()) })
	r.focus(false)
	r.settled("away", func() bool { away, _ := d.isAway(); return away })
	r.settled("notified", func() bool {
		select {
		case d.events <- wrote(mia, "hello"): // the window may be who hears it
		default:
		}
		return len(sys.came) > 0
	})
	r.focus(true)
	r.settled("taken back", func() bool { return slices.Contains(sys.take(), "dismiss "+mia.String()) })
	r.stop()
}
