package messenger

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"earshot/internal/identity"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// Looks at devices of unknown key (docs/PROTOCOL.md §3). A look costs both
// sides one handshake of under a millisecond.
const (
	maxLooks    = 8               // at once: a network of hundreds is walked in seconds
	lookTimeout = 3 * time.Second // a device on the same network answers in milliseconds
	lookRetry   = 2 * time.Second // doubled after each failure
	maxLookWait = time.Minute
)

// sighting is one discovery record and what is known of who made it.
type sighting struct {
	hint   Hint
	id     identity.DeviceID // zero until a key was matched or seen
	proven bool              // the key itself was seen, not only the record's claim
	busy   bool
	fails  int
	timer  *time.Timer

	searches int              // for the contact behind it, see search
	searched []netip.AddrPort // addresses of the last one
}

// looks counts the looks under way and queues the others.
type looks struct {
	running int
	waiting []string // labels
}

// HintFound takes a new or changed discovery record.
func (m *Messenger) HintFound(h Hint) {
	m.mu.Lock()
	s := m.hints[h.Label]
	if s == nil {
		s = &sighting{}
		m.hints[h.Label] = s
	}
	if s.hint.Name != "" && h.Name == "" { // it is for contacts only from now on
		m.loseStrangerLocked(s)
	}
	s.hint = h
	if s.id.IsZero() {
		for _, d := range m.devices {
			if len(d.presenceKey) > 0 && d.level.IsContact() && h.Matches != nil && h.Matches(d.presenceKey) {
				m.bindLocked(s, d.id, false)
				break
			}
		}
	}
	id := s.id
	m.mu.Unlock()
	if id.IsZero() {
		m.look(h.Label)
		return
	}
	m.vouch(id)
	m.publishPeer(EventPeerUpdated, id)
	m.reach(id, reasonHint)
}

// recognise finds the records of a contact whose presence key is new here.
func (m *Messenger) recognise(id identity.DeviceID) {
	m.mu.Lock()
	d := m.devices[id]
	if d != nil && d.level.IsContact() && len(d.presenceKey) > 0 {
		for _, s := range m.hints {
			if s.id.IsZero() && s.hint.Matches != nil && s.hint.Matches(d.presenceKey) {
				m.bindLocked(s, id, false)
			}
		}
	}
	m.mu.Unlock()
	m.vouch(id)
}

