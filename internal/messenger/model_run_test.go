package messenger

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// modelTB takes what the world complains of, so that the history ends in order
// and can be shrunk.
type modelTB struct {
	testing.TB
	ledger *ledger
}

// stopped is what a fatal complaint panics with.
type stopped struct{}

func (tb modelTB) Helper()                           {}
func (tb modelTB) Cleanup(func())                    {} // history.live stops its nodes itself
func (tb modelTB) Error(args ...any)                 { tb.ledger.fault("%s", fmt.Sprint(args...)) }
func (tb modelTB) Errorf(format string, args ...any) { tb.ledger.fault(format, args...) }
func (tb modelTB) Fatal(args ...any)                 { tb.Error(args...); panic(stopped{}) }
func (tb modelTB) Fatalf(format string, args ...any) { tb.Errorf(format, args...); panic(stopped{}) }

// history is a plan being lived.
type history struct {
	homes  *homes
	plan   plan
	w      *world
	hosts  []*host
	ledger *ledger

	mu    sync.Mutex
	began time.Time
	trace []entry
}

// entry is one line of what happened, for the person who reads a failure.
type entry struct {
	at       time.Duration
	from, to string
	frame    wire.Message
	text     string
}

const maxTrace = 400 // entries kept: the last ones tell

func newHistory(t *testing.T, homes *homes, p plan) *history {
	h := &history{homes: homes, plan: p, ledger: newLedger(p.Nodes), began: time.Now()}
	h.w = newWorld(modelTB{t, h.ledger})
	h.w.strict = true
	h.w.fate = func(l *memLink, m wire.Message) int { return h.host(l.owner).leaves(l, m) }
	return h
}

// live lives the history and says what went wrong, "" if nothing.
func (h *history) live() string {
	func() {
		defer func() {
			if r := recover(); r != nil && r != (stopped{}) {
				panic(r)
			}
		}()
		h.open()
		for _, s := range h.plan.Steps {
			h.say("-- %v", s)
			h.do(s)
			h.calm()
			if len(h.ledger.faults) > 0 {
				return
			}
		}
		h.heal()
	}()
	for _, o := range h.hosts {
		if o.m != nil {
			o.stop()
		}
		os.RemoveAll(o.dir)
	}
	if len(h.ledger.faults) == 0 {
		return ""
	}
	return strings.Join(h.ledger.faults, "\n") + "\n" + h.story()
}

// open starts the devices.
func (h *history) open() {
	for i := range h.plan.Nodes {
		f := folder{}
		if h.plan.Friends {
			f = h.homes.friends[h.plan.Nodes][i]
		}
		dir, err := h.homes.put(f)
		if err != nil {
			h.w.t.Fatal(err)
		}
		o := &host{h: h, index: i, faults: map[*node]frameFault{}, backup: f, removedThen: map[letterKey]bool{}}
		h.hosts = append(h.hosts, o)
		o.node = h.w.newNode(modelNames[i], dir)
		o.fitted = o.outfit
		o.start()
	}
	for _, o := range h.hosts {
		for _, p := range o.others() {
			for _, m := range o.rows(p).list {
				if m.Outgoing {
					h.ledger.begun(o, p, m.ID, m.Text).sure = true
					h.ledger.acked[o.key(m)] = true
					h.ledger.promises[p.index][o.key(m)] = true
				}
			}
		}
	}
	h.meet()
	synctest.Wait()
}

// meet lets every living device see every other.
func (h *history) meet() {
	for _, o := range h.hosts {
		for _, p := range o.others() {
			if !o.dead.Load() && o.up && p.up {
				o.sees(p.node)
			}
		}
	}
}

func (h *history) host(n *node) *host {
	for _, o := range h.hosts {
		if o.node == n {
			return o
		}
	}
	return nil
}

func (o *host) others() []*host {
	var out []*host
	for _, p := range o.h.hosts {
		if p != o {
			out = append(out, p)
		}
	}
	return out
}

// calm lets what is under way come to rest, and takes note of it.
func (h *history) calm() {
	synctest.Wait()
	for _, o := range h.hosts {
		o.listen()
	}
}

// listen counts what a living device told as new.
func (o *host) listen() {
	for {
		select {
		case e, open := <-o.events:
			if !open {
				return
			}
			if e.Kind == EventMessage && !e.Message.Outgoing && !o.crashed() {
				o.h.ledger.shown[o.index][o.key(*e.Message)]++
			}
		default:
			return
		}
	}
}

