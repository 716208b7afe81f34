package messenger

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

// shownAs returns what a node shows of another one, and whether it shows anything.
func (n *node) shownAs(o *node) (Peer, bool) {
	n.w.t.Helper()
	all, err := n.m.Peers(n.w.t.Context())
	if err != nil {
		n.w.t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(p Peer) bool { return p.ID == o.id })
	if i < 0 {
		return Peer{}, false
	}
	return all[i], true
}

// verify does what a pairing does in the end.
func (n *node) verify(o *node) {
	n.w.t.Helper()
	ctx := n.w.t.Context()
	if err := errors.Join(n.db.SetLevel(ctx, o.id, trust.Verified), n.m.becomeContact(ctx, o.id)); err != nil {
		n.w.t.Fatal(err)
	}
}

func (n *node) presenceKey() string {
	n.w.t.Helper()
	key, err := n.m.PresenceKey(n.w.t.Context())
	if err != nil {
		n.w.t.Fatal(err)
	}
	return string(key)
}

func TestNickIsShownInsteadOfWhatIsSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		ctx := t.Context()
		if err := a.m.SetNick(ctx, b.id, "  Bert's  phone "); err != nil {
			t.Fatal(err)
		}
		for _, when := range []string{"at once", "after a new greeting", "after a restart"} {
			p, _ := a.shownAs(b)
			if p.Name != "Bert's phone" || p.Said != "bert" {
				t.Errorf("%s: shown as %q, says %q", when, p.Name, p.Said)
			}
			if when == "at once" {
				a.cut()
			} else {
				a.restart()
			}
			settle()
			meet(a, b)
		}
		if cs, err := a.m.Conversations(ctx); err != nil || cs[0].Contact.Name != "Bert's phone" || cs[0].Contact.Said != "bert" {
			t.Errorf("conversations %+v, %v", cs, err)
		}
		// Blocked and let in again, it keeps both names.
		if err := errors.Join(a.m.Block(ctx, b.id), a.m.Unblock(ctx, b.id)); err != nil {
			t.Fatal(err)
		}
		if p, _ := a.shownAs(b); p.Name != "Bert's phone" || p.Said != "bert" {
			t.Errorf("unblocked: shown as %q, says %q", p.Name, p.Said)
		}
		if err := a.m.SetNick(ctx, b.id, ""); err != nil {
			t.Fatal(err)
		}
		if p, _ := a.shownAs(b); p.Name != "bert" {
			t.Errorf("taken back: shown as %q", p.Name)
		}
		stranger := w.newNode("carl", "")
		for _, tt := range []struct {
			who  identity.DeviceID
			nick string
			want error
		}{{b.id, "\u202e", ErrBadName}, {b.id, " ", ErrBadName}, {stranger.id, "x", ErrUnknownPeer}, {stranger.id, "", ErrUnknownPeer}} {
			if err := a.m.SetNick(ctx, tt.who, tt.nick); !errors.Is(err, tt.want) {
				t.Errorf("nick %q: %v, want %v", tt.nick, err, tt.want)
			}
		}
	})
}

// What waited for a blocked device goes out at once when it is unblocked, and it
// is what it was.
func TestUnblock(t *testing.T) {
	for _, tt := range []struct{ before, after trust.Level }{
		{trust.Accepted, trust.Accepted}, {trust.Verified, trust.Accepted}, {trust.Stranger, trust.Stranger},
	} {
		synctest.Test(t, func(t *testing.T) {
			w, a, b := friends(t)
			w.strict = true
			ctx := t.Context()
			if tt.before == trust.Verified {
				a.verify(b)
			}
			if tt.before == trust.Stranger {
				if err := a.m.Forget(ctx, b.id); err != nil {
					t.Fatal(err)
				}
			} else {
				b.reachable(false)
				b.cut()
				a.send(b, "written before")
			}
			if err := a.m.Block(ctx, b.id); err != nil {
				t.Fatal(err)
			}
			b.reachable(true)
			settle()
			if err := a.m.Unblock(ctx, b.id); err != nil {
				t.Fatal(err)
			}
			settle()
			if level := a.m.Level(b.id); level != tt.after {
				t.Errorf("%v is %v after it was blocked", tt.before, level)
			}
			if tt.after == trust.Accepted && (a.waiting() != 0 || !slices.Contains(b.texts(a), "< written before")) {
				t.Errorf("%d wait, bert has %q", a.waiting(), b.texts(a))
			}
			if err := a.m.Unblock(ctx, b.id); err != nil || a.m.Level(b.id) != tt.after {
				t.Errorf("a second time: %v, %v", a.m.Level(b.id), err)
			}
			if err := a.m.Unblock(ctx, identity.DeviceID{9}); !errors.Is(err, ErrUnknownPeer) {
				t.Errorf("nobody: %v", err)
			}
		})
	}
}

