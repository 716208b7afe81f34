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
	count  int      // messages to read of the window, at least
	first  msgid.ID // the window begins here; zero: it is read from the end
	around msgKey   // a person goes to this message; zero: to none
	toEnd  bool     // a person goes to the newest message
	before msgid.ID // zero: there is nothing above to read
	after  msgid.ID // zero: there is nothing below to read
}

func (s *state) question(svc messenger.Service) question {
	q := question{svc: svc, thread: s.thread}
	if t := s.thread; t != nil {
		q.page = messenger.Page{Peer: t.peer, Limit: pageSize}
		q.around, q.toEnd, q.count = t.around, t.toEnd, pageSize
		if t.loaded && len(t.messages) > 0 && !t.toEnd {
			q.count += len(t.messages) // and what came since
		}
		if t.older {
			q.before = t.first()
		}
		if t.newer {
			q.after = t.last()
			if !t.toEnd {
				q.first, q.count = t.first(), len(t.messages)
			}
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
	{"newer", staleNewer, readNewer},
	{"settings", staleSettings, readSettings},
	{"pairing", stalePairing, readPairing},
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

func readSettings(ctx context.Context, q question) (func(*state), error) {
	list, err := q.svc.Settings(ctx)
	return func(s *state) { s.settings = list }, err
}
