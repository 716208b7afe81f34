// Package app is the window of Earshot. It joins a device (internal/engine),
// the view-models and the view, and is the only part of the program that
// imports the toolkit. Below it, internal/viewmodel knows no toolkit and
// internal/view no messenger.
package app

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"earshot/app/internal/platform"
	"earshot/internal/engine"
)

// appID names the program to the system.
const appID = "app.earshot.messenger"

// Exit codes of Main.
const (
	exitOK     = 0
	exitFailed = 1 // no display, or something that was written is not stored
	exitUsage  = 2
)

// Main runs the program with the arguments of the process and exits. It must be
// called from the main goroutine.
func Main() { os.Exit(run(takeArguments(), os.Stderr)) }

func run(args []string, stderr io.Writer) int {
	a, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		return exitUsage
	}
	return withDisplay(stderr, os.Getenv, os.Exit, func() int { return open(a, stderr) })
}

// open shows the window until it is closed.
func open(args arguments, stderr io.Writer) int {
	a := app.NewWithID(appID)
	logger := slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	opt := options{
		Home: args.home, Place: args.place, Link: args.link, Logger: logger, Dispatch: fyne.Do, OpenURL: opener(a),
		Dump: os.Getenv(DumpEnv), Frames: os.Getenv(FramesEnv),
		Open: func(ctx context.Context) (device, error) {
			return engine.Open(ctx, engine.Options{Home: args.home})
		},
	}
	phone := fyne.CurrentDevice().IsMobile()
	if phone {
		sys := platform.New()
		defer sys.Close()
		onPhone(&opt, sys, a)
	}
	s := newShell(a, opt)
	a.Lifecycle().SetOnStarted(s.start)
	a.Lifecycle().SetOnEnteredForeground(func() { s.focus(true) })
	a.Lifecycle().SetOnExitedForeground(func() { s.focus(false) })
	signals := make(chan os.Signal, 1)
	if !phone { // which makes its window anew after that, and whose loop no signal ends
		a.Lifecycle().SetOnStopped(s.silence)
		signal.Notify(signals, os.Interrupt, syscall.SIGTERM) // the toolkit quits by the same signals
	}
	go func() {
		if _, ok := <-signals; ok {
			s.silence()
		}
	}()
	s.window.ShowAndRun()
	signal.Stop(signals)
	close(signals)
	s.stop()
	if s.lost.Load() {
		return exitFailed
	}
	return exitOK
}
