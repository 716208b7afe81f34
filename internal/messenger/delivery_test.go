package messenger

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/msgid"
	"earshot/netcore/wire"
)

func TestFirstContactThenTextsBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		a.sees(b)
		b.sees(a)
		settle()

		msg := a.send(b, "hello")
		settle()
		rs, err := b.m.Requests(context.Background())
		if err != nil || len(rs) != 1 || rs[0].Text != "hello" || rs[0].Peer != a.id || rs[0].Name != "anna" {
			t.Fatalf("requests at bert: %+v, %v", rs, err)
		}
		if got := b.texts(a); len(got) != 0 {
			t.Errorf("a stranger's text is in the conversation: %q", got)
		}
		if out, _ := a.m.Outbox(context.Background()); len(out) != 1 || out[0].ID != msg.ID || out[0].State != Waiting {
			t.Errorf("outbox while waiting to be accepted: %+v", out)
		}

		b.allow(a)
		settle()
		if got, want := b.texts(a), []string{"< hello"}; !slices.Equal(got, want) {
			t.Errorf("bert sees %q, want %q", got, want)
		}
		if n := a.waiting(); n != 0 {
			t.Errorf("%d still wait after the acceptance", n)
		}
		if h, _ := a.m.History(context.Background(), Page{Peer: b.id}); len(h) != 1 || h[0].State != Delivered {
			t.Errorf("anna's side: %+v", h)
		}

		b.send(a, "hi yourself")
		settle()
		if got, want := a.texts(b), []string{"> hello", "< hi yourself"}; !slices.Equal(got, want) {
			t.Errorf("anna sees %q, want %q", got, want)
		}
	})
}

func TestWrittenWhileAwayGoesOutOnReturnAlsoAfterRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		b.stop()
		settle()
		a.send(b, "one")
		a.restart()
		a.sees(b)
		a.send(b, "two")
		settle()
		if n := a.waiting(); n != 2 {
			t.Fatalf("%d wait, want 2", n)
		}
		b.start()
		b.sees(a)
		a.sees(b)
		settle()
		if got, want := b.texts(a), []string{"< may I?", "< one", "< two"}; !slices.Equal(got, want) {
			t.Errorf("bert sees %q, want %q", got, want)
		}
		if n := a.waiting(); n != 0 {
			t.Errorf("%d still wait", n)
		}
	})
}

func TestLostAcksAreRepeatedAndNothingIsShownTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		lost := 0
		w.drop = func(_ *node, m wire.Message) bool {
			if _, ok := m.(*wire.Ack); ok && lost < 3 {
				lost++
				return true
			}
			return false
		}
		events, _ := b.m.Subscribe(t.Context())
		for i := range 3 {
			a.send(b, fmt.Sprint("text ", i))
			settle()
		}
		<-time.After(3 * resendTimeout)
		settle()
		if lost != 3 {
			t.Fatalf("%d acks were dropped, the test wants 3", lost)
		}
		if n := a.waiting(); n != 0 {
			t.Errorf("%d still wait although the link lives", n)
		}
		if got, want := b.texts(a), []string{"< may I?", "< text 0", "< text 1", "< text 2"}; !slices.Equal(got, want) {
			t.Errorf("bert sees %q, want %q", got, want)
		}
		shown := 0
		for len(events) > 0 {
			if e := <-events; e.Kind == EventMessage {
				shown++
			}
		}
		if shown != 3 {
			t.Errorf("%d message events for 3 messages", shown)
		}
	})
}

func TestLongFirstTextWaitsBehindAShortRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		a.sees(b)
		settle()
		long := strings.Repeat("word ", 4000)
		a.send(b, long)
		settle()
		rs, _ := b.m.Requests(context.Background())
		if len(rs) != 1 || len([]rune(rs[0].Text)) != maxRequestChars || !rs[0].Cut {
			t.Fatalf("request: %d, %v", len(rs), rs)
		}
		b.allow(a)
		settle()
		if got := b.texts(a); len(got) != 1 || got[0] != "< "+long {
			t.Errorf("bert has %d messages, the first of %d bytes", len(got), len(got[0]))
		}
	})
}

func TestBothAskEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		a.sees(b)
		b.sees(a)
		settle()
		a.send(b, "from anna")
		b.send(a, "from bert")
		settle()
		if a.waiting()+b.waiting() != 0 {
			t.Errorf("still waiting: %d and %d", a.waiting(), b.waiting())
		}
		for _, got := range [][]string{a.texts(b), b.texts(a)} {
			if len(got) != 2 {
				t.Errorf("conversation %q", got)
			}
		}
	})
}

func TestAcceptedWhileTheOtherIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		a.sees(b)
		settle()
		a.send(b, "hello")
		settle()
		a.stop()
		settle()
		b.allow(a)
		settle()
		a.start()
		a.sees(b)
		settle()
		if n := a.waiting(); n != 0 {
			t.Errorf("%d still wait: anna never learned that she was accepted", n)
		}
		if got, want := b.texts(a), []string{"< hello"}; !slices.Equal(got, want) {
			t.Errorf("bert sees %q", got)
		}
	})
}

func TestRefusedIsSilentAndKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		a.sees(b)
		settle()
		a.send(b, "hello")
		settle()
		if err := b.m.Refuse(context.Background(), a.id); err != nil {
			t.Fatal(err)
		}
		settle()
		if n := a.waiting(); n != 1 {
			t.Errorf("%d wait at the sender, want 1", n)
		}
		a.restart()
		a.sees(b)
		settle()
		if rs, _ := b.m.Requests(context.Background()); len(rs) != 0 {
			t.Errorf("a refused device is shown again: %v", rs)
		}
		if err := b.m.Refuse(context.Background(), a.id); err != ErrNoRequest {
			t.Errorf("refusing nothing: %v", err)
		}
	})
}

func TestBlockedIsSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		before, _ := b.m.PresenceKey(context.Background())
		if err := b.m.Block(context.Background(), a.id); err != nil {
			t.Fatal(err)
		}
		settle()
		if after, _ := b.m.PresenceKey(context.Background()); slices.Equal(before, after) {
			t.Error("a blocked device can still follow the discovery record")
		}
		if _, err := b.m.Send(context.Background(), Outgoing{ID: msgid.New(time.Now()), To: a.id, Text: "x"}); err != ErrBlocked {
			t.Errorf("sending to a blocked device: %v", err)
		}
	})
}

func TestBurstWithCutsArrivesOnceInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		const n = 400
		var want []string
		for i := range n {
			text := fmt.Sprintf("m%03d", i)
			want = append(want, "< "+text)
			a.send(b, text)
			switch {
			case i%97 == 50:
				a.cut()
			case i%131 == 100:
				b.restart()
				b.sees(a)
				a.sees(b)
			}
		}
		<-time.After(2 * time.Minute)
		settle()
		if left := a.waiting(); left != 0 {
			t.Fatalf("%d still wait", left)
		}
		var got []string
		page := Page{Peer: a.id, Limit: 100}
		for {
			msgs, err := b.m.History(context.Background(), page)
			if err != nil {
				t.Fatal(err)
			}
			if len(msgs) == 0 {
				break
			}
			var part []string
			for _, m := range msgs {
				part = append(part, "< "+m.Text)
			}
			got = append(part, got...)
			page.Before = msgs[0].ID
		}
		if !slices.Equal(got[1:], want) {
			t.Errorf("%d messages arrived, want %d in order", len(got)-1, n)
		}
	})
}

func TestCheckText(t *testing.T) {
	for text, want := range map[string]error{
		"":                                    ErrEmptyText,
		" \n\t ":                              ErrEmptyText,
		"x":                                   nil,
		"\x00\x1b[31m":                        nil,
		strings.Repeat("x", MaxTextBytes):     nil,
		strings.Repeat("x", MaxTextBytes+1):   ErrTextTooLong,
		strings.Repeat("é", MaxTextBytes/2):   nil,
		strings.Repeat("é", MaxTextBytes/2+1): ErrTextTooLong,
		"bad \xff":                            ErrInvalidText,
	} {
		if got := CheckText(text); got != want {
			t.Errorf("CheckText of %d bytes = %v, want %v", len(text), got, want)
		}
	}
}
