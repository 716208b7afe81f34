package messenger

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"earshot/internal/msgid"
	"earshot/netcore/wire"
)

// letterKey names a message: two devices may use the same ID.
type letterKey struct {
	from int
	id   msgid.ID
}

// letter is a text that a person wrote.
type letter struct {
	letterKey
	to    int
	texts []string  // as written, then as edited
	above letterKey // what its writer had before it
	place int       // in the order of writing, over all
	life  int       // of its writer: a restored copy begins another one
	sure  bool      // its writer was told that it is kept
	free  bool      // nobody is owed it any more: cancelled, taken back, or the writer's row is gone
}

// text names a letter.
func (l *letter) text() string { return l.texts[0] }

// ledger knows what was written, what was acknowledged and what was shown.
type ledger struct {
	mu       sync.Mutex
	letters  []*letter
	byKey    map[letterKey]*letter
	acked    map[letterKey]bool   // an Ack left its receiver, ever
	promises []map[letterKey]bool // by receiver: acknowledged and not gone with a restored copy
	shown    []map[letterKey]int  // by receiver: told as new
	removed  []map[letterKey]bool // by device: deleted there alone, so it is not to come back
	lives    []int
	faults   []string
}

func newLedger(nodes int) *ledger {
	l := &ledger{byKey: map[letterKey]*letter{}, acked: map[letterKey]bool{}, lives: make([]int, nodes)}
	for range nodes {
		l.promises = append(l.promises, map[letterKey]bool{})
		l.shown = append(l.shown, map[letterKey]int{})
		l.removed = append(l.removed, map[letterKey]bool{})
	}
	return l
}

func (g *ledger) fault(format string, args ...any) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faultLocked(format, args...)
}

func (g *ledger) faultLocked(format string, args ...any) {
	g.faults = append(g.faults, fmt.Sprintf(format, args...))
}

// begun notes a text before it is handed over.
func (g *ledger) begun(from, to *host, id msgid.ID, text string) *letter {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := &letter{letterKey: letterKey{from.index, id}, to: to.index, texts: []string{text}, place: len(g.letters), life: g.lives[from.index]}
	g.letters = append(g.letters, l)
	g.byKey[l.letterKey] = l
	return l
}

