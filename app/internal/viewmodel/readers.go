package viewmodel

import (
	"context"

	"earshot/internal/messenger"
)

// readers fetch the parts of the state, in the order in which a person looks.
var readers = []struct {
	name string
	what stale
	read func(context.Context, *state, messenger.Service) error
}{
	{"self", staleSelf, readSelf},
	{"peers", stalePeers, readPeers},
	{"conversations", staleConversations, readConversations},
	{"requests", staleRequests, readRequests},
	{"thread", staleThread, readThread},
	{"older", staleOlder, readOlder},
}

func readSelf(ctx context.Context, s *state, svc messenger.Service) error {
	self, err := svc.Self(ctx)
	if err == nil {
		s.self = self
	}
	return err
}

func readPeers(ctx context.Context, s *state, svc messenger.Service) error {
	list, err := svc.Peers(ctx)
	if err == nil {
		s.setPeers(list)
	}
	return err
}

func readConversations(ctx context.Context, s *state, svc messenger.Service) error {
	list, err := svc.Conversations(ctx)
	if err == nil {
		s.conversations = list
	}
	return err
}

func readRequests(ctx context.Context, s *state, svc messenger.Service) error {
	list, err := svc.Requests(ctx)
	if err == nil {
		s.requests = list
	}
	return err
}

func readThread(ctx context.Context, s *state, svc messenger.Service) error {
	if s.thread == nil {
		return nil
	}
	page, err := svc.History(ctx, messenger.Page{Peer: s.thread.peer, Limit: pageSize})
	if err == nil {
		s.thread.setNewest(page)
	}
	return err
}

func readOlder(ctx context.Context, s *state, svc messenger.Service) error {
	if s.thread == nil || !s.thread.older {
		return nil
	}
	page, err := svc.History(ctx, messenger.Page{Peer: s.thread.peer, Before: s.thread.first(), Limit: pageSize})
	if err == nil {
		s.thread.setOlder(page)
	}
	return err
}
