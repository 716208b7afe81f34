package faultbench

import (
	"fmt"

	"earshot/internal/identity"
)

// Invariant is one of the promises of delivery (docs/PROTOCOL.md §8).
type Invariant string

// The invariants, as the rows of docs/RELIABILITY.md name them.
const (
	I1 Invariant = "I1" // every queued message ends delivered, as it was written, or stays in the outbox
	I2 Invariant = "I2" // each message, named by its sender and its ID, is shown at most once
	I3 Invariant = "I3" // what was acknowledged or shown is kept through a kill and a power cut
	I4 Invariant = "I4" // what one device writes to another keeps its order
	I5 Invariant = "I5" // a message reaches no other device than the one that it was written for
)

// Violation is one broken invariant.
type Violation struct {
	Invariant Invariant
	What      string
}

func (v Violation) String() string { return string(v.Invariant) + ": " + v.What }

// Check returns what a record breaks. Devices without an End are judged by what
// others saw of them.
func Check(r Record) []Violation {
	c := &checker{rec: &r, texts: map[textKey]int{}, ends: map[identity.DeviceID]*heldBy{}}
	for i, t := range r.Texts {
		c.texts[textKey{t.From, t.ID}] = i // of several tries the last
	}
	for _, e := range r.Ends {
		c.ends[e.Device] = c.held(e)
	}
	c.queuedIsKept()
	c.ackedIsKept()
	c.shownOnce()
	for _, e := range r.Ends {
		for peer, history := range e.History {
			c.historyFits(e.Device, peer, history)
		}
		c.outboxFits(e)
	}
	return c.bad
}

// heldBy is what one device holds at the end.
type heldBy struct{ history, outbox map[textKey]bool }

type checker struct {
	rec   *Record
	texts map[textKey]int
	ends  map[identity.DeviceID]*heldBy
	bad   []Violation
}

// order is what keeps the order of its texts.
type order struct {
	from identity.DeviceID
	by   string
}

func (c *checker) complain(i Invariant, format string, args ...any) {
	for n, a := range args {
		if text, ok := a.(string); ok && len(text) > maxQuote {
			args[n] = text[:maxQuote]
		}
	}
	c.bad = append(c.bad, Violation{i, fmt.Sprintf(format, args...)})
}

// maxQuote is how much of a text, in bytes, a violation repeats.
const maxQuote = 40

// held indexes the end of a device and finds what its history holds twice.
func (c *checker) held(e End) *heldBy {
	h := &heldBy{history: map[textKey]bool{}, outbox: map[textKey]bool{}}
	for _, history := range e.History {
		for _, m := range history {
			k := textKey{m.From, m.ID}
			if h.history[k] {
				c.complain(I2, "%s has message %v of %s twice in its history", c.rec.name(e.Device), m.ID, c.rec.name(m.From))
			}
			h.history[k] = true
		}
	}
	for _, m := range e.Outbox {
		h.outbox[textKey{m.From, m.ID}] = true
	}
	return h
}

func (c *checker) queuedIsKept() {
	for _, t := range c.rec.Texts {
		if !t.Queued || t.Gone {
			continue
		}
		k := textKey{t.From, t.ID}
		from, to := c.ends[t.From], c.ends[t.To]
		if from == nil {
			continue
		}
		if !from.history[k] {
			c.complain(I1, "%s no longer has %q, which it had queued for %s", c.rec.name(t.From), t.Text, c.rec.name(t.To))
		}
		if to != nil && !to.history[k] && !from.outbox[k] {
			c.complain(I1, "%q of %s is neither at %s nor in the outbox", t.Text, c.rec.name(t.From), c.rec.name(t.To))
		}
	}
}

func (c *checker) ackedIsKept() {
	for _, a := range c.rec.Acked {
		if to := c.ends[a.To]; to != nil && !to.history[textKey{a.From, a.ID}] {
			c.complain(I3, "%s was told that %s has message %v, and it is not there", c.rec.name(a.From), c.rec.name(a.To), a.ID)
		}
	}
	for _, s := range c.rec.Shown {
		if at := c.ends[s.At]; at != nil && !at.history[textKey{s.From, s.ID}] {
			c.complain(I3, "%s showed message %v of %s, and has it no longer", c.rec.name(s.At), s.ID, c.rec.name(s.From))
		}
	}
}

// shownOnce looks at what each program showed: no message twice, the messages of
// one sender in their order, none that is for another device.
func (c *checker) shownOnce() {
	type seen struct {
		viewer string
		textKey
	}
	type stream struct {
		viewer string
		order
	}
	once, last := map[seen]bool{}, map[stream]int{}
	for _, s := range c.rec.Shown {
		k := textKey{s.From, s.ID}
		if once[seen{s.Viewer, k}] {
			c.complain(I2, "%s showed message %v of %s twice", s.Viewer, s.ID, c.rec.name(s.From))
			continue
		}
		once[seen{s.Viewer, k}] = true
		n, known := c.texts[k]
		if !known {
			continue
		}
		if t := c.rec.Texts[n]; t.To != s.At {
			c.complain(I5, "%s showed %q, which %s wrote to %s", c.rec.name(s.At), t.Text, c.rec.name(s.From), c.rec.name(t.To))
			continue
		}
		st := stream{s.Viewer, order{s.From, c.rec.Texts[n].By}}
		if before, any := last[st]; any && n < before {
			c.complain(I4, "%s showed %q of %s after %q", s.Viewer, c.rec.Texts[n].Text, c.rec.name(s.From), c.rec.Texts[before].Text)
		}
		last[st] = n
	}
}

// historyFits looks at one conversation: the texts of each side in the order in
// which they were written, byte for byte, and of nobody else.
func (c *checker) historyFits(at, peer identity.DeviceID, history []Held) {
	last := map[order]int{}
	for _, m := range history {
		n, known := c.texts[textKey{m.From, m.ID}]
		if !known {
			c.complain(I1, "%s has message %v of %s, which nobody wrote", c.rec.name(at), m.ID, c.rec.name(m.From))
			continue
		}
		t := c.rec.Texts[n]
		if other := (pair{t.From, t.To}); other != (pair{at, peer}) && other != (pair{peer, at}) {
			c.complain(I5, "%s has %q with %s, which %s wrote to %s", c.rec.name(at), t.Text, c.rec.name(peer), c.rec.name(t.From), c.rec.name(t.To))
			continue
		}
		if m.Text != t.Text {
			c.complain(I1, "%s has %q where %s wrote %q", c.rec.name(at), m.Text, c.rec.name(t.From), t.Text)
		}
		o := order{m.From, t.By}
		if before, any := last[o]; any && n < before {
			c.complain(I4, "%s has %q of %s below %q", c.rec.name(at), t.Text, c.rec.name(m.From), c.rec.Texts[before].Text)
		}
		last[o] = n
	}
}

func (c *checker) outboxFits(e End) {
	for _, m := range e.Outbox {
		n, known := c.texts[textKey{e.Device, m.ID}]
		if known && c.rec.Texts[n].To != m.To {
			c.complain(I5, "%s has %q in the outbox for %s instead of %s", c.rec.name(e.Device), c.rec.Texts[n].Text, c.rec.name(m.To), c.rec.name(c.rec.Texts[n].To))
		}
	}
}
