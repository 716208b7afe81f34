package messenger

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/netip"

	"earshot/internal/identity"
	"earshot/internal/safetext"
	"earshot/netcore/wire"
)

// Settings that the messenger keeps in the store.
const (
	settingName        = "name"
	settingPresenceKey = "presence_key" // hex
)

const presenceKeyBytes = 16 // 128 random bits cannot be guessed

// Self returns this device; see Service.
func (m *Messenger) Self(context.Context) (Self, error) {
	m.mu.Lock()
	s := Self{ID: m.cfg.Self, Name: m.name, Kind: m.cfg.Kind, Version: m.cfg.Version, Port: m.port, Visibility: m.visibility, Begun: m.begun}
	addresses := m.addresses
	m.mu.Unlock()
	if addresses != nil {
		s.Addresses = addresses()
	}
	return s, nil
}

// SetListening says on which port this device is reached, and how to find its
// addresses at the moment they are asked for. Port 0 means that nothing listens.
func (m *Messenger) SetListening(port int, addresses func() []netip.AddrPort) {
	m.mu.Lock()
	m.port, m.addresses = port, addresses
	m.mu.Unlock()
	m.publishSelf()
}

// AddressesChanged says that what SetListening's function returns is different
// now. A link that was made from an address which is gone is dead without a
// word, so all are looked at.
func (m *Messenger) AddressesChanged() {
	m.publishSelf()
	m.Recheck()
}

func (m *Messenger) publishSelf() {
	s, _ := m.Self(m.ctx) // never fails
	m.hub.publish(Event{Kind: EventSelf, Self: &s})
}

// Rename changes the name that others see; see Service.
func (m *Messenger) Rename(ctx context.Context, name string) error {
	name, err := checkName(name)
	if err != nil {
		return err
	}
	if err := m.db.SetSetting(ctx, settingName, name); err != nil {
		return err
	}
	m.mu.Lock()
	m.name = name
	m.mu.Unlock()
	m.publishSelf()
	m.announceProfile(ctx)
	return nil
}

// checkName returns a name that a person typed as it is kept. ErrBadName.
func checkName(name string) (string, error) {
	if !safetext.ValidName(name) {
		return "", ErrBadName
	}
	name = string(safetext.Name(name))
	if len(name) > wire.MaxNameBytes {
		return "", ErrBadName
	}
	return name, nil
}

// announceProfile tells contacts with a live link and the network who this
// device is now.
func (m *Messenger) announceProfile(ctx context.Context) {
	profile, err := m.profile(ctx)
	if err != nil {
		m.log.Error("the profile cannot be read", "err", err)
		return
	}
	m.mu.Lock()
	var links []*link
	for _, d := range m.devices {
		for _, l := range d.links {
			if d.level.IsContact() && l.accepted {
				links = append(links, l)
			}
		}
	}
	m.mu.Unlock()
	for _, l := range links {
		m.sendSoon(l, profile)
	}
	if m.cfg.Renamed != nil {
		m.cfg.Renamed()
	}
}

// sendSoon sends one frame without holding up the caller.
func (m *Messenger) sendSoon(l *link, f wire.Message) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ctx.Err() == nil {
		m.wg.Go(func() { _ = l.Send(l.ctx, f) }) // a link that ends gets the profile on the next one
	}
}

func (m *Messenger) profile(ctx context.Context) (*wire.Profile, error) {
	key, err := m.PresenceKey(ctx)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return &wire.Profile{Name: m.name, Kind: m.cfg.Kind, PresenceKey: key}, nil
}

// PresenceKey returns the key by which contacts recognise this device's
// discovery record, 16 bytes, made at the first call.
func (m *Messenger) PresenceKey(ctx context.Context) ([]byte, error) {
	text, err := m.db.Setting(ctx, settingPresenceKey)
	if err != nil {
		return nil, err
	}
	if key, err := hex.DecodeString(text); err == nil && len(key) == presenceKeyBytes {
		return key, nil
	}
	return m.newPresenceKey(ctx)
}

func (m *Messenger) newPresenceKey(ctx context.Context) ([]byte, error) {
	key := make([]byte, presenceKeyBytes)
	rand.Read(key) // never fails (crypto/rand)
	return key, m.db.SetSetting(ctx, settingPresenceKey, hex.EncodeToString(key))
}

// renewPresenceKey makes the discovery record unrecognisable to everybody who
// is not told the new key.
func (m *Messenger) renewPresenceKey(ctx context.Context) error {
	if _, err := m.newPresenceKey(ctx); err != nil {
		return err
	}
	m.announceProfile(ctx)
	return nil
}

// Name returns the name that others see.
func (m *Messenger) Name() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.name
}

// ID returns this device's ID.
func (m *Messenger) ID() identity.DeviceID { return m.cfg.Self }
