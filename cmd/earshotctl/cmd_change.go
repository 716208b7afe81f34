package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

func (p *program) edit(ctx context.Context, words []string) error {
	name, err := parseMessageName(words[0])
	if err != nil {
		return err
	}
	text, err := p.text(words[1:])
	if err != nil {
		return err
	}
	return p.change(ctx, name, messenger.Change{Kind: messenger.KindEdit, Text: text}, "edit")
}

func (p *program) react(ctx context.Context, words []string) error {
	name, err := parseMessageName(words[0])
	if err != nil {
		return err
	}
	switch {
	case p.args.remove && len(words) > 1:
		return usagef("say an emoji or --remove, not both")
	case !p.args.remove && len(words) == 1:
		return usagef("say an emoji, or --remove to take yours back")
	}
	c := messenger.Change{Kind: messenger.KindReact}
	if len(words) > 1 {
		c.Text = words[1]
	}
	if c.Text != "" && !safetext.IsEmoji(c.Text) {
		return messenger.ErrBadEmoji // the other device would show a part of it, or nothing
	}
	if err := messenger.CheckEmoji(c.Text); err != nil {
		return err
	}
	what := "taking back of the reaction"
	if c.Text != "" {
		what = "reaction " + emoji(c.Text)
	}
	return p.change(ctx, name, c, what)
}

func (p *program) delete(ctx context.Context, words []string) error {
	name, err := parseMessageName(words[0])
	if err != nil {
		return err
	}
	if p.args.here {
		if p.args.has("wait") {
			return usagef("--here tells the other device nothing, so there is nothing to wait for")
		}
		return p.deleteHere(ctx, name)
	}
	return p.change(ctx, name, messenger.Change{Kind: messenger.KindDelete}, "deletion")
}

// change makes a change to a message, waits until the other device has it and
// says what became of it.
func (p *program) change(ctx context.Context, name messageName, c messenger.Change, what string) error {
	wait := p.sendWait()
	return p.either(ctx, wait > 0, func(ctx context.Context, s messenger.Service) error {
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		m, with, err := p.lookUp(ctx, s, name)
		if err != nil {
			return err
		}
		events, err := s.Subscribe(ctx)
		if err != nil {
			return err
		}
		c.ID, c.Of = msgid.New(time.Now()), messenger.RefOf(m)
		m, err = s.Change(ctx, c)
		fresh := m.Changing // otherwise it was so before
		if err != nil {
			return p.explainChange(err, with, c.Kind)
		}
		m, err = delivery(waiting, s, events, m, known)
		if err != nil {
			return err
		}
		return p.reportChanged(context.WithoutCancel(ctx), s, with, m, what, fresh)
	})
}

// explainChange says what to do instead of a change that cannot be.
func (p *program) explainChange(err error, with target, kind messenger.Kind) error {
	if kind == messenger.KindDelete {
		switch {
		case errors.Is(err, messenger.ErrNotYours):
			return fmt.Errorf("%w; %s delete ID --here removes it from this device alone", err, p.called())
		case errors.Is(err, messenger.ErrCancelled): // its own advice is to send it again
			return markedError{err, fmt.Errorf("that message was cancelled and never sent; %s delete ID --here removes it from this device", p.called())}
		}
	}
	return p.explain(err, with)
}

// known reports whether the other device has all changes of a message.
func known(m messenger.Message) bool { return !m.Changing }

// reportChanged says how a message stands after a change.
func (p *program) reportChanged(ctx context.Context, s messenger.Service, with target, m messenger.Message, what string, fresh bool) error {
	var err error
	if p.args.json {
		err = p.printMessageJSON(ctx, s, m)
	} else {
		how := what + " delivered to " + with.label()
		switch {
		case m.Changing:
			how, err = kept(ctx, s, with, m)
			how = what + " " + how
		case !fresh:
			how = "nothing to do: it is so already"
		}
		if err == nil {
			err = p.printf("%s\n", how)
		}
	}
	if err == nil && m.Changing {
		err = errKept
	}
	return err
}

func (p *program) deleteHere(ctx context.Context, name messageName) error {
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		m, with, err := p.lookUp(ctx, s, name)
		if err != nil {
			return err
		}
		if err := s.Remove(ctx, messenger.RefOf(m)); err != nil {
			return err
		}
		if p.args.json {
			return p.printMessageJSON(ctx, s, m)
		}
		return p.printf("deleted from this device; %s is not told\n", with.label())
	})
}

func (p *program) cancel(ctx context.Context, words []string) error {
	name, err := parseMessageName(words[0])
	if err != nil {
		return err
	}
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		m, with, err := p.lookUp(ctx, s, name)
		if err != nil {
			return err
		}
		if m, err = s.Cancel(ctx, messenger.RefOf(m)); err != nil {
			return err
		}
		if p.args.json {
			return p.printMessageJSON(ctx, s, m)
		}
		return p.printf("cancelled: it is not sent to %s any more\n", with.label())
	})
}

// lookUp returns the message that name names and the device of its conversation.
func (p *program) lookUp(ctx context.Context, s messenger.Service, name messageName) (messenger.Message, target, error) {
	m, err := name.find(ctx, s)
	if err != nil {
		return m, target{}, err
	}
	all, err := everyone(ctx, s)
	return m, whoIs(all, m.Peer), err
}

func (p *program) printMessageJSON(ctx context.Context, s messenger.Service, m messenger.Message) error {
	self, err := s.Self(ctx)
	if err != nil {
		return err
	}
	return p.printJSON(viewMessage("", self.ID, m))
}
