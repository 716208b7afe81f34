package store

import (
	"context"
	"unicode/utf8"
)

// MaxQuoteBytes is how much of a message is shown above its answer: a line, cut
// to the width it has, and room for the widest letters.
const MaxQuoteBytes = 400

// quote fills Quote of a message that answers one which is here.
func (d *DB) quote(ctx context.Context, q querier, m *Message) error {
	if m.ReplyTo.IsZero() || m.Deleted {
		return nil
	}
	found, err := all(ctx, q, func(s scanner) (Quote, error) {
		var o Quote
		var text []byte
		err := s.Scan(&o.Outgoing, &text, &o.Deleted)
		o.Text = beginning(string(text))
		return o, err
	}, `SELECT m.outgoing, substr(m.text, 1, ?), m.deleted FROM message m
		WHERE m.sender IN (?, ?) AND m.id = ? AND m.peer = ? AND`+shown+shownOrder+`LIMIT 1`,
		MaxQuoteBytes+1, d.self[:], m.Peer[:], m.ReplyTo[:], m.Peer[:])
	if err == nil && len(found) > 0 {
		m.Quote = &found[0]
	}
	return err
}

// quotes fills Quote of every message that answers another.
func (d *DB) quotes(ctx context.Context, q querier, ms []Message) error {
	for i := range ms {
		if err := d.quote(ctx, q, &ms[i]); err != nil {
			return err
		}
	}
	return nil
}

// beginning cuts a text to MaxQuoteBytes, at the border of a character.
func beginning(text string) string {
	if len(text) <= MaxQuoteBytes {
		return text
	}
	n := MaxQuoteBytes
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}
