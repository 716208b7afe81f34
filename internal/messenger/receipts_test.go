package messenger

import (
	"testing"
	"testing/synctest"
	"time"

	"earshot/netcore/wire"
)

func TestReadReceipts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		one := a.send(b, "one")
		settle()
		if got := a.row(b, one.ID).State; got != Delivered {
			t.Fatalf("state %d before anybody read it", got)
		}
		read := func() {
			t.Helper()
			if err := b.m.MarkRead(t.Context(), a.id); err != nil {
				t.Fatal(err)
			}
		}
		read()
		settle()
		if got := a.row(b, one.ID).State; got != Read {
			t.Errorf("state %d after it was read", got)
		}

		// Read without a link: told on the next one.
		two := a.send(b, "two")
		settle()
		a.stop()
		settle()
		read()
		b.restart()
		a.start()
		b.sees(a)
		settle()
		if got := a.row(b, two.ID).State; got != Read {
			t.Errorf("state %d of what was read while nobody was there", got)
		}

		// Told into a dying link: told again on the next one.
		three := a.send(b, "three")
		settle()
		a.w.drop = func(_ *node, m wire.Message) bool {
			ack, ok := m.(*wire.Ack)
			return ok && ack.State == wire.AckRead
		}
		read()
		settle()
		a.w.drop = nil
		if got := a.row(b, three.ID).State; got != Delivered {
			t.Fatalf("state %d, but nothing told", got)
		}
		a.cut()
		settle()
		if got := a.row(b, three.ID).State; got != Read {
			t.Errorf("state %d after a new link", got)
		}

		// Who is not to know learns neither then nor later.
		if err := b.m.SetReceipts(t.Context(), a.id, false); err != nil {
			t.Fatal(err)
		}
		four := a.send(b, "four")
		settle()
		read()
		settle()
		if err := b.m.SetReceipts(t.Context(), a.id, true); err != nil {
			t.Fatal(err)
		}
		a.cut()
		settle()
		if got := a.row(b, four.ID).State; got != Delivered {
			t.Errorf("state %d, though the person did not want it told", got)
		}
		if err := b.m.SetReceipts(t.Context(), [32]byte{77}, true); err != ErrUnknownPeer {
			t.Errorf("receipts of nobody: %v", err)
		}
	})
}

func TestTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		frames := 0
		a.w.drop = func(_ *node, m wire.Message) bool {
			if _, ok := m.(*wire.Typing); ok {
				frames++
			}
			return false
		}
		events, err := b.m.Subscribe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		type change struct {
			typing bool
			after  time.Duration
		}
		began := time.Now()
		var got []change
		collect := func() {
			synctest.Wait()
			for len(events) > 0 {
				if e := <-events; e.Kind == EventTyping {
					got = append(got, change{e.Peer.Typing, time.Since(began).Round(time.Second)})
				}
			}
		}
		say := func(typing bool) {
			t.Helper()
			if err := a.m.SetTyping(t.Context(), b.id, typing); err != nil {
				t.Fatal(err)
			}
			collect()
		}
		for range 70 { // seven seconds of keys
			say(true)
			<-time.After(100 * time.Millisecond)
		}
		if frames != 3 {
			t.Errorf("%d frames in seven seconds, want one at 0, 3 and 6", frames)
		}
		for range 60 {
			<-time.After(time.Second)
			collect()
		}
		say(true)
		say(false)
		say(false)
		say(true)
		a.send(b, "here it is")
		collect()
		settle()
		want := []change{{true, 0}, {false, 12 * time.Second}, {true, 67 * time.Second}, {false, 67 * time.Second},
			{true, 67 * time.Second}, {false, 67 * time.Second}}
		if len(got) != len(want) {
			t.Fatalf("changes %v, want %v", got, want)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("change %d: %v, want %v", i, got[i], want[i])
			}
		}
		// Who is not to know is not told; a lost link ends it.
		say(true)
		frames = 0
		a.cut()
		peers, _ := b.m.Peers(t.Context())
		if peers[0].Typing {
			t.Error("typing goes on without a link")
		}
		settle()
		if err := a.m.SetReceipts(t.Context(), b.id, false); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Minute)
		say(true)
		if frames != 0 {
			t.Errorf("%d frames to who is not to know", frames)
		}
	})
}

// A receipt that went with one of two links is said again on the other.
func TestReadReceiptsSurviveTheEndOfALink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		one := a.send(b, "one")
		settle()
		drop := true
		w.mu.Lock()
		w.drop = func(_ *node, m wire.Message) bool {
			ack, ok := m.(*wire.Ack)
			return ok && ack.State == wire.AckRead && drop
		}
		w.mu.Unlock()
		dead := knock(w, a, b)
		if err := b.m.MarkRead(t.Context(), a.id); err != nil {
			t.Fatal(err)
		}
		settle()
		if got := a.row(b, one.ID).State; got != Delivered {
			t.Fatalf("state %d, but nothing told", got)
		}
		w.mu.Lock()
		drop = false
		w.mu.Unlock()
		b.m.LinkClosed(dead)
		settle()
		if got := a.row(b, one.ID).State; got != Read {
			t.Errorf("state %d after the link that it was said on ended", got)
		}
	})
}
