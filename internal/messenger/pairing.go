package messenger

import (
	"context"
	"net/netip"
	"time"

	"earshot/internal/identity"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// How long each stage of a pairing may last (docs/PROTOCOL.md §7.2).
const (
	pairReach   = 12 * time.Second       // two dials
	pairAnswer  = 60 * time.Second       // a person looks up and taps
	pairReveal  = 10 * time.Second       // one round trip, with a lost packet or two
	pairCompare = 2 * time.Minute        // two persons read six digits to each other
	pairSettle  = 500 * time.Millisecond // until of two links that came up at once one is closed
	pairGrace   = 3 * time.Second        // without a link, while another one may take its place
)

// pairAnew is how often a pairing whose code is not known yet begins anew when its
// link ends: once for a link that the other side made only to look, which says
// goodbye at once, once for the surplus one of two, and once for bad luck.
const pairAnew = 3

// pairFrames is how many frames of one pairing may wait to be sent: a side sends
// three in all.
const pairFrames = 8

// pairing is the one under way, or the last one. Guarded by Messenger.mu; frames
// are sent by its own goroutine (runPairing), in order.
type pairing struct {
	Pairing
	dev     *device
	link    *link          // that it runs on; nil while there is none
	machine *trust.Pairing // nil before PairStart, and by link
	token   trust.Token    // by link, on the side that read it
	addrs   []netip.AddrPort
	willing bool      // the person here goes on as soon as there is a link again
	until   time.Time // when the person here is asked no longer
	lost    int       // links that have ended under it
	storing bool      // both said yes: it is being stored
	waits   bool      // startLaterLocked is under way
	out     chan pairFrame
	changed chan struct{} // capacity 1: the deadline is another one
	over    chan struct{} // closed at the end
}

type pairFrame struct {
	link *link
	msg  wire.Message
}

// Pair begins a pairing or goes on with one; see Service.
func (m *Messenger) Pair(_ context.Context, id identity.DeviceID) (Pairing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.pairing; p != nil && !p.Over() && p.Peer == id {
		if p.Stage == PairAsked {
			m.continueLocked(p)
		}
		return p.Pairing, nil
	}
	d := m.devices[id]
	switch {
	case id == m.cfg.Self:
		return Pairing{}, ErrSelf
	case d == nil || id.IsZero():
		return Pairing{}, ErrUnknownPeer
	case d.level == trust.Blocked:
		return Pairing{}, ErrBlocked
	case m.net == nil || len(d.links) == 0 && len(m.addressesLocked(d)) == 0:
		return Pairing{}, ErrUnreachable
	}
	p, err := m.beginLocked(d)
	if err != nil {
		return Pairing{}, err
	}
	m.seekLocked(p)
	return p.Pairing, nil
}

// Pairing returns the present or last one; see Service.
func (m *Messenger) Pairing(context.Context) (Pairing, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.pairing == nil {
		return Pairing{}, nil
	}
	return m.pairing.Pairing, nil
}

// AnswerPair gives a person's answer; see Service.
func (m *Messenger) AnswerPair(_ context.Context, serial uint64, choice PairChoice) (Pairing, error) {
	m.mu.Lock()
	p := m.pairing
	if p == nil || p.Serial != serial || p.Over() || p.storing {
		m.mu.Unlock()
		return Pairing{}, ErrNoPairing
	}
	var err error
	switch {
	case choice == PairCancel:
		m.failLocked(p, PairCancelled, wire.PairDeclined)
	case choice == PairContinue && p.Stage == PairAsked:
		m.continueLocked(p)
	case choice == PairMatch && p.Stage == PairComparing:
		err = m.matchLocked(p)
	case choice == PairNoMatch && p.Stage == PairComparing:
		m.pairRates.mute(p.Peer, time.Now())
		m.failLocked(p, PairDiffer, wire.PairDifferent)
	default:
		err = ErrPairNotNow
	}
	verified := m.completeLocked(p)
	told := p.Pairing
	m.mu.Unlock()
	if verified {
		m.verify(p)
		return m.Pairing(m.ctx)
	}
	return told, err
}

// beginLocked makes a pairing of this device's person the present one. A request
// of another device that nobody has answered gives way.
func (m *Messenger) beginLocked(d *device) (*pairing, error) {
	if old := m.pairing; old != nil && !old.Over() {
		if old.Stage != PairAsked {
			return nil, ErrPairBusy
		}
		m.failLocked(old, PairCancelled, wire.PairBusy)
	}
	p := m.newPairingLocked(d)
	p.Ours = true
	m.pairing = p
	return p, nil
}

// newPairingLocked returns a pairing and starts its goroutine.
func (m *Messenger) newPairingLocked(d *device) *pairing {
	m.pairSerial++
	p := &pairing{
		Pairing: Pairing{Serial: m.pairSerial, Peer: d.id, Name: d.shown(), Kind: d.kind},
		dev:     d,
		out:     make(chan pairFrame, pairFrames),
		changed: make(chan struct{}, 1),
		over:    make(chan struct{}),
	}
	if m.ctx.Err() == nil {
		m.wg.Go(func() { m.runPairing(p) })
	}
	return p
}

// startLocked says the first word of a pairing of ours on a link.
func (m *Messenger) startLocked(p *pairing, l *link) {
	p.link = l
	if p.ByLink {
		m.stageLocked(p, PairConfirming, pairReveal)
		m.sayLocked(p, &wire.PairProof{MAC: wire.Bytes32(p.token.Proof(m.endsLocked(p)))})
		return
	}
	machine, commit := trust.StartPairing(m.endsLocked(p))
	p.machine = machine
	m.stageLocked(p, PairAsking, pairAnswer)
	m.sayLocked(p, &wire.PairStart{Commit: wire.Bytes32(commit)})
}

func (m *Messenger) endsLocked(p *pairing) trust.Ends {
	e := trust.Ends{Initiator: m.cfg.Self, Responder: p.Peer, Exporter: p.link.Exporter()}
	if !p.Ours {
		e.Initiator, e.Responder = e.Responder, e.Initiator
	}
	return e
}

// continueLocked is the person here going on with the other's pairing.
func (m *Messenger) continueLocked(p *pairing) {
	if p.link == nil { // lost, and not come back yet
		p.willing = true
		return
	}
	nonce, err := p.machine.Continue()
	if err != nil {
		m.failLocked(p, PairForged, wire.PairWrong)
		return
	}
	p.dev.introduced = true // it stays, also if this device begins to hide
	m.stageLocked(p, PairJoining, pairReveal)
	m.sayLocked(p, &wire.PairNonce{Nonce: wire.Bytes32(nonce)})
}

func (m *Messenger) matchLocked(p *pairing) error {
	mac, err := p.machine.Match()
	if err != nil {
		return ErrPairNotNow
	}
	m.stageLocked(p, PairConfirming, pairCompare)
	m.sayLocked(p, &wire.PairConfirm{MAC: wire.Bytes32(mac)})
	return nil
}

// completeLocked reports, once, that both persons said yes.
func (m *Messenger) completeLocked(p *pairing) bool {
	if p.Over() || p.storing || p.machine == nil || !p.machine.Verified() {
		return false
	}
	p.storing = true
	return true
}

// compareLocked shows the code that is known now.
func (m *Messenger) compareLocked(p *pairing) {
	p.Code, p.CodeAt = p.machine.Code(), m.now()
	m.stageLocked(p, PairComparing, pairCompare)
}

// verify stores that a device is verified and ends the pairing.
func (m *Messenger) verify(p *pairing) {
	err := m.storeVerified(p)
	if err != nil && m.ctx.Err() == nil {
		m.log.Error("that a device is verified was not stored", "device", p.Peer, "err", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p.storing = false
	if err != nil {
		m.failLocked(p, PairInternal, 0)
		return
	}
	if p.ByLink && !p.Ours {
		m.sayLocked(p, &wire.PairConfirm{MAC: wire.Bytes32(p.token.Answer(m.endsLocked(p)))})
	}
	p.Name = p.dev.shown()
	m.endLocked(p, PairVerified)
}

func (m *Messenger) storeVerified(p *pairing) error {
	first, err := m.db.Verify(m.ctx, p.Peer)
	if err != nil {
		return err
	}
	if p.link.Outbound() {
		if err := m.db.RememberAddress(m.ctx, p.Peer, p.link.Remote(), m.now()); err != nil {
			_ = m.storeTrouble("the address of a verified device was not stored", err)
		}
	}
	return m.letIn(m.ctx, p.Peer, first)
}

// stageLocked says how far a pairing is, and how long that may last.
func (m *Messenger) stageLocked(p *pairing, stage PairStage, patience time.Duration) {
	p.Stage, p.Deadline = stage, time.Now().Add(patience)
	select {
	case p.changed <- struct{}{}:
	default:
	}
	m.tellPairingLocked(p)
}

func (m *Messenger) tellPairingLocked(p *pairing) {
	told := p.Pairing
	m.hub.publish(Event{Kind: EventPairing, Pairing: &told})
}

// failLocked ends a pairing without success, unless it is too late for that, and,
// if tell is not 0 and there is a link, says so.
func (m *Messenger) failLocked(p *pairing, reason PairReason, tell wire.PairReason) {
	if p.Over() || p.storing {
		return
	}
	if tell != 0 && p.link != nil && p.Stage != PairReaching {
		m.sayLocked(p, &wire.PairAbort{Reason: tell})
	}
	if !p.Ours && p.Stage == PairJoining && reason != PairCancelled {
		m.pairRates.gaveUp(time.Now())
	}
	p.Reason = reason
	m.endLocked(p, PairFailed)
}

func (m *Messenger) endLocked(p *pairing, stage PairStage) {
	p.Stage, p.Deadline, p.machine, p.token = stage, time.Time{}, nil, trust.Token{}
	p.dev.introduced = false
	close(p.over)
	m.tellPairingLocked(p)
	m.forgetLocked(p.dev)
}

// sayLocked queues a frame for the link of a pairing.
func (m *Messenger) sayLocked(p *pairing, msg wire.Message) {
	select {
	case p.out <- pairFrame{p.link, msg}:
	default: // never: a side sends three frames, and one that is begun anew few more
		m.log.Error("frames of a pairing wait for a link that does not take them", "device", p.Peer)
	}
}

// runPairing sends what a pairing says and ends it when its time is over.
func (m *Messenger) runPairing(p *pairing) {
	send := func(f pairFrame) { _ = f.link.Send(f.link.ctx, f.msg) } // a link that ends is told by LinkClosed
	timer := time.NewTimer(pairReach)
	defer timer.Stop()
	for {
		select {
		case f := <-p.out:
			send(f)
		case <-p.changed:
			m.mu.Lock()
			timer.Reset(time.Until(p.Deadline))
			m.mu.Unlock()
		case <-timer.C:
			m.mu.Lock()
			m.expireLocked(p)
			m.mu.Unlock()
		case <-p.over:
			for {
				select {
				case f := <-p.out:
					send(f)
				default:
					m.turnAway() // a stranger that was let in to pair
					return
				}
			}
		case <-m.ctx.Done():
			return
		}
	}
}

func (m *Messenger) expireLocked(p *pairing) {
	if p.Over() || time.Now().Before(p.Deadline) {
		return
	}
	if p.Stage == PairReaching {
		m.failLocked(p, PairUnreachable, 0)
		return
	}
	if p.link == nil {
		m.failLocked(p, PairLost, 0)
		return
	}
	m.failLocked(p, PairTimeout, wire.PairTimeout)
}
