package main

import (
	"context"

	"earshot/internal/messenger"
)

// pairing prints how a pairing goes on: for people only that a device asks, and
// what came of it.
func (w *watcher) pairing(n messenger.Pairing) error {
	if n.Serial == w.pair.Serial && n.Peer == w.pair.Peer && n.Stage == w.pair.Stage {
		return nil
	}
	w.pair = n
	switch n.Stage {
	case messenger.PairAsked:
		if w.p.args.json {
			return w.p.printJSON(viewPairing("pair_request", n))
		}
		return w.line("pairing", w.p.pairAsked(n))
	case messenger.PairVerified:
		if w.p.args.json {
			return w.p.printJSON(viewPairing("paired", n))
		}
		return w.line("paired", pairLabel(n)+" is verified")
	}
	if w.p.args.json {
		return w.p.printJSON(viewPairing("pairing", n))
	}
	if n.Stage == messenger.PairFailed {
		return w.line("pairing", w.p.pairFailure(n))
	}
	return nil
}

// catchUpPairing prints how the pairing stands if that was not told. What had
// ended before the first time is no news.
func (w *watcher) catchUpPairing(ctx context.Context, first bool) error {
	n, err := w.d.Pairing(ctx)
	if err != nil || n.Serial == 0 {
		return err
	}
	if first && n.Over() {
		w.pair = n
		return nil
	}
	return w.pairing(n)
}
