package messenger

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

// Looks at addresses that a person typed (docs/PROTOCOL.md §3). A device that
// fell silent right after a look is lost after watchEvery, two looks that time
// out and watchAgain, with watchJitter twice: 14 seconds, below the 15 that
// discovery takes.
const (
	watchEvery  = 6 * time.Second        // between looks at a device that answers
	watchAgain  = time.Second            // after the first look without an answer
	watchJitter = 500 * time.Millisecond // at most, added to each wait: two devices do not look in step
	watchFails  = 2                      // looks in a row without an answer until the device is lost
	maxWatched  = 4                      // addresses of one device, the newest
)

// watch is what is known of a device by addresses that a person typed since the
// program began: where multicast does not pass they stand for its discovery
// record. A contact is dialled instead of looked at; for it seen holds only
// until the first dial came to something. Guarded by Messenger.mu.
type watch struct {
	addrs []netip.AddrPort // newest first; none: the device is not watched
	seen  bool             // the last look was answered
	busy  bool             // a look is under way
	again bool             // another one is wanted right after it
	fails int              // looks in a row without an answer
	timer *time.Timer
}

// watchLocked begins to watch a device that has just answered at an address.
func (m *Messenger) watchLocked(d *device, addr netip.AddrPort) {
	if d.level == trust.Blocked || m.ctx.Err() != nil {
		return
	}
	w := &d.watch
	w.addrs = slices.DeleteFunc(w.addrs, func(a netip.AddrPort) bool { return a == addr })
	w.addrs = slices.Insert(w.addrs, 0, addr)
	w.addrs = w.addrs[:min(len(w.addrs), maxWatched)]
	w.fails = 0
	w.seen = !d.linked()
	m.lookLaterLocked(d, watchEvery)
}

// unwatchLocked ends that. A look under way changes nothing any more.
func (m *Messenger) unwatchLocked(d *device) {
	if d.watch.timer != nil {
		d.watch.timer.Stop()
	}
	m.unseenLocked(d)
	d.watch = watch{busy: d.watch.busy}
}

// unseenLocked says that a device does not answer at its typed addresses.
func (m *Messenger) unseenLocked(d *device) {
	if !d.watch.seen {
		return
	}
	d.watch.seen = false
	if !d.online() {
		p := m.peerLocked(d)
		m.hub.publish(Event{Kind: EventPeerLost, Peer: &p})
	}
}

// lookLaterLocked plans the next look at a watched device.
func (m *Messenger) lookLaterLocked(d *device, wait time.Duration) {
	w := &d.watch
	if w.timer != nil {
		w.timer.Stop()
	}
	if m.away { // nobody would see it, and a phone in a pocket is to sleep
		wait = maxLookWait
	}
	id := d.id
	w.timer = time.AfterFunc(wait+rand.N(watchJitter), func() { m.watchNow(id) })
}

// watchNow looks at a device, if it is watched, as soon as possible.
func (m *Messenger) watchNow(id identity.DeviceID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[id]
	if d == nil || len(d.watch.addrs) == 0 || m.net == nil || m.ctx.Err() != nil {
		return
	}
	w := &d.watch
	switch {
	case w.busy:
		w.again = true
	case d.level.IsContact():
		if d.dial.busy {
			m.lookLaterLocked(d, watchAgain)
			return
		}
		m.unseenLocked(d)
	case len(d.labels) > 0: // discovery speaks for it
		w.seen, w.fails = false, 0
		m.lookLaterLocked(d, watchEvery)
	case d.linked():
		w.fails = 0
		m.lookLaterLocked(d, watchEvery)
	default:
		if w.timer != nil {
			w.timer.Stop()
		}
		w.busy, w.again = true, false
		network, addrs := m.net, slices.Clone(w.addrs)
		m.wg.Go(func() {
			ctx, cancel := context.WithTimeout(m.ctx, lookTimeout)
			defer cancel()
			seen, err := network.Look(ctx, addrs)
			m.watched(id, seen, err == nil && seen.ID == id)
		})
	}
}

// watched takes the outcome of a look.
func (m *Messenger) watched(id identity.DeviceID, seen Seen, answered bool) {
	m.mu.Lock()
	d := m.devices[id]
	w := &d.watch
	w.busy = false
	if len(w.addrs) == 0 || m.ctx.Err() != nil {
		m.mu.Unlock()
		return
	}
	wait := watchEvery
	if answered {
		w.fails = 0
		m.answeredLocked(d, seen)
	} else {
		w.fails++
		wait = watchAgain
		if w.fails >= watchFails {
			m.unseenLocked(d)
			wait = min(lookRetry<<min(w.fails-watchFails, 10), maxLookWait)
		}
	}
	again := w.again
	m.lookLaterLocked(d, wait)
	m.mu.Unlock()
	if again {
		m.watchNow(id)
	}
}

// answeredLocked takes what a watched device said.
func (m *Messenger) answeredLocked(d *device, seen Seen) {
	met := d.online()
	d.lastSeen = m.now()
	if d.level != trust.Stranger { // decided during the look
		return
	}
	renamed := d.said != seen.Hello.Name || d.kind != seen.Hello.Kind
	d.said, d.kind = seen.Hello.Name, seen.Hello.Kind
	d.watch.seen = true
	p := m.peerLocked(d)
	switch {
	case !met:
		m.hub.publish(Event{Kind: EventPeerFound, Peer: &p})
	case renamed:
		m.hub.publish(Event{Kind: EventPeerUpdated, Peer: &p})
	}
}