// Who is forgotten is a stranger with nothing kept; it notices with its next text
// and asks with it, and nothing that was here comes again.
func TestForgottenContactAsksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		w.strict = true
		ctx := t.Context()
		b.send(a, "old answer")
		settle()
		b.reachable(false)
		b.cut()
		waits := a.send(b, "never sent")
		key := a.presenceKey()
		if err := a.m.Forget(ctx, b.id); err != nil {
			t.Fatal(err)
		}
		b.reachable(true)
		if a.waiting() != 0 || len(a.texts(b)) != 0 || a.presenceKey() == key {
			t.Errorf("%d wait, %q is left, the same presence key: %t", a.waiting(), a.texts(b), a.presenceKey() == key)
		}
		if cs, err := a.m.Conversations(ctx); err != nil || len(cs) != 0 {
			t.Errorf("conversations %+v, %v", cs, err)
		}
		if found, err := a.m.Find(ctx, waits.ID); err != nil || len(found) != 0 {
			t.Errorf("found %v, %v", found, err)
		}
		meet(a, b)
		if p, _ := b.shownAs(a); p.Level != trust.Accepted {
			t.Fatalf("bert counts anna as %v", p.Level)
		}
		asks := b.send(a, "still there?")
		settle()
		rs, err := a.m.Requests(ctx)
		if err != nil || len(rs) != 1 || rs[0].ID != asks.ID || rs[0].Text != "still there?" {
			t.Fatalf("requests %+v, %v", rs, err)
		}
		if out, _ := b.m.Outbox(ctx); len(out) != 1 || out[0].State != Waiting {
			t.Errorf("bert's outbox %+v", out)
		}
		a.allow(b)
		settle()
		a.cut()
		meet(a, b)
		if got := a.texts(b); !slices.Equal(got, []string{"< still there?"}) || b.waiting() != 0 {
			t.Errorf("anna sees %q, %d wait", got, b.waiting())
		}
		a.send(b, "again")
		settle()
		if got := b.texts(a); !slices.Equal(got, []string{"< may I?", "> old answer", "> still there?", "< again"}) {
			t.Errorf("bert sees %q", got)
		}
	})
}

// The same on a link that lives: it falls to a stranger's, the next text is refused
// and asks, and when the contact begins anew the link serves it again.
func TestForgottenOnALivingLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		w.strict = true
		ctx := t.Context()
		if err := a.m.Forget(ctx, b.id); err != nil {
			t.Fatal(err)
		}
		settle()
		if p, shown := a.shownAs(b); !shown || p.Level != trust.Stranger {
			t.Errorf("in earshot it is shown as %+v, %t", p, shown)
		}
		b.send(a, "still there?")
		settle()
		rs, err := a.m.Requests(ctx)
		if err != nil || len(rs) != 1 {
			t.Fatalf("requests %+v, %v", rs, err)
		}
		a.send(b, "yes") // accepts
		settle()
		b.send(a, "good")
		settle()
		want := []string{"< still there?", "> yes", "< good"}
		if got := a.texts(b); !slices.Equal(got, want) || a.waiting()+b.waiting() != 0 {
			t.Errorf("anna sees %q, %d and %d wait", got, a.waiting(), b.waiting())
		}
		if len(w.live(a, b)) != 1 {
			t.Errorf("%d links", len(w.live(a, b)))
		}
	})
}

// live returns the ends at a of the links with b that are up.
func (w *world) live(a, b *node) []*memLink {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []*memLink
	for _, l := range w.links {
		if l.owner == a && l.other.owner == b && !l.ended() {
			out = append(out, l)
		}
	}
	return out
}

// A store that cannot forget leaves the contact what it is.
func TestForgetThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		w.strict = true
		ended, end := context.WithCancel(t.Context())
		end()
		if err := a.m.Forget(ended, b.id); err == nil {
			t.Fatal("no error")
		}
		settle()
		b.send(a, "still a contact")
		a.send(b, "yes")
		settle()
		if a.waiting()+b.waiting() != 0 || len(a.texts(b)) != 3 || a.m.Level(b.id) != trust.Accepted {
			t.Errorf("%d and %d wait, anna sees %q", a.waiting(), b.waiting(), a.texts(b))
		}
	})
}

func TestForgetRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		ctx := t.Context()
		if err := a.m.Forget(ctx, a.id); !errors.Is(err, ErrSelf) {
			t.Errorf("itself: %v", err)
		}
		if err := a.m.Forget(ctx, identity.DeviceID{}); !errors.Is(err, ErrUnknownPeer) {
			t.Errorf("nobody: %v", err)
		}
		if err := a.m.Forget(ctx, b.id); err != nil {
			t.Errorf("unknown: %v", err)
		}
		if _, err := a.m.Add(ctx, b.addr.String()); err != nil {
			t.Fatal(err)
		}
		if _, shown := a.shownAs(b); !shown {
			t.Fatal("a typed address is not shown")
		}
		if err := a.m.Forget(ctx, b.id); err != nil {
			t.Error(err)
		}
		if p, shown := a.shownAs(b); shown {
			t.Errorf("still shown: %+v", p)
		}
		a.restart()
		if p, shown := a.shownAs(b); shown {
			t.Errorf("shown after a restart: %+v", p)
		}
	})
}

