package messenger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// copyNow makes a node keep a copy of its store.
func (n *node) copyNow() {
	n.w.t.Helper()
	if made, err := n.db.CopyIfDue(context.Background()); !made || err != nil {
		n.w.t.Fatalf("%s made no copy: %v", n.name, err)
	}
}

// damage breaks the store of a stopped node.
func (n *node) damage() {
	n.w.t.Helper()
	f, err := os.OpenFile(filepath.Join(n.dir, "earshot.db"), os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt(make([]byte, 9000), 0)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		n.w.t.Fatal(err)
	}
}

// TestDamagedStoreGetsBackWhatOthersHave: both go on where they were, and what
// came since the copy comes again.
func TestDamagedStoreGetsBackWhatOthersHave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		a.send(b, "before the copy")
		b.send(a, "answer before the copy")
		settle()
		b.copyNow()
		a.send(b, "after the copy")
		settle()
		b.send(a, "answer after the copy")
		settle()
		if a.waiting()+b.waiting() != 0 {
			t.Fatal("not delivered before the damage")
		}
		epoch := b.db.Epoch()
		b.stop()
		b.damage()
		b.start()
		if b.db.Epoch() == epoch {
			t.Error("no new epoch began")
		}
		notices, err := b.m.Notices(t.Context())
		if err != nil || len(notices) != 1 || notices[0].Kind != NoticeRestored {
			t.Errorf("notices %+v, %v", notices, err)
		}
		meet(a, b)
		b.send(a, "on the copy")
		settle()
		a.send(b, "to the copy")
		settle()
		// Its own answer since the copy is with the other device alone.
		want := []string{"< may I?", "< before the copy", "> answer before the copy", "< after the copy", "> on the copy", "< to the copy"}
		if got := b.texts(a); !slices.Equal(got, want) {
			t.Errorf("bert sees %q, want %q", got, want)
		}
		want = []string{"> may I?", "> before the copy", "< answer before the copy", "> after the copy", "< answer after the copy", "< on the copy", "> to the copy"}
		if got := a.texts(b); !slices.Equal(got, want) {
			t.Errorf("anna sees %q, want %q", got, want)
		}
		if a.waiting()+b.waiting() != 0 {
			t.Errorf("%d and %d still wait", a.waiting(), b.waiting())
		}
	})
}

// TestWaitingTextsSurviveDamage: what waited when the copy was made goes out
// from the copy, and comes once although some of it had arrived since.
func TestWaitingTextsSurviveDamage(t *testing.T) {
	for _, arrived := range []bool{false, true} {
		t.Run(fmt.Sprintf("arrived=%v", arrived), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, a, b := friends(t)
				b.stop()
				a.send(b, "waits")
				settle()
				a.copyNow()
				if arrived {
					b.start()
					meet(a, b)
					if a.waiting() != 0 {
						t.Fatal("it did not arrive")
					}
					b.stop()
				}
				a.stop()
				a.damage()
				a.start()
				b.start()
				meet(a, b)
				if got, want := b.texts(a), []string{"< may I?", "< waits"}; !slices.Equal(got, want) {
					t.Errorf("bert sees %q, want %q", got, want)
				}
				if n := a.waiting(); n != 0 {
					t.Errorf("%d still wait", n)
				}
			})
		})
	}
}

// TestNoticesAreTold: an event says when they changed.
func TestNoticesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a := w.node("anna")
		if err := a.m.Allow(t.Context(), [32]byte{9}); !errors.Is(err, ErrNoRequest) {
			t.Fatal(err)
		}
		a.stop()
		a.damage()
		a.start()
		events, err := a.m.Subscribe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		notices, err := a.m.Notices(t.Context())
		if err != nil || len(notices) != 1 || notices[0].Kind != NoticeStartedAnew {
			t.Fatalf("notices %+v, %v", notices, err)
		}
		for range 2 { // every call may be repeated
			if err := a.m.DismissNotice(t.Context(), notices[0].ID); err != nil {
				t.Error(err)
			}
		}
		if e := <-events; e.Kind != EventNotices {
			t.Errorf("event %+v", e)
		}
		synctest.Wait()
		if len(events) > 0 {
			t.Errorf("one more event: %+v", <-events)
		}
	})
}

// TestDamageIsTold: also while the device is at work.
func TestDamageIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		long := strings.Repeat("a text that fills pages ", 50)
		for i := range 50 {
			a.send(b, fmt.Sprintf("%02d %s", i, long))
		}
		settle()
		b.stop()
		path := filepath.Join(b.dir, "earshot.db")
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		const pageSize = 4096
		at := bytes.Index(file, []byte("20 "+long)) / pageSize * pageSize
		copy(file[at:], bytes.Repeat([]byte{0xff}, 16)) // a page of texts
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		b.start()
		events, err := b.m.Subscribe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for page := (Page{Peer: a.id}); err == nil; {
			var msgs []Message
			if msgs, err = b.m.History(t.Context(), page); len(msgs) == 0 {
				break
			}
			page.Before = msgs[0].ID
		}
		if err == nil {
			t.Fatal("no damage was met")
		}
		if e := <-events; e.Kind != EventNotices {
			t.Errorf("event %+v", e)
		}
		notices, err := b.m.Notices(t.Context())
		if err != nil || len(notices) != 1 || notices[0].Kind != NoticeDamaged {
			t.Errorf("notices %+v, %v", notices, err)
		}
	})
}
