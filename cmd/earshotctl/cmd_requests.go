package main

import (
	"context"

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
		var rows [][]string
		for _, r := range requests {
			if p.args.json {
				if err := p.printJSON(viewRequest("", r)); err != nil {
					return err
				}
				continue
			}
			rows = append(rows, []string{clock(r.SentAt), label(r.Name, r.Peer), safetext.Terminal(r.Text)})
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
	return p.decide(ctx, words[0], messenger.Service.Allow, trust.Accepted, "%s is a contact now\n")
}

func (p *program) refuse(ctx context.Context, words []string) error {
	return p.decide(ctx, words[0], messenger.Service.Refuse, trust.Stranger, "the request of %s is gone; it is not told\n")
}

func (p *program) block(ctx context.Context, words []string) error {
	return p.decide(ctx, words[0], messenger.Service.Block, trust.Blocked, "%s is blocked\n")
}

// decide does one thing with the device that PEER names and says so; level is
// what the device is afterwards unless the contacts say more.
func (p *program) decide(ctx context.Context, peer string, do func(messenger.Service, context.Context, identity.DeviceID) error, level trust.Level, done string) error {
	return p.either(ctx, isAddress(peer), func(ctx context.Context, s messenger.Service) error {
		who, err := resolve(ctx, s, peer)
		if err != nil {
			return err
		}
		if err := do(s, ctx, who.id); err != nil {
			return err
		}
		if !p.args.json {
			return p.printf(done, who.label())
		}
		peers, err := s.Peers(ctx)
		if err != nil {
			return err
		}
		for _, known := range peers {
			if known.ID == who.id {
				level = known.Level
			}
		}
		return p.printJSON(decisionJSON{safetext.Name(who.name), who.id, who.id.Short(), level})
	})
}
