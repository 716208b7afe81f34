package viewmodel

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

const (
	// pageSize is how many messages are read at once: three screens.
	pageSize = 60

	// groupGap is the longest pause inside a group of bubbles.
	groupGap = 5 * time.Minute
)

// thread is the part of a conversation that is in memory: everything from some
// message on. What is above is read when a person scrolls there.
type thread struct {
	peer     identity.DeviceID
	messages []*entry // in the order of the screen
	index    map[msgKey]*entry
	contact  bool // texts are exchanged with the peer: links in its texts may be opened
	older    bool // the store has more above
	loaded   bool
	loading  bool                // the page above is being read
	unsaved  []*entry            // written here and not stored yet; below everything
	fresh    []messenger.Message // put since the last reading began, which may not know them
	spare    map[string]*Row     // drawn by entries that are gone, to keep pointers
}

// entry is a message with its text ready to draw.
type entry struct {
	m    messenger.Message
	text safetext.Display
	key  string

	unstored bool // the service should have stored it by now
	shown    shown
}

// msgKey names a message: IDs are unique for each writer only.
type msgKey struct {
	id  msgid.ID
	out bool
}

func newThread(peer identity.DeviceID) *thread {
	return &thread{peer: peer, index: make(map[msgKey]*entry), spare: make(map[string]*Row)}
}

// first is the ID of the oldest message in memory, zero if there is none.
func (t *thread) first() msgid.ID {
	if len(t.messages) == 0 {
		return msgid.ID{}
	}
	return t.messages[0].m.ID
}

// put adds a message or changes the one that is there. A message from above
// what is in memory is left for the page that brings it.
func (t *thread) put(m messenger.Message) {
	t.fresh = append(t.fresh, m)
	k := msgKey{m.ID, m.Outgoing}
	if e := t.index[k]; e != nil {
		e.m = m
		return
	}
	e := newEntry(m)
	at, _ := slices.BinarySearchFunc(t.messages, e, compareEntries)
	if at == 0 && t.older {
		return
	}
	t.messages = slices.Insert(t.messages, at, e)
	t.index[k] = e
}

// putSent adds a message that was just stored, unless an event was faster and
// knows more.
func (t *thread) putSent(m messenger.Message) {
	if t.index[msgKey{m.ID, m.Outgoing}] == nil {
		t.put(m)
	}
}

// setNewest takes the newest page. What was in memory stays if it touches the
// page; otherwise there may be a gap and only the page is kept.
func (t *thread) setNewest(page []messenger.Message) {
	touches := len(t.messages) == 0
	for _, m := range page {
		if t.index[msgKey{m.ID, m.Outgoing}] != nil {
			touches = true
		}
	}
	if !touches || !t.loaded || len(page) < pageSize {
		t.keepRows(t.messages)
		t.messages, t.older = nil, len(page) == pageSize
		clear(t.index)
	}
	t.loaded = true
	t.add(page)
	for _, m := range t.fresh {
		t.putSent(m)
	}
}

// setOlder takes the page above what is in memory.
func (t *thread) setOlder(page []messenger.Message) {
	t.older = len(page) == pageSize
	t.add(page)
}

func (t *thread) add(page []messenger.Message) {
	var more []*entry
	for _, m := range page {
		k := msgKey{m.ID, m.Outgoing}
		if e := t.index[k]; e != nil {
			e.m = m
			continue
		}
		e := newEntry(m)
		t.index[k] = e
		more = append(more, e)
	}
	slices.SortStableFunc(more, compareEntries)
	if n := len(more); n > 0 && len(t.messages) > 0 && compareEntries(more[n-1], t.messages[0]) < 0 {
		t.messages = append(more, t.messages...) // a page above: what is there keeps its order
		return
	}
	t.messages = append(t.messages, more...)
	slices.SortStableFunc(t.messages, compareEntries)
}

func newEntry(m messenger.Message) *entry {
	side := "in/"
	if m.Outgoing {
		side = "out/"
	}
	return &entry{m: m, text: safetext.Body(m.Text), key: side + m.ID.String()}
}

func compareEntries(a, b *entry) int {
	return cmp.Or(cmp.Compare(a.m.SortKey, b.m.SortKey), bytes.Compare(a.m.ID[:], b.m.ID[:]))
}

// waits reports whether an outgoing message is held back by the other person.
func (t *thread) waits() bool {
	for _, e := range t.messages {
		if e.m.Outgoing && (e.m.State == messenger.Waiting || e.m.State == messenger.Queued) {
			return true
		}
	}
	return false
}

// entries are the messages of the screen, those that are not stored yet at the
// end.
func (t *thread) entries() []*entry {
	out := t.messages[:len(t.messages):len(t.messages)]
	for _, e := range t.unsaved {
		if t.index[msgKey{e.m.ID, true}] == nil {
			out = append(out, e)
		}
	}
	return out
}

func (e *entry) tick() Tick {
	if e.unstored {
		return TickUnstored
	}
	return tickOf(e.m)
}
