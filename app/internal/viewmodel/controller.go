package viewmodel

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

const (
	// clockStep is how often the words for times are made anew, and the
	// addresses of this device read.
	clockStep = time.Minute

	// readTimeout bounds one reading, and is how long a text may take to be
	// stored before the window says that nobody answers. Both take milliseconds;
	// three seconds are more than a busy phone's disk needs, and short enough
	// for a person to be told while looking.
	readTimeout = 3 * time.Second

	// retryPause is the time between two attempts at a service that failed.
	retryPause = time.Second

	// commandTimeout bounds one attempt at what a person asked for. The service
	// may have to find another owner of the home folder first, ten seconds.
	commandTimeout = 15 * time.Second

	// farewellTimeout bounds what is still to be stored when the window closes.
	farewellTimeout = 3 * time.Second

	// readHold is how long a picture waits for a reading that is under way, so
	// that a chat is not drawn empty first; less than an eye notices.
	readHold = 50 * time.Millisecond

	// eventBatch is how many events are taken before the screen is made anew.
	eventBatch = 256
)

// Options are what a Controller works with. Every field but Logger and
// Unanswered is needed.
type Options struct {
	Service    messenger.Service
	Dispatch   func(func())     // runs a function on the goroutine of the view, in order
	Render     func(Snapshot)   // called through Dispatch
	Now        func() time.Time // in the zone of the person
	Logger     *slog.Logger     // nil: discard
	Unanswered func(error) bool // errors that only say that nobody answered; nil: none but timeouts
}

// Controller joins the messenger and the view. Its methods may be called from
// any goroutine, do not block but for Settle, and do their work while Run runs.
type Controller struct {
	opt      Options
	log      *slog.Logger
	inbox    *queue[func(*state) stale]
	commands *queue[func(context.Context)]
	exports  *queue[func(context.Context)]
	texts    *queue[messenger.Outgoing]
	ledger   *ledger
	rendered chan struct{}        // buffered: at most one render is under way
	shown    atomic.Pointer[span] // what the view has of the open chat; nil: none was drawn
}

// span is a part of a conversation, by its ends.
type span struct{ first, last msgid.ID }

// New returns a Controller that does nothing until Run.
func New(opt Options) *Controller {
	log := opt.Logger
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Controller{
		opt: opt, log: log,
		inbox:    newQueue[func(*state) stale](),
		commands: newQueue[func(context.Context)](),
		exports:  newQueue[func(context.Context)](),
		texts:    newQueue[messenger.Outgoing](),
		ledger:   newLedger(),
		rendered: make(chan struct{}, 1),
	}
}

// Run reads the service and keeps the view up to date until ctx ends. What a
// person did before is stored before it returns, or else, after a few seconds,
// the error wraps ErrUnstored and says how much was not.
func (c *Controller) Run(ctx context.Context) error {
	life, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	var wg sync.WaitGroup
	wg.Go(func() { c.commands.serve(ctx, func(do func(context.Context)) { do(life) }) })
	wg.Go(func() { c.exports.serve(ctx, func(do func(context.Context)) { do(ctx) }) })
	wg.Go(func() { c.deliver(ctx, life) })
	l := &loop{
		c: c, s: newState(), dirty: true,
		results: make(chan reading, 1), subscribed: make(chan subscription, 1),
	}
	l.run(ctx)
	defer time.AfterFunc(farewellTimeout, cut).Stop()
	wg.Wait()
	if left := c.ledger.left(); !left.none() {
		return fmt.Errorf("%w (%s)", ErrUnstored, left)
	}
	return nil
}

// loop is the part of Run that owns the state. It never waits for the service:
// what it asks is asked on other goroutines, one question at a time.
type loop struct {
	c         *Controller
	s         *state
	stale     stale
	dirty     bool // the view shows something older
	rendering bool
	sent      Place              // where the view was sent last
	seeking   uint64             // the search that is asked for
	unseek    context.CancelFunc // ends that; nil: nothing is

	wg         sync.WaitGroup // the questions
	reading    bool
	results    chan reading     // buffered, one
	hold       <-chan time.Time // nil: nothing is held back from the view
	connecting bool
	subscribed chan subscription // buffered, one
	live       subscription      // no events: not subscribed
	pause      <-chan time.Time  // nil: the service may be asked
}

// subscription is what came of subscribing. Its events end with cancel.
type subscription struct {
	events <-chan messenger.Event
	cancel context.CancelFunc
	err    error
}

