package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"earshot/internal/messenger"
)

const (
	// compareTime is how long a code must have been shown before "yes" counts: a
	// habit answers sooner than eyes compare.
	compareTime = 2 * time.Second
	// cancelTime is how long telling the other side may take after an interrupt.
	cancelTime = 2 * time.Second
)

// pairSession follows one pairing to its end and tells what happens.
type pairSession struct {
	p      *program
	s      messenger.Service
	events <-chan messenger.Event
	now    messenger.Pairing
	lines  <-chan string // what a person answers; nil: another call does
	hold   bool          // an interrupt cancels the pairing
	asked  time.Time     // when the code was shown
	open   bool          // a question stands at the end of the output
}

// newPairSession subscribes, so that nothing of a pairing that begins later is
// missed.
func (p *program) newPairSession(ctx context.Context, s messenger.Service) (*pairSession, error) {
	events, err := s.Subscribe(ctx)
	return &pairSession{p: p, s: s, events: events}, err
}

// follow tells how the pairing goes on until it has ended, and what came of it.
func (f *pairSession) follow(ctx context.Context, began messenger.Pairing) error {
	f.now = messenger.Pairing{Serial: began.Serial, Peer: began.Peer}
	if err := f.take(began); err != nil {
		return err
	}
	for !f.now.Over() {
		if err := f.step(ctx); err != nil {
			return err
		}
	}
	return f.p.pairingEnded(f.now)
}

func (f *pairSession) step(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return f.interrupted(ctx)
	case ev, ok := <-f.events:
		switch {
		case !ok, ev.Kind == messenger.EventLagged:
			return f.lookAgain(ctx, ok)
		case ev.Kind == messenger.EventPairing:
			return f.take(*ev.Pairing)
		}
	case line, ok := <-f.lines:
		if !ok { // the end of input: nobody answers any more
			f.lines = nil
			return f.cancel(ctx)
		}
		return f.answer(ctx, line)
	}
	return nil
}

// stageRank orders the stages: one that comes late is no news.
func stageRank(s messenger.PairStage) int {
	switch s {
	case messenger.PairReaching, messenger.PairAsked:
		return 1
	case messenger.PairAsking:
		return 2
	case messenger.PairJoining:
		return 3
	case messenger.PairComparing:
		return 4
	case messenger.PairConfirming:
		return 5
	case messenger.PairVerified, messenger.PairFailed:
		return 6
	}
	return 0
}

// take notes how the pairing stands and tells it.
func (f *pairSession) take(n messenger.Pairing) error {
	if n.Serial != f.now.Serial || n.Peer != f.now.Peer || stageRank(n.Stage) <= stageRank(f.now.Stage) {
		return nil
	}
	f.now = n
	if f.open { // answered elsewhere, or over before it was answered
		f.open = false
		fmt.Fprintln(f.p.out)
	}
	if f.p.args.json {
		return f.p.printJSON(viewPairing("", n))
	}
	if n.Stage == messenger.PairComparing {
		return f.compare()
	}
	if text := f.p.pairStage(n); text != "" {
		return f.p.printf("%s\n", text)
	}
	return nil
}

// compare shows the code and asks, or says how it is answered.
func (f *pairSession) compare() error {
	who := pairLabel(f.now)
	if err := f.p.printf("\n    %s\n\n", spaced(f.now.Code)); err != nil {
		return err
	}
	if f.lines == nil {
		return f.p.printf("If %s shows the same number: %s\nIf not: %s\n", who,
			f.p.pairCall("confirm", f.now), f.p.pairCall("reject", f.now))
	}
	f.asked = time.Now()
	return f.ask("Does " + who + " show the same number?")
}

func (f *pairSession) ask(question string) error {
	f.open = true
	return f.p.printf("%s [y/n] ", question)
}

// answer takes a line that a person typed. What was typed before the question is
// no answer to it.
func (f *pairSession) answer(ctx context.Context, line string) error {
	if f.now.Stage != messenger.PairComparing {
		return nil
	}
	f.open = false // Enter has ended the line
	var choice messenger.PairChoice
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		if time.Since(f.asked) < compareTime {
			return f.ask("That was fast. Look at both screens: are the numbers the same?")
		}
		choice = messenger.PairMatch
	case "n", "no":
		choice = messenger.PairNoMatch
	default:
		return f.ask("Please type y or n, or Ctrl-C to cancel: are the numbers the same?")
	}
	n, err := f.s.AnswerPair(ctx, f.now.Serial, choice)
	if errors.Is(err, messenger.ErrNoPairing) || errors.Is(err, messenger.ErrPairNotNow) {
		return nil // it went on meanwhile, as an event tells
	}
	if err != nil {
		return err
	}
	return f.take(n)
}

// interrupted ends what a person does not want to wait for.
func (f *pairSession) interrupted(ctx context.Context) error {
	if !f.hold {
		return context.Cause(ctx)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cancelTime)
	defer cancel()
	return f.cancel(ctx)
}

// cancel ends the pairing and tells the other side, unless it is over.
func (f *pairSession) cancel(ctx context.Context) error {
	n, err := f.s.AnswerPair(ctx, f.now.Serial, messenger.PairCancel)
	if errors.Is(err, messenger.ErrNoPairing) {
		n, err = f.s.Pairing(ctx)
	}
	if err != nil {
		return err
	}
	if err := f.take(n); err != nil {
		return err
	}
	if !f.now.Over() {
		return errPairGone
	}
	return nil
}

// lookAgain reads how the pairing stands after events were lost.
func (f *pairSession) lookAgain(ctx context.Context, alive bool) error {
	var err error
	if !alive {
		if ctx.Err() != nil {
			return f.interrupted(ctx)
		}
		if f.events, err = f.s.Subscribe(ctx); err != nil {
			return err
		}
	}
	n, err := f.s.Pairing(ctx)
	if err != nil {
		return err
	}
	if n.Serial != f.now.Serial || n.Peer != f.now.Peer {
		return errPairGone
	}
	return f.take(n)
}
