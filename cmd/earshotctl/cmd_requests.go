package main

import (
	"context"
	"fmt"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

func (p *program) requests(ctx context.Context, _ []string) error {
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		requests, err := s.Requests(ctx)
		if err != nil {
			return err
		}
		peers, err := s.Peers(ctx)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, r := range requests {
			if p.args.json {
				if err := p.printJSON(viewRequest("", r, peers)); err != nil {
					return err
				}
				continue
			}
			rows = append(rows, []string{clock(r.SentAt), label(r.Name, r.Peer), requestNote(r, peers) + safetext.Terminal(r.Text)})
		}
		switch {
		case p.args.json:
			return nil
		case len(rows) == 0:
			return p.printf("nobody asks\n")
		}
		return p.printTable(rows)
	})
}

func (p *program) allow(ctx context.Context, words []string) error {
	return p.decide(ctx, words[0], resolveKept, messenger.Service.Allow, trust.Accepted, "%s is a contact now")
}

func (p *program) refuse(ctx context.Context, words []string) error {
	return p.decide(ctx, words[0], resolve, messenger.Service.Refuse, trust.Stranger, "the request of %s is gone; it is not told")
}

func (p *program) block(ctx context.Context, words []string) error {
	return p.decide(ctx, words[0], resolve, messenger.Service.Block, trust.Blocked, "%s is blocked; it is not told")
}

// decide does one thing with the device that PEER names and says so, in done with
// its name for %s.
func (p *program) decide(ctx context.Context, peer string, find func(context.Context, messenger.Service, string) (target, error),
	do func(messenger.Service, context.Context, identity.DeviceID) error, level trust.Level, done string) error {
	return p.either(ctx, isAddress(peer), func(ctx context.Context, s messenger.Service) error {
		who, err := find(ctx, s, peer)
		if err != nil {
			return err
		}
		if err := do(s, ctx, who.id); err != nil {
			return err
		}
		return p.reportDecision(ctx, s, who, level, fmt.Sprintf(done, who.label()))
	})
}
