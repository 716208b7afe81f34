package export

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

var (
	// ErrLost means that a whole page of the conversation was deleted while it
	// was written.
	ErrLost = errors.New("the conversation was deleted meanwhile; export it again")
	// ErrUnclear means that the other device has used IDs of this device's
	// messages for so many of its own that no place in the conversation can be
	// named there.
	ErrUnclear = errors.New("a part of the conversation cannot be read: the other device has copied the IDs of its messages")
)

// key names a message of one conversation.
type key struct {
	outgoing bool
	id       msgid.ID
}

func keyOf(m messenger.Message) key { return key{m.Outgoing, m.ID} }

// each calls do for every message of a conversation, oldest first.
func each(ctx context.Context, src Source, peer identity.DeviceID, do func(messenger.Message) error) error {
	r := reader{src, peer}
	page, err := r.top(ctx)
	if err != nil {
		return err
	}
	var done map[key]bool // of the page before
	for {
		fresh := 0
		for _, m := range page {
			if done[keyOf(m)] {
				continue
			}
			fresh++
			if err := do(m); err != nil {
				return err
			}
		}
		if done != nil && len(page) < messenger.MaxPage || len(page) == 0 {
			return nil
		}
		if fresh == 0 {
			return ErrUnclear
		}
		if done = map[key]bool{}; ctx.Err() != nil {
			return context.Cause(ctx)
		}
		for _, m := range page {
			done[keyOf(m)] = true
		}
		if page, err = r.next(ctx, slices.Backward(page), func(id msgid.ID) messenger.Page {
			return messenger.Page{After: id}
		}); err != nil {
			return err
		}
	}
}

// reader pages through one conversation.
type reader struct {
	src  Source
	peer identity.DeviceID
}

// top returns the oldest page. A Service knows places in a conversation by
// messages only, so the way there goes through all pages.
func (r reader) top(ctx context.Context) ([]messenger.Message, error) {
	page, err := r.src.History(ctx, messenger.Page{Peer: r.peer, Limit: messenger.MaxPage})
	for err == nil && len(page) == messenger.MaxPage {
		var above []messenger.Message
		above, err = r.next(ctx, slices.All(page), func(id msgid.ID) messenger.Page {
			return messenger.Page{Before: id}
		})
		if err != nil {
			return nil, err
		}
		if len(above) == 0 {
			break
		}
		page = above
	}
	return page, err
}

// next returns the page beside the first of some messages that still is there
// and that its ID names alone. The other device can give the ID of a message of
// this one to one of its own; from there a walk would go in a circle or leave
// something out.
func (r reader) next(ctx context.Context, anchors func(func(int, messenger.Message) bool), beside func(msgid.ID) messenger.Page) ([]messenger.Message, error) {
	gone := 0
	tried := 0
	for _, m := range anchors {
		tried++
		named, err := r.src.Find(ctx, m.ID)
		if err != nil {
			return nil, err
		}
		here := 0
		for _, n := range named {
			if n.Peer == r.peer {
				here++
			}
		}
		if here == 0 {
			gone++
		}
		if here != 1 {
			continue
		}
		page := beside(m.ID)
		page.Peer, page.Limit = r.peer, messenger.MaxPage
		got, err := r.src.History(ctx, page)
		if errors.Is(err, messenger.ErrUnknownMessage) { // removed just now
			gone++
			continue
		}
		return got, err
	}
	if gone == tried {
		return nil, ErrLost
	}
	return nil, fmt.Errorf("%w (%d messages in a row)", ErrUnclear, tried)
}
