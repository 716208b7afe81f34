package viewmodel

import (
	"context"
	"errors"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// aroundSize is how many messages are read when a person goes to one: a page
// above it and a page below it.
const aroundSize = 2*pageSize + 1

func readThread(ctx context.Context, q question) (func(*state), error) {
	switch {
	case q.thread == nil:
		return func(*state) {}, nil
	case !q.around.id.IsZero():
		return readAround(ctx, q)
	case !q.first.IsZero():
		return readWindow(ctx, q)
	}
	return readNewest(ctx, q)
}

// readNewest reads the newest messages, as many as are in memory.
func readNewest(ctx context.Context, q question) (func(*state), error) {
	var all []messenger.Message
	more := true
	page := q.page
	for more && len(all) < q.count {
		page.Limit = min(messenger.MaxPage, q.count-len(all))
		got, err := q.svc.History(ctx, page)
		if err != nil {
			return nil, err
		}
		if more = len(got) == page.Limit; len(got) > 0 {
			all, page.Before = append(got, all...), got[0].ID
		}
	}
	return q.onThread(func(t *thread) {
		if !q.toEnd {
			t.setNewest(all, more)
			return
		}
		t.setWindow(all, more, false)
		if t.toEnd {
			t.toEnd = false
			t.goToEnd()
		}
	}), nil
}

// readAround reads what stands around the message that a person goes to.
func readAround(ctx context.Context, q question) (func(*state), error) {
	page := q.page
	page.Around, page.Limit = q.around.id, aroundSize
	got, err := q.svc.History(ctx, page)
	if errors.Is(err, messenger.ErrUnknownMessage) {
		return gone(ctx, q)
	}
	if err != nil {
		return nil, err
	}
	above := 0
	for above < len(got) && got[above].ID != q.around.id {
		above++
	}
	older, newer := above == (aroundSize-1)/2, len(got)-1-above == aroundSize/2
	return q.onThread(func(t *thread) {
		t.setWindow(got, older, newer)
		if t.around == q.around {
			t.around = msgKey{}
			e := t.index[q.around]
			if e == nil { // the peer used the ID of a message of ours
				e = t.index[msgKey{q.around.id, !q.around.out}]
			}
			if e != nil {
				t.goTo(e.key)
			}
		}
	}), nil
}

// gone says that a person cannot go where they wanted, and reads what is there.
func gone(ctx context.Context, q question) (func(*state), error) {
	wanted := q.around
	q.around = msgKey{}
	read, err := readThread(ctx, q)
	if err != nil {
		return nil, err
	}
	return func(s *state) {
		read(s)
		if s.thread == q.thread && s.thread.around == wanted {
			s.thread.around = msgKey{}
			s.draft(s.thread.peer).err = refusal(messenger.ErrUnknownMessage)
		}
	}, nil
}

// readWindow reads the messages in memory again, from the first one down. If
// that is not in the store any more, the newest are read.
func readWindow(ctx context.Context, q question) (func(*state), error) {
	page, more := q.page, true
	page.Around, page.Limit = q.first, 1
	all, err := q.svc.History(ctx, page)
	page.Around = msgid.ID{}
	for err == nil && more && len(all) < q.count {
		page.After, page.Limit = all[len(all)-1].ID, min(messenger.MaxPage, q.count-len(all))
		var got []messenger.Message
		got, err = q.svc.History(ctx, page)
		more = len(got) == page.Limit
		all = append(all, got...)
	}
	switch {
	case errors.Is(err, messenger.ErrUnknownMessage):
		q.count = pageSize
		return readNewest(ctx, q)
	case err != nil:
		return nil, err
	}
	older := !q.before.IsZero()
	return q.onThread(func(t *thread) { t.setWindow(all, older, more) }), nil
}

func readOlder(ctx context.Context, q question) (func(*state), error) {
	if q.thread == nil || q.before.IsZero() {
		return func(*state) {}, nil
	}
	q.page.Before = q.before
	return q.beside(ctx, func(t *thread, page []messenger.Message) {
		if t.first() == q.before {
			t.setOlder(page)
		}
	})
}

func readNewer(ctx context.Context, q question) (func(*state), error) {
	if q.thread == nil || q.after.IsZero() {
		return func(*state) {}, nil
	}
	q.page.After = q.after
	return q.beside(ctx, func(t *thread, page []messenger.Message) {
		if t.last() == q.after {
			t.setNewer(page)
		}
	})
}

// beside reads the page above or below the window. If the message that it is to
// touch is not in the store any more, the window is read anew.
func (q question) beside(ctx context.Context, set func(*thread, []messenger.Message)) (func(*state), error) {
	page, err := q.svc.History(ctx, q.page)
	if errors.Is(err, messenger.ErrUnknownMessage) {
		q.page = messenger.Page{Peer: q.page.Peer, Limit: pageSize}
		return readThread(ctx, q)
	}
	return q.onThread(func(t *thread) { set(t, page) }), err
}

// onThread is a change of the thread, if it is still the one on the screen.
func (q question) onThread(change func(*thread)) func(*state) {
	return func(s *state) {
		if s.thread == q.thread {
			change(s.thread)
		}
	}
}
