package messenger

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/trust"
)

func (n *node) peers() map[string]Peer {
	n.w.t.Helper()
	ps, err := n.m.Peers(context.Background())
	if err != nil {
		n.w.t.Fatal(err)
	}
	out := map[string]Peer{}
	for _, p := range ps {
		out[p.Name] = p
	}
	return out
}

func TestAStrangerIsListedByItsKeyAndForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		events, _ := a.m.Subscribe(t.Context())
		a.sees(b)
		settle()
		p := a.peers()["bert"]
		if p.ID != b.id || !p.Online || p.Linked || p.Level != trust.Stranger || !slices.Equal(p.Addresses, []netip.AddrPort{b.addr}) {
			t.Errorf("bert is listed as %+v", p)
		}
		if e := <-events; e.Kind != EventPeerFound || e.Peer.ID != b.id {
			t.Errorf("event %+v", e)
		}
		a.m.HintLost("label-bert")
		settle()
		if e := <-events; e.Kind != EventPeerLost || e.Peer.ID != b.id || e.Peer.Online {
			t.Errorf("event %+v", e)
		}
		if ps := a.peers(); len(ps) != 0 {
			t.Errorf("a stranger out of earshot is listed: %v", ps)
		}
	})
}

func TestWhatDoesNotAnswerIsNotListedAndTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		b.reachable(false)
		a.sees(b)
		settle()
		if ps := a.peers(); len(ps) != 0 {
			t.Errorf("listed: %v", ps)
		}
		b.reachable(true)
		<-time.After(maxLookWait)
		settle()
		if !a.peers()["bert"].Online {
			t.Error("bert answers again and is not listed")
		}
	})
}

// A record that claims to be a contact but leads to another device must not
// move the contact: the key decides.
func TestForgedRecordDoesNotMoveAContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		mallory := w.node("mallory")
		b.stop()
		a.m.HintLost("label-bert")
		settle()
		a.m.HintFound(Hint{Label: "forged", Name: "bert", Addrs: []netip.AddrPort{mallory.addr}, Matches: func([]byte) bool { return true }})
		settle()
		if p := a.peers()["bert"]; p.Online {
			t.Errorf("bert is said to be in earshot: %+v", p)
		}
		if p := a.peers()["mallory"]; !p.Online || p.Level != trust.Stranger {
			t.Errorf("mallory: %+v", p)
		}
		a.send(b, "for bert only")
		settle()
		if a.waiting() != 1 {
			t.Error("the text for bert went elsewhere")
		}
	})
}

func TestRenameReachesContacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		if err := b.m.Rename(context.Background(), "Bertram"); err != nil {
			t.Fatal(err)
		}
		settle()
		if _, ok := a.peers()["Bertram"]; !ok {
			t.Errorf("anna's list: %v", a.peers())
		}
		for _, bad := range []string{"", "  ", "\x1b[31m"} {
			if err := b.m.Rename(context.Background(), bad); err != ErrBadName {
				t.Errorf("Rename(%q) = %v", bad, err)
			}
		}
	})
}

func TestContactsRecogniseEachOthersRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		key, err := b.m.PresenceKey(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		c, err := a.db.Contact(context.Background(), b.id)
		if err != nil || !slices.Equal(c.PresenceKey, key) {
			t.Errorf("anna has the presence key %x of bert, want %x (%v)", c.PresenceKey, key, err)
		}
	})
}

func TestAddRemembersATypedAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		p, err := a.m.Add(context.Background(), b.addr.String())
		if err != nil || p.ID != b.id || p.Name != "bert" {
			t.Fatalf("Add: %+v, %v", p, err)
		}
		a.restart()
		a.send(b, "hello")
		settle()
		if rs, _ := b.m.Requests(context.Background()); len(rs) != 1 {
			t.Errorf("the request did not arrive: %v", rs)
		}
		if _, err := a.m.Add(context.Background(), a.addr.String()); err != ErrSelf {
			t.Errorf("adding oneself: %v", err)
		}
	})
}
