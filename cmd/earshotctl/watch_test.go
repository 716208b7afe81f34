package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// watched is a watcher that prints into a buffer.
type watched struct {
	*watcher
	f   *fakeDevice
	out *bytes.Buffer
}

func watch(t *testing.T, f *fakeDevice) watched {
	t.Helper()
	out := &bytes.Buffer{}
	p := &program{stdio: stdio{out: out}, args: arguments{json: true}}
	w := watched{newWatcher(p, f), f, out}
	if err := errors.Join(w.begin(t.Context()), w.catchUp(t.Context())); err != nil {
		t.Fatal(err)
	}
	return w
}

// told returns what was printed since, as "EVENT TEXT" or "EVENT NAME".
func (w watched) told(t *testing.T, events ...messenger.Event) []string {
	t.Helper()
	for _, ev := range events {
		if err := w.event(t.Context(), ev); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for line := range strings.Lines(w.out.String()) {
		var v struct{ Event, Text, Name string }
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		if v.Event != "error" && v.Event != "ready" {
			got = append(got, v.Event+" "+v.Text+v.Name)
		}
	}
	w.out.Reset()
	return got
}

func TestLostMessagesAreReadAgain(t *testing.T) {
	anna, bob, carla := peer("Anna", deviceID("anna"), trust.Accepted), peer("Bob", deviceID("bob"), trust.Accepted), peer("Carla", deviceID("carla"), trust.Accepted)
	f := newFake(anna, bob)
	start := time.Now()
	store := func(p messenger.Peer, text string, at time.Time, out bool, s messenger.State) messenger.Message {
		m := messenger.Message{ID: msgid.New(at), Peer: p.ID, Outgoing: out, Text: text, StoredAt: at, State: s}
		f.messages = append(f.messages, m)
		return m
	}
	for i := range 300 {
		store(anna, fmt.Sprint("old ", i), start.Add(-time.Hour), i%2 == 0, messenger.Delivered)
	}
	store(bob, "waits", start.Add(-time.Hour), true, messenger.Queued)
	cancelled := len(f.messages)
	store(bob, "cancelled", start.Add(-time.Hour), true, messenger.Queued)
	f.requests = []messenger.Request{{ID: msgid.New(start), Peer: carla.ID, Name: "Carla", Text: "ask"}}
	w := watch(t, f)
	if got, want := w.told(t), []string{"peer_found Anna", "peer_found Bob", "request askCarla"}; !slices.Equal(got, want) {
		t.Fatalf("at the start %q, want %q", got, want)
	}
	lagged := messenger.Event{Kind: messenger.EventLagged}
	if got := w.told(t, lagged); got != nil {
		t.Errorf("nothing was lost, printed %q", got)
	}

	later := start.Add(time.Minute)
	seen := store(anna, "seen", later, false, messenger.Received)
	if got := w.told(t, messenger.Event{Kind: messenger.EventMessage, Message: &seen}); !slices.Equal(got, []string{"message seen"}) {
		t.Errorf("printed %q", got)
	}
	var want []string
	for i := range 5000 { // more than is remembered, and many pages
		store(anna, fmt.Sprint(i), later, false, messenger.Received)
		want = append(want, fmt.Sprint("message ", i))
	}
	// Bob's were stored before Anna's last; 600 of his stand between.
	f.messages[cancelled-1].State = messenger.Delivered
	f.messages[cancelled].State = messenger.Failed
	want = append(want, "delivered waits")
	for i := range 600 {
		store(bob, fmt.Sprint(i), later, false, messenger.Received)
		want = append(want, fmt.Sprint("message ", i))
	}
	mine := store(bob, "mine", later, true, messenger.Read)
	want = append(want, "message mine", "delivered mine")
	// Carla was let in: what she asked is stored as of when she did.
	f.peers = append(f.peers, carla)
	allowed := f.requests[0]
	f.requests = nil
	f.messages = append(f.messages, messenger.Message{ID: allowed.ID, Peer: carla.ID, Text: "ask", StoredAt: start.Add(-time.Hour), State: messenger.Received})
	want = append(append([]string{"peer_found Carla"}, want...), "message ask")
	if got := w.told(t, lagged); !slices.Equal(got, want) {
		t.Errorf("%d lines, want %d", len(got), len(want))
		for i := range min(len(got), len(want)) {
			if got[i] != want[i] {
				t.Fatalf("line %d is %q, want %q", i, got[i], want[i])
			}
		}
	}
	mine.State = messenger.Delivered
	if got := w.told(t, lagged, messenger.Event{Kind: messenger.EventMessage, Message: &mine}, messenger.Event{Kind: messenger.EventState, Message: &mine}); got != nil {
		t.Errorf("printed again %q", got[:min(len(got), 5)])
	}
	if len(w.messages.has) > toldMemory || len(w.messages.order) != len(w.messages.has) || len(w.pending) != 0 {
		t.Errorf("remembers %d, %d messages, %d pending", len(w.messages.has), len(w.messages.order), len(w.pending))
	}
}

func TestDeliveredOnce(t *testing.T) {
	w := watch(t, newFake())
	m := messenger.Message{ID: msgid.New(time.Now()), Peer: deviceID("anna"), Outgoing: true, Text: "x", State: messenger.Delivered, StoredAt: time.Now().Add(time.Second)}
	ev := messenger.Event{Kind: messenger.EventState, Message: &m}
	if got := w.told(t, ev, ev); !slices.Equal(got, []string{"delivered x"}) {
		t.Errorf("printed %q", got)
	}
	other := m
	other.Peer = deviceID("bob") // an ID alone names nothing
	if got := w.told(t, messenger.Event{Kind: messenger.EventState, Message: &other}); !slices.Equal(got, []string{"delivered x"}) {
		t.Errorf("printed %q", got)
	}
}

func TestRequestRenewed(t *testing.T) {
	w := watch(t, newFake())
	r := messenger.Request{ID: msgid.New(time.Now()), Peer: deviceID("bob"), Name: "Bob"}
	asks := messenger.Event{Kind: messenger.EventRequest, Request: &r}
	gone := messenger.Event{Kind: messenger.EventRequestGone, Request: &messenger.Request{Peer: r.Peer}}
	if got := w.told(t, asks, asks); len(got) != 1 {
		t.Errorf("printed %q", got)
	}
	if got := w.told(t, gone, asks); len(got) != 1 {
		t.Errorf("asked anew: %q", got)
	}
}

func TestStrangersAreForgotten(t *testing.T) {
	w := watch(t, newFake())
	for i, level := range []trust.Level{trust.Stranger, trust.Accepted} {
		p := peer("P", deviceID(level.String()), level)
		got := w.told(t, messenger.Event{Kind: messenger.EventPeerFound, Peer: &p}, messenger.Event{Kind: messenger.EventPeerLost, Peer: &p})
		if !slices.Equal(got, []string{"peer_found P", "peer_lost P"}) || len(w.peers) != i {
			t.Errorf("%v: printed %q, knows %d", level, got, len(w.peers))
		}
	}
}

// TestUnreadOutput: neither output nor errors that nobody reads keep a device.
func TestUnreadOutput(t *testing.T) {
	for _, errsToo := range []bool{false, true} {
		f := newFake()
		_, unread := io.Pipe() // never closed: a FIFO that nobody reads
		st := stdio{strings.NewReader(""), unread, io.Discard, func(string) string { return "" }, nil, nil}
		if errsToo {
			st.err = unread
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan int, 1)
		go func() { done <- run(ctx, []string{"run", "--json", "--home", t.TempDir()}, st, f.open) }()
		cancel()
		select {
		case code := <-done:
			if code != exitDone || f.closed != 1 {
				t.Errorf("exit %d, closed %d times", code, f.closed)
			}
		case <-time.After(time.Minute):
			t.Fatal("the device does not end")
		}
	}
}

func TestPatientWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read, unread := io.Pipe()
		defer read.Close()
		ctx, cancel := context.WithCancel(t.Context())
		w := newPatientWriter(ctx, unread)
		time.AfterFunc(time.Hour, cancel)
		start := time.Now()
		for range 3 {
			if _, err := w.Write([]byte("x")); !errors.Is(err, errUnread) {
				t.Errorf("%v, want errUnread", err)
			}
		}
		if took := time.Since(start); took != time.Hour+writeGrace || !w.stuck() {
			t.Errorf("gave up after %v, stuck %v", took, w.stuck())
		}
		var out bytes.Buffer
		if n, err := newPatientWriter(ctx, &out).Write([]byte("late")); n != 4 || err != nil || out.String() != "late" {
			t.Errorf("a reader that reads got %q, %v", out.String(), err)
		}
	})
}
