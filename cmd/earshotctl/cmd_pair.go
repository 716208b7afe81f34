package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// pairWait is how long pair waits for a device to come into earshot unless told:
// somebody has just started it there.
const pairWait = 15 * time.Second

// pair is the command: what it does follows from its words.
func (p *program) pair(ctx context.Context, words []string) error {
	if slices.ContainsFunc(words, isLink) {
		return usagef("a pairing link is a secret, and other programs can read arguments: type %s pair - and paste the link then", p.called())
	}
	link := len(words) == 1 && words[0] == "-"
	switch {
	case p.args.qr && len(words) > 0:
		return usagef("--qr is for whoever reads the code first: say no PEER")
	case p.args.yes && !link:
		return usagef("--yes is for pair - alone: nobody but a person can compare numbers")
	case p.args.has("wait") && (len(words) != 1 || link):
		return usagef("--wait is for pair PEER alone")
	case p.args.qr:
		return p.invite(ctx)
	case link:
		return p.pairByLink(ctx)
	case len(words) == 0:
		return p.showPairing(ctx)
	case len(words) == 1:
		return p.pairWith(ctx, words[0], messenger.Service.Pair)
	}
	switch words[0] {
	case "accept":
		return p.pairWith(ctx, words[1], p.acceptPairing)
	case "confirm":
		return p.confirmPairing(ctx, words[1])
	case "reject":
		return p.rejectPairing(ctx, words[1])
	}
	return usagef("usage: %s %s", p.called(), findCommand("pair").usage)
}

// isLink reports whether a word is meant to be a pairing link.
func isLink(word string) bool {
	scheme, _, ok := strings.Cut(strings.TrimSpace(word), ":")
	return ok && strings.EqualFold(scheme, trust.Scheme)
}

// pairBegin begins a pairing or goes on with one.
type pairBegin = func(messenger.Service, context.Context, identity.DeviceID) (messenger.Pairing, error)

// pairWith pairs with the device that PEER names and stays until the end.
func (p *program) pairWith(ctx context.Context, peer string, begin pairBegin) error {
	return p.lasting(ctx, func(ctx context.Context, s messenger.Service) error {
		f, err := p.newPairSession(ctx, s)
		if err != nil {
			return err
		}
		f.hold = true
		with, err := p.awaitToPair(ctx, s, peer)
		if err != nil {
			return err
		}
		if !p.args.json && typed(p.in) {
			f.lines = lines(ctx, p.in)
		}
		n, err := begin(s, ctx, with.id)
		if err != nil {
			return p.explainPair(err, with)
		}
		return f.follow(ctx, n)
	})
}

// quickLook is how long pair looks for a device before it says so.
const quickLook = time.Second