// run works until ctx ends.
func (l *loop) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer l.wg.Wait()
	defer cancel()
	clock := time.NewTicker(clockStep)
	defer clock.Stop()
	for ctx.Err() == nil {
		l.subscribe(ctx)
		l.refresh(ctx)
		if id, ok := l.s.toMark(); ok {
			l.c.markRead(id)
		}
		l.seek(ctx)
		l.c.tendInvite(l.s)
		l.render()
		select {
		case <-ctx.Done():
		case s := <-l.subscribed:
			l.connect(ctx, s)
		case r := <-l.results:
			l.finish(ctx, r)
		case e, ok := <-l.events():
			l.take(ctx, e, ok)
		case <-l.c.inbox.Ready:
			l.act()
		case <-l.c.rendered:
			l.rendering = false
		case <-clock.C:
			l.dirty = true
			l.stale |= staleSelf
			if l.s.asksVisible(l.c.opt.Now()) { // it may have been answered elsewhere
				l.stale |= staleSettings
			}
		case <-l.hold:
			l.hold = nil
		case <-l.pause:
			l.pause = nil
		}
	}
}

// events are those to take now. While a reading is under way they wait: what it
// brings may be older than they are.
func (l *loop) events() <-chan messenger.Event {
	if l.reading {
		return nil
	}
	return l.live.events
}

// subscribe begins to ask for events unless there are some.
func (l *loop) subscribe(ctx context.Context) {
	if l.live.events != nil || l.connecting || l.pause != nil {
		return
	}
	l.connecting = true
	l.wg.Go(func() {
		ctx, cancel := context.WithCancel(ctx)
		limit := time.AfterFunc(readTimeout, cancel)
		events, err := l.c.opt.Service.Subscribe(ctx)
		if !limit.Stop() && err == nil {
			err = context.DeadlineExceeded
		}
		l.subscribed <- subscription{events, cancel, err}
	})
}

// connect takes what came of subscribing. What happened before is read.
func (l *loop) connect(ctx context.Context, s subscription) {
	l.connecting = false
	if s.err != nil {
		s.cancel()
		l.fail(ctx, "Could not subscribe to events.", s.err)
		return
	}
	l.live = s
	l.s.pair.rejoin()
	l.stale |= staleAll
}

// fail notes that the service did not do what it was asked for, unless that is
// because ctx ended.
func (l *loop) fail(ctx context.Context, what string, err error, args ...any) {
	if ctx.Err() != nil {
		return
	}
	l.c.log.Warn(what, append(args, "error", err)...)
	l.dirty = l.dirty || !l.s.silent
	l.s.silent = true
	l.pause = time.After(retryPause)
}

// take applies an event and those that wait behind it.
func (l *loop) take(ctx context.Context, e messenger.Event, ok bool) {
	for n := 0; ok; n++ {
		l.dirty = true
		l.stale |= l.s.apply(e)
		if n == eventBatch {
			return
		}
		select {
		case e, ok = <-l.live.events:
		default:
			return
		}
	}
	l.live.cancel()
	l.live = subscription{}
	l.fail(ctx, "The events ended.", fmt.Errorf("the service closed them"))
}

func (l *loop) act() {
	for _, f := range l.c.inbox.take() {
		l.stale |= f(l.s)
		l.dirty = true
	}
}

// render hands the newest state to the view, unless an older one is still on
// its way: then the end of that one brings the loop back here.
func (l *loop) render() {
	if !l.dirty || l.rendering || l.hold != nil {
		return
	}
	l.dirty, l.rendering = false, true
	l.s.trim()
	snap := l.s.snapshot(l.c.opt.Now())
	var part span
	if t := l.s.thread; t != nil {
		part = span{t.first(), t.last()}
		if t.found != "" && t.place != l.sent {
			l.sent = t.place
			l.c.unmark(t.place)
		}
	}
	l.c.opt.Dispatch(func() {
		l.c.shown.Store(&part)
		l.c.opt.Render(snap)
		l.c.rendered <- struct{}{}
	})
}

// refresh begins to read what is stale.
func (l *loop) refresh(ctx context.Context) {
	if l.stale == 0 || l.reading || l.pause != nil || l.live.events == nil {
		return
	}
	what, q := l.stale, l.s.question(l.c.opt.Service)
	l.stale, l.reading, l.hold = 0, true, time.After(readHold)
	if l.s.thread != nil {
		l.s.thread.fresh, l.s.thread.loading = nil, what&(staleOlder|staleNewer) != 0
	}
	l.wg.Go(func() { l.results <- read(ctx, what, q) })
}

// finish takes what was read. What could not be read stays stale.
func (l *loop) finish(ctx context.Context, r reading) {
	l.reading, l.hold = false, nil
	if l.s.thread != nil {
		l.s.thread.loading = false
	}
	l.stale |= r.left
	for _, put := range r.put {
		put(l.s)
		l.dirty = true
	}
	if r.err != nil {
		l.fail(ctx, "Could not read from the service.", r.err, "what", r.name)
		return
	}
	l.s.silent, l.s.ready, l.dirty = false, true, true
}
