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

	// windowMost is how many messages are kept in memory while a person scrolls
	// one way: thirty screens. What goes at the other end is read again when a
	// person comes back to it.
	windowMost = 10 * pageSize

	// groupGap is the longest pause inside a group of bubbles.
	groupGap = 5 * time.Minute
)

// thread is the part of a conversation that is in memory: everything between
// two of its messages. What is above and below is read when a person goes there.
type thread struct {
	peer     identity.DeviceID
	name     safetext.Display // of the peer, as it is shown
	messages []*entry         // in the order of the screen
	index    map[msgKey]*entry
	contact  bool // texts are exchanged with the peer: links in its texts may be opened
	writable bool // messages may be answered and changed
	older    bool // the store has more above
	newer    bool // the store has more below
	loaded   bool
	loading  bool                // a page above or below is being read
	unsaved  []*entry            // written here and not stored yet; below everything
	fresh    []messenger.Message // put since the last reading began, which may not know them
	spare    map[string]*Row     // drawn by entries that are gone, to keep pointers

	around msgKey // a reading is to bring this message; zero: none
	toEnd  bool   // a reading is to bring the newest messages, wherever the window is
	place  Place  // where the view was sent last
	places *int   // so often it was sent somewhere, in whatever chat: no two places are the same
	found  string // key of the row that is marked, "" for none
	missed int    // messages that came out of sight
	said   string // what a person is told, until the chat is left or written in
}

// entry is a message with its texts ready to draw.
type entry struct {
	m            messenger.Message
	key          string
	text         safetext.Display
	mine, theirs safetext.Display // one emoji each, or ""
	quote        safetext.Display // the line of what is answered

	unstored bool // the service should have stored it by now
	sending  bool // it is not stored yet
	shown    shown
}

// msgKey names a message: IDs are unique for each writer only.
type msgKey struct {
	id  msgid.ID
	out bool
}

func keyOf(m messenger.Message) msgKey { return msgKey{m.ID, m.Outgoing} }

func newThread(peer identity.DeviceID) *thread {
	return &thread{peer: peer, index: make(map[msgKey]*entry), spare: make(map[string]*Row), places: new(int)}
}

// first is the ID of the oldest message in memory, zero if there is none.
func (t *thread) first() msgid.ID {
	if len(t.messages) == 0 {
		return msgid.ID{}
	}
	return t.messages[0].m.ID
}

// last is the ID of the newest message in memory, zero if there is none.
func (t *thread) last() msgid.ID {
	if len(t.messages) == 0 {
		return msgid.ID{}
	}
	return t.messages[len(t.messages)-1].m.ID
}

// put adds a message or changes the one that is there. A message from above or
// below what is in memory is left for the page that brings it.
func (t *thread) put(m messenger.Message) {
	m = t.withQuote(m)
	t.fresh = append(t.fresh, m)
	k := keyOf(m)
	if e := t.index[k]; e != nil {
		changed := e.m.Text != m.Text || e.m.Deleted != m.Deleted
		if e.set(m); changed {
			t.requote(k, &messenger.Quote{Outgoing: m.Outgoing, Text: m.Text, Deleted: m.Deleted})
		}
		return
	}
	e := newEntry(m)
	at, _ := slices.BinarySearchFunc(t.messages, e, compareEntries)
	if at == 0 && t.older || at == len(t.messages) && t.newer {
		return
	}
	t.messages = slices.Insert(t.messages, at, e)
	t.index[k] = e
}

// putSent adds a message that was just stored, unless an event was faster and
// knows more.
func (t *thread) putSent(m messenger.Message) {
	if t.index[keyOf(m)] == nil {
		t.put(m)
	}
}

// remove takes a message out.
func (t *thread) remove(k msgKey) {
	is := func(m messenger.Message) bool { return keyOf(m) == k }
	t.fresh = slices.DeleteFunc(t.fresh, is)
	t.messages = slices.DeleteFunc(t.messages, func(e *entry) bool { return is(e.m) })
	delete(t.index, k)
	t.requote(k, nil)
}

