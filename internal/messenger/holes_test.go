package messenger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// claim is a record that says whatever is claimed, and matches every key.
func claim(label, name string, at netip.AddrPort) Hint {
	return Hint{Label: label, Name: name, Kind: "phone", Addrs: []netip.AddrPort{at}, Matches: func([]byte) bool { return true }}
}

// There, who a device is came from its announcement and not from its key. Here a
// record that passes for a contact leads to the device that answers, under the key
// that it has; the contact gets nothing of it, and the device nothing of what was
// written to the contact.
func TestKDEConnectCommitb706750a(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		mallory := w.node("mallory")
		b.stop()
		a.m.HintLost("label-bert")
		settle()
		a.m.HintFound(claim("forged", "bert", mallory.addr))
		a.send(b, "for bert only")
		settle()
		if p := a.peers()["bert"]; p.Online || p.Linked {
			t.Errorf("bert is said to be there: %+v", p)
		}
		if p := a.peers()["mallory"]; p.ID != mallory.id || p.Level != trust.Stranger {
			t.Errorf("mallory: %+v", p)
		}
		if a.waiting() != 1 || len(mallory.texts(a)) != 0 {
			t.Errorf("%d wait; mallory has %q", a.waiting(), mallory.texts(a))
		}
	})
}

// There, an announcement that nobody had signed unpaired devices. Here nothing
// that discovery says, true or not, changes a row of what is kept.
func TestKDEConnectCVE202532899(t *testing.T) {
	home, err := fuzzHome()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		for name, data := range map[string][]byte{"earshot.db": home.file, "epoch": home.epoch} {
			if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		w := newWorld(t)
		n, mallory := w.newNode("self", dir), w.node("mallory")
		n.id = fuzzSelf
		n.start()
		for i, name := range []string{strangersFriend, "", "\x1b[31m", strings.Repeat("\u202e", 80), fuzzFriend.String()} {
			for j, at := range []netip.AddrPort{mallory.addr, n.addr, netip.MustParseAddrPort("10.9.9.9:1"), {}} {
				label := fmt.Sprint("label-", i, j)
				n.m.HintFound(claim(label, name, at))
				settle()
				n.m.HintFound(Hint{Label: label, Name: name})
				n.m.HintLost(label)
				n.m.HintLost(label)
			}
		}
		<-time.After(10 * time.Minute)
		settle()
		n.stop()
		if rows, err := dumpRows(dir); err != nil || rows != home.rows {
			t.Errorf("%v\nbefore\n%s\nafter\n%s", err, home.rows, rows)
		}
	})
}

// There, an announcement replaced the name of a paired device. Here a contact has
// the name that it told under its own key.
func TestKDEConnectCVE202532900(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		for _, at := range []netip.AddrPort{b.addr, netip.MustParseAddrPort("10.9.9.9:1")} {
			a.m.HintFound(claim("label-bert", "not bert", at))
			a.m.HintFound(claim("another", "not bert", at))
			settle()
		}
		if p := a.peers()["bert"]; p.ID != b.id {
			t.Errorf("the list: %v", a.peers())
		}
		c, err := a.db.Contact(t.Context(), b.id)
		if err != nil || c.Name != "bert" {
			t.Errorf("%+v, %v", c, err)
		}
	})
}

// There, payloads arrived without the step "accept". Here nothing of a device that
// is no contact is stored, whatever it sends and however often, but one request;
// nor of one that was blocked, or refused, while it was on its way.
func TestQuickShareCVE202438272(t *testing.T) {
	send := func(t *testing.T, l *memLink, m *Messenger) {
		t.Helper()
		for _, f := range []wire.Message{
			&wire.Msg{ID: wire.ID{9}, Epoch: 77, Seq: 1, HLC: 1, Text: "unwanted"},
			&wire.Edit{ID: wire.ID{8}, Epoch: 77, Seq: 2, HLC: 1, Target: wire.ID{9}, Text: "unwanted"},
			&wire.Gone{Epoch: 77, Ranges: []wire.Range{{Lo: 3, Hi: 9}}},
			&wire.Profile{Name: "unwanted", Kind: "phone", PresenceKey: bytes.Repeat([]byte{1}, wire.PresenceKeyBytes)},
		} {
			if err := m.Handle(l, f); err != nil {
				t.Error(err)
			}
		}
		settle()
	}
	for name, step := range map[string]func(*node, *node) error{
		"never asked": func(_, _ *node) error { return nil },
		"refused":     func(b, a *node) error { return b.m.Refuse(context.Background(), a.id) },
		"blocked":     func(b, a *node) error { return b.m.Block(context.Background(), a.id) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				a, b := w.node("anna"), w.node("bert")
				l := knock(w, a, b)
				if err := step(b, a); err != nil && !errors.Is(err, ErrNoRequest) {
					t.Fatal(err)
				}
				send(t, l, b.m)
				if got := b.texts(a); len(got) != 0 {
					t.Errorf("stored: %q", got)
				}
				if c, err := b.db.Contact(t.Context(), a.id); err == nil && c.Name == "unwanted" {
					t.Errorf("%+v", c)
				}
				if seen, err := b.db.Seen(t.Context(), a.id); err != nil || len(seen) != 0 {
					t.Errorf("numbers were taken: %v, %v", seen, err)
				}
				b.m.LinkClosed(l)
			})
		})
	}
}

// There, being on one network, which is to say behind one address, was taken for
// belonging together. Here an address says nothing: a device that comes from where
// a contact was is a stranger.
func TestSnapdropIssue205(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		mallory := w.newNode("mallory", t.TempDir())
		b.stop()
		settle()
		w.mu.Lock()
		delete(w.nodes, mallory.addr)
		mallory.addr = b.addr
		w.nodes[b.addr] = mallory
		w.mu.Unlock()
		mallory.start()
		t.Cleanup(mallory.stop)
		a.send(b, "for bert only")
		settle()
		if got := a.m.Level(mallory.id); got != trust.Stranger {
			t.Errorf("mallory is %v", got)
		}
		if a.waiting() != 1 || len(mallory.texts(a)) != 0 {
			t.Errorf("%d wait; mallory has %q", a.waiting(), mallory.texts(a))
		}
		l := knock(w, mallory, a)
		if err := a.m.Handle(l, &wire.Msg{ID: wire.ID{9}, Epoch: 77, Seq: 1, HLC: 1, Text: "from bert"}); err != nil {
			t.Error(err)
		}
		settle()
		if got := a.texts(mallory); len(got) != 0 {
			t.Errorf("stored: %q", got)
		}
		a.m.LinkClosed(l)
	})
}

// There, the secret of a group was the same word everywhere until somebody changed
// it. Here every home makes its own, and there is no other.
func TestWarpinatorDefaultGroupCode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		seen := map[string]bool{}
		for _, name := range []string{"anna", "bert", "cleo"} {
			key, err := w.node(name).m.PresenceKey(t.Context())
			if err != nil || len(key) != presenceKeyBytes || seen[string(key)] || bytes.Count(key, []byte{0}) == len(key) {
				t.Errorf("%s: %x, %v", name, key, err)
			}
			seen[string(key)] = true
		}
	})
}
