package messenger

import (
	"context"
	"sync"
)

// subscriberQueue is how many events wait for one subscriber: a burst of a few
// hundred messages passes, a stuck subscriber costs little.
const subscriberQueue = 1024

// hub hands events to subscribers and never waits for one.
type hub struct {
	mu     sync.Mutex
	subs   map[*subscriber]struct{}
	closed bool
}

type subscriber struct {
	ch     chan Event
	lagged bool
}

func (h *hub) publish(events ...Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.subs {
		for _, e := range events {
			s.offer(e)
		}
	}
}

// offer keeps one place free for the notice that events were lost.
func (s *subscriber) offer(e Event) {
	if s.lagged && len(s.ch) == 0 {
		s.lagged = false
	}
	if s.lagged {
		return
	}
	if len(s.ch) >= cap(s.ch)-1 {
		s.lagged = true
		e = Event{Kind: EventLagged}
	}
	s.ch <- e // cannot block: one place was free
}

// subscribe returns events until ctx ends or the hub closes.
func (h *hub) subscribe(ctx context.Context) <-chan Event {
	s := &subscriber{ch: make(chan Event, subscriberQueue)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(s.ch)
		return s.ch
	}
	if h.subs == nil {
		h.subs = map[*subscriber]struct{}{}
	}
	h.subs[s] = struct{}{}
	context.AfterFunc(ctx, func() { h.drop(s) })
	return s.ch
}

func (h *hub) drop(s *subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.subs[s]; ok {
		delete(h.subs, s)
		close(s.ch)
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for s := range h.subs {
		delete(h.subs, s)
		close(s.ch)
	}
}
