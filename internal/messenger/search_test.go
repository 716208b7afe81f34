package messenger

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

// unknown is a record of a node that matches no presence key.
func (n *node) unknown(o *node, label string, addrs ...netip.AddrPort) {
	n.m.HintFound(Hint{Label: label, Addrs: append([]netip.AddrPort{o.addr}, addrs...), Matches: func([]byte) bool { return false }})
}

// A contact that renewed its presence key while one of the two was away, and
// hides, is found by dials at the records that match nobody.
func TestAHidingContactIsFoundAfterItsKeyWasRenewed(t *testing.T) {
	for _, tt := range []struct{ a, b string }{
		{VisibleEveryone, VisibleContacts},
		{VisibleContacts, VisibleContacts},
		{VisibleHidden, VisibleContacts},
		{VisibleContacts, VisibleEveryone},
	} {
		t.Run(tt.a+" finds "+tt.b, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, a, b := friends(t)
				x, other := w.node("xaver"), w.node("otto")
				a.show(tt.a)
				a.stop()
				b.show(tt.b)
				other.show(VisibleContacts)
				if err := b.m.Block(t.Context(), x.id); err != nil {
					t.Fatal(err)
				}
				b.stop() // what they remember of addresses must not help, either
				w.mu.Lock()
				a.addr, b.addr = netip.MustParseAddrPort("10.0.9.8:7342"), netip.MustParseAddrPort("10.0.9.9:7342")
				clear(w.nodes)
				for _, n := range []*node{a, b, x, other} {
					w.nodes[n.addr] = n
				}
				w.mu.Unlock()
				b.start()
				a.start()
				a.unknown(other, "label-otto")
				a.unknown(b, "label-new")
				settle()
				p := a.peers()["bert"]
				if !p.Linked || !slices.Contains(p.Addresses, b.addr) {
					t.Fatalf("bert: %+v", p)
				}
				a.m.mu.Lock()
				s := a.m.hints["label-new"]
				if s.id != b.id || !s.proven {
					t.Errorf("the record is of %v, proven %t", s.id, s.proven)
				}
				a.m.mu.Unlock()
				a.send(b, "found you")
				settle()
				if a.waiting() != 0 {
					t.Error("not delivered")
				}
			})
		})
	}
}

// A search is bounded: so many dials per record, so many a second, the contact
// that was seen last first, and once more only at other addresses.
func TestSearchIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, o := w.node("anna"), w.node("otto")
		o.show(VisibleHidden)
		var newest []identity.DeviceID
		for i := range maxSearchDials + 4 {
			id := identity.DeviceID{0: 200, 1: byte(i)}
			if err := a.db.SetLevel(t.Context(), id, trust.Accepted); err != nil {
				t.Fatal(err)
			}
			if err := a.db.TouchSeen(t.Context(), id, time.Now().Add(-time.Duration(i)*time.Hour)); err != nil {
				t.Fatal(err)
			}
			newest = append(newest, id)
		}
		a.restart()
		log := &dialLog{node: a}
		a.m.mu.Lock()
		a.m.net = log
		a.m.mu.Unlock()
		more := []netip.AddrPort{netip.MustParseAddrPort("10.0.8.8:7342"), netip.MustParseAddrPort("10.0.8.9:7342")}
		for step, tt := range []struct {
			addrs []netip.AddrPort
			dials int
		}{{nil, maxSearchDials}, {nil, 0}, {more[:1], maxSearchDials}, {more, 0}, {nil, 0}} {
			a.unknown(o, "label", tt.addrs...)
			<-time.After(5 * time.Minute) // looks go on, searches do not
			dials, _ := log.take()
			if len(dials) != tt.dials {
				t.Errorf("step %d: %d dials, want %d", step, len(dials), tt.dials)
			}
			for i, d := range dials {
				if d.want != newest[i] {
					t.Errorf("step %d: dial %d is for %v", step, i, d.want)
				}
				if i > 0 && d.at.Sub(dials[i-1].at) < searchSpacing {
					t.Errorf("step %d: dial %d comes after %v", step, i, d.at.Sub(dials[i-1].at))
				}
			}
		}
		if _, looks := log.take(); looks < 4 || looks > 40 {
			t.Errorf("%d looks in 25 minutes at a device that hides", looks)
		}
	})
}

// A search that ends because nobody answered at all is made again.
func TestSearchGoesOnWhenSomebodyAnswersAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		a.show(VisibleContacts)
		a.stop()
		b.show(VisibleContacts)
		old := b.addr
		b.stop()
		b.addr = netip.MustParseAddrPort("10.0.9.9:7342")
		w.mu.Lock()
		delete(w.nodes, old)
		w.nodes[b.addr] = b
		w.mu.Unlock()
		a.start()
		a.unknown(b, "label-new")
		settle()
		b.start()
		<-time.After(maxLookWait)
		settle()
		if !a.peers()["bert"].Linked {
			t.Error("bert is not found")
		}
	})
}

// A record of an unknown key is a contact's as soon as the contact tells the key.
func TestAToldPresenceKeyFindsTheRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		a.show(VisibleContacts)
		settle()
		key := []byte("0123456789abcdef")
		a.m.HintFound(Hint{Label: "new", Addrs: []netip.AddrPort{b.addr}, Matches: func(k []byte) bool { return slices.Equal(k, key) }})
		settle()
		if err := b.db.SetSetting(t.Context(), settingPresenceKey, fmt.Sprintf("%x", key)); err != nil {
			t.Fatal(err)
		}
		b.m.announceProfile(t.Context())
		settle()
		a.m.mu.Lock()
		defer a.m.mu.Unlock()
		if s := a.m.hints["new"]; s.id != b.id {
			t.Errorf("the record is of %v", s.id)
		}
	})
}

// dialLog is a network on which a device hides: it writes down who is dialled.
type dialLog struct {
	*node
	mu    sync.Mutex
	looks int
	dials []dialled
}

type dialled struct {
	want identity.DeviceID
	at   time.Time
}

func (l *dialLog) Dial(_ context.Context, want identity.DeviceID, _ []netip.AddrPort) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dials = append(l.dials, dialled{want, time.Now()})
	return errors.Join(ErrSilent, errors.New("end of the stream"))
}

func (l *dialLog) Look(context.Context, []netip.AddrPort) (Seen, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.looks++
	return Seen{}, ErrSilent
}

// take returns the dials since the last call, and all looks.
func (l *dialLog) take() ([]dialled, int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	dials := l.dials
	l.dials = nil
	return dials, l.looks
}
