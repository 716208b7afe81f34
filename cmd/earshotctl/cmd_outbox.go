package main

import (
	"context"

	"earshot/internal/export"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

func (p *program) outbox(ctx context.Context, _ []string) error {
	return p.offline(ctx, func(ctx context.Context, s messenger.Service) error {
		self, err := s.Self(ctx)
		if err != nil {
			return err
		}
		all, err := everyone(ctx, s)
		if err != nil {
			return err
		}
		waiting, err := s.Outbox(ctx)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, m := range waiting {
			to := whoIs(all, m.Peer)
			if p.args.json {
				v := waitingJSON{viewMessage("", self.ID, m), safetext.Name(to.name), to.id.Short()}
				if err := p.printJSON(v); err != nil {
					return err
				}
				continue
			}
			row, err := p.outboxRow(ctx, s, self.ID, to, m)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		if p.args.json {
			return nil
		}
		if len(rows) == 0 {
			return p.printf("nothing waits\n")
		}
		return p.printTable(rows)
	})
}

func (p *program) outboxRow(ctx context.Context, s messenger.Service, self identity.DeviceID, to target, m messenger.Message) ([]string, error) {
	what, id := preview(m.Text), shortID(self, m)
	if m.Kind.IsChange() {
		var err error
		if what, err = describe(ctx, s, m); err != nil {
			return nil, err
		}
		id = "-" // nothing can be done to a change
	}
	row := []string{clock(m.SentAt)}
	if p.args.ids {
		row = append(row, id)
	}
	return append(row, to.label(), export.StateWord(m.State), what), nil
}

// describe says what a change does to which message.
func describe(ctx context.Context, s messenger.Service, c messenger.Message) (string, error) {
	found, err := s.Find(ctx, c.Target)
	if err != nil {
		return "", err
	}
	of := "a message that is no longer here"
	for _, m := range found {
		switch {
		case m.Peer != c.Peer || m.Outgoing != c.TargetMine:
		case m.Deleted:
			of = "the message of " + clock(m.SentAt)
		default:
			of = preview(m.Text)
		}
	}
	switch {
	case c.Kind == messenger.KindEdit:
		return "edit: " + preview(c.Text), nil
	case c.Kind == messenger.KindDelete:
		return "deletion of " + of, nil
	case c.Text == "":
		return "reaction taken back from: " + of, nil
	}
	return "reaction " + emoji(c.Text) + " to: " + of, nil
}
