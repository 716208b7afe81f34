package viewmodel

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/words"
)

// fake is a Service in memory.
type fake struct {
	messenger.Service // Add, Outbox: not used here
	pairFake

	mu       sync.Mutex
	self     messenger.Self
	peers    []messenger.Peer
	history  []messenger.Message // all with device 1
	unread   int
	requests []messenger.Request
	notices  []messenger.Notice
	calls    []string
	fail     error         // of everything that changes
	deaf     error         // of everything that reads
	hold     chan struct{} // Send waits for it
	stuck    bool          // everything waits for hung, or for the end of its context
	hung     chan struct{}
	keep     string // the setting
	visible  string // the setting, "" while nobody has chosen
	kept     int    // messages that Clear leaves
	lose     int    // so many texts are stored without an answer
	events   chan messenger.Event
}

func newFake() *fake {
	return &fake{
		self:  messenger.Self{ID: id(9), Name: "Lena"},
		peers: []messenger.Peer{{ID: id(1), Name: "Mia", Online: true, Level: 1, AcceptsMe: true}},
	}
}

// hang makes everything wait until release is called.
func (f *fake) hang() (release func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stuck = true
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.hung != nil {
			close(f.hung)
		}
		f.stuck, f.hung = false, nil
	}
}

func (f *fake) wait(ctx context.Context) error {
	f.mu.Lock()
	if f.stuck && f.hung == nil {
		f.hung = make(chan struct{}) // of the bubble
	}
	c := f.hung
	f.mu.Unlock()
	if c == nil {
		return ctx.Err()
	}
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return errors.New("the connection was closed") // a service need not wrap the error of the context
	}
}

func (f *fake) called(ctx context.Context, what string) error {
	if err := f.wait(ctx); err != nil {
		return err
	}
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

func (f *fake) reads(ctx context.Context, what string) error {
	if err := f.wait(ctx); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, what)
	return f.deaf
}

func (f *fake) Self(ctx context.Context) (messenger.Self, error) { return f.self, f.reads(ctx, "self") }
func (f *fake) Peers(ctx context.Context) ([]messenger.Peer, error) {
	return f.peers, f.reads(ctx, "peers")
}
func (f *fake) Requests(ctx context.Context) ([]messenger.Request, error) {
	return f.requests, f.reads(ctx, "requests")
}
func (f *fake) Conversations(ctx context.Context) ([]messenger.Conversation, error) {
	err := f.reads(ctx, "conversations")
	f.mu.Lock()
	defer f.mu.Unlock()
	c := messenger.Conversation{Contact: messenger.Contact{ID: id(1), Name: "Mia", Level: 1, AcceptsMe: true}, Unread: f.unread}
	if n := len(f.history); n > 0 {
		c.Last = f.history[n-1]
	}
	return []messenger.Conversation{c}, err
}

func (f *fake) History(ctx context.Context, p messenger.Page) ([]messenger.Message, error) {
	err := f.reads(ctx, "history")
	f.mu.Lock()
	defer f.mu.Unlock()
	if p.Peer != id(1) {
		return nil, err
	}
	at := func(id msgid.ID) int {
		return slices.IndexFunc(f.history, func(m messenger.Message) bool { return m.ID == id })
	}
	for _, id := range []msgid.ID{p.Before, p.After, p.Around} {
		if err == nil && !id.IsZero() && at(id) < 0 {
			err = messenger.ErrUnknownMessage
		}
	}
	if err != nil {
		return nil, err
	}
	from, to := len(f.history)-p.Limit, len(f.history)
	switch {
	case !p.Before.IsZero():
		from, to = at(p.Before)-p.Limit, at(p.Before)
	case !p.After.IsZero():
		from, to = at(p.After)+1, at(p.After)+1+p.Limit
	case !p.Around.IsZero():
		from, to = at(p.Around)-(p.Limit-1)/2, at(p.Around)+1+p.Limit/2
	}
	return slices.Clone(f.history[max(0, from):min(len(f.history), to)]), nil
}

func (f *fake) Find(ctx context.Context, id msgid.ID) ([]messenger.Message, error) {
	err := f.reads(ctx, "find")
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []messenger.Message
	for _, m := range f.history {
		if m.ID == id {
			out = append(out, m)
		}
	}
	return out, err
}

func (f *fake) Search(ctx context.Context, q messenger.Query) ([]messenger.Hit, error) {
	if err := f.called(ctx, "search "+q.Text); err != nil {
		return nil, err
	}
	parsed, err := words.ParseQuery(q.Text)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []messenger.Hit
	for i := len(f.history) - 1; i >= 0 && len(out) < q.Limit; i-- {
		at := store.Cursor(i + 1)
		if m := f.history[i]; (q.Before == 0 || at < q.Before) && parsed.Matches(m.Text) {
			out = append(out, messenger.Hit{Message: m, Cursor: at})
		}
	}
	return out, nil
}

func (f *fake) Change(ctx context.Context, c messenger.Change) (messenger.Message, error) {
	if err := f.called(ctx, fmt.Sprintf("change %d %q", c.Kind, c.Text)); err != nil {
		return messenger.Message{}, err
	}
	return f.alter(c.Of, func(m *messenger.Message) {
		switch m.Changing = true; c.Kind {
		case messenger.KindEdit:
			m.Text, m.EditedAt = c.Text, time.Now()
		case messenger.KindDelete:
			m.Text, m.Deleted = "", true
		case messenger.KindReact:
			m.Mine = c.Text
		}
	})
}

