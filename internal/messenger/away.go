package messenger

import (
	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// SetAway says whether a person has this device before them: a phone whose app
// leaves the screen is away, because its system may stop it at any moment.
// Contacts are told (docs/PROTOCOL.md §5.12). It may be called as often as one
// likes and does not block.
func (m *Messenger) SetAway(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.away == away {
		return
	}
	m.away = away
	for _, d := range m.devices {
		for _, l := range d.links {
			l.poke()
		}
	}
}

// again is the state of work that is done by one goroutine at a time.
type again struct{ running, wanted bool }

// Recheck is for a device that slept, was stopped, or changed its network: links
// that do not answer a Ping in the time of docs/PROTOCOL.md §5.3 are ended,
// contacts without one are dialled at once, and typed addresses looked at. It
// does not block.
func (m *Messenger) Recheck() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.recheck.wanted = true
	if m.recheck.running || m.ctx.Err() != nil {
		return
	}
	m.recheck.running = true
	m.wg.Go(m.recheckAll)
}

// recheckAll does so until nobody has asked meanwhile.
func (m *Messenger) recheckAll() {
	for m.recheckOnce() {
	}
}

func (m *Messenger) recheckOnce() bool {
	m.mu.Lock()
	if !m.recheck.wanted || m.ctx.Err() != nil {
		m.recheck.running = false
		m.mu.Unlock()
		return false
	}
	m.recheck.wanted = false
	ids := make([]identity.DeviceID, 0, len(m.devices))
	for id, d := range m.devices {
		ids = append(ids, id)
		for _, l := range d.links {
			m.wg.Go(func() { m.doubt(l, pingTimeout) })
		}
	}
	m.mu.Unlock()
	for _, id := range ids {
		m.reach(id, reasonStart)
		m.watchNow(id)
	}
	return true
}

// handleAway takes what a contact says of itself.
func (m *Messenger) handleAway(l *link, f *wire.Away) {
	m.mu.Lock()
	changed := l.away != f.Away
	l.away = f.Away
	m.mu.Unlock()
	if changed {
		m.publishPeer(EventPeerUpdated, l.Peer())
	}
}

// away reports whether the device said so on its newest link: an older one may
// be dead and not know it.
func (d *device) away() bool { return len(d.links) > 0 && d.links[len(d.links)-1].away }
