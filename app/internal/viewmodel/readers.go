package viewmodel

import (
	"context"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// question is what a reading needs to know of the state: the readers run beside
// the loop, which alone may touch it.
type question struct {
	svc    messenger.Service
	thread *thread // only to tell later whether it is still the one on the screen
	page   messenger.Page
	before msgid.ID // zero: there is nothing above to read
}

func (s *state) question(svc messenger.Service) question {
	q := question{svc: svc, thread: s.thread}
	if s.thread != nil {
		q.page = messenger.Page{Peer: s.thread.peer, Limit: pageSize}
		if s.thread.older {
			q.before = s.thread.first()
		}
	}
	return q
}

// reader fetches a part of the state and returns what puts it there.
type reader func(context.Context, question) (func(*state), error)

// readers are in the order in which a person looks.
var readers = []struct {
	name string
	what stale
	read reader
}{
	{"self", staleSelf, readSelf},
	{"peers", stalePeers, readPeers},
	{"conversations", staleConversations, readConversations},
	{"requests", staleRequests, readRequests},
	{"thread", staleThread, readThread},
	{"older", staleOlder, readOlder},
	{"notices", staleNotices, readNotices},
}

// reading is what came of reading.
type reading struct {
	put  []func(*state)
	left stale // what was not read
	name string
	err  error
}

// read fetches what is stale. Each call has readTimeout; the first that fails
// is the last.
func read(ctx context.Context, what stale, q question) reading {
	r := reading{left: what}
	for _, one := range readers {
		if what&one.what == 0 {
			continue
		}
		call, cancel := context.WithTimeout(ctx, readTimeout)
		put, err := one.read(call, q)
		cancel()
		if err != nil {
			r.name, r.err = one.name, err
			return r
		}
		r.put = append(r.put, put)
		r.left &^= one.what
	}
	return r
}

func readSelf(ctx context.Context, q question) (func(*state), error) {
	self, err := q.svc.Self(ctx)
	return func(s *state) { s.self = self }, err
}

func readPeers(ctx context.Context, q question) (func(*state), error) {
	list, err := q.svc.Peers(ctx)
	return func(s *state) { s.setPeers(list) }, err
}

func readConversations(ctx context.Context, q question) (func(*state), error) {
	list, err := q.svc.Conversations(ctx)
	return func(s *state) { s.conversations = list }, err
}

func readRequests(ctx context.Context, q question) (func(*state), error) {
	list, err := q.svc.Requests(ctx)
	return func(s *state) { s.requests = list }, err
}

func readThread(ctx context.Context, q question) (func(*state), error) {
	if q.thread == nil {
		return func(*state) {}, nil
	}
	page, err := q.svc.History(ctx, q.page)
	return func(s *state) {
		if s.thread == q.thread {
			s.thread.setNewest(page)
		}
	}, err
}

func readOlder(ctx context.Context, q question) (func(*state), error) {
	if q.thread == nil || q.before.IsZero() {
		return func(*state) {}, nil
	}
	q.page.Before = q.before
	page, err := q.svc.History(ctx, q.page)
	return func(s *state) {
		if s.thread == q.thread && s.thread.first() == q.before {
			s.thread.setOlder(page)
		}
	}, err
}
