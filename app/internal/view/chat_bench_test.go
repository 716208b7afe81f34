package view

import (
	"context"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"earshot/app/internal/view/kit"
	"earshot/app/internal/viewmodel"
	"earshot/internal/benchratio"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// Two contacts with equally long histories, so that each can be opened anew.
var (
	benchAnna = identity.DeviceID{1}
	benchBert = identity.DeviceID{2}
)

// archive is a service with any number of messages that exist only while they
// are on their way, so that what is measured is the window alone.
type archive struct {
	messenger.Service // the rest is not asked
	size              int
	end               time.Time // of the newest message
}

func (a *archive) message(peer identity.DeviceID, n int) messenger.Message {
	at := a.end.Add(time.Duration(n-a.size) * 10 * time.Minute)
	m := messenger.Message{
		Peer: peer, Outgoing: n%2 == 0, State: messenger.Delivered, SentAt: at, StoredAt: at, SortKey: uint64(n) + 1,
		Text: "A text of the usual length, as people write it: about a hundred characters, more or less."[:20+n*37%70],
	}
	binary.BigEndian.PutUint64(m.ID[:], uint64(n)+1)
	return m
}

func (a *archive) History(_ context.Context, p messenger.Page) ([]messenger.Message, error) {
	end := a.size
	if p.Before != (msgid.ID{}) {
		end = int(binary.BigEndian.Uint64(p.Before[:])) - 1
	}
	var out []messenger.Message
	for n := max(0, end-p.Limit); n < end; n++ {
		out = append(out, a.message(p.Peer, n))
	}
	return out, nil
}

func (a *archive) Conversations(context.Context) ([]messenger.Conversation, error) {
	var out []messenger.Conversation
	for _, id := range []identity.DeviceID{benchAnna, benchBert} {
		c := messenger.Contact{ID: id, Name: "Anna", Level: 1, AcceptsMe: true}
		out = append(out, messenger.Conversation{Contact: c, Last: a.message(id, a.size-1)})
	}
	return out, nil
}

func (a *archive) Self(context.Context) (messenger.Self, error) {
	return messenger.Self{ID: identity.DeviceID{9}, Name: "Lena"}, nil
}
func (a *archive) Peers(context.Context) ([]messenger.Peer, error)       { return nil, nil }
func (a *archive) Requests(context.Context) ([]messenger.Request, error) { return nil, nil }
func (a *archive) Notices(context.Context) ([]messenger.Notice, error)   { return nil, nil }
func (a *archive) Settings(context.Context) ([]messenger.Setting, error) { return nil, nil }
func (a *archive) Subscribe(ctx context.Context) (<-chan messenger.Event, error) {
	events := make(chan messenger.Event)
	context.AfterFunc(ctx, func() { close(events) })
	return events, nil
}

// desk is a window with its controller; the benchmark is the goroutine of the
// window.
type desk struct {
	b    *testing.B
	root *Root
	c    *viewmodel.Controller
	ui   chan func()

	asked     bool          // a page was asked for
	rendering time.Duration // what until spent on the work of the window
}

// loader is Actions of which only LoadOlder does something.
type loader struct {
	recorder
	d *desk
}

// LoadOlder asks the controller for another page.
func (l *loader) LoadOlder() {
	l.d.asked = true
	l.d.c.LoadOlder()
}

func newDesk(b *testing.B, size int) *desk {
	b.Helper()
	tokens := kit.Light()
	test.NewTempApp(b).Settings().SetTheme(kit.Theme(tokens))
	kit.ForgetFonts()
	d := &desk{b: b, ui: make(chan func(), 16)}
	d.root = NewRoot(tokens, &loader{d: d}, func(string) {})
	win := test.NewTempWindow(b, d.root)
	win.SetPadded(false)
	win.Resize(fyne.NewSize(1000, 700))
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	d.c = viewmodel.New(viewmodel.Options{
		Service:  &archive{size: size, end: now},
		Dispatch: func(f func()) { d.ui <- f }, Render: d.root.Set,
		Now: func() time.Time { return now },
	})
	ctx, cancel := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- d.c.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	d.until(func() bool { return d.root.snap.Ready })
	return d
}

// until does what is to be done on the goroutine of the window.
func (d *desk) until(ok func() bool) {
	limit := time.After(time.Minute)
	d.rendering = 0
	for !ok() {
		select {
		case f := <-d.ui:
			start := time.Now()
			f()
			d.rendering += time.Since(start)
		case <-limit:
			d.b.Fatal("the window did not get there")
		}
	}
}

// open shows a chat, from the click until its newest messages are placed.
func (d *desk) open(id identity.DeviceID) {
	d.c.Open(id)
	d.until(func() bool {
		chat := d.root.snap.Chat
		return chat != nil && chat.ID == id && len(chat.Rows) > 0
	})
}

// frame scrolls up by a turn of the wheel and returns how long that kept the
// goroutine of the window busy. If a page was asked for, placing it counts and
// waiting for it does not: a person turns a wheel slower than this.
func (d *desk) frame() (busy time.Duration) {
	rows := len(d.root.snap.Chat.Rows)
	d.asked = false
	start := time.Now()
	d.root.chat.list.ScrollBy(120)
	busy = time.Since(start)
	d.until(func() bool { return !d.asked || len(d.root.snap.Chat.Rows) > rows })
	return busy + d.rendering
}

// BenchmarkChat opens conversations of very different length and scrolls up in
// them, with all that the window does but painting: reading a page, making rows
// of it, measuring and placing them. It should cost the same in all; the ratio
// is that to the shortest, the times are medians.
func BenchmarkChat(b *testing.B) {
	shortest := benchratio.Shortest{}
	for _, size := range []int{1_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprintf("open/messages=%d", size), func(b *testing.B) {
			d := newDesk(b, size)
			var times []time.Duration
			for b.Loop() {
				d.open(benchBert)
				start := time.Now()
				d.open(benchAnna)
				times = append(times, time.Since(start))
			}
			shortest.Report(b, "open", times)
		})
		b.Run(fmt.Sprintf("scroll/messages=%d", size), func(b *testing.B) {
			const frames = 80 // 9,600 dp: some 150 messages
			d := newDesk(b, size)
			var times []time.Duration
			var worst time.Duration
			for b.Loop() {
				d.open(benchBert)
				d.open(benchAnna)
				for range frames {
					t := d.frame()
					times, worst = append(times, t), max(worst, t)
				}
				if got := len(d.root.snap.Chat.Rows); got < 100 {
					b.Fatalf("%d rows were seen", got)
				}
			}
			shortest.Report(b, "scroll", times)
			b.ReportMetric(float64(worst.Nanoseconds()), "worst-ns")
		})
	}
}
