package netcore

import (
	"context"
	"sync"
)

// sendQueue holds the frames of one link until its writer takes them. It has
// two lanes: what answers the peer (Ack, Pong, Error, Ping) overtakes data, so
// that two devices that fill each other's windows at the same moment can still
// acknowledge and neither waits for the other for ever.
type sendQueue struct {
	mu        sync.Mutex
	urgent    [][]byte
	data      [][]byte
	dataBytes int
	ended     bool
	last      []byte        // written after urgent when ended; nil: nothing
	room      chan struct{} // closed when frames were taken; nil: nobody waits

	wake chan struct{} // tells the writer to look; holds one
	stop chan struct{} // closed when ended
}

func newSendQueue() *sendQueue {
	return &sendQueue{wake: make(chan struct{}, 1), stop: make(chan struct{})}
}

// put queues a frame, and waits while its lane is full. ErrClosed after end.
func (q *sendQueue) put(ctx context.Context, frame []byte, urgent bool) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		ok, room, err := q.offer(frame, urgent)
		if ok || err != nil {
			return err
		}
		select {
		case <-room:
		case <-q.stop:
		case <-ctx.Done():
		}
	}
}

// try queues an urgent frame if there is room.
func (q *sendQueue) try(frame []byte) bool {
	ok, _, err := q.offer(frame, true)
	return ok && err == nil
}

// offer queues the frame or returns a channel that is closed when a new try is
// worth it.
func (q *sendQueue) offer(frame []byte, urgent bool) (bool, <-chan struct{}, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return false, nil, ErrClosed
	}
	lane := &q.data
	if urgent {
		lane = &q.urgent
	}
	full := len(*lane) >= SendQueueFrames
	if !urgent && q.dataBytes > 0 {
		full = full || q.dataBytes+len(frame) > SendQueueBytes
	}
	if full {
		if q.room == nil {
			q.room = make(chan struct{})
		}
		return false, q.room, nil
	}
	*lane = append(*lane, frame)
	if !urgent {
		q.dataBytes += len(frame)
	}
	q.poke()
	return true, nil, nil
}

// end lets the writer write what is urgent, then last, and nothing more. The
// first call decides; later ones change nothing.
func (q *sendQueue) end(last []byte) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended {
		return
	}
	q.ended, q.last = true, last
	q.data, q.dataBytes = nil, 0
	close(q.stop)
	q.poke()
}

func (q *sendQueue) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take waits for frames and appends them to buf: all urgent ones, then data up
// to BatchBytes. final means that nothing comes after this batch, which may be
// empty.
func (q *sendQueue) take(buf []byte) (batch []byte, final bool) {
	for {
		batch, final = q.collect(buf)
		if len(batch) > len(buf) || final {
			return batch, final
		}
		<-q.wake
	}
}

func (q *sendQueue) collect(buf []byte) ([]byte, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, f := range q.urgent {
		buf = append(buf, f...)
	}
	q.urgent = nil
	if q.ended {
		return append(buf, q.last...), true
	}
	n := 0
	for _, f := range q.data {
		if len(buf) > 0 && len(buf)+len(f) > BatchBytes {
			break
		}
		buf = append(buf, f...)
		q.dataBytes -= len(f)
		n++
	}
	clear(q.data[:n]) // the frames must not live as long as the array
	if q.data = q.data[n:]; len(q.data) == 0 {
		q.data = nil
	}
	if q.room != nil {
		close(q.room)
		q.room = nil
	}
	return buf, false
}
