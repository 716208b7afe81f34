package viewmodel

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// fake is a Service in memory.
type fake struct {
	messenger.Service // Add, Outbox: not used here

	mu       sync.Mutex
	self     messenger.Self
	peers    []messenger.Peer
	history  []messenger.Message // all with device 1
	unread   int
	requests []messenger.Request
	calls    []string
	fail     error         // of everything that changes
	deaf     error         // of everything that reads
	hold     chan struct{} // Send waits for it
	events   chan messenger.Event
}

func newFake() *fake {
	return &fake{
		self:  messenger.Self{ID: id(9), Name: "Lena"},
		peers: []messenger.Peer{{ID: id(1), Name: "Mia", Online: true, Level: 1, AcceptsMe: true}},
	}
}

func (f *fake) called(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, what)
	return f.fail
}

func (f *fake) count(what string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, c := range f.calls {
		if c == what {
			n++
		}
	}
	return n
}

func (f *fake) reads(what string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, what)
	return f.deaf
}

func (f *fake) Self(context.Context) (messenger.Self, error) { return f.self, f.reads("self") }
func (f *fake) Peers(context.Context) ([]messenger.Peer, error) {
	return f.peers, f.reads("peers")
}
func (f *fake) Requests(context.Context) ([]messenger.Request, error) {
	return f.requests, f.reads("requests")
}
func (f *fake) Conversations(context.Context) ([]messenger.Conversation, error) {
	err := f.reads("conversations")
	f.mu.Lock()
	defer f.mu.Unlock()
	c := messenger.Conversation{Contact: messenger.Contact{ID: id(1), Name: "Mia", Level: 1, AcceptsMe: true}, Unread: f.unread}
	if n := len(f.history); n > 0 {
		c.Last = f.history[n-1]
	}
	return []messenger.Conversation{c}, err
}

func (f *fake) History(_ context.Context, p messenger.Page) ([]messenger.Message, error) {
	err := f.reads("history")
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.Peer != id(1) {
		return nil, err
	}
	end := len(f.history)
	if i := slices.IndexFunc(f.history, func(m messenger.Message) bool { return m.ID == p.Before }); i >= 0 {
		end = i
	}
	return slices.Clone(f.history[max(0, end-p.Limit):end]), err
}

func (f *fake) Send(_ context.Context, out messenger.Outgoing) (messenger.Message, error) {
	if f.hold != nil {
		<-f.hold
	}
	if err := f.called("send " + out.Text); err != nil {
		return messenger.Message{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	m := messenger.Message{ID: out.ID, Peer: out.To, Outgoing: true, Text: out.Text, SortKey: uint64(5000 + len(f.history)), SentAt: time.Now(), StoredAt: time.Now()}
	f.history = append(f.history, m)
	return m, nil
}

func (f *fake) Allow(_ context.Context, id identity.DeviceID) error {
	return f.called("allow " + id.Short())
}
func (f *fake) Refuse(_ context.Context, id identity.DeviceID) error {
	return f.called("refuse " + id.Short())
}
func (f *fake) Block(_ context.Context, id identity.DeviceID) error {
	return f.called("block " + id.Short())
}
func (f *fake) Rename(_ context.Context, name string) error { return f.called("rename " + name) }
func (f *fake) MarkRead(context.Context, identity.DeviceID) error {
	f.mu.Lock()
	f.unread = 0
	f.mu.Unlock()
	return f.called("mark")
}

func (f *fake) Subscribe(ctx context.Context) (<-chan messenger.Event, error) {
	if err := f.reads("subscribe"); err != nil {
		return nil, err
	}
	ch := make(chan messenger.Event, 1024)
	f.mu.Lock()
	f.events = ch
	f.mu.Unlock()
	context.AfterFunc(ctx, func() { f.drop(ch) })
	return ch, nil
}

// drop closes the events as an end of the subscription does.
func (f *fake) drop(ch chan messenger.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ch == nil {
		ch = f.events
	}
	if f.events == ch {
		f.events = nil
		close(ch)
	}
}

// desk is a controller at work in a bubble, with a view that draws when told.
type desk struct {
	t *testing.T
	*Controller
	svc     *fake
	pending []func() // dispatched, not run
	most    int      // dispatched at once
	renders int
	snap    Snapshot
	mu      sync.Mutex
	end     context.CancelFunc
	done    chan struct{}
}

// atDesk runs test in a bubble beside a controller.
func atDesk(t *testing.T, svc *fake, test func(d *desk)) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{t: t, svc: svc, done: make(chan struct{})}
		d.Controller = New(Options{Service: svc, Now: time.Now, Dispatch: d.dispatch, Render: func(s Snapshot) {
			d.renders++
			d.snap = s
		}})
		ctx, cancel := context.WithCancel(t.Context())
		d.end = cancel
		go func() {
			defer close(d.done)
			if err := d.Run(ctx); err != nil {
				t.Error(err)
			}
		}()
		d.settle()
		test(d)
		cancel()
		<-d.done
	})
}

func (d *desk) dispatch(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.pending = append(d.pending, f)
	d.most = max(d.most, len(d.pending))
}

// draw runs what was dispatched.
func (d *desk) draw() bool {
	d.mu.Lock()
	fs := d.pending
	d.pending = nil
	d.mu.Unlock()
	for _, f := range fs {
		f()
	}
	return len(fs) > 0
}

// settle draws until nothing happens any more.
func (d *desk) settle() Snapshot {
	for synctest.Wait(); d.draw(); synctest.Wait() {
	}
	return d.snap
}

func (d *desk) event(e messenger.Event) {
	d.svc.mu.Lock()
	defer d.svc.mu.Unlock()
	d.svc.events <- e
}
