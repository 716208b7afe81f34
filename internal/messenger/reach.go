package messenger

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"earshot/internal/identity"
)

// Dialling (docs/PROTOCOL.md §6).
const (
	firstBackoff = 500 * time.Millisecond // doubled after each failure, with jitter
	maxBackoff   = 30 * time.Second
	maxIdleFails = 8               // attempts at remembered addresses when nothing waits: about two minutes
	dialTimeout  = 6 * time.Second // connect, handshake and Hello over all addresses

	// yieldDial lets the device with the lower ID dial first when both see each
	// other at the same moment: one handshake less, and no surplus link.
	yieldDial = 300 * time.Millisecond
)

// reason says why a device should be reached now.
type reason int

const (
	reasonStart  reason = iota // the program began: try what is remembered
	reasonHint                 // it is in earshot
	reasonWrite                // a person wrote to it or accepted it
	reasonFailed               // the last attempt failed
	reasonDown                 // its link ended
)

// dialState is the dialling of one device. Guarded by Messenger.mu.
type dialState struct {
	busy  bool
	last  time.Time // when the last attempt began
	fails int
	timer *time.Timer
}

// reach makes sure that a device is being dialled when there is cause to, and
// that it is dialled no faster than the backoff allows.
func (m *Messenger) reach(id identity.DeviceID, why reason) {
	m.mu.Lock()
	unwanted := m.unwantedLocked(id)
	m.mu.Unlock()
	if unwanted { // the usual case with a link up: no need to ask the store
		return
	}
	pending := m.hasPending(id)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.unwantedLocked(id) {
		return
	}
	d := m.devices[id]
	// Without a sighting only waiting messages are worth knocking for long, and
	// an address that a person typed in this run.
	if len(d.labels) == 0 && !pending && len(d.watch.addrs) == 0 && why == reasonFailed && d.dial.fails >= maxIdleFails {
		return
	}
	if len(m.addressesLocked(d)) == 0 {
		return
	}
	var wait time.Duration
	switch why {
	case reasonHint, reasonWrite, reasonStart:
		d.dial.fails = 0
		wait = max(0, time.Until(d.dial.last.Add(firstBackoff)))
		if d.dial.last.IsZero() {
			wait = 0
		}
		if !pending && m.cfg.Self.Compare(id) > 0 && why == reasonHint {
			wait = max(wait, yieldDial)
		}
	case reasonFailed, reasonDown:
		wait = backoff(d.dial.fails)
	}
	if d.dial.timer != nil {
		d.dial.timer.Stop()
		d.dial.timer = nil
	}
	if wait > 0 {
		d.dial.timer = time.AfterFunc(wait, func() { m.startDial(id) })
		return
	}
	m.startDialLocked(d)
}

// unwantedLocked reports that a device is linked, being dialled, or not to be
// dialled at all.
func (m *Messenger) unwantedLocked(id identity.DeviceID) bool {
	d := m.devices[id]
	return d == nil || m.net == nil || m.ctx.Err() != nil || d.dial.busy || len(d.links) > 0 || !d.level.IsContact()
}

// backoff is the wait before attempt number fails+1: half fixed, half random,
// so that two devices do not knock in step.
func backoff(fails int) time.Duration {
	d := min(firstBackoff<<min(fails, 10), maxBackoff)
	return d/2 + rand.N(d/2+1)
}

func (m *Messenger) startDial(id identity.DeviceID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.devices[id]; d != nil && !d.dial.busy && len(d.links) == 0 && d.level.IsContact() {
		m.startDialLocked(d)
	}
}

func (m *Messenger) startDialLocked(d *device) {
	if m.ctx.Err() != nil {
		return
	}
	addrs := m.addressesLocked(d)
	if len(addrs) == 0 {
		return
	}
	d.dial.busy, d.dial.last = true, time.Now()
	id := d.id
	m.wg.Go(func() {
		ctx, cancel := context.WithTimeout(m.ctx, dialTimeout)
		defer cancel()
		m.dialled(id, m.net.Dial(ctx, id, addrs))
	})
}

func (m *Messenger) dialled(id identity.DeviceID, err error) {
	m.mu.Lock()
	d := m.devices[id]
	d.dial.busy = false
	if err == nil {
		d.dial.fails = 0
		m.mu.Unlock()
		return
	}
	d.dial.fails++
	if d.level.IsContact() {
		m.unseenLocked(d)
	}
	m.forgetLocked(d)
	m.mu.Unlock()
	if m.ctx.Err() != nil {
		return
	}
	m.log.Info("a device was not reached", "device", id, "err", err)
	if errors.Is(err, ErrWrongDevice) {
		m.disproved(id)
	} else {
		m.suspectAll(id)
	}
	m.reach(id, reasonFailed)
}

func (m *Messenger) hasPending(id identity.DeviceID) bool {
	rows, err := m.db.Pending(m.ctx, id, 0, 1)
	if err != nil && m.ctx.Err() == nil {
		m.log.Error("the outbox cannot be read", "err", err)
	}
	return len(rows) > 0
}