// awaitToPair finds the device that PEER names, giving it time to come.
func (p *program) awaitToPair(ctx context.Context, s messenger.Service, peer string) (target, error) {
	if isAddress(peer) {
		return resolve(ctx, s, peer)
	}
	// A device that has asked to pair need not be one that is seen.
	if n, err := s.Pairing(ctx); err != nil || !n.Over() && isNamed(n.Peer, peer) {
		return target{id: n.Peer, name: n.Name}, err
	}
	wait := pairWait
	if p.args.has("wait") {
		wait = p.args.wait
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	quick, stop := context.WithTimeout(waiting, quickLook)
	defer stop()
	with, here, err := inEarshot(ctx, quick, s, peer)
	if errors.Is(err, errUnseen) && isIDPrefix(peer) || err == nil && !here && wait > quickLook {
		if !p.args.json {
			fmt.Fprintf(p.err, "Looking for %s… Ctrl-C ends this.\n", safetext.TerminalLine(peer))
		}
		with, _, err = inEarshot(ctx, waiting, s, peer)
	}
	return with, err
}

// inEarshot is await that also waits, until waiting ends, for a device that is
// known to come into earshot, and reports whether it is there. Whether another one
// is reached all the same, its pairing finds out.
func inEarshot(ctx, waiting context.Context, s messenger.Service, peer string) (_ target, here bool, _ error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	with, err := await(ctx, waiting, s, peer)
	if err != nil {
		return target{}, false, err
	}
	events, err := s.Subscribe(ctx)
	for err == nil {
		var peers []messenger.Peer
		if peers, err = s.Peers(ctx); err != nil {
			break
		}
		for _, known := range peers {
			if known.ID == with.id && (known.Online || known.Level == trust.Blocked) {
				return with, true, nil
			}
		}
		select {
		case _, ok := <-events:
			if !ok {
				events, err = s.Subscribe(ctx)
			}
		case <-waiting.Done():
			if ctx.Err() != nil {
				return with, false, context.Cause(ctx)
			}
			return with, false, nil
		}
	}
	return with, false, err
}

// acceptPairing goes on with a pairing that the device began, and begins none.
func (p *program) acceptPairing(s messenger.Service, ctx context.Context, id identity.DeviceID) (messenger.Pairing, error) {
	n, err := s.Pairing(ctx)
	if err != nil {
		return n, err
	}
	if n.Peer != id || n.Over() || n.Serial == 0 {
		return n, notFoundf("that device has not asked to pair; %s pair %s asks it", p.called(), id.Short())
	}
	return s.Pair(ctx, id)
}

// isNamed reports whether a word is the ID of a device or its beginning.
func isNamed(id identity.DeviceID, word string) bool {
	full, err := identity.ParseDeviceID(word)
	return err == nil && full == id || id.HasPrefix(word)
}

// pairingWith returns the pairing under way if it is with the device that PEER
// names.
func (p *program) pairingWith(ctx context.Context, s messenger.Service, peer string) (messenger.Pairing, error) {
	n, err := s.Pairing(ctx)
	if err != nil {
		return n, err
	}
	if n.Serial == 0 || n.Over() {
		return n, notFoundf("no pairing is under way")
	}
	if isNamed(n.Peer, peer) {
		return n, nil
	}
	with, err := resolve(ctx, s, peer)
	switch {
	case err != nil:
		return n, err
	case with.id != n.Peer:
		return n, notFoundf("the pairing under way is with %s, not with %s", pairLabel(n), with.label())
	}
	return n, nil
}

// confirmPairing says that the numbers are equal, once they may have been
// compared, and stays until the end.
func (p *program) confirmPairing(ctx context.Context, peer string) error {
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		f, err := p.newPairSession(ctx, s)
		if err != nil {
			return err
		}
		n, err := p.pairingWith(ctx, s, peer)
		if err != nil {
			return err
		}
		switch n.Stage {
		case messenger.PairConfirming: // a repeated call
		case messenger.PairComparing:
			select {
			case <-time.After(min(compareTime, time.Until(n.CodeAt.Add(compareTime)))):
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			if n, err = s.AnswerPair(ctx, n.Serial, messenger.PairMatch); err != nil {
				return err
			}
		default:
			return fmt.Errorf("there is no number to compare with %s yet", pairLabel(n))
		}
		return f.follow(ctx, n)
	})
}

// rejectPairing says that the numbers differ, or that the person does not want to.
func (p *program) rejectPairing(ctx context.Context, peer string) error {
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		n, err := p.pairingWith(ctx, s, peer)
		if err != nil {
			return err
		}
		choice := messenger.PairCancel
		if n.Stage == messenger.PairComparing {
			choice = messenger.PairNoMatch
		}
		if n, err = s.AnswerPair(ctx, n.Serial, choice); err != nil {
			return err
		}
		if p.args.json {
			return p.printJSON(viewPairing("", n))
		}
		return p.printf("%s\n", p.pairFailure(n))
	})
}

// showPairing prints the pairing under way, or what became of the last one.
func (p *program) showPairing(ctx context.Context) error {
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		n, err := s.Pairing(ctx)
		switch {
		case err != nil:
			return err
		case p.args.json && n.Serial == 0:
			return nil
		case p.args.json:
			return p.printJSON(viewPairing("", n))
		case n.Serial == 0:
			return p.printf("no pairing is under way; %s pair PEER begins one\n", p.called())
		case n.Stage == messenger.PairVerified:
			return p.printf("no pairing is under way; the last one ended with: %s is verified\n", pairLabel(n))
		case n.Over():
			return p.printf("no pairing is under way; of the last one: %s\n", p.pairFailure(n))
		case n.Stage == messenger.PairAsked:
			return p.printf("%s\n", p.pairAsked(n))
		case n.Stage == messenger.PairComparing:
			return p.printf("%s has to show %s: %s, or %s\n", pairLabel(n), spaced(n.Code), p.pairCall("confirm", n), p.pairCall("reject", n))
		}
		return p.printf("%s\n", p.pairStage(n))
	})
}

// pairAsked says that a device wants to pair, and how to answer.
func (p *program) pairAsked(n messenger.Pairing) string {
	return pairLabel(n) + " wants to pair: " + p.pairCall("", n) + ", or " + p.pairCall("reject", n)
}
