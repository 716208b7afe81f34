package viewmodel

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"earshot/internal/messenger"
)

const (
	// clockStep is how often the words for times are made anew.
	clockStep = time.Minute

	// retryPause is the time between two attempts to read from a service that
	// failed.
	retryPause = time.Second

	// commandTimeout bounds one action of a person; storing a text takes a few
	// milliseconds.
	commandTimeout = 15 * time.Second

	// farewellTimeout bounds what is still to be stored when the window closes.
	farewellTimeout = 3 * time.Second

	// eventBatch is how many events are taken before the screen is made anew.
	eventBatch = 256
)

// Options are what a Controller works with. Every field but Logger is needed.
type Options struct {
	Service  messenger.Service
	Dispatch func(func())     // runs a function on the goroutine of the view, in order
	Render   func(Snapshot)   // called through Dispatch
	Now      func() time.Time // in the zone of the person
	Logger   *slog.Logger     // nil: discard
}

// Controller joins the messenger and the view. Its methods may be called from
// any goroutine, do not block and do their work while Run runs.
type Controller struct {
	opt      Options
	log      *slog.Logger
	inbox    *queue[func(*state) stale]
	commands *queue[func(context.Context)]
	rendered chan struct{} // buffered: at most one render is under way
}

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
		rendered: make(chan struct{}, 1),
	}
}

// Run reads the service and keeps the view up to date until ctx ends. Texts
// that were sent before are stored before it returns. The error is nil after
// the end of ctx.
func (c *Controller) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { c.work(ctx) })
	l := &loop{c: c, s: newState(), dirty: true}
	for ctx.Err() == nil {
		events, err := c.opt.Service.Subscribe(ctx)
		if err != nil {
			c.log.Warn("Could not subscribe to events.", "error", err)
			l.s.silent = true
			l.idle(ctx, retryPause)
			continue
		}
		if err := l.run(ctx, events); err != nil {
			c.log.Warn("The events ended.", "error", err)
			l.s.silent, l.dirty = true, true
			l.idle(ctx, retryPause)
		}
	}
	return nil
}

// loop is the part of Run that owns the state.
type loop struct {
	c         *Controller
	s         *state
	stale     stale
	dirty     bool // the view shows something older
	rendering bool
}

// run works until ctx ends (nil) or the events do.
func (l *loop) run(ctx context.Context, events <-chan messenger.Event) error {
	clock := time.NewTicker(clockStep)
	defer clock.Stop()
	l.stale |= staleAll
	for {
		var retry <-chan time.Time
		if l.refresh(ctx); l.stale != 0 {
			retry = time.After(retryPause)
		}
		if id, ok := l.s.toMark(); ok {
			l.c.markRead(id)
		}
		l.render()
		select {
		case <-ctx.Done():
			return nil
		case e, ok := <-events:
			if !ok {
				if ctx.Err() != nil {
					return nil
				}
				return fmt.Errorf("the service closed them")
			}
			l.take(e, events)
		case <-l.c.inbox.Ready:
			l.act()
		case <-l.c.rendered:
			l.rendering = false
		case <-clock.C:
			l.dirty = true
		case <-retry:
		}
	}
}

// take applies an event and those that wait behind it.
func (l *loop) take(e messenger.Event, events <-chan messenger.Event) {
	l.dirty = true
	for range eventBatch {
		l.stale |= l.s.apply(e)
		select {
		case next, ok := <-events:
			if !ok {
				return
			}
			e = next
		default:
			return
		}
	}
	l.stale |= l.s.apply(e)
}

func (l *loop) act() {
	for _, f := range l.c.inbox.take() {
		l.stale |= f(l.s)
		l.dirty = true
	}
}

// idle waits and keeps the window alive while the service does not answer.
func (l *loop) idle(ctx context.Context, d time.Duration) {
	end := time.NewTimer(d)
	defer end.Stop()
	for {
		l.render()
		select {
		case <-ctx.Done():
			return
		case <-end.C:
			return
		case <-l.c.inbox.Ready:
			l.act()
		case <-l.c.rendered:
			l.rendering = false
		}
	}
}

// render hands the newest state to the view, unless an older one is still on
// its way: then the end of that one brings the loop back here.
func (l *loop) render() {
	if !l.dirty || l.rendering {
		return
	}
	l.dirty, l.rendering = false, true
	snap := l.s.snapshot(l.c.opt.Now())
	l.c.opt.Dispatch(func() {
		l.c.opt.Render(snap)
		l.c.rendered <- struct{}{}
	})
}

// refresh reads what is stale. What could not be read stays stale.
func (l *loop) refresh(ctx context.Context) {
	if l.stale == 0 {
		return
	}
	for _, r := range readers {
		if l.stale&r.what == 0 {
			continue
		}
		if err := r.read(ctx, l.s, l.c.opt.Service); err != nil {
			if ctx.Err() == nil {
				l.c.log.Warn("Could not read from the service.", "what", r.name, "error", err)
				l.dirty = l.dirty || !l.s.silent
				l.s.silent = true
			}
			return
		}
		l.stale &^= r.what
		l.dirty = true
	}
	l.s.silent, l.s.ready = false, true
}
