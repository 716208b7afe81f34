package messenger

import (
	"context"
	"errors"

	"earshot/internal/identity"
	"earshot/internal/store"
	"earshot/internal/trust"
)

// Errors of ContactService. They keep their identity through the control socket.
var (
	// ErrNotVerified is the answer to Replace when the new device is not verified.
	ErrNotVerified = store.ErrNotVerified
	// ErrSameDevice is the answer to Replace when both are one device.
	ErrSameDevice = errors.New("a device does not replace itself")
)

// ContactService is the part of Service that decides what becomes of contacts
// (docs/PROTOCOL.md §8).
type ContactService interface {
	// SetNick gives a device a name of this device's own, which is shown instead
	// of what it says of itself; "" takes it back. The device is not told.
	// ErrBadName, ErrUnknownPeer when it is neither contact nor blocked nor
	// reached at a typed address.
	SetNick(ctx context.Context, id identity.DeviceID, nick string) error
	// Unblock makes a blocked device what it was before it was blocked; a verified
	// one counts as accepted. What waited goes out. Nothing happens to a device
	// that is not blocked. ErrUnknownPeer.
	Unblock(ctx context.Context, id identity.DeviceID) error
	// Forget ends a contact: its conversation is deleted here, what waited for it
	// is cancelled, and it is a stranger that has to ask again, also when it was
	// blocked. It cannot recognise this device in discovery any more. A device that
	// is known only by an address that was typed is forgotten too. One of which
	// nothing is known is no error. ErrSelf, ErrUnknownPeer for the zero ID.
	Forget(ctx context.Context, id identity.DeviceID) error
	// Replace makes a verified device take the place of a contact: the history of
	// old becomes that of newID, what waited for old goes to newID, a name given
	// here stays, and old is a stranger. Nothing is ever sent to a new key without
	// this call. A repeated call changes nothing. ErrNotVerified unless newID is
	// verified, ErrBlocked when old is blocked, ErrSameDevice, ErrUnknownPeer.
	Replace(ctx context.Context, old, newID identity.DeviceID) error
}

// SetNick gives a device a name of this device's own; see ContactService.
func (m *Messenger) SetNick(ctx context.Context, id identity.DeviceID, nick string) error {
	if nick != "" {
		var err error
		if nick, err = checkName(nick); err != nil {
			return err
		}
	}
	if err := unknown(m.db.SetNick(ctx, id, nick)); err != nil {
		return err
	}
	if err := m.reload(ctx, id); err != nil {
		return err
	}
	m.publishPeer(EventPeerUpdated, id)
	return nil
}

// Unblock takes a block back; see ContactService.
func (m *Messenger) Unblock(ctx context.Context, id identity.DeviceID) error {
	_, changed, err := m.db.Unblock(ctx, id)
	if err != nil || !changed {
		return unknown(err)
	}
	if err := m.reload(m.ctx, id); err != nil {
		return err
	}
	m.limitLinks(id)
	m.publishPeer(EventPeerUpdated, id)
	m.pokeDevice(id)
	m.lookAtUnknown()
	m.reach(id, reasonWrite)
	return nil
}

// Forget ends a contact; see ContactService. Once begun it does not end with ctx.
func (m *Messenger) Forget(ctx context.Context, id identity.DeviceID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case id == m.cfg.Self:
		return ErrSelf
	case id.IsZero():
		return ErrUnknownPeer
	}
	contact := m.Level(id).IsContact()
	var err error
	if contact { // nothing more of it is stored from here on, and it is not told the new presence key
		m.endContact(id)
		err = m.partWith(m.ctx, id)
	}
	if err == nil {
		err = m.db.DropContact(m.ctx, id)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil && contact:
		return errors.Join(err, m.restoreContact(id))
	case err != nil:
		return err
	}
	if err := m.takeForgotten(id); err != nil {
		return err
	}
	m.hub.publish(Event{Kind: EventRequestGone, Request: &Request{Peer: id}},
		Event{Kind: EventHistory, Peer: &Peer{ID: id}}, Event{Kind: EventNotices})
	m.publishStranger(id)
	return nil
}