// HintLost takes the end of a discovery record.
func (m *Messenger) HintLost(label string) {
	m.mu.Lock()
	s := m.hints[label]
	delete(m.hints, label)
	if s == nil {
		m.mu.Unlock()
		return
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	id := s.id
	if lost := m.unbindLocked(s); lost != nil {
		m.hub.publish(Event{Kind: EventPeerLost, Peer: lost})
	}
	if d := m.devices[id]; d != nil && m.ctx.Err() == nil {
		for _, l := range d.links {
			m.wg.Go(func() { m.doubt(l, doubtTimeout) })
		}
	}
	m.mu.Unlock()
	m.watchNow(id)
}

// doubtTimeout is how long a link may take to answer a Ping once discovery has
// lost its device. Discovery has failed to reach it twice by then: together they
// notice a silent death within 15 seconds.
const doubtTimeout = 1500 * time.Millisecond

// doubt ends a link that does not answer within the limit. An idle one would
// else count as the device being here until TCP gives up.
func (m *Messenger) doubt(l *link, limit time.Duration) {
	ctx, cancel := context.WithTimeout(l.ctx, limit)
	defer cancel()
	if err := l.Ping(ctx); err != nil && l.ctx.Err() == nil {
		l.Close(wire.ByeShutdown)
	}
}

// bindLocked says who made a sighting.
func (m *Messenger) bindLocked(s *sighting, id identity.DeviceID, proven bool) {
	s.id, s.proven = id, proven
	d := m.deviceLocked(id)
	first := !d.online()
	d.labels[s.hint.Label] = true
	d.lastSeen = m.now()
	if !first {
		return
	}
	p := m.peerLocked(d)
	m.hub.publish(Event{Kind: EventPeerFound, Peer: &p})
}

// unbindLocked takes a sighting from its device and returns the device when
// that put it out of earshot.
func (m *Messenger) unbindLocked(s *sighting) *Peer {
	d := m.devices[s.id]
	s.id, s.proven = identity.DeviceID{}, false
	if d == nil || !d.labels[s.hint.Label] {
		return nil
	}
	delete(d.labels, s.hint.Label)
	d.lastSeen = m.now()
	if d.online() {
		return nil
	}
	p := m.peerLocked(d)
	m.forgetLocked(d)
	return &p
}

// loseStrangerLocked takes a sighting from the stranger who made it: that device
// or this one does not want to be seen by strangers any more, and the record goes
// on under the same label.
func (m *Messenger) loseStrangerLocked(s *sighting) {
	d := m.devices[s.id]
	if d == nil || d.level != trust.Stranger || d.introduced {
		return
	}
	if lost := m.unbindLocked(s); lost != nil {
		m.hub.publish(Event{Kind: EventPeerLost, Peer: lost})
	}
}

// look finds out who made a sighting by its key.
func (m *Messenger) look(label string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.hints[label]
	if s == nil || s.busy || !s.id.IsZero() || m.net == nil || m.ctx.Err() != nil {
		return
	}
	s.busy = true
	if m.looks.running >= maxLooks {
		m.looks.waiting = append(m.looks.waiting, label)
		return
	}
	m.looks.running++
	m.wg.Go(func() { m.runLooks(label) })
}

// runLooks looks at one label and then at those that queued meanwhile.
func (m *Messenger) runLooks(label string) {
	for {
		m.lookAt(label)
		m.mu.Lock()
		if len(m.looks.waiting) == 0 || m.ctx.Err() != nil {
			m.looks.running--
			m.mu.Unlock()
			return
		}
		label = m.looks.waiting[0]
		m.looks.waiting = m.looks.waiting[1:]
		m.mu.Unlock()
	}
}

// lookAt finds out who made a sighting: it looks, if this device may be seen by
// whoever answers, and else or where it is turned away searches among contacts.
func (m *Messenger) lookAt(label string) {
	m.mu.Lock()
	s := m.hints[label]
	if s == nil {
		m.mu.Unlock()
		return
	}
	addrs, looks := s.hint.Addrs, m.looksLocked()
	m.mu.Unlock()

	var seen Seen
	err := errNotLooked
	if looks {
		ctx, cancel := context.WithTimeout(m.ctx, lookTimeout)
		defer cancel()
		seen, err = m.net.Look(ctx, addrs)
	}
	var found identity.DeviceID
	if err == errNotLooked || errors.Is(err, ErrSilent) {
		found, err = m.search(s, addrs, err)
	}

	m.mu.Lock()
	if m.hints[label] != s {
		m.mu.Unlock()
		return
	}
	s.busy = false
	if !found.IsZero() {
		m.bindLocked(s, found, true)
		m.mu.Unlock()
		m.vouch(found)
		m.publishPeer(EventPeerUpdated, found)
		return
	}
	if err != nil {
		m.notSeenLocked(s, err, addrs)
		m.mu.Unlock()
		if m.ctx.Err() == nil && !isSilence(err) {
			m.log.Info("a device announces itself but does not answer", "label", label, "err", err)
			m.suspect(label)
		}
		return
	}
	m.mu.Unlock()
	m.saw(s, seen)
}

// notSeenLocked plans the next look at a sighting that was not seen at addrs.
func (m *Messenger) notSeenLocked(s *sighting, err error, addrs []netip.AddrPort) {
	label := s.hint.Label
	wait := maxLookWait // it is there, and its record tells when it can be seen
	switch {
	case m.ctx.Err() != nil:
		return
	case isSilence(err) && !slices.Equal(addrs, s.hint.Addrs): // they have changed meanwhile
		wait = 0
	case err == errNotLooked && !m.looksLocked(): // until that changes
		return
	case err == errNotLooked:
		wait = 0
	case !isSilence(err):
		s.fails++
		wait = min(lookRetry<<min(s.fails-1, 10), maxLookWait)
	}
	if s.timer != nil {
		s.timer.Stop()
	}
	s.timer = time.AfterFunc(wait, func() { m.look(label) })
}

// saw takes the answer of the device behind a sighting.
func (m *Messenger) saw(s *sighting, seen Seen) {
	if seen.ID == m.cfg.Self { // a copy of this home folder, or our own echo
		return // OwnKeyAt says if it is another one
	}
	m.mu.Lock()
	if m.hints[s.hint.Label] != s {
		m.mu.Unlock()
		return
	}
	s.fails = 0
	d := m.deviceLocked(seen.ID)
	if !d.stored || d.level == trust.Stranger {
		d.said, d.kind = seen.Hello.Name, seen.Hello.Kind
	}
	m.bindLocked(s, seen.ID, true)
	m.mu.Unlock()
	m.vouch(seen.ID)
	m.reach(seen.ID, reasonHint)
}

// disproved is called when another device answered where a record claimed to
// be id: the claim was stale or forged, so the key decides.
func (m *Messenger) disproved(id identity.DeviceID) {
	m.mu.Lock()
	var again []string
	if d := m.devices[id]; d != nil {
		for label := range d.labels {
			if s := m.hints[label]; !s.proven {
				if lost := m.unbindLocked(s); lost != nil {
					m.hub.publish(Event{Kind: EventPeerLost, Peer: lost})
				}
				again = append(again, label)
			}
		}
	}
	m.mu.Unlock()
	for _, label := range again {
		m.look(label)
	}
}

func (m *Messenger) suspect(label string) {
	m.mu.Lock()
	lookout := m.lookout
	m.mu.Unlock()
	if lookout != nil && m.ctx.Err() == nil {
		lookout.Suspect(label)
	}
}

// vouch tells discovery whether a device has a live link to a contact here.
func (m *Messenger) vouch(id identity.DeviceID) {
	m.mu.Lock()
	lookout := m.lookout
	var labels []string
	linked := false
	if d := m.devices[id]; d != nil {
		linked = d.level.IsContact() && len(d.links) > 0
		for label := range d.labels {
			labels = append(labels, label)
		}
	}
	m.mu.Unlock()
	if lookout == nil || m.ctx.Err() != nil {
		return
	}
	for _, label := range labels {
		lookout.Vouch(label, linked)
	}
}

func (m *Messenger) suspectAll(id identity.DeviceID) {
	m.mu.Lock()
	var labels []string
	if d := m.devices[id]; d != nil {
		for label := range d.labels {
			labels = append(labels, label)
		}
	}
	m.mu.Unlock()
	for _, label := range labels {
		m.suspect(label)
	}
}

// Errors of a Network that the messenger decides on.
var (
	// ErrWrongDevice is wrapped by a Network's Dial error when the key at the
	// address was another device's.
	ErrWrongDevice = errors.New("another device answered there")
	// ErrSilent is wrapped by the error of Dial or Look when the connection was
	// closed before anything was said: what is there may hide from this device.
	ErrSilent = errors.New("the connection was closed there without a word")
)
