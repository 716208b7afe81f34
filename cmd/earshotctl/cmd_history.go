package main

import (
	"context"
	"slices"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

// historyLimit is how many messages history shows unless told: about two
// screens.
const historyLimit = 50

func (p *program) history(ctx context.Context, words []string) error {
	before, err := msgid.Parse(p.args.before)
	if err != nil {
		return usagef("--before: %w", err)
	}
	limit := historyLimit
	if p.args.has("limit") {
		limit = p.args.limit
	}
	return p.either(ctx, isAddress(words[0]), func(ctx context.Context, s messenger.Service) error {
		self, err := s.Self(ctx)
		if err != nil {
			return err
		}
		with, err := resolve(ctx, s, words[0])
		if err != nil {
			return err
		}
		messages, err := readHistory(ctx, s, messenger.Page{Peer: with.id, Before: before, Limit: limit})
		if err != nil {
			return err
		}
		return p.printHistory(self, with, messages)
	})
}

// readHistory returns page.Limit messages, however many pages that takes.
func readHistory(ctx context.Context, s messenger.Service, page messenger.Page) ([]messenger.Message, error) {
	var pages [][]messenger.Message
	for left := page.Limit; left > 0; {
		page.Limit = min(left, messenger.MaxPage)
		got, err := s.History(ctx, page)
		if err != nil {
			return nil, err
		}
		pages = append(pages, got)
		if len(got) < page.Limit {
			break
		}
		left -= len(got)
		page.Before = got[0].ID
	}
	slices.Reverse(pages)
	return slices.Concat(pages...), nil
}

func (p *program) printHistory(self messenger.Self, with target, messages []messenger.Message) error {
	if p.args.json {
		for _, m := range messages {
			if err := p.printJSON(viewMessage("", self.ID, m)); err != nil {
				return err
			}
		}
		return nil
	}
	if len(messages) == 0 {
		return p.printf("no messages with %s\n", with.label())
	}
	var rows [][]string
	for _, m := range messages {
		who, text := shown(with.name), safetext.Terminal(m.Text)
		if m.Outgoing {
			who = "me"
			if !settled(m) || m.State == messenger.Failed {
				text += "  [" + stateWord(m.State) + "]"
			}
		}
		rows = append(rows, []string{clock(m.SentAt), who, text})
	}
	return p.printTable(rows)
}

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
			to := target{id: m.Peer}
			if i := slices.IndexFunc(all, func(t target) bool { return t.id == m.Peer }); i >= 0 {
				to = all[i]
			}
			if p.args.json {
				v := waitingJSON{viewMessage("", self.ID, m), safetext.Name(to.name), to.id.Short()}
				if err := p.printJSON(v); err != nil {
					return err
				}
				continue
			}
			preview := safetext.TerminalLine(string(safetext.Line(m.Text)))
			rows = append(rows, []string{clock(m.SentAt), to.label(), stateWord(m.State), preview})
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