// The device that takes the place of another one gets what waited, the history is
// one, and the old key is a stranger that is told apart when it comes back.
func TestReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, old := friends(t)
		w.strict = true
		ctx := t.Context()
		old.send(a, "from the old one")
		settle()
		if err := a.m.SetNick(ctx, old.id, "Bert"); err != nil {
			t.Fatal(err)
		}
		old.stop()
		a.m.HintLost("label-bert")
		settle()
		waits := a.send(old, "waits for the old one")
		next := w.node("bert2")
		a.sees(next)
		next.sees(a)
		settle()
		if err := a.m.Replace(ctx, old.id, next.id); !errors.Is(err, ErrUnknownPeer) {
			t.Errorf("by a stranger: %v", err)
		}
		next.send(a, "it is me, on a new phone")
		settle()
		a.allow(next)
		settle()
		if err := a.m.Replace(ctx, old.id, next.id); !errors.Is(err, ErrNotVerified) {
			t.Errorf("by a device that is not verified: %v", err)
		}
		if got := next.texts(a); !slices.Equal(got, []string{"> it is me, on a new phone"}) {
			t.Fatalf("the new key got %q before the tap", got)
		}
		a.verify(next)
		settle()
		key := a.presenceKey()
		for range 2 { // a repeated call changes nothing
			if err := a.m.Replace(ctx, old.id, next.id); err != nil {
				t.Fatal(err)
			}
			settle()
			want := []string{"> may I?", "< from the old one", "> waits for the old one", "< it is me, on a new phone"}
			if got := a.texts(next); !slices.Equal(got, want) || len(a.texts(old)) != 0 || a.waiting() != 0 {
				t.Errorf("anna sees %q and %q, %d wait", got, a.texts(old), a.waiting())
			}
		}
		if got := next.texts(a); !slices.Equal(got, []string{"< waits for the old one", "> it is me, on a new phone"}) {
			t.Errorf("the new device has %q", got)
		}
		if m, err := next.m.Find(ctx, waits.ID); err != nil || len(m) != 1 || m[0].Seq != 1 {
			t.Errorf("found %+v, %v", m, err)
		}
		if a.presenceKey() == key {
			t.Error("the presence key is the same")
		}
		if p, _ := a.shownAs(next); p.Name != "Bert" || p.Level != trust.Verified {
			t.Errorf("the new device is %+v", p)
		}
		if p, shown := a.shownAs(old); shown {
			t.Errorf("the old one is shown: %+v", p)
		}
		next.cut() // no Resume of it is answered with what the old one got
		meet(a, next)
		if got := next.texts(a); len(got) != 2 {
			t.Errorf("after a new link the new device has %q", got)
		}

		old.start()
		meet(a, old)
		old.send(a, "I am back")
		settle()
		rs, err := a.m.Requests(ctx)
		if err != nil || len(rs) != 1 || rs[0].Peer != old.id || rs[0].ReplacedBy != next.id {
			t.Fatalf("requests %+v, %v", rs, err)
		}
		if p, _ := a.shownAs(old); p.Level != trust.Stranger || p.ReplacedBy != next.id {
			t.Errorf("the old one is %+v", p)
		}
		if got := old.texts(a); slices.Contains(got, "< waits for the old one") {
			t.Errorf("the old one got %q", got)
		}
		a.allow(old)
		settle()
		if p, _ := a.shownAs(old); !p.ReplacedBy.IsZero() || p.Name != "bert" {
			t.Errorf("accepted again it is %+v", p)
		}
		if got := a.texts(old); !slices.Equal(got, []string{"< I am back"}) {
			t.Errorf("its own conversation is %q", got)
		}
	})
}

func TestReplaceRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		c := w.node("carl")
		ctx := t.Context()
		a.sees(c)
		c.sees(a)
		settle()
		a.verify(b)
		for _, tt := range []struct {
			what     string
			old, new identity.DeviceID
			want     error
		}{
			{"itself", b.id, b.id, ErrSameDevice},
			{"this device", a.id, b.id, ErrSelf},
			{"by this device", b.id, a.id, ErrSelf},
			{"nobody", identity.DeviceID{}, b.id, ErrUnknownPeer},
			{"a stranger", c.id, b.id, ErrUnknownPeer},
		} {
			if err := a.m.Replace(ctx, tt.old, tt.new); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", tt.what, err, tt.want)
			}
		}
		if err := a.m.Block(ctx, c.id); err != nil {
			t.Fatal(err)
		}
		if err := a.m.Replace(ctx, c.id, b.id); !errors.Is(err, ErrBlocked) {
			t.Errorf("a blocked one: %v", err)
		}
	})
}