func (f *fake) Cancel(ctx context.Context, of messenger.Ref) (messenger.Message, error) {
	if err := f.called(ctx, "cancel"); err != nil {
		return messenger.Message{}, err
	}
	return f.alter(of, func(m *messenger.Message) { m.State = messenger.Failed })
}

// alter changes a message.
func (f *fake) alter(of messenger.Ref, how func(*messenger.Message)) (messenger.Message, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.history {
		if m := &f.history[i]; m.ID == of.ID && m.Outgoing == of.Mine {
			how(m)
			return *m, nil
		}
	}
	return messenger.Message{}, messenger.ErrUnknownMessage
}

func (f *fake) Remove(ctx context.Context, of messenger.Ref) error {
	if err := f.called(ctx, "remove"); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.history = slices.DeleteFunc(f.history, func(m messenger.Message) bool { return m.ID == of.ID })
	return nil
}

func (f *fake) Clear(ctx context.Context, _ identity.DeviceID) (int, error) {
	if err := f.called(ctx, "clear"); err != nil {
		return 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.history = nil
	return f.kept, nil
}

func (f *fake) SetTyping(ctx context.Context, id identity.DeviceID, on bool) error {
	return f.called(ctx, fmt.Sprintf("typing %s %v", id.Short(), on))
}

func (f *fake) SetReceipts(ctx context.Context, _ identity.DeviceID, on bool) error {
	return f.called(ctx, fmt.Sprintf("receipts %v", on))
}

func (f *fake) SetSetting(ctx context.Context, key, value string) error {
	f.mu.Lock()
	if key == messenger.SettingVisibility {
		f.visible = value
	} else {
		f.keep = value
	}
	f.mu.Unlock()
	return f.called(ctx, "set "+key+" "+value)
}

func (f *fake) Settings(ctx context.Context) ([]messenger.Setting, error) {
	err := f.reads(ctx, "settings")
	f.mu.Lock()
	defer f.mu.Unlock()
	return []messenger.Setting{
		{Key: messenger.SettingKeep, Value: f.keep, Default: messenger.KeepForever},
		{Key: messenger.SettingVisibility, Value: cmp.Or(f.visible, messenger.VisibleEveryone), Default: messenger.VisibleEveryone, Chosen: f.visible != ""},
	}, err
}

func (f *fake) Send(ctx context.Context, out messenger.Outgoing) (messenger.Message, error) {
	if f.hold != nil {
		<-f.hold
	}
	if err := f.called(ctx, "send "+out.Text); err != nil {
		return messenger.Message{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.history, func(m messenger.Message) bool { return m.ID == out.ID })
	if i < 0 {
		i = len(f.history)
		f.history = append(f.history, messenger.Message{ID: out.ID, Peer: out.To, Outgoing: true, Text: out.Text, ReplyTo: out.ReplyTo, SortKey: uint64(5000 + i), SentAt: time.Now(), StoredAt: time.Now()})
	}
	if f.lose > 0 {
		f.lose--
		return messenger.Message{}, errLost
	}
	return f.history[i], nil
}

func (f *fake) Allow(ctx context.Context, id identity.DeviceID) error {
	return f.called(ctx, "allow "+id.Short())
}
func (f *fake) Refuse(ctx context.Context, id identity.DeviceID) error {
	return f.called(ctx, "refuse "+id.Short())
}
func (f *fake) Block(ctx context.Context, id identity.DeviceID) error {
	return f.called(ctx, "block "+id.Short())
}
func (f *fake) Rename(ctx context.Context, name string) error { return f.called(ctx, "rename "+name) }
func (f *fake) MarkRead(ctx context.Context, _ identity.DeviceID) error {
	f.mu.Lock()
	f.unread = 0
	f.mu.Unlock()
	return f.called(ctx, "mark")
}

func (f *fake) Subscribe(ctx context.Context) (<-chan messenger.Event, error) {
	if err := f.reads(ctx, "subscribe"); err != nil {
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

// errLost says that an answer did not come.
var errLost = errors.New("no answer")

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
	err     error // of Run, after done
	pass    func(time.Duration)
}

// atDesk runs test in a bubble beside a controller.
func atDesk(t *testing.T, svc *fake, test func(d *desk)) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{t: t, svc: svc, done: make(chan struct{})}
		d.pass = func(limit time.Duration) { time.Sleep(limit) } // of the bubble
		d.Controller = New(Options{Service: svc, Now: time.Now, Dispatch: d.dispatch, Unanswered: func(err error) bool { return err == errLost }, Render: func(s Snapshot) {
			d.renders++
			d.snap = s
		}})
		ctx, cancel := context.WithCancel(t.Context())
		d.end = cancel
		go func() {
			defer close(d.done)
			d.err = d.Run(ctx)
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

// event brings events, all before the next reading is answered.
func (d *desk) event(events ...messenger.Event) {
	d.svc.mu.Lock()
	defer d.svc.mu.Unlock()
	for _, e := range events {
		d.svc.events <- e
	}
}