// withQuote gives a message of an event, which may lack it, what it answers.
func (t *thread) withQuote(m messenger.Message) messenger.Message {
	if m.Quote != nil || m.ReplyTo.IsZero() {
		return m
	}
	if e := t.index[keyOf(m)]; e != nil {
		m.Quote = e.m.Quote
		return m
	}
	for _, out := range []bool{false, true} {
		if e := t.index[msgKey{m.ReplyTo, out}]; e != nil {
			m.Quote = &messenger.Quote{Outgoing: out, Text: e.m.Text, Deleted: e.m.Deleted}
		}
	}
	return m
}

// requote changes what the answers to a message show of it; nil: it is gone.
func (t *thread) requote(k msgKey, q *messenger.Quote) {
	for _, e := range t.messages {
		if e.m.ReplyTo == k.id && e.m.Quote != nil && e.m.Quote.Outgoing == k.out {
			m := e.m
			m.Quote = q
			e.set(m)
		}
	}
}

// setNewest takes the newest messages; more says whether the store has others
// above them. What was in memory above them stays if it touches them; otherwise
// there may be a gap.
func (t *thread) setNewest(page []messenger.Message, more bool) {
	touches := len(t.messages) == 0
	for _, m := range page {
		if t.index[keyOf(m)] != nil {
			touches = true
		}
	}
	if !touches || !t.loaded || !more || t.newer {
		t.setWindow(page, more, false)
		return
	}
	above, _ := slices.BinarySearchFunc(t.messages, newEntry(page[0]), compareEntries)
	t.drop(t.messages[above:])
	t.messages = t.messages[:above]
	t.add(page)
	t.refresh()
}

// setWindow takes messages instead of what is in memory; older and newer say
// whether the store has others above and below them.
func (t *thread) setWindow(page []messenger.Message, older, newer bool) {
	t.drop(t.messages)
	t.messages = nil
	t.older, t.newer, t.loaded = older, newer, true
	t.add(page)
	t.refresh()
}

// refresh puts what a reading may not have known yet.
func (t *thread) refresh() {
	for _, m := range t.fresh {
		t.putSent(m)
	}
}

// setOlder takes the page above what is in memory.
func (t *thread) setOlder(page []messenger.Message) {
	had := len(t.messages)
	t.add(page)
	t.older = len(page) == pageSize && len(t.messages) > had // else it would be asked for again and again
	if len(t.messages) > windowMost {
		t.drop(t.messages[windowMost:])
		t.messages, t.newer = slices.Clone(t.messages[:windowMost]), true
	}
}

// setNewer takes the page below what is in memory.
func (t *thread) setNewer(page []messenger.Message) {
	had := len(t.messages)
	t.add(page)
	t.newer = len(page) == pageSize && len(t.messages) > had
	t.refresh()
	t.trimAbove(windowMost)
}

// trimAbove forgets the oldest messages if there are more than most.
func (t *thread) trimAbove(most int) {
	if n := len(t.messages) - most; n > 0 {
		t.drop(t.messages[:n])
		t.messages, t.older = slices.Clone(t.messages[n:]), true
	}
}

// drop forgets entries, but for what they looked like.
func (t *thread) drop(gone []*entry) {
	t.keepRows(gone)
	for _, e := range gone {
		delete(t.index, keyOf(e.m))
	}
}

func (t *thread) add(page []messenger.Message) {
	var more []*entry
	for _, m := range page {
		k := keyOf(m)
		if e := t.index[k]; e != nil {
			e.set(m)
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
	e := &entry{key: rowKey(keyOf(m))}
	e.set(m)
	return e
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
	if t.newer {
		return out
	}
	for _, e := range t.unsaved {
		if t.index[msgKey{e.m.ID, true}] == nil {
			out = append(out, e)
		}
	}
	return out
}
