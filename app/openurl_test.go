package app

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// linkDevice is a device whose contact has sent a link.
type linkDevice struct{ fakeDevice }

func (d *linkDevice) Peers(context.Context) ([]messenger.Peer, error) {
	return []messenger.Peer{{ID: identity.DeviceID{1}, Name: "Mia", Online: true, Level: trust.Accepted}}, nil
}

func (d *linkDevice) History(context.Context, messenger.Page) ([]messenger.Message, error) {
	return []messenger.Message{{Peer: identity.DeviceID{1}, Text: "look: https://example.org/a|b"}}, nil
}

// newLinkRig is a window that shows the link, and the file of it.
func newLinkRig(t *testing.T, open func(*url.URL) error) (*rig, dumpFile) {
	t.Helper()
	r := newRig(t, opens(&linkDevice{}))
	r.opt.OpenURL = open
	r.start()
	who := "conversation/" + identity.DeviceID{1}.Short()
	r.tap(r.until("conversation", has(who, "")), who)
	return r, r.until("link", has("link/1", "https://example.org/a%7Cb"))
}

// TestALinkGoesToTheSystem, and what opens it does not hold up the window or
// its end, however long it takes.
func TestALinkGoesToTheSystem(t *testing.T) {
	opened, hang := make(chan string, 1), make(chan struct{})
	t.Cleanup(func() { close(hang) })
	r, file := newLinkRig(t, func(u *url.URL) error {
		opened <- u.String()
		<-hang
		return nil
	})
	r.tap(file, "link/1")
	select {
	case got := <-opened:
		if got != "https://example.org/a%7Cb" {
			t.Errorf("opened %q", got)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("nothing is opened")
	}
	r.window.Canvas().OnTypedRune()('x')
	r.until("typed text", has("composer", "x"))
	r.stop()
	r.openURL("https://example.org", nil) // the window is gone
}

// TestALinkThatTheSystemDoesNotOpen: what it says of the address is neither in
// the window nor in the log.
func TestALinkThatTheSystemDoesNotOpen(t *testing.T) {
	for name, c := range map[string]struct{ err, want string }{
		"any error": {"", "the system did not open it"},
		"our words": {"xdg-open is not there", "xdg-open is not there"},
	} {
		t.Run(name, func(t *testing.T) {
			r, file := newLinkRig(t, func(u *url.URL) error {
				if c.err != "" {
					return fmt.Errorf("open %s: %w", u, openError(c.err))
				}
				return fmt.Errorf("no program for %s", u)
			})
			r.tap(file, "link/1")
			file = r.until("error", has("error", c.want))
			if e, _ := find(file, "error", ""); strings.Contains(e.Text, "example") || !strings.Contains(e.Text, "Copy it") {
				t.Errorf("the window says %q", e.Text)
			}
			r.stop()
			if log := r.log.String(); strings.Contains(log, "example") || !strings.Contains(log, "did not open") || !strings.Contains(log, c.want) {
				t.Errorf("the log is %q", log)
			}
		})
	}
}

// TestWhatIsNoAddress is not told either.
func TestWhatIsNoAddress(t *testing.T) {
	r, _ := newLinkRig(t, nil)
	var err error
	r.openURL("https://example.org:x", func(e error) { err = e })
	if err == nil || strings.Contains(err.Error(), "example") {
		t.Errorf("got %v", err)
	}
	r.stop()
}

// TestLinksArePartOfTheWindow: the name that tests of the real window click.
func TestLinksArePartOfTheWindow(t *testing.T) {
	r, file := newLinkRig(t, nil)
	e, _ := find(file, "link/1", "")
	if e.Label != "example.org" || e.State != "opens" || e.W < 50 || e.H < 15 {
		t.Errorf("the link is %+v", e)
	}
	r.stop()
}
