package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"earshot/internal/export"
	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

// historyLimit is how many messages history shows unless told: about two
// screens.
const historyLimit = 50

func (p *program) history(ctx context.Context, words []string) error {
	limit := historyLimit
	if p.args.has("limit") {
		limit = p.args.limit
	}
	var page messenger.Page
	var at messageName
	var set *msgid.ID
	for flag, of := range map[string]*msgid.ID{"before": &page.Before, "after": &page.After, "around": &page.Around} {
		if !p.args.has(flag) {
			continue
		}
		if set != nil {
			return usagef("say one of --before, --after and --around")
		}
		var err error
		if at, err = parseMessageName(*p.args.strings()[flag]); err != nil {
			return usagef("--%s: %w", flag, err)
		}
		set = of
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
		if page.Peer = with.id; set != nil {
			if *set, err = at.in(ctx, s, with.id); err != nil {
				return err
			}
		}
		messages, err := readHistory(ctx, s, page, limit)
		if err != nil {
			return err
		}
		return p.printHistory(self, with, messages)
	})
}

// readHistory returns up to limit messages of page, however many pages that
// takes.
func readHistory(ctx context.Context, s messenger.Service, page messenger.Page, limit int) ([]messenger.Message, error) {
	page.Limit = min(limit, messenger.MaxPage)
	got, err := s.History(ctx, page)
	if err != nil || len(got) == 0 || limit <= messenger.MaxPage {
		return got, err
	}
	above, below := limit-len(got), 0
	switch {
	case !page.After.IsZero():
		above, below = 0, above
	case !page.Around.IsZero():
		i := slices.IndexFunc(got, func(m messenger.Message) bool { return m.ID == page.Around })
		above = (limit-1)/2 - i
		below = limit - 1 - (limit-1)/2 - (len(got) - 1 - i)
	}
	before, err := readOn(ctx, s, messenger.Page{Peer: page.Peer, Before: got[0].ID}, above)
	if err != nil {
		return nil, err
	}
	after, err := readOn(ctx, s, messenger.Page{Peer: page.Peer, After: got[len(got)-1].ID}, below)
	return slices.Concat(before, got, after), err
}

// readOn reads page by page in the direction of page.
func readOn(ctx context.Context, s messenger.Service, page messenger.Page, limit int) ([]messenger.Message, error) {
	var pages [][]messenger.Message
	up := page.After.IsZero()
	for limit > 0 {
		page.Limit = min(limit, messenger.MaxPage)
		got, err := s.History(ctx, page)
		if errors.Is(err, messenger.ErrUnknownMessage) { // deleted just now
			break
		}
		if err != nil {
			return nil, err
		}
		pages = append(pages, got)
		if len(got) < page.Limit {
			break
		}
		limit -= len(got)
		if up {
			page.Before = got[0].ID
		} else {
			page.After = got[len(got)-1].ID
		}
	}
	if up {
		slices.Reverse(pages)
	}
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
		return p.printf("%s\n", p.noMessages(with))
	}
	var rows [][]string
	for _, m := range messages {
		rows = append(rows, p.historyRows(self.ID, with, m)...)
	}
	return p.printTable(rows)
}

// noMessages says that there is nothing to show, of all or of what was asked for.
func (p *program) noMessages(with target) string {
	switch {
	case p.args.has("before"):
		return "nothing stands above that message with " + with.label()
	case p.args.has("after"):
		return "nothing stands below that message with " + with.label()
	}
	return "no messages with " + with.label()
}

// me stands for this device where its messages are shown.
const me = "me"

// historyRows is a message, with what it answers and its reactions below it. What
// they are is said in the first column, where no text of a message comes.
func (p *program) historyRows(self identity.DeviceID, with target, m messenger.Message) [][]string {
	who := func(mine bool) string {
		switch {
		case mine:
			return me
		case safetext.FoldName(with.name) == safetext.FoldName(me), safetext.Width(shown(with.name)) <= len(me):
			return with.label() // it may call itself so, in the letters of any script
		}
		return shown(with.name)
	}
	row := func(first, id string, mine bool, text string) []string {
		if p.args.ids {
			return []string{first, id, who(mine), text}
		}
		return []string{first, who(mine), text}
	}
	rows := [][]string{row(clock(m.SentAt), shortID(self, m), m.Outgoing, marked(safetext.Terminal(m.Text), m))}
	switch {
	case m.Quote != nil && m.Quote.Deleted:
		rows = append(rows, row("  answers", "", m.Quote.Outgoing, "[deleted]"))
	case m.Quote != nil:
		rows = append(rows, row("  answers", "", m.Quote.Outgoing, preview(m.Quote.Text)))
	case !m.ReplyTo.IsZero() && !m.Deleted:
		gone := row("  answers", "", false, "[no longer here]")
		gone[len(gone)-2] = "" // nobody knows whose it was
		rows = append(rows, gone)
	}
	if m.Theirs != "" {
		rows = append(rows, row("  reaction", "", false, emoji(m.Theirs)))
	}
	if mine := myReaction(m); mine != "" {
		rows = append(rows, row("  reaction", "", true, mine))
	}
	return rows
}

// myReaction is the reaction of this device, fit for a terminal. All that can wait
// of a received message is that.
func myReaction(m messenger.Message) string {
	mine := emoji(m.Mine)
	switch {
	case m.Outgoing || !m.Changing:
		return mine
	case mine == "":
		return "[taken back, waits]"
	}
	return mine + "  [waits]"
}

// marked is the text of a message, fit for a terminal, with what else a person
// wants to know of it.
func marked(text string, m messenger.Message) string {
	var marks []string
	switch {
	case m.Deleted:
		marks = append(marks, "deleted")
	case !m.EditedAt.IsZero():
		marks = append(marks, "edited")
	}
	switch {
	case !m.Outgoing || m.Deleted:
	case m.State == messenger.Failed:
		marks = append(marks, "cancelled")
	case !settled(m):
		marks = append(marks, export.StateWord(m.State))
	}
	if m.Changing && m.Outgoing && (settled(m) || m.Deleted) { // what waits goes as it is now
		marks = append(marks, "change waits")
	}
	switch {
	case len(marks) == 0:
		return text
	case text != "":
		text += "  "
	}
	return text + "[" + strings.Join(marks, ", ") + "]"
}

// preview is the beginning of a text on one line, fit for a terminal.
func preview(text string) string { return safetext.TerminalLine(string(safetext.Line(text))) }
