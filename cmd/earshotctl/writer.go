package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// writeGrace is how long output may take once the program is told to end: much
// for a reader that reads, and little for a person who pressed Ctrl-C.
const writeGrace = time.Second

// errUnread ends a write that nobody takes.
var errUnread = errors.New("nobody reads the output")

// patientWriter waits for its reader as long as its context lives, and
// writeGrace for each write after that. The first write that is given up is the
// last: it stays behind in its goroutine, because nothing can end it but the end
// of the process, which is near then.
type patientWriter struct {
	ctx   context.Context
	to    io.Writer
	turn  chan struct{} // one token: who holds it may write
	gone  chan struct{} // closed when the reader is given up
	leave sync.Once
}

func newPatientWriter(ctx context.Context, to io.Writer) *patientWriter {
	w := &patientWriter{ctx: ctx, to: to, turn: make(chan struct{}, 1), gone: make(chan struct{})}
	w.turn <- struct{}{}
	return w
}

// Write is safe for concurrent use.
func (w *patientWriter) Write(b []byte) (int, error) {
	select {
	case <-w.turn:
	case <-w.gone:
		return 0, errUnread
	}
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	b = bytes.Clone(b) // the caller has it back when the write is given up
	go func() {
		n, err := w.to.Write(b)
		w.turn <- struct{}{}
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return r.n, r.err
	case <-w.ctx.Done():
	}
	grace := time.NewTimer(writeGrace)
	defer grace.Stop()
	select {
	case r := <-done:
		return r.n, r.err
	case <-grace.C:
		w.leave.Do(func() { close(w.gone) })
		return 0, errUnread
	}
}

// stuck reports whether a write is still under way.
func (w *patientWriter) stuck() bool { return len(w.turn) == 0 }

// interruptible returns a context that ends with ctx, SIGINT or SIGTERM; a
// second signal ends the program at once. Output that nobody reads does not hold
// the program up after the first, until stop is called. It is called once nothing waits for standard input
// any more: until then a signal simply ends the program.
func (p *program) interruptible(ctx context.Context) (_ context.Context, stop func()) {
	ctx, deaf := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, deaf)
	plain := p.stdio
	out, errs := newPatientWriter(ctx, plain.out), newPatientWriter(ctx, plain.err)
	p.out, p.err = out, errs
	return ctx, func() {
		// What is stuck stays as it is: the next write to it must not hang.
		if !out.stuck() {
			p.out = plain.out
		}
		if !errs.stuck() {
			p.err = plain.err
		}
		deaf()
	}
}
