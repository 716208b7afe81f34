package discovery

import (
	"fmt"
	"slices"
)

// EventKind says what happened to a device.
type EventKind int

// The kinds of events.
const (
	// Found says that a device is there that was not.
	Found EventKind = iota + 1
	// Updated says that the hint of a device that was found has changed.
	Updated
	// Lost says that a device is not there any more; the hint is the last one.
	Lost
)

// String returns the name of the kind in lower case.
func (k EventKind) String() string {
	switch k {
	case Found:
		return "found"
	case Updated:
		return "updated"
	case Lost:
		return "lost"
	}
	return fmt.Sprintf("EventKind(%d)", int(k))
}

// Event tells of a change. The events of one label are Found, any number of
// Updated, Lost, and so on; each carries the state at the time it is read.
type Event struct {
	Kind EventKind
	Hint Hint
}

// outbox holds what the reader of the events does not know yet. It keeps
// states and not events, so a reader who lags costs no more memory than the
// devices there are, and catches up with what matters.
type outbox struct {
	told    map[string]Hint // what the reader knows
	now     map[string]Hint // what is
	pending []string        // labels whose now may differ from told, oldest first
	queued  map[string]bool // the same as a set
}

func newOutbox() *outbox {
	return &outbox{told: map[string]Hint{}, now: map[string]Hint{}, queued: map[string]bool{}}
}

// set records the present hint of a device.
func (o *outbox) set(h Hint) {
	if old, ok := o.now[h.Label]; ok && old.equal(h) {
		return
	}
	o.now[h.Label] = h
	o.queue(h.Label)
}

// lose records that a device is gone. One that the reader never heard of
// leaves no trace.
func (o *outbox) lose(label string) {
	delete(o.now, label)
	if _, known := o.told[label]; known {
		o.queue(label)
	} else if o.queued[label] {
		delete(o.queued, label)
		o.pending = slices.DeleteFunc(o.pending, func(l string) bool { return l == label })
	}
}

func (o *outbox) queue(label string) {
	if !o.queued[label] {
		o.queued[label] = true
		o.pending = append(o.pending, label)
	}
}

// next returns the oldest event that the reader has to get, false if none.
// The event stays until sent is called.
func (o *outbox) next() (Event, bool) {
	for len(o.pending) > 0 {
		label := o.pending[0]
		told, known := o.told[label]
		now, here := o.now[label]
		switch {
		case here && !known:
			return Event{Found, now}, true
		case here && !now.equal(told):
			return Event{Updated, now}, true
		case known && !here:
			return Event{Lost, told}, true
		}
		o.pop()
	}
	return Event{}, false
}

// sent records that the reader took the event that next returned.
func (o *outbox) sent(e Event) {
	if e.Kind == Lost {
		delete(o.told, e.Hint.Label)
	} else {
		o.told[e.Hint.Label] = e.Hint
	}
	o.pop()
}

func (o *outbox) pop() {
	delete(o.queued, o.pending[0])
	o.pending = o.pending[1:]
}
