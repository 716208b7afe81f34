package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// The exit codes (docs/CLI.md).
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitKept     = 3
	exitRefused  = 4
	exitNotFound = 5
)

// stdio is what a program gets from the one who starts it.
type stdio struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(string) string
	// terminal opens the one that a person sits at, whatever in is; nil: there is
	// none.
	terminal func() (io.ReadCloser, error)
	// columns tells how wide the screen of out is, 0 if it is none; nil: it is none.
	columns func() int
}

// calledEnv names an environment variable for a script that starts earshotctl
// under another name, like ./run ctl: what a person there types instead.
const calledEnv = "EARSHOT_CALLED"

// program is one call of earshotctl.
type program struct {
	stdio
	args arguments
	home string
	open openFunc
	told map[string]bool // IDs of the notices that were printed and still stand
}

var (
	// errUsage marks errors that come from how the command was written.
	errUsage = errors.New("wrong usage")
	// errKept ends a command whose text or change waits in the outbox: all is
	// said already.
	errKept = errors.New("kept in the outbox")
	// errRefused marks what the person at the other device did not want.
	errRefused = errors.New("refused")
	// errNotFound marks a PEER or ID that names nothing.
	errNotFound = errors.New("not found")
	// errUnseen marks a PEER that names nothing yet but might be seen later.
	errUnseen = fmt.Errorf("%w so far", errNotFound)
)

// run is the whole program. The result is the exit code.
func run(ctx context.Context, args []string, io stdio, open openFunc) int {
	p := &program{stdio: io, open: open}
	err := p.main(ctx, args)
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, errKept):
		return exitKept
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	}
	fmt.Fprintln(p.err, "earshotctl: "+safetext.TerminalLine(err.Error()))
	return exitCode(err)
}

// called is how a person calls this program.
func (p *program) called() string { return cmp.Or(p.getenv(calledEnv), "earshotctl") }

func (p *program) main(ctx context.Context, args []string) error {
	var err error
	if p.args, err = parseArguments(args); err != nil {
		return err
	}
	if p.args.help {
		return p.help(p.args.words)
	}
	if len(p.args.words) == 0 {
		fmt.Fprint(p.err, usageText())
		return usagef("say a command")
	}
	cmd := findCommand(p.args.words[0])
	if cmd == nil {
		return usagef("there is no command %q; %s help lists them", p.args.words[0], p.called())
	}
	words := p.args.words[1:]
	if len(words) < cmd.min || len(words) > cmd.max {
		return usagef("usage: %s %s", p.called(), cmd.usage)
	}
	if err := p.args.allowed(cmd); err != nil {
		return err
	}
	if p.home, err = p.homeFolder(); err != nil {
		return err
	}
	return cmd.do(p, ctx, words)
}

// logger writes to standard error if --verbose asks for it; nil leaves the log
// to the home folder.
func (p *program) logger() *slog.Logger {
	if !p.args.verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(p.err, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// usagef returns an error of exit code 2.
func usagef(format string, args ...any) error {
	return markedError{errUsage, fmt.Errorf(format, args...)}
}

// notFoundf returns an error of exit code 5.
func notFoundf(format string, args ...any) error {
	return markedError{errNotFound, fmt.Errorf(format, args...)}
}

// unseenf is notFoundf for what may still come into earshot.
func unseenf(format string, args ...any) error {
	return markedError{errUnseen, fmt.Errorf(format, args...)}
}

// markedError carries a mark for the exit code that its text does not show.
type markedError struct{ mark, err error }

func (e markedError) Error() string   { return e.err.Error() }
func (e markedError) Unwrap() []error { return []error{e.mark, e.err} }

func exitCode(err error) int {
	switch {
	case errors.Is(err, errUsage):
		return exitUsage
	case errors.Is(err, errRefused):
		return exitRefused
	case errors.Is(err, errNotFound), errors.Is(err, messenger.ErrUnknownPeer),
		errors.Is(err, messenger.ErrNoRequest), errors.Is(err, messenger.ErrUnreachable),
		errors.Is(err, messenger.ErrUnknownMessage), errors.Is(err, messenger.ErrUnknownSetting):
		return exitNotFound
	}
	return exitFailed
}
