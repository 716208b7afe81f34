package messenger

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// shows is a device showing an invitation; it returns the link.
func (n *node) shows() string {
	n.w.t.Helper()
	n.m.SetListening(int(n.addr.Port()), func() []netip.AddrPort { return []netip.AddrPort{n.addr} })
	v, err := n.m.Invite(context.Background())
	if err != nil {
		n.w.t.Fatal(err)
	}
	return v.Link
}

// reads is the person of n going on with a link.
func (n *node) reads(link string) {
	n.w.t.Helper()
	if _, err := n.m.PairByLink(context.Background(), link); err != nil {
		n.w.t.Fatal(err)
	}
	settle()
}

func apart(t *testing.T) (w *world, a, b *node) {
	w = newWorld(t)
	w.strict = true
	return w, w.node("anna"), w.node("bert")
}

func TestInvitationVerifiesBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := apart(t)
		link := a.shows()
		b.reads(link)
		b.at(PairVerified)
		a.at(PairVerified)
		if a.level(b) != trust.Verified || b.level(a) != trust.Verified {
			t.Fatalf("levels %v and %v", a.level(b), b.level(a))
		}
		a.send(b, "hello")
		settle()
		if len(b.texts(a)) != 1 {
			t.Error("a text does not arrive")
		}
	})
}

func TestInvitationServesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := apart(t)
		c := w.node("carl")
		link := a.shows()
		b.reads(link)
		b.at(PairVerified)
		c.reads(link)
		c.failed(PairExpired)
		if a.level(c) != trust.Stranger {
			t.Error("a second device was let in")
		}
	})
}

func TestInvitationEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		end  func(a *node)
		want PairReason
	}{
		{"by time", func(*node) { <-time.After(trust.InviteLife) }, PairExpired},
		{"taken back", func(a *node) { a.m.EndInvite(context.Background()) }, PairExpired},
		{"by another one", func(a *node) { a.shows() }, PairForged},
		{"by a restart", func(a *node) { a.restart() }, PairExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, a, b := apart(t)
				link := a.shows()
				c.end(a)
				b.reads(link)
				b.failed(c.want)
				if a.level(b) != trust.Stranger || b.level(a) != trust.Stranger {
					t.Error("a link that is no more changed a level")
				}
			})
		})
	}
}

// A device that only claims to be the one that the link names proves nothing: the
// dial wants its key, and the answer wants the secret.
func TestInvitationIsNotAnsweredByOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := apart(t)
		link := a.shows()
		w.mu.Lock()
		w.drop = func(from *node, m wire.Message) bool {
			if confirm, ok := m.(*wire.PairConfirm); ok && from == a {
				confirm.MAC[0] ^= 1
			}
			return false
		}
		w.mu.Unlock()
		b.reads(link)
		b.failed(PairForged)
		if b.level(a) != trust.Stranger {
			t.Error("a wrong answer was taken")
		}
	})
}

func TestLinksAreReadBeforeAnythingIsDialled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := apart(t)
		link := a.shows()
		w.mu.Lock()
		before := w.dials + w.frames
		w.mu.Unlock()
		got, err := b.m.ReadLink(context.Background(), "\n"+strings.ToLower(link))
		if err != nil || got.ID != a.id || len(got.Addresses) != 1 || got.Addresses[0] != a.addr {
			t.Fatalf("%+v, %v", got, err)
		}
		settle()
		w.mu.Lock()
		if w.dials+w.frames != before {
			t.Error("reading a link dials")
		}
		w.mu.Unlock()
		if _, err := b.m.ReadLink(context.Background(), "https://example.org"); !errors.Is(err, ErrNotInvitation) {
			t.Errorf("another link: %v", err)
		}
		if _, err := a.m.PairByLink(context.Background(), link); !errors.Is(err, ErrSelf) {
			t.Errorf("own link: %v", err)
		}
		if err := b.m.Block(context.Background(), a.id); err != nil {
			t.Fatal(err)
		}
		if _, err := b.m.ReadLink(context.Background(), link); !errors.Is(err, ErrBlocked) {
			t.Errorf("link of a blocked device: %v", err)
		}
	})
}

func TestInvitationNeedsTheNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, _ := apart(t)
		if _, err := a.m.Invite(context.Background()); !errors.Is(err, ErrUnreachable) {
			t.Errorf("a device that does not listen invites: %v", err)
		}
	})
}

func TestLinkToNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := apart(t)
		link := a.shows()
		a.stop()
		b.reads(link)
		b.failed(PairUnreachable)
	})
}

// A device that hides lets strangers in while it invites, and only then.
func TestInvitationOfAHiddenDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := apart(t)
		c, ctx := w.node("carl"), context.Background()
		if err := a.m.SetSetting(ctx, SettingVisibility, VisibleHidden); err != nil {
			t.Fatal(err)
		}
		addrs := []netip.AddrPort{a.addr}
		if err := c.Dial(ctx, a.id, addrs); err == nil {
			t.Fatal("a stranger gets in without an invitation")
		}
		link := a.shows()
		if err := c.Dial(ctx, a.id, addrs); err != nil {
			t.Fatal(err)
		}
		b.reads(link)
		b.at(PairVerified)
		if name := b.pairing().Name; name != "anna" {
			t.Errorf("the device that invites is shown as %q", name)
		}
		if err := c.Dial(ctx, a.id, addrs); err == nil {
			t.Error("a stranger gets in after the invitation was used")
		}
		settle()
		a.m.mu.Lock()
		d := a.m.devices[c.id]
		a.m.mu.Unlock()
		if d != nil {
			t.Error("a link of a stranger is left")
		}
	})
}

// A device that hides is told by name to the one that its person pairs with.
func TestPairingOfAHiddenDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := apart(t)
		ctx := context.Background()
		if err := b.m.SetSetting(ctx, SettingVisibility, VisibleContacts); err != nil {
			t.Fatal(err)
		}
		if _, err := b.m.Add(ctx, a.addr.String()); err != nil {
			t.Fatal(err)
		}
		b.press(a)
		settle()
		if name := a.pairing().Name; name != "bert" {
			t.Errorf("%q wants to pair", name)
		}
		a.says(PairContinue)
		a.says(PairMatch)
		b.says(PairMatch)
		b.at(PairVerified)
	})
}

// The answer to a proof can be lost with its link, when the one that showed the
// invitation has stored already: the other proves again on the next link.
func TestInvitationIsAnsweredAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := apart(t)
		c := w.node("carl")
		link := a.shows()
		var lost bool
		w.mu.Lock()
		w.drop = func(from *node, m wire.Message) bool {
			if _, answer := m.(*wire.PairConfirm); answer && from == a && !lost {
				lost = true
				return true
			}
			return false
		}
		w.mu.Unlock()
		if _, err := b.m.PairByLink(context.Background(), link); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		synctest.Wait()
		a.at(PairVerified)
		b.at(PairConfirming)
		a.cut()
		settle()
		b.at(PairVerified)
		if a.level(b) != trust.Verified || b.level(a) != trust.Verified {
			t.Errorf("levels %v and %v", a.level(b), b.level(a))
		}
		c.reads(link)
		c.failed(PairExpired)
		<-time.After(trust.InviteLife)
		b.reads(link)
		b.failed(PairExpired)
	})
}