// promised takes an Ack that leaves a receiver.
func (g *ledger) promised(receiver *host, writer *node, f *wire.Ack) {
	if f.State == wire.AckAsked {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, id := range f.IDs {
		k := letterKey{receiver.h.host(writer).index, msgid.ID(id)}
		g.acked[k] = true
		g.promises[receiver.index][k] = true
	}
}

// onTheWire checks that a text goes to nobody but whom it was written for.
func (g *ledger) onTheWire(from *host, to *node, m wire.Message) {
	var id wire.ID
	switch f := m.(type) {
	case *wire.Msg:
		id = f.ID
	case *wire.Request:
		id = f.ID
	default:
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if l := g.byKey[letterKey{from.index, msgid.ID(id)}]; l == nil || l.to != from.h.host(to).index {
		g.faultLocked("%s sends %v to %s, for whom it was not written", from.name, msgid.ID(id), to.name)
	}
}

// rows are the conversation of two devices as one of them has it.
type rows struct {
	list  []Message
	place map[letterKey]int
}

func (o *host) rows(with *host) rows {
	msgs, err := o.m.History(context.Background(), Page{Peer: with.id})
	if err != nil {
		o.w.t.Fatalf("%s: %v", o.name, err)
	}
	r := rows{msgs, map[letterKey]int{}}
	for i, m := range msgs {
		r.place[o.key(m)] = i
	}
	return r
}

// key names a message of a device's history.
func (o *host) key(m Message) letterKey {
	if m.Outgoing {
		return letterKey{o.index, m.ID}
	}
	return letterKey{o.h.host(o.w.byID[m.Peer]).index, m.ID}
}

// afterRestore takes what a device lost with an older copy of its home folder.
func (g *ledger) afterRestore(o *host) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lives[o.index]++
	g.removed[o.index] = maps.Clone(o.removedThen)
	for _, p := range o.others() {
		r := o.rows(p)
		for _, l := range g.letters {
			if _, here := r.place[l.letterKey]; l.from == o.index && l.to == p.index && !here {
				l.free = true
			}
		}
		for k := range g.promises[o.index] {
			if _, here := r.place[k]; k.from == p.index && !here {
				delete(g.promises[o.index], k)
				delete(g.shown[o.index], k)
			}
		}
		for k := range g.shown[o.index] {
			if _, here := r.place[k]; k.from == p.index && !here {
				delete(g.shown[o.index], k)
			}
		}
	}
}

// check looks through a living device for a broken promise.
func (g *ledger) check(o *host) {
	out, err := o.m.Outbox(context.Background())
	if err != nil {
		o.w.t.Fatalf("%s: %v", o.name, err)
	}
	waits := map[letterKey]bool{}
	for _, m := range out {
		waits[letterKey{o.index, m.ID}] = true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for k, n := range g.shown[o.index] {
		if n > 1 {
			g.faultLocked("%s was told %d times of %q as new", o.name, n, g.byKey[k].text())
		}
	}
	for _, p := range o.others() {
		r := o.rows(p)
		g.checkRows(o, p, r)
		g.checkOrder(o, p, r)
		for _, l := range g.letters {
			i, here := r.place[l.letterKey]
			switch {
			case here && g.removed[o.index][l.letterKey]:
				g.faultLocked("%s deleted %q and has it again", o.name, l.text())
			case l.from == o.index && l.to == p.index && here:
				l.sure = true
				s := r.list[i].State
				if given := !waits[l.letterKey] && !l.free || s == Delivered || s == Read; given && !g.acked[l.letterKey] {
					g.faultLocked("%s has %q as state %d, waiting %v, and no Ack was sent", o.name, l.text(), s, waits[l.letterKey])
				}
			case l.from == o.index && l.to == p.index && l.sure && !l.free && !here:
				g.faultLocked("%s lost its own %q", o.name, l.text())
			case l.from == p.index && l.to == o.index && g.promises[o.index][l.letterKey] && !here && !l.free && !g.removed[o.index][l.letterKey]:
				g.faultLocked("%s acknowledged %q and does not have it", o.name, l.text())
			}
		}
	}
}

// checkRows finds messages that nobody wrote there.
func (g *ledger) checkRows(o, p *host, r rows) {
	if len(r.place) != len(r.list) {
		g.faultLocked("%s has a message of %s twice", o.name, p.name)
	}
	for _, m := range r.list {
		l := g.byKey[o.key(m)]
		if l == nil || !m.Deleted && !slices.Contains(l.texts, m.Text) || l.from != o.index && l.to != o.index || l.from != p.index && l.to != p.index {
			g.faultLocked("%s has %q with %s, as nobody wrote", o.name, m.Text, p.name)
		}
	}
}

// checkOrder: what one person wrote stands in the order of writing, and an
// answer below what its writer had before it.
func (g *ledger) checkOrder(o, p *host, r rows) {
	if plan := o.h.plan; !plan.Friends && plan.has(doClock) && plan.has(doRestore) {
		// A device that forgot its contact takes the newest text as a request and
		// gets the older ones after it: with a wrong clock they stand below it.
		return
	}
	last := map[int]*letter{}
	for i, m := range r.list {
		l := g.byKey[o.key(m)]
		if l == nil {
			continue
		}
		if before := last[l.from]; before != nil && before.life == l.life && before.place > l.place {
			g.faultLocked("%s has %q above %q", o.name, before.text(), l.text())
		}
		last[l.from] = l
		if j, here := r.place[l.above]; here && g.users(l.above.id) == 1 && j > i {
			g.faultLocked("%s has %q above %q, which it was written below", o.name, l.text(), r.list[j].Text)
		}
	}
}

// users counts the letters with an ID.
func (g *ledger) users(id msgid.ID) (n int) {
	for from := range g.lives {
		if g.byKey[letterKey{from, id}] != nil {
			n++
		}
	}
	return n
}

// missing returns what should have come and did not.
func (g *ledger) missing(hosts []*host) []string {
	var out []string
	for _, o := range hosts {
		waiting, err := o.m.Outbox(context.Background())
		if err != nil {
			o.w.t.Fatalf("%s: %v", o.name, err)
		}
		for _, m := range waiting {
			out = append(out, fmt.Sprintf("%s keeps %q waiting, state %d", o.name, m.Text, m.State))
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, o := range hosts {
		for _, p := range o.others() {
			r := o.rows(p)
			for _, l := range g.letters {
				if _, here := r.place[l.letterKey]; l.from == p.index && l.to == o.index && l.sure && !l.free && !here && !g.removed[o.index][l.letterKey] {
					out = append(out, fmt.Sprintf("%s does not have %q", o.name, l.text()))
				}
			}
		}
	}
	return out
}

// sameOrder checks that two histories show in one order what both have.
func (g *ledger) sameOrder(o, p *host) {
	here, there := o.rows(p), p.rows(o)
	var mine, theirs []letterKey
	for _, m := range here.list {
		if k := o.key(m); has(there.place, k) {
			mine = append(mine, k)
		}
	}
	for _, m := range there.list {
		if k := p.key(m); has(here.place, k) {
			theirs = append(theirs, k)
		}
	}
	if !slices.Equal(mine, theirs) {
		g.fault("%s and %s have their conversation in different order:\n%s\n%s", o.name, p.name, here, there)
	}
}

func has[K comparable, V any](m map[K]V, k K) bool { _, ok := m[k]; return ok }

func (r rows) String() string {
	var b strings.Builder
	for _, m := range r.list {
		fmt.Fprintf(&b, " %q", m.Text)
	}
	return b.String()
}
