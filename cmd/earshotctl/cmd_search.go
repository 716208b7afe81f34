package main

import (
	"context"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/words"
)

const (
	// searchLimit is how many messages search shows unless told: a screen.
	searchLimit = 20
	// maxExcerpt is how many characters of a line search shows, and leadExcerpt
	// how many of them at most stand before the first word that was found.
	maxExcerpt  = 160
	leadExcerpt = 40
)

func (p *program) search(ctx context.Context, given []string) error {
	text := strings.Join(given, " ")
	query, err := words.ParseQuery(text)
	if err != nil {
		return usagef("%w", err)
	}
	limit := searchLimit
	if p.args.has("limit") {
		limit = p.args.limit
	}
	mark := p.marker()
	return p.either(ctx, isAddress(p.args.peer), func(ctx context.Context, s messenger.Service) error {
		self, err := s.Self(ctx)
		if err != nil {
			return err
		}
		q := messenger.Query{Text: text}
		if p.args.has("peer") {
			in, err := resolve(ctx, s, p.args.peer)
			if err != nil {
				return err
			}
			q.Peer = in.id
		}
		all, err := everyone(ctx, s)
		if err != nil {
			return err
		}
		hits, err := readHits(ctx, s, q, limit)
		if err != nil {
			return err
		}
		return p.printHits(self.ID, all, hits, func(text string) string { return mark(excerpt(text, query)) })
	})
}

// readHits returns up to limit hits, however many pages that takes.
func readHits(ctx context.Context, s messenger.Service, q messenger.Query, limit int) ([]messenger.Hit, error) {
	var hits []messenger.Hit
	for len(hits) < limit {
		q.Limit = min(limit-len(hits), messenger.MaxPage)
		page, err := s.Search(ctx, q)
		if err != nil {
			return nil, err
		}
		hits = append(hits, page...)
		if len(page) < q.Limit {
			break
		}
		q.Before = page[len(page)-1].Cursor
	}
	return hits, nil
}

func (p *program) printHits(self identity.DeviceID, all []target, hits []messenger.Hit, show func(string) string) error {
	var rows [][]string
	for _, h := range hits {
		with := whoIs(all, h.Peer)
		if p.args.json {
			v := waitingJSON{viewMessage("", self, h.Message), safetext.Name(with.name), with.id.Short()}
			if err := p.printJSON(v); err != nil {
				return err
			}
			continue
		}
		row := []string{clock(h.SentAt)}
		if p.args.ids {
			row = append(row, shortID(self, h.Message))
		}
		way := "from"
		if h.Outgoing {
			way = "to"
		}
		rows = append(rows, append(row, way, with.label(), show(h.Text)))
	}
	switch {
	case p.args.json:
		return nil
	case len(rows) == 0:
		return p.printf("nothing found\n")
	}
	return p.printTable(rows)
}

// piece is a part of a line; hit says that it was looked for.
type piece struct {
	text string
	hit  bool
}

// excerpt returns the first line of a text in which something of a query stands,
// or its first line if no line alone shows it, cut to what fits a screen.
func excerpt(text string, q words.Query) []piece {
	var line string
	var spans []words.Span
	for i, l := range strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		found := words.Spans(l, q)
		if i == 0 || len(found) > 0 {
			line, spans = l, found
		}
		if len(found) > 0 {
			break
		}
	}
	from := 0
	if len(spans) > 0 {
		from = lead(line[:spans[0].Start])
	}
	to := from
	for n := 0; n < maxExcerpt && to < len(line); n++ {
		_, size := utf8.DecodeRuneInString(line[to:])
		to += size
	}
	var out []piece
	add := func(text string, hit bool) {
		if text != "" {
			out = append(out, piece{text, hit})
		}
	}
	if from > 0 {
		add("…", false)
	}
	at := from
	for _, s := range spans {
		start, end := min(max(s.Start, at), to), min(s.End, to)
		add(line[at:start], false)
		add(line[start:end], true)
		at = end
	}
	add(line[at:to], false)
	if to < len(line) {
		add("…", false)
	}
	return out
}

// lead returns where an excerpt begins, given what stands before the first hit:
// at a word, if there is one.
func lead(before string) int {
	from := len(before)
	for n := 0; n < leadExcerpt && from > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(before[:from])
		from -= size
	}
	if from == 0 {
		return 0
	}
	if space := strings.IndexFunc(before[from:], unicode.IsSpace); space >= 0 {
		from += space
		_, size := utf8.DecodeRuneInString(before[from:])
		from += size
	}
	return from
}

// marker returns what makes an excerpt fit for the output: harmless, and what was
// found in bold on a terminal.
func (p *program) marker() func([]piece) string {
	on, off := "", ""
	if out, ok := p.out.(*os.File); ok && isTerminal(out) && p.getenv("TERM") != "dumb" {
		on, off = "\x1b[1m", "\x1b[22m" // ECMA-48 §8.3.117
	}
	return func(pieces []piece) string {
		var b strings.Builder
		for _, part := range pieces {
			text := safetext.TerminalLine(part.text)
			if part.hit {
				text = on + text + off
			}
			b.WriteString(text)
		}
		return b.String()
	}
}
