package messenger

import (
	"context"
	"time"
)

// seekLocked starts a pairing of ours on a link that is there, or dials one.
func (m *Messenger) seekLocked(p *pairing) {
	p.link = nil
	l := m.bestLinkLocked(p.dev)
	if l != nil && m.steadyLocked(l) {
		m.startLocked(p, l)
		return
	}
	if p.Stage != PairReaching { // the time that is left, otherwise
		m.stageLocked(p, PairReaching, pairReach)
	}
	if l != nil {
		m.startLaterLocked(p)
		return
	}
	addrs := append(p.addrs, m.addressesLocked(p.dev)...)
	if len(addrs) == 0 || m.net == nil || m.ctx.Err() != nil {
		m.failLocked(p, PairUnreachable, 0)
		return
	}
	p.dev.introduced = true // it is told who asks
	m.wg.Go(func() {
		ctx, cancel := context.WithTimeout(m.ctx, dialTimeout)
		defer cancel()
		err := m.net.Dial(ctx, p.Peer, addrs) // LinkUp goes on with it
		m.mu.Lock()
		defer m.mu.Unlock()
		if err != nil && p.Stage == PairReaching && m.bestLinkLocked(p.dev) == nil {
			m.log.Info("a device to pair with was not reached", "device", p.Peer, "err", err)
			m.failLocked(p, PairUnreachable, 0)
		}
	})
}

// bestLinkLocked returns the live link that stays when there are two
// (docs/PROTOCOL.md §6): the newest that the lower ID dialled.
func (m *Messenger) bestLinkLocked(d *device) *link {
	var best *link
	lower := m.cfg.Self.Compare(d.id) < 0
	for _, l := range d.links {
		if best == nil || l.Outbound() == lower || best.Outbound() != lower {
			best = l
		}
	}
	return best
}

// steadyLocked reports whether a link is not about to be closed as the surplus one
// of two (docs/PROTOCOL.md §6): a pairing whose code is known ends with its link.
func (m *Messenger) steadyLocked(l *link) bool {
	lower := m.cfg.Self.Compare(l.dev.id) < 0
	return l.Outbound() == lower || time.Since(l.up) >= pairSettle
}

// startLaterLocked seeks a link for a pairing of ours once links have settled.
func (m *Messenger) startLaterLocked(p *pairing) {
	if p.waits || m.ctx.Err() != nil {
		return
	}
	p.waits = true
	m.wg.Go(func() {
		select {
		case <-time.After(pairSettle):
		case <-p.over:
			return
		case <-m.ctx.Done():
			return
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		p.waits = false
		if p.Stage == PairReaching {
			m.seekLocked(p) // the link may have ended, too
		}
	})
}

// pairLinkUp starts a pairing that waited for a link.
func (m *Messenger) pairLinkUp(l *link) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.pairing; p != nil && p.dev == l.dev && p.Stage == PairReaching {
		if m.steadyLocked(l) {
			m.startLocked(p, l)
		} else {
			m.startLaterLocked(p)
		}
	}
}

// pairLinkClosed takes the end of a link. What has not come to a code yet begins
// anew on another link: of two that came up at once, one is closed.
func (m *Messenger) pairLinkClosed(l *link) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.pairing
	if p == nil || p.Over() || p.link != l || p.storing {
		return
	}
	switch {
	case p.Stage == PairAsking, p.Ours && p.ByLink:
		p.link = nil
		p.lost++
		switch addrs := append(p.addrs, m.addressesLocked(p.dev)...); {
		case p.lost > pairAnew:
			m.failLocked(p, PairLost, 0)
		case m.bestLinkLocked(p.dev) == nil && len(addrs) == 0: // the other side may dial
			m.stageLocked(p, PairReaching, pairGrace)
		default:
			m.seekLocked(p)
		}
	case p.Stage == PairAsked:
		p.link = nil
		m.stageLocked(p, PairAsked, pairGrace)
	default:
		p.link = nil
		m.failLocked(p, PairLost, 0)
	}
}

// pairsLocked reports whether the pairing under way is with that device.
func (m *Messenger) pairsLocked(d *device) bool {
	return m.pairing != nil && !m.pairing.Over() && m.pairing.dev == d
}
