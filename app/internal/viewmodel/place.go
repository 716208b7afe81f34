package viewmodel

import (
	"time"

	"earshot/internal/identity"
)

// foundFor is how long the message that a person went to is marked: long enough
// to find it with the eye.
const foundFor = 2 * time.Second

// goTo sends the view to a message in memory and marks it.
func (t *thread) goTo(key string) {
	t.send(Place{Key: key})
	t.found = key
}

// send sends the view to a place.
func (t *thread) send(p Place) {
	*t.places++
	p.Rev = *t.places
	t.place = p
}

// goToEnd sends the view to the newest message.
func (t *thread) goToEnd() {
	t.send(Place{End: true})
	t.found, t.missed = "", 0
}

// jump goes to a message. It returns what to read first.
func (t *thread) jump(k msgKey) stale {
	t.toEnd = false
	if e := t.index[k]; e != nil {
		t.around = msgKey{}
		t.goTo(e.key)
		return 0
	}
	t.around = k
	return staleThread
}

// jumpToEnd goes to the newest message. It returns what to read first.
func (t *thread) jumpToEnd() stale {
	t.around = msgKey{}
	if t.newer {
		t.toEnd = true
		return staleThread
	}
	t.goToEnd()
	return 0
}

// away reports whether the newest message is not in view, or is not to be.
func (s *state) away() bool {
	t := s.thread
	return s.above || t == nil || t.newer || !t.around.id.IsZero()
}

// Jump goes to a message of the open chat with a device, by the key of its row,
// and marks it for a moment.
func (c *Controller) Jump(id identity.DeviceID, key string) {
	k, ok := parseKey(key)
	if !ok {
		return
	}
	c.inbox.put(func(s *state) stale {
		if s.thread == nil || s.thread.peer != id {
			return 0
		}
		return s.thread.jump(k)
	})
}

// Newest goes to the newest message of the open chat.
func (c *Controller) Newest() {
	c.inbox.put(func(s *state) stale {
		if s.thread == nil {
			return 0
		}
		return s.thread.jumpToEnd()
	})
}

// LoadNewer reads the page below what the open chat shows. A view may ask at
// every step of a scroll.
func (c *Controller) LoadNewer() {
	shown := c.shown.Load()
	c.inbox.put(func(s *state) stale {
		t := s.thread
		if t == nil || t.loading || !t.newer || shown == nil || t.last() != shown.last {
			return 0 // it comes, or is there
		}
		return staleNewer
	})
}

// unmark takes the mark off the message that a person went to, some time after
// the view was sent there.
func (c *Controller) unmark(p Place) {
	time.AfterFunc(foundFor, func() {
		c.inbox.put(func(s *state) stale {
			if s.thread != nil && s.thread.place == p {
				s.thread.found = ""
			}
			return 0
		})
	})
}
