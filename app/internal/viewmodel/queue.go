package viewmodel

import (
	"context"
	"sync"
)

// queue hands values from any goroutine to one that deals with them, in order.
// It has no bound: what goes in are acts of a person. Ready receives when there
// may be something to take.
type queue[F any] struct {
	Ready chan struct{} // buffered, one

	mu    sync.Mutex
	items []F
}

func newQueue[F any]() *queue[F] { return &queue[F]{Ready: make(chan struct{}, 1)} }

// put adds f and never blocks.
func (q *queue[F]) put(f F) {
	q.mu.Lock()
	q.items = append(q.items, f)
	q.mu.Unlock()
	select {
	case q.Ready <- struct{}{}:
	default:
	}
}

// take removes and returns everything.
func (q *queue[F]) take() []F {
	q.mu.Lock()
	defer q.mu.Unlock()
	items := q.items
	q.items = nil
	return items
}

// serve calls do for everything that is put, until ctx has ended and nothing
// that was put before is left.
func (q *queue[F]) serve(ctx context.Context, do func(F)) {
	for {
		ended := ctx.Err() != nil
		for _, f := range q.take() {
			do(f)
		}
		if ended {
			return
		}
		select {
		case <-ctx.Done():
		case <-q.Ready:
		}
	}
}
