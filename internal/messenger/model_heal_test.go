package messenger

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

const (
	// healLimit is how long everything may take once nothing is in the way any
	// more. A request that was refused or had no room is repeated after a day.
	healLimit = 4 * 24 * time.Hour
	// healAnswer is how long a device waits to be asked until its person writes
	// to a device that an older copy made forgotten.
	healAnswer = 30 * time.Hour
)

// heal takes all faults away and waits until everything is where it belongs.
func (h *history) heal() {
	h.say("-- heals")
	h.w.mu.Lock()
	h.w.lag = 0
	h.w.mu.Unlock()
	for _, o := range h.hosts {
		o.crashAt("", 0)
		o.mu.Lock()
		o.faults = map[*node]frameFault{}
		o.mu.Unlock()
		o.full.Store(false)
		o.hiccups.Store(0)
		if o.crashed() {
			h.revive(o)
		}
	}
	h.w.unhush()
	h.meet()
	began := time.Now()
	var missing []string
	for wait := time.Second; time.Since(began) < healLimit; wait = min(2*wait, time.Hour) {
		<-time.After(wait)
		h.calm()
		h.letIn(time.Since(began) > healAnswer)
		if missing = h.ledger.missing(h.hosts); len(missing) == 0 && !h.estranged() {
			break
		}
	}
	if len(missing) > 0 {
		h.ledger.fault("when all is well again:\n%s", strings.Join(missing, "\n"))
	}
	for _, o := range h.hosts {
		h.ledger.check(o)
	}
	for _, o := range h.hosts {
		for _, p := range o.others() {
			h.ledger.sameLooks(o, p)
		}
	}
	if h.ordered() {
		for _, o := range h.hosts {
			for _, p := range o.others() {
				if o.index < p.index {
					h.ledger.sameOrder(o, p)
				}
			}
		}
	}
}

// ordered reports that both sides must have the same order: the clocks were
// right and no copy came back, so that everything was where a message says that
// it was written below.
func (h *history) ordered() bool {
	return h.plan.Friends && !slices.ContainsFunc([]deed{doClock, doRestore, doFull, doHiccup, doEcho}, h.plan.has)
}

// letIn lets the persons let each other in.
func (h *history) letIn(write bool) {
	for _, o := range h.hosts {
		for _, p := range h.estrangedFrom(o) {
			err := o.m.Allow(context.Background(), p.id)
			if err != nil && write {
				o.write(p, msgid.New(o.clock()), h.text(o, p))
			}
		}
	}
}

// estrangedFrom lists the devices that wrote to o or got something from it, and
// are no contacts of o.
func (h *history) estrangedFrom(o *host) []*host {
	var out []*host
	for _, p := range o.others() {
		if !o.m.Level(p.id).IsContact() && h.ledger.wrote(o, p) {
			out = append(out, p)
		}
	}
	return out
}

func (h *history) estranged() bool {
	for _, o := range h.hosts {
		if len(h.estrangedFrom(o)) > 0 {
			return true
		}
	}
	return false
}

func (g *ledger) wrote(o, p *host) bool {
	for _, l := range g.letters {
		if l.sure && (l.from == o.index && l.to == p.index || l.from == p.index && l.to == o.index) {
			return true
		}
	}
	return o.m.Level(p.id) == trust.Blocked
}

func (h *history) say(format string, args ...any) {
	h.add(entry{text: fmt.Sprintf(format, args...)})
}

func (h *history) note(from, to *node, m wire.Message) {
	h.add(entry{from: from.name, to: to.name, frame: m})
}

func (h *history) add(e entry) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.at = time.Since(h.began)
	h.trace = append(h.trace, e)
	if len(h.trace) > 2*maxTrace {
		h.trace = append(h.trace[:0], h.trace[maxTrace:]...)
	}
}

// story tells what happened.
func (h *history) story() string {
	var b strings.Builder
	for _, e := range h.trace {
		if e.frame == nil {
			fmt.Fprintf(&b, "%v %s\n", e.at, e.text)
			continue
		}
		fmt.Fprintf(&b, "%v %s to %s: %v", e.at, e.from, e.to, e.frame.Type())
		switch f := e.frame.(type) {
		case *wire.Msg:
			fmt.Fprintf(&b, " %q epoch %x seq %d", f.Text, f.Epoch%0xffff, f.Seq)
		case *wire.Request:
			fmt.Fprintf(&b, " %q", f.Text)
		case *wire.Ack:
			fmt.Fprintf(&b, " state %d of %d", f.State, len(f.IDs))
		case *wire.Resume:
			for _, x := range f.Have {
				fmt.Fprintf(&b, " epoch %x top %d missing %v", x.Epoch%0xffff, x.Top, x.Missing)
			}
		case *wire.Gone:
			fmt.Fprintf(&b, " epoch %x %v", f.Epoch%0xffff, f.Ranges)
		case *wire.Error:
			fmt.Fprintf(&b, " %v of %v", f.Code, f.RefersTo)
		}
		b.WriteString("\n")
	}
	return b.String()
}
