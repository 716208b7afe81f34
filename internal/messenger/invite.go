package messenger

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"earshot/internal/identity"
	"earshot/internal/trust"
	"earshot/netcore/wire"
)

// invite is the invitation that is shown now. It lives in memory only. Guarded
// by Messenger.mu.
type invite struct {
	token trust.Token
	ends  time.Time
	timer *time.Timer
}

// Invite makes an invitation; see Service.
func (m *Messenger) Invite(context.Context) (Invite, error) {
	m.mu.Lock()
	addresses, port := m.addresses, m.port
	m.mu.Unlock()
	if addresses == nil || port == 0 {
		return Invite{}, ErrUnreachable
	}
	addrs := inviteAddrs(addresses())
	if len(addrs) == 0 {
		return Invite{}, ErrUnreachable
	}
	v := trust.Invitation{ID: m.cfg.Self, Token: trust.NewToken(), Addrs: addrs}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.endInviteLocked()
	in := &invite{token: v.Token, ends: time.Now().Add(trust.InviteLife)}
	in.timer = time.AfterFunc(trust.InviteLife, func() { m.endInvite(in) })
	m.invite = in
	return Invite{Link: v.String(), Expires: m.now().Add(trust.InviteLife)}, nil
}

// inviteAddrs sorts what an invitation names: IPv4 first, which is short in a QR
// code.
func inviteAddrs(all []netip.AddrPort) []netip.AddrPort {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b netip.AddrPort) int {
		if four, six := a.Addr().Is4(), b.Addr().Is4(); four != six {
			if four {
				return -1
			}
			return 1
		}
		return 0
	})
	return out[:min(len(out), trust.MaxInviteAddrs)]
}

// EndInvite takes the invitation back; see Service.
func (m *Messenger) EndInvite(context.Context) error {
	m.mu.Lock()
	in := m.invite
	m.mu.Unlock()
	m.endInvite(in)
	return nil
}

// endInvite ends an invitation that is still open, and what came in by it.
func (m *Messenger) endInvite(in *invite) {
	m.mu.Lock()
	open := in != nil && m.invite == in && m.ctx.Err() == nil
	if open {
		m.endInviteLocked()
	}
	m.mu.Unlock()
	if open {
		m.turnAway()
	}
}

func (m *Messenger) endInviteLocked() {
	if m.invite != nil {
		m.invite.timer.Stop()
		m.invite = nil
	}
}

// invitesLocked reports whether an invitation is open: then strangers are let in
// as far as proving that they have read it.
func (m *Messenger) invitesLocked() bool {
	return m.invite != nil && time.Now().Before(m.invite.ends)
}

// served is an invitation that was used. The device that used it is answered
// again for as long as it would have been open: the answer may be lost with its
// link. Guarded by Messenger.mu.
type served struct {
	invite
	by identity.DeviceID
}

// provedLocked takes PairProof and returns the pairing to store, or nil.
func (m *Messenger) provedLocked(l *link, proof trust.Block) *pairing {
	ends := trust.Ends{Initiator: l.Peer(), Responder: m.cfg.Self, Exporter: l.Exporter()}
	if s := m.served; s.by == l.Peer() && time.Now().Before(s.ends) && l.dev.level == trust.Verified && trust.Equal(s.token.Proof(ends), proof) {
		m.sendLocked(l, &wire.PairConfirm{MAC: wire.Bytes32(s.token.Answer(ends))})
		return nil
	}
	if !m.invitesLocked() {
		m.refuseLocked(l, wire.PairExpired)
		return nil
	}
	token := m.invite.token
	if !trust.Equal(token.Proof(ends), proof) {
		m.refuseLocked(l, wire.PairWrong)
		return nil
	}
	m.served = served{*m.invite, l.Peer()}
	m.endInviteLocked()
	p := m.newPairingLocked(l.dev)
	p.ByLink, p.link, p.token, p.storing = true, l, token, true
	l.dev.introduced = true // the invitation that let it in is over
	if old := m.pairing; old == nil || old.Over() || old.dev == l.dev && !old.storing {
		if old != nil {
			m.failLocked(old, PairCancelled, 0)
		}
		m.pairing = p
	}
	m.stageLocked(p, PairConfirming, pairReveal)
	return p
}

// answerFitsLocked takes the answer to a PairProof and reports that it is right.
func (m *Messenger) answerFitsLocked(p *pairing, answer trust.Block) bool {
	if p.Stage != PairConfirming || !trust.Equal(p.token.Answer(m.endsLocked(p)), answer) {
		m.log.Warn("a pairing by link was ended: the answer does not fit", "device", p.Peer)
		m.failLocked(p, PairForged, wire.PairWrong)
		return false
	}
	p.storing = true
	return true
}

// ReadLink says what a pairing link claims; see Service.
func (m *Messenger) ReadLink(_ context.Context, link string) (Invited, error) {
	v, err := m.readLink(link)
	if err != nil {
		return Invited{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	out := Invited{ID: v.ID, Addresses: v.Addrs}
	if d := m.devices[v.ID]; d != nil {
		out.Name, out.Level = d.shown(), d.level
	}
	return out, nil
}

func (m *Messenger) readLink(link string) (trust.Invitation, error) {
	v, err := trust.ParseInvitation(link)
	switch {
	case err != nil:
		return v, err
	case v.ID == m.cfg.Self:
		return v, ErrSelf
	case m.Level(v.ID) == trust.Blocked:
		return v, ErrBlocked
	}
	return v, nil
}

// PairByLink uses a pairing link; see Service.
func (m *Messenger) PairByLink(_ context.Context, link string) (Pairing, error) {
	v, err := m.readLink(link)
	if err != nil {
		return Pairing{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.net == nil {
		return Pairing{}, ErrUnreachable
	}
	p, err := m.beginLocked(m.deviceLocked(v.ID))
	if err != nil {
		return Pairing{}, err
	}
	p.ByLink, p.token, p.addrs = true, v.Token, v.Addrs
	m.seekLocked(p)
	return p.Pairing, nil
}
