package faultbench

import (
	"maps"
	"slices"
	"sync"

	"earshot/internal/identity"
	"earshot/internal/msgid"
)

// Text is one text that a driver wrote.
type Text struct {
	From, To identity.DeviceID
	ID       msgid.ID
	Text     string
	By       string // the program that wrote it: each of a device keeps its order
	Queued   bool   // the sender has said that it is stored
	Gone     bool   // it was refused, and another row is a later try
}

// Acked says that a sender told that a text of its own is stored at the other
// side.
type Acked struct {
	From, To identity.DeviceID
	ID       msgid.ID
}

// Shown says that a program showed a received message.
type Shown struct {
	Viewer string // the program: several may show what one device receives
	At     identity.DeviceID
	From   identity.DeviceID
	ID     msgid.ID
}

// Held is one message of a history.
type Held struct {
	From, To identity.DeviceID
	ID       msgid.ID
	Text     string
}

// End is what a device holds when a test is over.
type End struct {
	Device  identity.DeviceID
	History map[identity.DeviceID][]Held // by the other side, in the order shown
	Outbox  []Held
}

// Record is everything that a test has seen, in the order in which it did.
type Record struct {
	Names map[identity.DeviceID]string
	Texts []Text // those of one sender to one receiver in the order written
	Acked []Acked
	Shown []Shown
	Ends  []End
}

// name is how a device is called in a violation.
func (r *Record) name(id identity.DeviceID) string {
	if n := r.Names[id]; n != "" {
		return n
	}
	return id.Short()
}

// textKey names a message anywhere.
type textKey struct {
	from identity.DeviceID
	id   msgid.ID
}

// pair is one direction of a conversation.
type pair struct{ from, to identity.DeviceID }

// Ledger collects the record of one test. All its methods may be called from
// any goroutine.
type Ledger struct {
	mu    sync.Mutex
	rec   Record
	texts map[textKey]int // place in rec.Texts
	// How many so far.
	queued, acked, shown map[pair]int
}

// NewLedger returns an empty ledger.
func NewLedger() *Ledger {
	return &Ledger{
		rec:   Record{Names: map[identity.DeviceID]string{}},
		texts: map[textKey]int{}, queued: map[pair]int{}, acked: map[pair]int{}, shown: map[pair]int{},
	}
}

// Name gives a device a name for the checker's sentences.
func (l *Ledger) Name(id identity.DeviceID, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rec.Names[id] = name
}

// Wrote says that a text is about to be given to its sender. Texts of one sender
// to one receiver are told in the order in which they are written; the same ID
// once more is the same text tried again, and its place is that of the last try.
func (l *Ledger) Wrote(t Text) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := textKey{t.From, t.ID}
	if n, again := l.texts[k]; again {
		if l.rec.Texts[n].Queued {
			return
		}
		l.rec.Texts[n].Gone = true
	}
	l.texts[k] = len(l.rec.Texts)
	l.rec.Texts = append(l.rec.Texts, t)
}

// Queued says that the sender has answered that the text is stored.
func (l *Ledger) Queued(from identity.DeviceID, id msgid.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n, ok := l.texts[textKey{from, id}]
	if !ok || l.rec.Texts[n].Queued {
		return
	}
	l.rec.Texts[n].Queued = true
	l.queued[pair{from, l.rec.Texts[n].To}]++
}

// Acked says that a sender has told that a text is delivered.
func (l *Ledger) Acked(a Acked) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rec.Acked = append(l.rec.Acked, a)
	l.acked[pair{a.From, a.To}]++
}

// Shown says that a program has shown a received message.
func (l *Ledger) Shown(s Shown) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rec.Shown = append(l.rec.Shown, s)
	l.shown[pair{s.From, s.At}]++
}

// End says what a device holds at the end. A later one of the same device
// replaces the former.
func (l *Ledger) End(e End) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rec.Ends = slices.DeleteFunc(l.rec.Ends, func(o End) bool { return o.Device == e.Device })
	l.rec.Ends = append(l.rec.Ends, e)
}

// CountAcked returns how many texts were told as delivered so far.
func (l *Ledger) CountAcked(from, to identity.DeviceID) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked[pair{from, to}]
}

// CountShown returns how many messages were shown so far.
func (l *Ledger) CountShown(from, at identity.DeviceID) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shown[pair{from, at}]
}

// CountQueued returns how many texts their sender has stored so far.
func (l *Ledger) CountQueued(from, to identity.DeviceID) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queued[pair{from, to}]
}

// Record returns a copy of what was collected so far.
func (l *Ledger) Record() Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.rec
	r.Texts, r.Acked, r.Shown, r.Ends = slices.Clone(r.Texts), slices.Clone(r.Acked), slices.Clone(r.Shown), slices.Clone(r.Ends)
	r.Names = maps.Clone(l.rec.Names)
	return r
}