// takeForgotten makes a device in memory what the store has of it after it was
// forgotten: nothing, unless it was let in again meanwhile.
func (m *Messenger) takeForgotten(id identity.DeviceID) error {
	m.reloading.Lock()
	defer m.reloading.Unlock()
	c, err := m.db.Contact(m.ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[id]
	switch {
	case d == nil:
	case err == nil:
		d.takeRow(c)
	default:
		m.unwatchLocked(d)
		d.takeRow(Contact{ID: id, Said: d.said, Kind: d.kind})
		d.stored, d.typed = false, nil
	}
	return nil
}

// finishForgetting goes on with what Forget began before the end of the program.
func (m *Messenger) finishForgetting() {
	if err := m.db.FinishDrops(m.ctx); err != nil && m.ctx.Err() == nil {
		m.log.Error("forgetting a contact was not finished; it goes on at the next start", "err", err)
	}
}

// Replace joins a contact with the device that took its place; see
// ContactService.
func (m *Messenger) Replace(ctx context.Context, old, newID identity.DeviceID) error {
	switch {
	case old == m.cfg.Self || newID == m.cfg.Self:
		return ErrSelf
	case old.IsZero() || newID.IsZero():
		return ErrUnknownPeer
	case old == newID:
		return ErrSameDevice
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	contact := m.Level(old).IsContact() && m.Level(newID) == trust.Verified // else the store refuses
	if contact {
		m.endContact(old)
	}
	if err := m.db.Replace(m.ctx, old, newID); err != nil {
		if contact {
			err = errors.Join(err, m.restoreContact(old))
		}
		if errors.Is(err, store.ErrBlocked) {
			return ErrBlocked
		}
		return unknown(err)
	}
	if err := errors.Join(m.reload(m.ctx, old), m.reload(m.ctx, newID)); err != nil {
		return err
	}
	m.mu.Lock()
	if d := m.devices[old]; d != nil {
		m.unwatchLocked(d)
		d.typed = nil
	}
	m.mu.Unlock()
	var err error
	if contact {
		err = m.partWith(m.ctx, old)
	}
	m.hub.publish(Event{Kind: EventHistory, Peer: &Peer{ID: old}}, Event{Kind: EventHistory, Peer: &Peer{ID: newID}})
	m.publishStranger(old)
	m.publishPeer(EventPeerUpdated, newID)
	m.pokeDevice(newID)
	m.reach(newID, reasonWrite)
	return err
}

// unknown gives the store's word for a row that is not there its name here.
func unknown(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return ErrUnknownPeer
	}
	return err
}

// endContact makes a contact a stranger in memory and on its links, which begin
// anew if it becomes a contact again. What of it was about to be stored is stored.
func (m *Messenger) endContact(id identity.DeviceID) {
	m.mu.Lock()
	d := m.deviceLocked(id)
	d.level, d.acceptsMe, d.presenceKey = trust.Stranger, false, nil
	d.typing.stop()
	for _, l := range d.links {
		l.told, l.anew, l.delivers, l.away = false, true, false, false
		clear(l.inflight)
		l.poke()
	}
	m.mu.Unlock()
	m.storing <- struct{}{} // what comes to be stored from here on sees the level
	<-m.storing
	m.limitLinks(id)
	m.vouch(id)
}

// restoreContact takes back what endContact did when the store kept the contact.
func (m *Messenger) restoreContact(id identity.DeviceID) error {
	if err := m.reload(m.ctx, id); err != nil {
		return unknown(err)
	}
	m.limitLinks(id)
	m.vouch(id)
	m.pokeDevice(id)
	return nil
}

// publishStranger tells of a device that is a stranger now: one that nothing
// speaks for is not shown any more.
func (m *Messenger) publishStranger(id identity.DeviceID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[id]
	if d == nil {
		return
	}
	p := m.peerLocked(d)
	m.hub.publish(Event{Kind: EventPeerUpdated, Peer: &p})
	if !p.Online {
		m.hub.publish(Event{Kind: EventPeerLost, Peer: &p})
	}
	m.forgetLocked(d)
}
