package main

import (
	"context"
	"errors"
	"strings"

	"earshot/internal/engine"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

func (p *program) run(ctx context.Context, _ []string) error {
	err := p.running(ctx, func(ctx context.Context, d device) error {
		return p.watch(ctx, d)
	})
	if err != nil && p.args.json {
		return errors.Join(err, p.printJSON(errorJSON{"error", err.Error()}))
	}
	return err
}

// watch prints what happens from the moment the device can be reached until
// ctx ends, which is not an error.
func (p *program) watch(ctx context.Context, d device) error {
	events, err := d.Subscribe(ctx)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	select {
	case <-d.Ready():
	case <-ctx.Done():
		return nil
	}
	w := newWatcher(p, d)
	if err := w.catchUp(ctx); err != nil {
		return unlessEnded(ctx, err)
	}
	if !p.args.json {
		if err := p.printf("%s", p.hint()); err != nil {
			return err
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case ev, ok := <-events:
			if !ok {
				if ctx.Err() != nil {
					return nil
				}
				if events, err = d.Subscribe(ctx); err != nil {
					return unlessEnded(ctx, err)
				}
				ev = messenger.Event{Kind: messenger.EventLagged}
			}
			if err := w.event(ctx, ev); err != nil {
				return unlessEnded(ctx, err)
			}
		}
	}
}

func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// hint says how to use the device from another terminal.
func (p *program) hint() string {
	with := "earshotctl "
	if p.args.home != "" || p.getenv(engine.HomeEnv) != "" {
		with += "--home " + shellWord(p.home) + " "
	}
	return "In another terminal: " + with + "peers, then " + with + "send PEER TEXT. Ctrl-C ends this device.\n"
}

// shellWord quotes s for a POSIX shell if it needs that.
func shellWord(s string) string {
	plain := !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./@%", r)
	})
	if plain && s != "" {
		return s
	}
	return safetext.TerminalLine("'" + strings.ReplaceAll(s, "'", `'\''`) + "'")
}
