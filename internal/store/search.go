package store

import (
	"context"
	"fmt"
	"math"
	"slices"

	"earshot/internal/identity"
	"earshot/internal/words"
)

// Errors of Search.
var (
	// ErrNoWords means that a query holds nothing that could be found.
	ErrNoWords = words.ErrNoWords
	// ErrLongQuery means that a query is longer than words.MaxQueryBytes or
	// words.MaxTerms.
	ErrLongQuery = words.ErrTooLong
)

// Cursor is a place among the hits of a search. Zero stands before the first.
type Cursor int64

// Query is what is looked for in the texts of messages.
type Query struct {
	Text   string            // as a person typed it: see words.ParseQuery
	Peer   identity.DeviceID // only the conversation with this device; zero: all
	Before Cursor            // of the last hit that is known; zero: from the newest
	Limit  int               // see MaxPage
}

// Hit is a message that was found.
type Hit struct {
	Message
	Cursor Cursor // for Query.Before: what follows this hit
}

// Search returns a page of the messages in which all of the query stands, newest
// first by when they were stored here. A page shorter than the limit is the last
// one. What is stored meanwhile does not move the pages behind a cursor.
// ErrNoWords, ErrLongQuery.
func (d *DB) Search(ctx context.Context, q Query) ([]Hit, error) {
	const op = "search messages"
	parsed, err := words.ParseQuery(q.Text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	before := int64(q.Before)
	if before <= 0 {
		before = math.MaxInt64
	}
	var hits []Hit
	err = d.read(ctx, op, func(r querier) error {
		rows, err := find(ctx, r, parsed, q.Peer, before, pageLimit(q.Limit))
		if err != nil {
			return err
		}
		hits = make([]Hit, len(rows))
		for i, found := range rows {
			hits[i] = Hit{found.Message, Cursor(found.num)}
			if err := d.quote(ctx, r, &hits[i].Message); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return hits, nil
}

// find looks through the newest messages itself and for the others into the index.
func find(ctx context.Context, r querier, q words.Query, peer identity.DeviceID, before int64, limit int) ([]row, error) {
	top, err := indexTop(ctx, r)
	if err != nil {
		return nil, err
	}
	rows, err := all(ctx, r, scanRow, selectTail, top, before)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(m row) bool {
		return !peer.IsZero() && m.Peer != peer || !q.Matches(m.Text)
	})
	if len(rows) >= limit {
		return rows[:limit], nil
	}
	older, err := all(ctx, r, scanRow, selectFound, matchExpression(q, peer), before, limit-len(rows))
	return append(rows, older...), err
}
