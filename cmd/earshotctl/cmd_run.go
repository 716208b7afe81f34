package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"earshot/internal/engine"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

func (p *program) run(ctx context.Context, _ []string) error {
	do := p.watch
	if p.args.has("reply") {
		cmd, err := newReplyCommand(p.args.reply)
		if err != nil {
			return err
		}
		do = func(ctx context.Context, d device) error { return p.watchAndReply(ctx, d, cmd) }
	}
	err := p.running(ctx, do)
	if err != nil && p.args.json {
		return errors.Join(err, p.printJSON(errorJSON{"error", err.Error()}))
	}
	return err
}

// watch prints what happens from the moment the device can be reached until
// ctx ends, which is not an error.
func (p *program) watch(ctx context.Context, d device) error {
	w := newWatcher(p, d)
	if err := w.begin(ctx); err != nil {
		return unlessEnded(ctx, err)
	}
	events, err := d.Subscribe(ctx)
	if err != nil {
		return unlessEnded(ctx, err)
	}
	select {
	case <-d.Ready():
	case <-ctx.Done():
		return nil
	}
	if err := w.catchUp(ctx); err != nil {
		return unlessEnded(ctx, err)
	}
	if !p.args.json {
		if err := p.printf("%s", p.hint()); err != nil {
			return unlessEnded(ctx, err)
		}
	}
	for {
		select {
		case <-ctx.Done():
			return nil
		case ev, ok := <-events:
			if ctx.Err() != nil {
				return nil
			}
			if !ok {
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

// watchAndReply is watch, and cmd answers what contacts write.
func (p *program) watchAndReply(ctx context.Context, d device, cmd *replyCommand) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := newReplier(d, cmd.call, func(s string) { fmt.Fprintln(p.err, s) })
	ended := make(chan error, 1)
	go func() {
		defer cancel()
		ended <- r.run(ctx)
	}()
	err := p.watch(ctx, d)
	cancel()
	return errors.Join(err, <-ended)
}

func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// hint says how to use the device from another terminal.
func (p *program) hint() string {
	with := p.called() + " "
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
