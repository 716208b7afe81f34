package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"earshot/internal/control"
	"earshot/internal/identity"
	"earshot/internal/messenger"
)

// Version is the version of this program; FyneApp.toml says the same.
const Version = "0.1.0"

// LoopbackEnv names the environment variable that keeps a device on this one
// machine: with the value 1 it listens on 127.0.0.1 alone and neither announces
// itself nor looks for others. It serves tests and trials; devices then reach
// each other by typed addresses.
const LoopbackEnv = "EARSHOT_LOOPBACK"

const (
	// takeoverPoll is how often a home folder is tried that is locked but whose
	// owner does not answer yet: it is starting or ending.
	takeoverPoll = 20 * time.Millisecond
	// callPatience is how long a call waits for an owner in that state.
	callPatience = 10 * time.Second
)

// ErrClosed is returned by calls after Close.
var ErrClosed = errors.New("the engine is closed")

// ErrNoOwner says that another process holds the home folder and does not
// answer.
var ErrNoOwner = errors.New("another program holds this home folder and does not answer; end it and try again")

// Options chooses a device.
type Options struct {
	Home    string       // home folder; "" for DefaultHome
	Name    string       // of this device until a person chose one; "" for the computer's
	Offline bool         // stay off the network even as owner
	Logger  *slog.Logger // nil: a file in the home folder
}

// Engine is a device: a messenger.Service that works in this process when it
// owns the home folder and through the owner when it does not. Open makes one,
// Run puts it on the network, Close ends it. Safe for concurrent use.
type Engine struct {
	home   string
	socket string
	opts   Options
	id     *identity.Identity
	log    *slog.Logger
	logOut *logOutput // nil: the caller's logger

	ctx    context.Context // ends in Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	away    atomic.Bool   // as SetAway was last told
	turn    chan struct{} // one token: who holds it may change current
	current *backend

	readyOnce sync.Once
	ready     chan struct{}
}

var _ messenger.Service = (*Engine)(nil)

// backend is where the work is done right now.
type backend struct {
	svc   messenger.Service
	owner *owner // nil: another process is the owner
}

// Open opens a home folder, making it and its key when they do not exist. It
// fails when the key can be read by others (identity.ErrKeyReadable), when the
// store cannot be opened, or with ErrNoOwner.
func Open(ctx context.Context, o Options) (*Engine, error) {
	if o.Home == "" {
		home, err := DefaultHome()
		if err != nil {
			return nil, err
		}
		o.Home = home
	}
	home, err := filepath.Abs(o.Home)
	if err != nil {
		return nil, err
	}
	id, err := identity.LoadOrCreate(home)
	if err != nil {
		return nil, err
	}
	socket, err := socketPath(home)
	if err != nil {
		return nil, err
	}
	e := &Engine{home: home, socket: socket, opts: o, id: id, log: o.Logger,
		turn: make(chan struct{}, 1), ready: make(chan struct{})}
	e.turn <- struct{}{}
	if e.log == nil {
		if e.log, e.logOut, err = openLog(home, slog.LevelInfo); err != nil {
			return nil, err
		}
	}
	e.ctx, e.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if _, err := e.backend(ctx); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// Home returns the path of the home folder.
func (e *Engine) Home() string { return e.home }

// Ready is closed once Run has put the device on the network, in this process
// or another.
func (e *Engine) Ready() <-chan struct{} { return e.ready }

// Close ends everything and gives the home folder free. Run must have returned
// or return soon; Close waits for its own work only.
func (e *Engine) Close() error {
	e.cancel()
	var err error
	<-e.turn // no backend is made after this
	if e.current != nil && e.current.owner != nil {
		err = e.current.owner.close()
	}
	e.current = nil
	e.turn <- struct{}{}
	e.wg.Wait()
	if e.logOut != nil {
		err = errors.Join(err, e.logOut.Close())
	}
	return err
}

// Run keeps the device on the network until ctx ends: as owner it listens,
// discovers and delivers, and copies the history once a day; beside another
// owner it waits to take over. It returns nil when ctx ended. An owner whose
// history a newer version wrote stays off the network, where nothing could be
// stored that comes: Run says so at once with an error that wraps
// ErrNewerSchema, and the history can be read on.
func (e *Engine) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(e.ctx, cancel)()
	for ctx.Err() == nil {
		b, err := e.backend(ctx)
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			return err
		}
		if b.owner != nil {
			return e.runOwner(ctx, b.owner)
		}
		e.follow(ctx, b)
	}
	return nil
}

func (e *Engine) runOwner(ctx context.Context, o *owner) error {
	if err := o.db.ReadOnly(); err != nil {
		return fmt.Errorf("this device stays off the network: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { o.keepCopies(ctx) })
	if e.opts.Offline {
		e.readyOnce.Do(func() { close(e.ready) })
		<-ctx.Done()
		return nil
	}
	err := o.network(ctx, func() { e.readyOnce.Do(func() { close(e.ready) }) })
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// follow waits until the owner ends.
func (e *Engine) follow(ctx context.Context, b *backend) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	events, err := b.svc.Subscribe(ctx)
	if err == nil {
		e.readyOnce.Do(func() { close(e.ready) })
		for range events {
		}
	}
	if ctx.Err() == nil {
		e.drop(b)
	}
}

// backend returns where the work is done, finding or becoming the owner when
// there is none.
func (e *Engine) backend(ctx context.Context) (*backend, error) {
	select {
	case <-e.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { e.turn <- struct{}{} }()
	if e.current != nil {
		return e.current, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	defer context.AfterFunc(e.ctx, cancel)()
	for {
		if e.ctx.Err() != nil {
			return nil, ErrClosed
		}
		o, err := openOwner(e.ctx, e.home, e.socket, e.opts.Name, e.id, e.log)
		if err == nil {
			if e.logOut != nil {
				e.logOut.owner.Store(true)
			}
			if e.away.Load() {
				o.setAway(true)
			}
			e.current = &backend{svc: o.msgr, owner: o}
			return e.current, nil
		}
		if !errors.Is(err, errLocked) {
			return nil, err
		}
		client := control.NewClient(e.socket)
		if client.Ping(ctx) == nil {
			e.current = &backend{svc: client}
			return e.current, nil
		}
		select {
		case <-ctx.Done():
			if e.ctx.Err() != nil {
				return nil, ErrClosed
			}
			return nil, fmt.Errorf("%w (%s)", ErrNoOwner, e.home)
		case <-time.After(takeoverPoll):
		}
	}
}

// drop forgets an owner that has ended.
func (e *Engine) drop(b *backend) {
	<-e.turn
	if e.current == b && b.owner == nil {
		e.current = nil
	}
	e.turn <- struct{}{}
}

// loopbackOnly reports whether this process was told to stay on its machine.
func loopbackOnly() bool { return os.Getenv(LoopbackEnv) == "1" }
