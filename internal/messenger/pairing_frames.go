package messenger

import (
	"time"

	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// handlePair takes a frame of pairing (docs/PROTOCOL.md §7). Frames that belong
// to no pairing under way change nothing: the other side may not know yet that it
// has ended. One that comes in the wrong place ends the pairing.
func (m *Messenger) handlePair(l *link, msg wire.Message) {
	m.mu.Lock()
	if start, ok := msg.(*wire.PairStart); ok {
		m.pairAskedLocked(l, trust.Block(start.Commit))
		m.mu.Unlock()
		return
	}
	if proof, ok := msg.(*wire.PairProof); ok {
		p := m.provedLocked(l, trust.Block(proof.MAC))
		m.mu.Unlock()
		if p != nil {
			m.verify(p)
			m.turnAway() // whoever else came in by the invitation
		}
		return
	}
	p := m.pairing
	if p == nil || p.link != l || p.Over() || p.storing {
		m.mu.Unlock()
		return
	}
	verified := m.takePairLocked(p, msg)
	m.mu.Unlock()
	if verified {
		m.verify(p)
	}
}

// takePairLocked takes a frame of the pairing under way and reports that both
// sides have said yes.
func (m *Messenger) takePairLocked(p *pairing, msg wire.Message) (verified bool) {
	switch f := msg.(type) {
	case *wire.PairAbort:
		if f.Reason == wire.PairBusy && p.Ours && !p.ByLink {
			m.pairRates.want(p.Peer, time.Now())
		}
		m.failLocked(p, pairReasonOf(f.Reason), 0)
		return false
	case *wire.PairConfirm:
		if p.ByLink && p.Ours {
			return m.answerFitsLocked(p, trust.Block(f.MAC))
		}
	}
	if p.machine == nil { // by link: nothing but a confirmation is due
		m.failLocked(p, PairForged, wire.PairWrong)
		return false
	}
	var err error
	switch f := msg.(type) {
	case *wire.PairNonce:
		var own trust.Block
		if own, err = p.machine.TakeNonce(trust.Block(f.Nonce)); err == nil {
			m.sayLocked(p, &wire.PairReveal{Nonce: wire.Bytes32(own)})
			m.compareLocked(p)
		}
	case *wire.PairReveal:
		if err = p.machine.TakeReveal(trust.Block(f.Nonce)); err == nil {
			m.compareLocked(p)
		}
	case *wire.PairConfirm:
		err = p.machine.TakeConfirm(trust.Block(f.MAC))
	}
	if err != nil {
		m.log.Warn("a pairing was ended: the other side's part does not fit", "device", p.Peer, "err", err)
		m.failLocked(p, PairForged, wire.PairWrong)
		return false
	}
	return m.completeLocked(p)
}

func pairReasonOf(r wire.PairReason) PairReason {
	switch r {
	case wire.PairDifferent:
		return PairTheyDiffer
	case wire.PairTimeout:
		return PairTimeout
	case wire.PairBusy:
		return PairBusy
	case wire.PairWrong:
		return PairForged
	case wire.PairExpired:
		return PairExpired
	}
	return PairDeclined
}

// pairAskedLocked takes PairStart. Of two devices whose persons press "Pair" at
// the same moment, the one with the lower ID has begun.
func (m *Messenger) pairAskedLocked(l *link, commit trust.Block) {
	d := l.dev
	p := m.pairing
	if p != nil && p.dev != d && p.Stage == PairAsked && m.pairRates.wants(d.id, time.Now()) {
		m.failLocked(p, PairCancelled, wire.PairBusy) // nobody has answered it, and this one was called
	}
	if p != nil && !p.Over() {
		if p.dev != d {
			m.refuseLocked(l, wire.PairBusy)
			return
		}
		switch {
		case p.storing || p.ByLink:
			m.refuseLocked(l, wire.PairBusy)
		case p.Stage == PairAsking && m.cfg.Self.Compare(d.id) < 0:
			// Ours counts; the other side drops its own when it reads it.
		case p.Stage == PairAsking, p.Stage == PairReaching:
			m.takeOverLocked(p, l, commit)
			m.continueLocked(p) // the person here has pressed "Pair"
		case p.Stage == PairAsked:
			m.takeOverLocked(p, l, commit) // on another link, or pressed again
			m.stageLocked(p, PairAsked, time.Until(p.until))
			if p.willing {
				m.continueLocked(p)
			}
		default:
			m.refuseLocked(l, wire.PairBusy)
		}
		return
	}
	if !m.pairRates.allow(d.id, !d.level.IsContact(), time.Now()) {
		m.refuseLocked(l, wire.PairBusy)
		return
	}
	p = m.newPairingLocked(d)
	m.pairing = p
	p.until = time.Now().Add(pairAnswer)
	m.takeOverLocked(p, l, commit)
	m.stageLocked(p, PairAsked, pairAnswer)
}

// takeOverLocked makes the other side the one that began p.
func (m *Messenger) takeOverLocked(p *pairing, l *link, commit trust.Block) {
	p.Ours, p.link = false, l
	p.Name, p.Kind = l.dev.shown(), l.dev.kind
	p.machine = trust.AnswerPairing(m.endsLocked(p), commit)
}

// pairMisread takes the other side's complaint about a frame of pairing: it is of a
// version before pairing.
func (m *Messenger) pairMisread(l *link, f *wire.Error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.pairing; p != nil && p.link == l && f.Code == wire.CodeUnsupported && wire.IsPairing(f.RefersTo) {
		m.failLocked(p, PairUnsupported, 0)
	}
}

// refuseLocked answers the beginning of a pairing that is not taken.
func (m *Messenger) refuseLocked(l *link, reason wire.PairReason) {
	m.sendLocked(l, &wire.PairAbort{Reason: reason})
}

// sendLocked sends one frame that belongs to no pairing under way.
func (m *Messenger) sendLocked(l *link, msg wire.Message) {
	if m.ctx.Err() == nil {
		m.wg.Go(func() { _ = l.Send(l.ctx, msg) }) // a link that ends says enough
	}
}
