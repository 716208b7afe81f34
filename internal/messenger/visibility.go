package messenger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/internal/identity"
	"earshot/internal/store"
	"earshot/internal/trust"
)

// SettingVisibility is who may see that this device is here
// (docs/PROTOCOL.md §3 and §6).
const (
	SettingVisibility = "visibility"

	// VisibleEveryone announces the name, answers every device and looks at
	// every device.
	VisibleEveryone = "everyone"
	// VisibleContacts announces what contacts alone can recognise and turns away
	// strangers without a byte.
	VisibleContacts = "contacts"
	// VisibleHidden is VisibleContacts without an announcement: only who knows
	// an address finds the device.
	VisibleHidden = "hidden"
)

// settingBegun is when this home folder was first started, in ms.
const settingBegun = "begun"

// knockEvent is the least time between two events about a blocked device that
// keeps trying.
const knockEvent = time.Minute

func checkVisibility(value string) (string, error) {
	value = strings.ToLower(value)
	if slices.Contains([]string{VisibleEveryone, VisibleContacts, VisibleHidden}, value) {
		return value, nil
	}
	return "", fmt.Errorf("%w: want %s, %s or %s", ErrBadValue, VisibleEveryone, VisibleContacts, VisibleHidden)
}

// loadVisibility reads who may see this device, and when it began.
func (m *Messenger) loadVisibility(ctx context.Context) error {
	value, err := m.db.Setting(ctx, SettingVisibility)
	if err != nil {
		return err
	}
	switch m.visibility, err = checkVisibility(value); {
	case value == "":
		m.visibility = VisibleEveryone
	case err != nil: // of a later version: rather too little is told
		m.visibility = VisibleContacts
	}
	if m.begun, err = m.noted(ctx, settingBegun); err != nil || !m.begun.IsZero() {
		return err
	}
	m.begun = m.now()
	err = m.note(ctx, settingBegun, m.begun)
	if errors.Is(err, store.ErrNewerSchema) { // it can be read on
		return nil
	}
	return err
}

// Visibility returns the value of SettingVisibility.
func (m *Messenger) Visibility() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.visibility
}

// Hides reports whether connections of those who do not know this device's ID
// are to end without a byte. Who has read its invitation knows the ID. It never
// blocks on the store.
func (m *Messenger) Hides() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.visibility != VisibleEveryone
}

// Admit says how far a device whose key was just proven is let in, and whether
// it is at all. What a person here dials is let in unless it is blocked. A
// blocked device that is not let in is counted (Peer.Knocks) and otherwise
// treated as a stranger to a device that hides. It never blocks on the store.
func (m *Messenger) Admit(id identity.DeviceID, outbound bool) (trust.Level, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[id]
	if d == nil {
		return trust.Stranger, outbound || m.admitsStrangersLocked()
	}
	switch {
	case d.level == trust.Blocked:
		if !outbound {
			m.knockedLocked(d)
		}
		return d.level, false
	case d.level.IsContact():
		return d.level, true
	}
	return d.level, outbound || m.admitsStrangersLocked()
}

// admitsStrangersLocked reports whether inbound strangers are let in: always, or
// for as long as one is invited.
func (m *Messenger) admitsStrangersLocked() bool {
	return m.visibility == VisibleEveryone || m.invitesLocked()
}

// looksLocked reports whether this device looks at devices that it does not
// know: a look shows its key to whoever made the record.
func (m *Messenger) looksLocked() bool { return m.visibility == VisibleEveryone }

// namesItselfLocked reports whether a device, which may be nil, is told what
// this one is called.
func (m *Messenger) namesItselfLocked(d *device) bool {
	return m.admitsStrangersLocked() || d != nil && (d.introduced || d.level.IsContact())
}

func (m *Messenger) knockedLocked(d *device) {
	d.knocks++
	if now := time.Now(); d.knockTold.IsZero() || now.Sub(d.knockTold) >= knockEvent {
		d.knockTold = now
		p := m.peerLocked(d)
		m.hub.publish(Event{Kind: EventPeerUpdated, Peer: &p})
	}
}

// visibilityChanged makes a new value of SettingVisibility take effect.
func (m *Messenger) visibilityChanged(value string) {
	m.mu.Lock()
	was := m.visibility
	m.visibility = value
	m.mu.Unlock()
	if value == was {
		return
	}
	m.publishSelf()
	if m.cfg.Renamed != nil {
		m.cfg.Renamed()
	}
	m.turnAway()
	m.loseStrangers()
	m.lookAtUnknown()
}

// loseStrangers forgets who is behind the records of strangers, if strangers are
// not looked at any more. It is seen anew when they are again.
func (m *Messenger) loseStrangers() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.looksLocked() {
		return
	}
	for _, s := range m.hints {
		m.loseStrangerLocked(s)
	}
}

// turnAway ends the links of strangers that are not let in any more: those that
// this device did not dial, unless a person here has to do with them.
func (m *Messenger) turnAway() {
	m.mu.Lock()
	network := m.net
	var ids []identity.DeviceID
	if network != nil && !m.admitsStrangersLocked() {
		for id, d := range m.devices {
			if d.uninvited() {
				ids = append(ids, id)
			}
		}
	}
	m.mu.Unlock()
	for _, id := range ids {
		network.Shun(id)
	}
}

// uninvited reports a stranger with links that nobody here wanted.
func (d *device) uninvited() bool {
	return d.level == trust.Stranger && !d.introduced && len(d.links) > 0 &&
		!slices.ContainsFunc(d.links, func(l *link) bool { return l.Outbound() })
}

// lookAtUnknown looks at every record behind which nobody is known.
func (m *Messenger) lookAtUnknown() {
	m.mu.Lock()
	var labels []string
	for label, s := range m.hints {
		if s.id.IsZero() {
			labels = append(labels, label)
		}
	}
	m.mu.Unlock()
	for _, label := range labels {
		m.look(label)
	}
}

// partWith ends what this device has with one that was blocked or is no contact
// any more: the links first, then the presence key by which it could follow this
// one. Both go the same way in both cases, so that it cannot tell them apart.
func (m *Messenger) partWith(ctx context.Context, id identity.DeviceID) error {
	m.mu.Lock()
	d := m.deviceLocked(id)
	m.unwatchLocked(d)
	d.introduced = false
	m.mu.Unlock()
	m.limitLinks(id)
	if err := m.renewPresenceKey(ctx); err != nil {
		return fmt.Errorf("renew the presence key: %w", err)
	}
	return nil
}

// limitLinks makes the live links of a device agree with its level: they end
// without a word when it is let in no more, whoever dialled.
func (m *Messenger) limitLinks(id identity.DeviceID) {
	m.mu.Lock()
	network, level := m.net, trust.Stranger
	if d := m.devices[id]; d != nil {
		level = d.level
	}
	admitted := level.IsContact() || level == trust.Stranger && m.admitsStrangersLocked()
	m.mu.Unlock()
	switch {
	case network == nil:
	case admitted:
		network.SetContact(id, level.IsContact())
	default:
		network.Shun(id)
	}
}
