package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// invited is a device that reads one link and notes what it is asked to dial.
type invited struct {
	fakeDevice
	dialled []string // of mu
}

func (d *invited) ReadLink(_ context.Context, link string) (messenger.Invited, error) {
	if link != someLink {
		return messenger.Invited{}, messenger.ErrNotInvitation
	}
	return messenger.Invited{ID: identity.DeviceID{7}, Name: "Tom"}, nil
}
func (d *invited) PairByLink(_ context.Context, link string) (messenger.Pairing, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dialled = append(d.dialled, link)
	return messenger.Pairing{}, errors.New("the cable is out")
}
func (d *invited) dials() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.dialled)
}

// asksAndDials waits for the question about the link and says yes; before that
// nothing is dialled.
func asksAndDials(t *testing.T, r *rig, d *invited) {
	t.Helper()
	r.until("the question", func(f dumpFile) bool {
		e, ok := find(f, "pair/title", "")
		return ok && strings.Contains(e.Text, "Tom") && strings.Contains(e.Text, identity.DeviceID{7}.Short())
	})
	file := r.until("an answer that counts", func(f dumpFile) bool {
		r.shell.dump.later()
		e, ok := find(f, "pair/yes", "")
		return ok && e.State == "ready"
	})
	if got := d.dials(); got != nil {
		t.Errorf("dialled %q before the yes", got)
	}
	r.tap(file, "pair/yes")
	r.settled("dialled", func() bool { return len(d.dials()) > 0 })
	r.stop()
	if got := d.dials(); !slices.Equal(got, []string{someLink}) {
		t.Errorf("dialled %q", got)
	}
	if strings.Contains(r.log.String(), "SECRET") {
		t.Errorf("the log holds the link: %s", r.log.String())
	}
}

// TestLinkOfTheArgumentsAsks before anything is dialled.
func TestLinkOfTheArgumentsAsks(t *testing.T) {
	d := &invited{}
	r := newRig(t, opens(d), func(o *options) { o.Link = someLink })
	r.start()
	asksAndDials(t, r, d)
}

// TestLinkOnAPhoneAsks when it comes while the app runs.
func TestLinkOnAPhoneAsks(t *testing.T) {
	d := &invited{}
	r, sys := newPhoneRig(t, d)
	r.focus(true)
	r.focus(false)
	sys.mu.Lock()
	sys.opened = []string{someLink}
	sys.mu.Unlock()
	r.focus(true)
	asksAndDials(t, r, d)
}

// TestLinkThatIsNone is told as such.
func TestLinkThatIsNone(t *testing.T) {
	d := &invited{}
	r := newRig(t, opens(d), func(o *options) { o.Link = "earshot://nonsense/SECRET" })
	r.start()
	r.until("what is wrong", func(f dumpFile) bool {
		_, asks := find(f, "pair/yes", "")
		e, ok := find(f, "pair/text", "")
		return ok && !asks && strings.Contains(e.Text, "link")
	})
	r.stop()
	if got := d.dials(); got != nil || strings.Contains(r.log.String(), "SECRET") {
		t.Errorf("dialled %q, log %s", got, r.log.String())
	}
}

// TestLinksWait for somebody who can be asked, and each is passed on once.
func TestLinksWait(t *testing.T) {
	var l links
	var asked []string
	ask := func(text string) { asked = append(asked, text) }
	expect := func(what string, want ...string) {
		t.Helper()
		if !slices.Equal(asked, want) {
			t.Errorf("%s: asked about %q, want %q", what, asked, want)
		}
		asked = nil
	}
	l.to(ask)
	expect("nothing was opened")
	l.to(nil)
	l.open("one")
	l.open("two")
	l.open("")
	expect("nobody is there")
	l.to(ask)
	expect("the newest", "two")
	l.open("three")
	l.open("")
	expect("at once", "three")
	l.to(nil)
	l.to(ask)
	expect("no link twice")
}
