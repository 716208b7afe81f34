package messenger

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// host is one device of a history: a node that can crash at a chosen moment.
type host struct {
	*node
	h      *history
	index  int
	events <-chan Event
	full   atomic.Bool // its store takes nothing
	// hiccups is how many groups of messages its store does not take next.
	hiccups  atomic.Int64
	backup   folder // the older copy; at first what it began with
	restored bool   // it starts on an older copy
	// removedThen is ledger.removed of this device at the time of the copy.
	removedThen map[letterKey]bool

	mu     sync.Mutex
	at     moment               // when it crashes next
	left   int                  // such moments until then
	faults map[*node]frameFault // of the next frames to another
	corpse folder               // what the crash left; nil: it lives
}

// frameFault is what happens to the next frames to one device.
type frameFault struct{ lose, twice int }

var (
	errStoreFull = errors.New("the disk is full")
	errCrashed   = errors.New("the process is gone")
)

// begin starts the device on a folder.
func (o *host) begin(f folder) {
	dir, err := o.h.homes.put(f)
	if err != nil {
		o.w.t.Fatal(err)
	}
	if o.dir != "" {
		os.RemoveAll(o.dir)
	}
	o.dir = dir
	o.dead.Store(false)
	o.mu.Lock()
	o.corpse, o.at = nil, ""
	o.mu.Unlock()
	o.start()
}

// outfit puts the crash moments around the store.
func (o *host) outfit(m *Messenger) {
	if o.restored {
		o.restored = false
		o.h.ledger.afterRestore(o)
	}
	o.events, _ = m.Subscribe(context.Background()) // until the messenger is closed
	really := m.receive
	m.receive = func(ctx context.Context, in []store.Incoming) ([]store.Receipt, error) {
		if o.reached(momentBefore) {
			return nil, errCrashed
		}
		if o.full.Load() || o.hiccups.Add(-1) >= 0 {
			return nil, errStoreFull
		}
		receipts, err := really(ctx, in)
		if err == nil {
			o.reached(momentAfter)
		}
		return receipts, err
	}
}

// leaves is asked about every frame that this device sends.
func (o *host) leaves(l *memLink, m wire.Message) (copies int) {
	to := l.other.owner
	copies = 1
	kind := momentOther
	switch f := m.(type) {
	case *wire.Msg:
		kind = momentMsg
	case *wire.Ack:
		kind = momentAck
		o.mu.Lock()
		fault := o.faults[to]
		if fault.lose > 0 {
			fault.lose--
			copies = 0
		}
		o.faults[to] = fault
		o.mu.Unlock()
		o.h.ledger.promised(o, to, f)
	}
	if kind != momentOther && copies == 1 {
		o.mu.Lock()
		fault := o.faults[to]
		if fault.twice > 0 {
			fault.twice--
			copies = 2
		}
		o.faults[to] = fault
		o.mu.Unlock()
	}
	o.h.ledger.onTheWire(o, to, m)
	o.h.note(o.node, to, m)
	if o.reached(kind) { // the frame has left before
		for range copies {
			l.other.queue <- parcel{encoded(m), time.Now()}
		}
		return 0
	}
	return copies
}

func encoded(m wire.Message) []byte {
	frame, err := wire.AppendFrame(nil, m)
	if err != nil {
		panic(err)
	}
	return frame
}

// crashAt chooses the moment of the next crash.
func (o *host) crashAt(at moment, n int) {
	o.mu.Lock()
	o.at, o.left = at, n
	o.mu.Unlock()
	if at == momentNow {
		o.mu.Lock()
		o.left = 1
		o.mu.Unlock()
		o.reached(momentNow)
	}
}

// reached counts a moment and crashes if it is the chosen one. A crashed device
// does nothing any more that could be noticed, and its folder is what it was
// then.
func (o *host) reached(at moment) (crashed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.corpse != nil || o.at != at {
		return o.corpse != nil
	}
	if o.left--; o.left > 0 {
		return false
	}
	o.dead.Store(true)
	o.w.mu.Lock()
	o.up = false
	for _, l := range o.w.links {
		if l.owner == o.node {
			l.lost.Store(true)
		}
	}
	o.w.mu.Unlock()
	o.corpse = copyHome(o.dir)
	o.h.say("%s crashes: %s", o.name, at)
	return true
}

func (o *host) crashed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.corpse != nil
}

// bury ends what is left of a crashed device.
func (o *host) bury() { o.stop() }

// write writes a text, as a person would.
func (o *host) write(to *host, id msgid.ID, text string) {
	if o.m.Level(to.id) == trust.Blocked {
		return
	}
	above := o.rows(to).list
	l := o.h.ledger.begun(o, to, id, text)
	if n := len(above); n > 0 {
		l.above = o.key(above[n-1])
	}
	_, err := o.m.Send(context.Background(), Outgoing{ID: id, To: to.id, Text: text})
	switch {
	case o.crashed(): // nobody was told whether it was kept
	case err != nil:
		o.w.t.Errorf("%s: %v", o.name, err)
	default:
		l.sure = true
	}
}