func (h *history) do(s step) {
	a, b := h.hosts[s.A], h.hosts[s.B]
	if a.crashed() {
		h.revive(a)
		h.calm()
	}
	if a.crashed() { // again, while it started
		return
	}
	switch s.Do {
	case doWrite:
		for range s.N {
			a.write(b, msgid.New(a.clock()), h.text(a, b))
		}
	case doEcho:
		h.echo(a, b)
	case doRead:
		_ = a.m.MarkRead(context.Background(), b.id)
	case doPass:
		<-time.After(s.For)
	case doCrash:
		a.crashAt(s.At, s.N)
		if s.At == momentNow {
			<-time.After(s.For)
		}
	case doRestart:
		a.stop()
		a.start()
		h.met(a)
	case doBackup:
		a.backup, a.removedThen = copyHome(a.dir), maps.Clone(h.ledger.removed[a.index])
	case doRestore:
		h.restore(a, s.N%2 == 1)
	case doClock:
		a.skew.Store(int64(s.For))
	case doFull:
		a.full.Store(s.N != 0)
	case doHiccup:
		a.hiccups.Store(int64(s.N))
	case doAllow:
		if err := a.m.Allow(context.Background(), b.id); err != nil && !errors.Is(err, ErrNoRequest) && !a.crashed() {
			h.w.t.Error(err)
		}
	case doRefuse:
		_ = a.m.Refuse(context.Background(), b.id)
	case doBlock:
		_ = a.m.Block(context.Background(), b.id)
	case doEdit, doUnsay, doCancel, doReact, doRemove, doClear, doForget:
		h.change(s, a, b)
	default:
		h.network(s, a, b)
	}
}

// network does what concerns frames and links only.
func (h *history) network(s step, a, b *host) {
	switch s.Do {
	case doLag:
		h.w.mu.Lock()
		h.w.lag = s.For
		h.w.mu.Unlock()
	case doCut:
		h.cut(func(x, y *node) bool { return x == a.node && y == b.node || x == b.node && y == a.node })
	case doCutAll:
		h.cut(func(x, y *node) bool { return x == a.node || y == a.node })
	case doDial:
		ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
		defer cancel()
		if a.m.Level(b.id) != trust.Blocked {
			_ = a.Dial(ctx, b.id, h.w.addresses(b.node))
		}
	case doHush:
		h.w.hush(a.node, b.node)
	case doUnhush:
		h.w.unhush()
	case doLose, doTwice:
		a.mu.Lock()
		f := a.faults[b.node]
		if s.Do == doLose {
			f.lose++
		} else {
			f.twice++
		}
		a.faults[b.node] = f
		a.mu.Unlock()
	}
}

// cut ends the links that one of the two ends is asked for.
func (h *history) cut(which func(x, y *node) bool) {
	h.w.mu.Lock()
	var links []*memLink
	for _, l := range h.w.links {
		if which(l.owner, l.other.owner) {
			links = append(links, l)
		}
	}
	h.w.mu.Unlock()
	for _, l := range links {
		l.end()
	}
}

func (h *history) text(a, b *host) string {
	return fmt.Sprintf("%s to %s, %d", a.name, b.name, len(h.ledger.letters))
}

// echo writes under an ID that came from another device.
func (h *history) echo(a, b *host) {
	for i := len(h.ledger.letters) - 1; i >= 0; i-- {
		l := h.ledger.letters[i]
		if l.from != a.index && h.ledger.byKey[letterKey{a.index, l.id}] == nil {
			a.write(b, l.id, h.text(a, b))
			return
		}
	}
}

// revive starts a crashed device on what the crash left.
func (h *history) revive(o *host) {
	left := o.corpse
	o.bury()
	o.begin(left)
	h.met(o)
}

// met checks a device that has just started and makes it seen.
func (h *history) met(o *host) {
	h.ledger.check(o)
	h.meet()
}

// restore puts back an older copy of a home folder, or its database alone.
func (h *history) restore(o *host, alone bool) {
	o.stop()
	now := copyHome(o.dir)
	f := maps.Clone(o.backup)
	if alone && len(f) > 0 {
		f["epoch"] = now["epoch"]
	}
	o.restored = true
	o.begin(f)
	h.met(o)
}
