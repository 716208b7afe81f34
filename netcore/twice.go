package netcore

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// Looks at what proved this device's own key.
const (
	ownKeyWait  = time.Second // for the incoming end of a connection that came back to this device
	ownKeyPause = time.Second // at least, and twice that at most, between two dials
	ownKeyDials = 3           // an own echo comes each time, a connection of another device only by chance
)

// usedTwice asks the older of two links whether its device still runs, after the
// newer one has greeted with the boot ID of another start. A start follows the end
// of the one before it, so that two which run at once are two devices with one key
// (docs/PROTOCOL.md §6).
func (n *Node) usedTwice(older *Session) {
	ctx, cancel := context.WithTimeout(n.ctx, TwiceTimeout)
	defer cancel()
	if older.Ping(ctx) == nil && n.onUsedTwice != nil {
		n.onUsedTwice(older.peer)
	}
}

// twins reports whether two links of a device come from different starts of it.
// Only contacts are asked: of a stranger it is of no account.
func twins(a, b *Session) bool {
	return a.heard.BootID != 0 && b.heard.BootID != 0 && a.heard.BootID != b.heard.BootID && a.Access() == Contact
}

// ownKey watches for others with this device's key.
type ownKey struct {
	mu     sync.Mutex
	busy   bool
	failed time.Duration // when the last incoming handshake failed, by Node.clock
	any    bool          // one did
}

// noteFailed notes that an incoming connection became no link.
func (n *Node) noteFailed() {
	n.ownKey.mu.Lock()
	defer n.ownKey.mu.Unlock()
	n.ownKey.failed, n.ownKey.any = n.clock(), true
}

func (n *Node) failedSince(began time.Duration) bool {
	n.ownKey.mu.Lock()
	defer n.ownKey.mu.Unlock()
	return n.ownKey.any && n.ownKey.failed >= began
}

// sawOwnKey is called when a dial that began at the given time proved this device's
// own key. If it was this device that answered, by an address translation, a relay
// or a record of itself, then the connection came in here too and failed. It finds
// out on a goroutine of its own, one at a time.
func (n *Node) sawOwnKey(addr netip.AddrPort, began time.Duration) {
	n.ownKey.mu.Lock()
	if n.onOwnKey == nil || n.ownKey.busy {
		n.ownKey.mu.Unlock()
		return
	}
	n.ownKey.busy = true
	n.ownKey.mu.Unlock()
	done := func() {
		n.ownKey.mu.Lock()
		defer n.ownKey.mu.Unlock()
		n.ownKey.busy = false
	}
	if !n.spawn(func() {
		defer done()
		if n.isOther(addr, began) {
			n.onOwnKey(addr)
		}
	}) {
		done()
	}
}

// isOther reports whether it is another device that has this one's key at an
// address: one dial at least saw it without a connection that failed here.
func (n *Node) isOther(addr netip.AddrPort, began time.Duration) bool {
	for dials := 1; ; dials++ {
		if !n.pause(ownKeyWait) {
			return false
		}
		if !n.failedSince(began) {
			return true
		}
		if dials == ownKeyDials || !n.pause(ownKeyPause+rand.N(ownKeyPause)) {
			return false
		}
		began = n.clock()
		if !n.hasOwnKey(addr) {
			return false
		}
	}
}

// hasOwnKey dials an address and reports whether this device's key is there.
func (n *Node) hasOwnKey(addr netip.AddrPort) bool {
	raw, err := n.connect(n.ctx, addr)
	if err != nil {
		return false
	}
	h := handshaker{own: n.own, want: n.own.ID()} // so that one that hides answers
	l, err := h.run(n.ctx, raw)
	if err == nil {
		l.hangUp()
	}
	return errors.Is(err, ErrSelf)
}

// pause waits and reports whether the node still works.
func (n *Node) pause(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-n.ctx.Done():
		return false
	}
}
