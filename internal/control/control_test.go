package control

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// patience is how long a test waits for what must happen.
const patience = 20 * time.Second

// fake is a Service that answers what it is told to and notes what it is asked.
type fake struct {
	messenger.Service // nil: a method that a test does not expect panics
	err               error
	peers             []messenger.Peer
	sent              []messenger.Outgoing
	events            chan messenger.Event
	started, ended    chan struct{} // of the one call of Rename
}

func (f *fake) Self(context.Context) (messenger.Self, error) {
	return messenger.Self{Name: "self", Port: 7342}, f.err
}
func (f *fake) Peers(context.Context) ([]messenger.Peer, error) { return f.peers, f.err }
func (f *fake) Send(_ context.Context, o messenger.Outgoing) (messenger.Message, error) {
	f.sent = append(f.sent, o)
	return messenger.Message{ID: o.ID, Text: o.Text}, f.err
}
func (f *fake) Block(context.Context, identity.DeviceID) error { return f.err }
func (f *fake) Rename(ctx context.Context, _ string) error {
	close(f.started)
	<-ctx.Done()
	close(f.ended)
	return ctx.Err()
}
func (f *fake) Subscribe(context.Context) (<-chan messenger.Event, error) { return f.events, f.err }

// serve runs a server for f and returns a client and how to end the server.
func serve(t *testing.T, f messenger.Service) (*Client, func()) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- NewServer(f, nil).Serve(ctx, ln) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return NewClient(path), stop
}

func TestValuesCrossUnchanged(t *testing.T) {
	var id identity.DeviceID
	id[0] = 7
	at := time.UnixMilli(1_700_000_000_123).UTC()
	f := &fake{peers: []messenger.Peer{{
		ID: id, Name: "a\x00b\u202e\u009b", Level: trust.Verified, Online: true, LastSeen: at,
		Addresses: []netip.AddrPort{netip.MustParseAddrPort("[fe80::1%eth0]:7342")},
	}, {}}}
	c, _ := serve(t, f)
	got, err := c.Peers(t.Context())
	if err != nil || !reflect.DeepEqual(got, f.peers) {
		t.Errorf("Peers: %+v, %v, want %+v", got, err, f.peers)
	}
}

// Every length of a call must come through: a decoder's buffer ends somewhere.
func TestCallsOfEveryLength(t *testing.T) {
	f := &fake{}
	c, _ := serve(t, f)
	id := msgid.New(time.UnixMilli(1))
	lengths := []int{3584, 7680, 15872, 32256, messenger.MaxTextBytes}
	for n := range 1700 {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		text := strings.Repeat("x", n)
		msg, err := c.Send(t.Context(), messenger.Outgoing{ID: id, Text: text})
		if err != nil || msg.Text != text || msg.ID != id {
			t.Fatalf("a text of %d bytes: %v", n, err)
		}
	}
	if len(f.sent) != len(lengths) {
		t.Errorf("%d calls arrived, %d were made", len(f.sent), len(lengths))
	}
	worst := strings.Repeat("\x01", messenger.MaxTextBytes) // six bytes each in JSON
	if msg, err := c.Send(t.Context(), messenger.Outgoing{Text: worst}); err != nil || msg.Text != worst {
		t.Errorf("the longest call: %v", err)
	}
}

func TestErrorsKeepTheirIdentity(t *testing.T) {
	f := &fake{}
	c, _ := serve(t, f)
	for _, k := range codes {
		f.err = errors.Join(errors.New("while testing"), k.err)
		_, err := c.Peers(t.Context())
		if !errors.Is(err, k.err) || err.Error() != f.err.Error() {
			t.Errorf("%v became %v", f.err, err)
		}
	}
	f.err = errors.New("something else")
	if err := c.Block(t.Context(), identity.DeviceID{}); err == nil || err.Error() != "something else" {
		t.Errorf("an unnamed error became %v", err)
	}
}

func TestAClientThatLeavesEndsItsCall(t *testing.T) {
	f := &fake{started: make(chan struct{}), ended: make(chan struct{})}
	c, _ := serve(t, f)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() { failed <- c.Rename(ctx, "x") }()
	<-f.started
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
	select {
	case <-f.ended:
	case <-time.After(patience):
		t.Error("the owner goes on with a call whose caller has left")
	}
}

// A call that the owner's end cuts off says so, so that it is repeated at the next
// owner; the owner's own cancelling is no answer.
func TestACallCutOffByTheOwnersEnd(t *testing.T) {
	f := &fake{started: make(chan struct{}), ended: make(chan struct{})}
	c, stop := serve(t, f)
	failed := make(chan error, 1)
	go func() { failed <- c.Rename(t.Context(), "x") }()
	<-f.started
	stop()
	if err := <-failed; !errors.Is(err, ErrOwnerGone) {
		t.Errorf("the call ended with %v, want ErrOwnerGone", err)
	}
}

func TestOwnerGone(t *testing.T) {
	f := &fake{events: make(chan messenger.Event)}
	c, stop := serve(t, f)
	events, err := c.Subscribe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f.events <- messenger.Event{Kind: messenger.EventLagged}
	if e := <-events; e.Kind != messenger.EventLagged {
		t.Errorf("event %+v", e)
	}
	close(f.events)
	stop()
	if _, open := <-events; open {
		t.Error("the events did not end with the owner")
	}
	if _, err := c.Self(t.Context()); !errors.Is(err, ErrOwnerGone) {
		t.Errorf("a call to nobody: %v", err)
	}
}

func TestJunkOnTheSocket(t *testing.T) {
	c, _ := serve(t, &fake{})
	for _, junk := range []string{"", "x", "{", `{"method":"no such"}`, `{"method":"send","params":[1]}`, strings.Repeat("[", 10000)} {
		conn, err := net.Dial("unix", c.path)
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(patience))
		conn.Write([]byte(junk))
		conn.(*net.UnixConn).CloseWrite()
		var a answer
		if err := json.NewDecoder(conn).Decode(&a); err == nil && a.Error == nil {
			t.Errorf("%.20q got %s", junk, a.Result)
		}
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%.20q got no end", junk)
		}
		conn.Close()
	}
	if _, err := c.Self(t.Context()); err != nil {
		t.Errorf("after the junk: %v", err)
	}
}

// Every method of Service can be called: one that is forgotten on either side
// would only be noticed by the person who needs it.
func TestEveryMethodIsServed(t *testing.T) {
	n := reflect.TypeFor[messenger.Service]().NumMethod()
	if want := len(methods) + 1; n != want { // and subscribe
		t.Errorf("Service has %d methods, the socket serves %d", n, want)
	}
}
