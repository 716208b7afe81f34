package main

import (
	"context"
	"errors"
	"fmt"

	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

func (p *program) unblock(ctx context.Context, words []string) error {
	return p.either(ctx, isAddress(words[0]), func(ctx context.Context, s messenger.Service) error {
		who, err := resolveKept(ctx, s, words[0])
		if err != nil {
			return err
		}
		if err := s.Unblock(ctx, who.id); err != nil {
			return err
		}
		if !who.blocked && !p.args.json {
			return p.printf("nothing to do: %s is not blocked\n", who.label())
		}
		return p.reportDecision(ctx, s, who, trust.Stranger, who.label()+" is not blocked any more")
	})
}

func (p *program) forget(ctx context.Context, words []string) error {
	var who target
	var talked bool
	find := func(ctx context.Context, s messenger.Service) (err error) {
		if who, err = resolveKept(ctx, s, words[0]); err != nil {
			return err
		}
		newest, err := s.History(ctx, messenger.Page{Peer: who.id, Limit: 1})
		talked = len(newest) > 0
		return err
	}
	return p.afterYes(ctx, isAddress(words[0]), find, func() string {
		if !talked {
			return ""
		}
		return "Forget " + who.label() + " and delete the conversation with it from this device?"
	}, func(ctx context.Context, s messenger.Service) error {
		if err := s.Forget(ctx, who.id); err != nil {
			return err
		}
		return p.reportDecision(ctx, s, who, trust.Stranger, who.label()+" is forgotten; it has to ask again")
	})
}

func (p *program) replace(ctx context.Context, words []string) error {
	var from, to target
	find := func(ctx context.Context, s messenger.Service) (err error) {
		if from, err = resolve(ctx, s, words[0]); err != nil {
			return err
		}
		to, err = resolve(ctx, s, words[1])
		return err
	}
	network := isAddress(words[0]) || isAddress(words[1])
	return p.afterYes(ctx, network, find, func() string {
		return fmt.Sprintf("Let %s take the place of %s? The conversation of the old device and what waits for it go over to the new one, and the old one is a stranger then. This cannot be undone.", to.label(), from.label())
	}, func(ctx context.Context, s messenger.Service) error {
		switch err := s.Replace(ctx, from.id, to.id); {
		case errors.Is(err, messenger.ErrNotVerified):
			return markedError{err, fmt.Errorf("%s is not verified, so nothing says whose it is; %s pair %s first", to.label(), p.called(), to.id.Short())}
		case errors.Is(err, messenger.ErrBlocked):
			return p.explain(err, from)
		case err != nil:
			return err
		}
		return p.reportDecision(ctx, s, to, trust.Verified, to.label()+" has taken the place of "+from.label())
	})
}

func (p *program) rename(ctx context.Context, words []string) error {
	nick := ""
	switch {
	case p.args.reset == (len(words) == 2):
		return usagef("say the name to give it here, or --reset to show its own again")
	case len(words) == 2:
		nick = words[1]
	}
	return p.either(ctx, isAddress(words[0]), func(ctx context.Context, s messenger.Service) error {
		who, err := resolve(ctx, s, words[0])
		if err != nil {
			return err
		}
		if err := s.SetNick(ctx, who.id, nick); err != nil {
			if errors.Is(err, messenger.ErrUnknownPeer) {
				return notFoundf("%s is not a contact, and only contacts get a name here", who.label())
			}
			return err
		}
		all, err := everyone(ctx, s)
		if err != nil {
			return err
		}
		now := whoIs(all, who.id)
		switch {
		case p.args.json:
			return p.printJSON(viewConversation("", now))
		case nick == "":
			return p.printf("%s is shown by its own name\n", now.label())
		}
		return p.printf("%s is now shown as %s here; it is not told\n", who.label(), shown(now.name))
	})
}

// afterYes finds what a command is about, asks, and does it. An empty question is
// not asked; without a terminal nobody can answer one, and --yes has to stand for
// the answer. The device is closed while a person thinks.
func (p *program) afterYes(ctx context.Context, network bool, find func(context.Context, messenger.Service) error,
	question func() string, do func(context.Context, messenger.Service) error) error {
	if !p.args.yes {
		if err := p.either(ctx, network, find); err != nil {
			return err
		}
		if q := question(); q != "" {
			if !typed(p.in) {
				return usagef("this deletes or moves a conversation; in a script say --yes")
			}
			if !p.confirm(q) {
				return errors.New("nothing was changed")
			}
		}
		return p.offline(ctx, do)
	}
	return p.either(ctx, network, func(ctx context.Context, s messenger.Service) error {
		if err := find(ctx, s); err != nil {
			return err
		}
		return do(ctx, s)
	})
}

// reportDecision says what was done with a device; level is what it is then
// unless the contacts say more.
func (p *program) reportDecision(ctx context.Context, s messenger.Service, who target, level trust.Level, done string) error {
	if !p.args.json {
		return p.printf("%s\n", done)
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
}
