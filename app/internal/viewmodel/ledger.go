package viewmodel

import (
	"context"
	"fmt"
	"sync"
)

// ledger counts what a person did that is not done yet. It is safe for
// concurrent use.
type ledger struct {
	mu      sync.Mutex
	undone  undone
	begun   int           // texts and changes, ever
	refused int           // of them, those that the service did not take
	told    int           // begun when the person was told that something is undone
	idle    chan struct{} // closed while nothing is undone
}

// undone is how much is not done yet.
type undone struct {
	texts   int
	changes int // decisions about a device, a new name
}

func (u undone) none() bool { return u == undone{} }

// String is "1 text", "2 changes" or "1 text and 2 changes".
func (u undone) String() string {
	count := func(n int, what string) string {
		if n == 1 {
			return "1 " + what
		}
		return fmt.Sprintf("%d %ss", n, what)
	}
	switch {
	case u.changes == 0:
		return count(u.texts, "text")
	case u.texts == 0:
		return count(u.changes, "change")
	}
	return count(u.texts, "text") + " and " + count(u.changes, "change")
}

func newLedger() *ledger {
	l := &ledger{idle: make(chan struct{}), told: -1}
	close(l.idle)
	return l
}

var (
	oneText   = undone{texts: 1}
	oneChange = undone{changes: 1}
)

// begin enters what was just asked for.
func (l *ledger) begin(u undone) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.undone.none() {
		l.idle = make(chan struct{})
	}
	l.undone.texts += u.texts
	l.undone.changes += u.changes
	l.begun++
}

// end strikes it out: the service took it, or refused it.
func (l *ledger) end(u undone, refused bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.undone.texts -= u.texts
	l.undone.changes -= u.changes
	if refused {
		l.refused++
	}
	if l.undone.none() {
		close(l.idle)
	}
}

// left is what is not done yet.
func (l *ledger) left() undone {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.undone
}

// settle waits until everything is done or ctx ends. It returns what is undone
// then, and whether anything was refused meanwhile. A person who was told of
// the same things before knows: then it says that nothing is left.
func (l *ledger) settle(ctx context.Context) (left undone, refused bool) {
	l.mu.Lock()
	idle, before, known := l.idle, l.refused, l.told == l.begun
	l.mu.Unlock()
	if known {
		return undone{}, false
	}
	select {
	case <-idle:
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if left, refused = l.undone, l.refused != before; refused || !left.none() {
		l.told = l.begun
	}
	return left, refused
}
