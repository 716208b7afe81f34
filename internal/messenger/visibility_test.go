package messenger

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/trust"
)

// show chooses who may see a node.
func (n *node) show(visibility string) {
	n.w.t.Helper()
	if err := n.m.SetSetting(context.Background(), SettingVisibility, visibility); err != nil {
		n.w.t.Fatal(err)
	}
}

// count returns how often devices were dialled and looked at so far.
func (w *world) count() (dials, looks int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.dials, w.looks
}

func TestVisibilityIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newWorld(t).node("anna")
		began := time.Now()
		self := func() Self {
			s, err := a.m.Self(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		setting := func() Setting {
			all, err := a.m.Settings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range all {
				if s.Key == SettingVisibility {
					return s
				}
			}
			t.Fatal("there is no such setting")
			return Setting{}
		}
		if s := self(); s.Visibility != VisibleEveryone || !s.Begun.Equal(began.Truncate(time.Millisecond)) && !s.Begun.Equal(began) {
			t.Errorf("at first %+v, began %v", s, began)
		}
		if s := setting(); s != (Setting{SettingVisibility, VisibleEveryone, VisibleEveryone, false}) {
			t.Errorf("at first %+v", s)
		}
		<-time.After(time.Hour)
		events, _ := a.m.Subscribe(t.Context())
		a.show("Everyone")
		if s := setting(); !s.Chosen || s.Value != VisibleEveryone {
			t.Errorf("chosen as it was: %+v", s)
		}
		a.show(VisibleHidden)
		if e := <-events; e.Kind != EventSelf || e.Self.Visibility != VisibleHidden {
			t.Errorf("event %+v", e)
		}
		if err := a.m.SetSetting(t.Context(), SettingVisibility, "friends"); !errors.Is(err, ErrBadValue) {
			t.Errorf("a value that is none: %v", err)
		}
		a.restart()
		if s := self(); s.Visibility != VisibleHidden || s.Begun.UnixMilli() != began.UnixMilli() {
			t.Errorf("after a restart %+v, began %v", s, began)
		}
		if err := a.db.SetSetting(t.Context(), SettingVisibility, "of a later version"); err != nil {
			t.Fatal(err)
		}
		a.restart()
		if !a.m.Hides() {
			t.Error("a value that is not understood makes the device visible to everyone")
		}
	})
}

func TestWhoIsLetInAndLearnsTheName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		stranger, blocked, pairing := w.node("sam"), w.node("xaver"), w.node("paula")
		if err := a.m.Block(t.Context(), blocked.id); err != nil {
			t.Fatal(err)
		}
		a.m.mu.Lock()
		a.m.deviceLocked(pairing.id).introduced = true
		a.m.mu.Unlock()
		for _, tt := range []struct {
			visibility    string
			who           *node
			in, out, name bool // let in, let in when dialled, told the name
			level         trust.Level
		}{
			{VisibleEveryone, b, true, true, true, trust.Accepted},
			{VisibleEveryone, stranger, true, true, true, trust.Stranger},
			{VisibleEveryone, blocked, false, false, true, trust.Blocked},
			{VisibleContacts, b, true, true, true, trust.Accepted},
			{VisibleContacts, stranger, false, true, false, trust.Stranger},
			{VisibleContacts, pairing, false, true, true, trust.Stranger},
			{VisibleContacts, blocked, false, false, false, trust.Blocked},
			{VisibleHidden, b, true, true, true, trust.Accepted},
			{VisibleHidden, stranger, false, true, false, trust.Stranger},
			{VisibleHidden, blocked, false, false, false, trust.Blocked},
		} {
			a.show(tt.visibility)
			if a.m.Hides() != (tt.visibility != VisibleEveryone) {
				t.Errorf("%s: hides %t", tt.visibility, a.m.Hides())
			}
			inLevel, in := a.m.Admit(tt.who.id, false)
			outLevel, out := a.m.Admit(tt.who.id, true)
			if in != tt.in || out != tt.out || inLevel != tt.level || outLevel != tt.level {
				t.Errorf("%s, %s: let in %t as %v, dialled %t as %v", tt.visibility, tt.who.name, in, inLevel, out, outLevel)
			}
			h := a.m.HelloFor(tt.who.id)
			if (h.Name == "anna" && h.Kind == "desktop") != tt.name || !tt.name && h.Name+h.Kind != "" {
				t.Errorf("%s, %s: is told %q, %q", tt.visibility, tt.who.name, h.Name, h.Kind)
			}
		}
	})
}

