package main

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"earshot/internal/engine"
	"earshot/internal/messenger"
)

// device is what earshotctl needs of an engine.
type device interface {
	messenger.Service
	// Run does the work of the device until ctx ends.
	Run(ctx context.Context) error
	// Ready is closed once others can reach the device.
	Ready() <-chan struct{}
	// Close frees the home folder. Run has returned before.
	Close() error
}

// options says how to open the device of a home folder.
type options struct {
	home    string
	offline bool         // do not take the network; a running owner is used all the same
	logger  *slog.Logger // nil: the log file of the home folder
}

type openFunc func(context.Context, options) (device, error)

// openEngine opens the real device.
func openEngine(ctx context.Context, o options) (device, error) {
	e, err := engine.Open(ctx, engine.Options{Home: o.home, Offline: o.offline, Logger: o.logger})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// homeFolder returns the folder that --home or the environment chooses.
func (p *program) homeFolder() (string, error) {
	if p.args.home != "" {
		return filepath.Abs(p.args.home)
	}
	if dir := p.getenv(engine.HomeEnv); dir != "" {
		return filepath.Abs(dir)
	}
	return engine.DefaultHome()
}

// offline calls do with the device and takes no network for it: what needs one
// happens when the device runs next, or at once in the process that runs it.
func (p *program) offline(ctx context.Context, do func(context.Context, messenger.Service) error) error {
	ctx, stop := p.interruptible(ctx)
	defer stop()
	d, err := p.open(ctx, options{home: p.home, offline: true, logger: p.logger()})
	if err != nil {
		return err
	}
	p.tell(ctx, d)
	ctx, cancel := context.WithCancel(ctx)
	err = do(ctx, d)
	cancel() // what do subscribed to ends before the device
	return errors.Join(err, d.Close())
}

// online calls do with the device once others can reach it, and stops it when
// do returns. The context of do ends when the device can go on no longer.
func (p *program) online(ctx context.Context, do func(context.Context, messenger.Service) error) error {
	return p.running(ctx, whenReady(do))
}

// parting is how long a device stays after the last word of a pairing, which has
// to leave it before the links are closed.
const parting = 300 * time.Millisecond

// lasting is online, but an interrupt ends only the context of do: the device goes
// on until do has returned, and a moment longer, so that the other side is told.
func (p *program) lasting(ctx context.Context, do func(context.Context, messenger.Service) error) error {
	return p.runningFor(ctx, context.WithoutCancel, whenReady(func(ctx context.Context, s messenger.Service) error {
		err := do(ctx, s)
		<-time.After(parting)
		return err
	}))
}

func whenReady(do func(context.Context, messenger.Service) error) func(context.Context, device) error {
	return func(ctx context.Context, d device) error {
		select {
		case <-d.Ready():
			return do(ctx, d)
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// running calls do while the device is at work.
func (p *program) running(ctx context.Context, do func(context.Context, device) error) error {
	return p.runningFor(ctx, func(ctx context.Context) context.Context { return ctx }, do)
}

// runningFor is running; life makes the context of the device of the one that an
// interrupt ends.
func (p *program) runningFor(ctx context.Context, life func(context.Context) context.Context, do func(context.Context, device) error) error {
	ctx, stop := p.interruptible(ctx)
	defer stop()
	d, err := p.open(ctx, options{home: p.home, logger: p.logger()})
	if err != nil {
		return err
	}
	p.tell(ctx, d)
	work, end := context.WithCancel(life(ctx))
	ctx, cancel := context.WithCancelCause(ctx)
	ran := make(chan error, 1)
	go func() {
		err := d.Run(work)
		if err != nil && work.Err() == nil {
			cancel(err)
		} else {
			err = nil
		}
		ran <- err
	}()
	err = do(ctx, d)
	cancel(nil)
	end()
	if runErr := <-ran; runErr != nil && !errors.Is(err, runErr) {
		err = runErr
	}
	return errors.Join(err, d.Close())
}

// either is online where the command needs the network and offline elsewhere.
func (p *program) either(ctx context.Context, network bool, do func(context.Context, messenger.Service) error) error {
	if network {
		return p.online(ctx, do)
	}
	return p.offline(ctx, do)
}
