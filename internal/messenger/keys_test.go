package messenger

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/trust"
)

func (n *node) notices() []Notice {
	n.w.t.Helper()
	ns, err := n.m.Notices(n.w.t.Context())
	if err != nil {
		n.w.t.Fatal(err)
	}
	return ns
}

// A person is told once a day that a contact's key is used twice, whatever the two
// devices do, and never of a stranger's.
func TestUsedTwiceIsToldOnceADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		c := w.node("carl")
		a.sees(c)
		settle()
		events, err := a.m.Subscribe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			a.m.UsedTwice(b.id)
			a.m.UsedTwice(c.id)
			a.m.UsedTwice(a.id)
		}
		ns := a.notices()
		if len(ns) != 1 || ns[0].Kind != NoticeUsedTwice || ns[0].Peer != b.id || !strings.Contains(ns[0].Text(), "bert") {
			t.Fatalf("notices %+v", ns)
		}
		told := 0
		for len(events) > 0 {
			if e := <-events; e.Kind == EventNotices {
				told++
			}
		}
		if told != 1 {
			t.Errorf("told %d times", told)
		}
		if err := a.m.DismissNotice(t.Context(), ns[0].ID); err != nil {
			t.Fatal(err)
		}
		a.m.UsedTwice(b.id)
		if ns := a.notices(); len(ns) != 0 {
			t.Errorf("told again the same day: %+v", ns)
		}
		<-time.After(noticeEvery)
		a.m.UsedTwice(b.id)
		if ns := a.notices(); len(ns) != 1 {
			t.Errorf("the next day: %+v", ns)
		}
		if err := a.m.Forget(t.Context(), b.id); err != nil {
			t.Fatal(err)
		}
		if ns := a.notices(); len(ns) != 0 {
			t.Errorf("of a contact that is forgotten: %+v", ns)
		}
	})
}

func TestOwnKeyElsewhereIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newWorld(t).node("anna")
		own, other := netip.MustParseAddrPort("10.0.0.1:7342"), netip.MustParseAddrPort("10.0.0.1:7343")
		a.m.SetListening(7342, func() []netip.AddrPort { return []netip.AddrPort{own} })
		a.m.OwnKeyAt(own)
		if ns := a.notices(); len(ns) != 0 {
			t.Errorf("at its own address: %+v", ns)
		}
		a.m.OwnKeyAt(other)
		a.m.OwnKeyAt(other)
		if ns := a.notices(); len(ns) != 1 || ns[0].Kind != NoticeOwnKey {
			t.Errorf("elsewhere: %+v", ns)
		}
	})
}

// A store that was put back from a copy is told of, whether its epoch file or a
// contact shows it; an ordinary start is not.
func TestOlderCopyIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		a.restart()
		meet(a, b)
		if ns := a.notices(); len(ns) != 0 {
			t.Fatalf("after an ordinary start: %+v", ns)
		}
		restore := a.snapshot()
		meet(a, b)
		a.send(b, "after the copy")
		settle()
		restore()
		meet(a, b)
		ns := a.notices()
		if len(ns) != 1 || ns[0].Kind != NoticeOlderCopy {
			t.Fatalf("shown by a contact: %+v", ns)
		}
		if err := a.m.DismissNotice(t.Context(), ns[0].ID); err != nil {
			t.Fatal(err)
		}
		a.stop()
		if err := os.Remove(filepath.Join(a.dir, "epoch")); err != nil {
			t.Fatal(err)
		}
		a.start()
		if ns := a.notices(); len(ns) != 1 || ns[0].Kind != NoticeOlderCopy {
			t.Errorf("shown by the epoch file: %+v", ns)
		}
		if ns := b.notices(); len(ns) != 0 {
			t.Errorf("bert is told %+v", ns)
		}
	})
}

func TestNamesake(t *testing.T) {
	peer := func(id byte, name string, level trust.Level, added int64) Peer {
		p := Peer{Name: name, Level: level, Added: time.Unix(added, 0)}
		p.ID[0] = id
		return p
	}
	anna := peer(1, "Anna", trust.Verified, 5)
	early := peer(2, "Bert", trust.Accepted, 1)
	late := peer(3, "bert", trust.Accepted, 9)
	carl := peer(4, "Carl", trust.Accepted, 1)
	carla := peer(5, "Carl ", trust.Verified, 9)
	stranger := peer(6, "Dora", trust.Stranger, 1)
	blocked := peer(7, "Emil", trust.Blocked, 1)
	unnamed := peer(8, "", trust.Accepted, 1)
	peers := []Peer{late, early, anna, carl, carla, stranger, blocked, unnamed}
	for _, tt := range []struct {
		what, name string
		id         byte
		want       byte // 0: none
	}{
		{"a stranger with the name of a verified one", "Anna", 99, 1},
		{"in another case", "ANNA", 99, 1},
		{"with invisible characters", "An\u200bna\u202e", 99, 1},
		{"in full width letters", "Ａｎｎａ", 99, 1},
		{"with spaces", "  Anna\t", 99, 1},
		{"another name", "Anne", 99, 0},
		{"of two accepted ones the older", "Bert", 99, 2},
		{"the verified before the older", "Carl", 99, 5},
		{"the younger of two accepted", "Bert", 3, 2},
		{"the older of two accepted", "Bert", 2, 0},
		{"an accepted one, the other is verified", "Carl", 4, 5},
		{"a verified one, the other is accepted", "Carl", 5, 0},
		{"itself alone", "Anna", 1, 0},
		{"a verified one that takes a name on", "Bert", 1, 0},
		{"a stranger in the list", "Anna", 6, 1},
		{"a blocked one", "Anna", 7, 1},
		{"the name of a stranger", "Dora", 99, 0},
		{"the name of a blocked one", "Emil", 99, 0},
		{"no name", "", 99, 0},
		{"nothing visible", "\u202e\u200b", 99, 0},
	} {
		got, ok := Namesake(tt.name, peer(tt.id, "", 0, 0).ID, peers)
		if ok != (tt.want != 0) || got.ID[0] != tt.want {
			t.Errorf("%s: %d (%t), want %d", tt.what, got.ID[0], ok, tt.want)
		}
	}
}