// A device that begins to hide ends the links of strangers and keeps those of
// contacts; when it is visible again it looks who is there.
func TestHidingTakesEffectAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		stranger, dialled, quiet := w.node("sam"), w.node("dora"), w.node("quinn")
		stranger.send(a, "hello") // as a person would: a link of a stranger
		stranger.sees(a)
		settle()
		if !a.peers()["sam"].Linked {
			t.Fatal("the stranger has no link")
		}
		if err := a.Dial(t.Context(), dialled.id, []netip.AddrPort{dialled.addr}); err != nil {
			t.Fatal(err)
		}
		a.show(VisibleContacts)
		settle()
		peers := a.peers()
		if !peers["bert"].Linked || peers["sam"].Linked || !peers["dora"].Linked {
			t.Errorf("links: bert %t, sam %t, dora %t", peers["bert"].Linked, peers["sam"].Linked, peers["dora"].Linked)
		}
		_, before := w.count()
		a.sees(quiet)
		a.sees(stranger)
		settle()
		if _, looks := w.count(); looks != before {
			t.Errorf("%d looks", looks-before)
		}
		if p, ok := a.peers()["quinn"]; ok {
			t.Errorf("listed: %+v", p)
		}
		a.show(VisibleEveryone)
		settle()
		if !a.peers()["quinn"].Online || b.peers()["anna"].Level != trust.Accepted {
			t.Errorf("visible again: %+v", a.peers())
		}
	})
}

// Strangers that see each other do not any more when one of them begins to hide,
// without a restart of either; contacts do.
func TestStrangersLoseADeviceThatHides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		sam := w.node("sam")
		record := func(of *node) Hint {
			h := Hint{Label: "label-" + of.name, Addrs: []netip.AddrPort{of.addr}}
			if of.m.Visibility() == VisibleEveryone {
				h.Name = of.name
			}
			return h
		}
		tell := func() {
			for _, n := range []*node{sam, b} {
				n.m.HintFound(record(a))
			}
			a.m.HintFound(record(sam))
			settle()
		}
		check := func(when string, want bool) {
			t.Helper()
			if got := sam.peers()["anna"].Online; got != want {
				t.Errorf("%s: sam sees anna: %t", when, got)
			}
			if got := a.peers()["sam"].Online; got != want {
				t.Errorf("%s: anna sees sam: %t", when, got)
			}
			if !b.peers()["anna"].Online {
				t.Errorf("%s: bert does not see anna", when)
			}
		}
		tell()
		check("visible", true)
		for _, how := range []string{VisibleContacts, VisibleHidden} {
			a.show(how)
			tell()
			check(how, false)
			<-time.After(time.Hour)
			check(how+", an hour later", false)
			a.show(VisibleEveryone)
			tell()
			check("visible again", true)
		}
	})
}

// A link that was let in before the device began to hide, and came up after,
// does not stay.
func TestHidingWhileALinkComesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		_, l := w.pair(b, a)
		a.show(VisibleContacts)
		l.run()
		l.other.run()
		settle()
		if a.peers()["bert"].Linked || !l.ended() {
			t.Error("the stranger's link stays")
		}
	})
}

func TestKnocksOfABlockedDevice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, x := w.node("anna"), w.node("xaver")
		if err := a.m.Block(t.Context(), x.id); err != nil {
			t.Fatal(err)
		}
		events, _ := a.m.Subscribe(t.Context())
		for range 100 {
			a.m.Admit(x.id, false)
			<-time.After(time.Second)
		}
		a.m.Admit(x.id, true)
		ps, err := a.m.Peers(t.Context())
		if err != nil || len(ps) != 1 || ps[0].Knocks != 100 {
			t.Fatalf("%+v, %v", ps, err)
		}
		if n := len(events); n != 2 {
			t.Errorf("%d events in 100 s", n)
		}
		if e := <-events; e.Kind != EventPeerUpdated || e.Peer.Knocks != 1 {
			t.Errorf("event %+v", e)
		}
	})
}

// Who is parted with loses its links without a word, unless strangers are let
// in, and cannot follow the record.
func TestPartingWithADevice(t *testing.T) {
	for _, tt := range []struct {
		visibility string
		level      trust.Level
		stays      bool
	}{
		{VisibleEveryone, trust.Blocked, false},
		{VisibleContacts, trust.Blocked, false},
		{VisibleContacts, trust.Stranger, false},
		{VisibleEveryone, trust.Stranger, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, a, b := friends(t)
			a.show(tt.visibility)
			settle()
			if !a.peers()["bert"].Linked {
				t.Fatal("no link")
			}
			before, _ := a.m.PresenceKey(t.Context())
			if err := a.db.SetLevel(t.Context(), b.id, tt.level); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(a.m.reload(t.Context(), b.id), a.m.partWith(t.Context(), b.id)); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			if got := a.peers()["bert"].Linked; got != tt.stays {
				t.Errorf("%s, %v: linked %t", tt.visibility, tt.level, got)
			}
			if after, _ := a.m.PresenceKey(t.Context()); string(after) == string(before) {
				t.Error("the presence key is the same")
			}
			if c, err := b.db.Contact(t.Context(), a.id); err != nil || string(c.PresenceKey) != string(before) {
				t.Errorf("the other side was told the new presence key: %v", err)
			}
		})
	}
}
