package messenger

import (
	"slices"

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

// Recheck is for a device that slept, was stopped, or changed its network: links
// that do not answer are ended, and contacts without one are dialled at once.
func (m *Messenger) Recheck() {
	m.mu.Lock()
	if m.ctx.Err() != nil {
		m.mu.Unlock()
		return
	}
	ids := make([]identity.DeviceID, 0, len(m.devices))
	for id, d := range m.devices {
		ids = append(ids, id)
		for _, l := range d.links {
			m.wg.Go(func() { m.doubt(l) })
		}
	}
	m.mu.Unlock()
	for _, id := range ids {
		m.reach(id, reasonStart)
	}
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

// away reports whether the device said so on a live link.
func (d *device) away() bool {
	return slices.ContainsFunc(d.links, func(l *link) bool { return l.away })
}
