package messenger

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"earshot/internal/identity"
	"earshot/internal/store"
	"earshot/internal/trust"
)

// device is what is known of one device right now. Guarded by Messenger.mu.
type device struct {
	id          identity.DeviceID
	level       trust.Level
	said, nick  string // its name as it says it, and the one given here
	kind        string
	acceptsMe   bool
	requestedAt time.Time
	presenceKey []byte
	lastSeen    time.Time
	added       time.Time
	replacedBy  identity.DeviceID
	stored      bool // has a row in the store
	receipts    bool // is told what was read here
	typing      typing
	introduced  bool      // a person here has to do with it, so that it learns who this is
	knocks      int       // of a blocked one, since the program began
	knockTold   time.Time // when an event last told of them

	labels  map[string]bool  // sightings of it
	typed   []netip.AddrPort // remembered addresses, newest first
	links   []*link          // live, oldest first
	epochAt time.Time        // when its Resume last began a new epoch
	dial    dialState
	watch   watch
}

// deviceLocked returns the device, making it when it is new.
func (m *Messenger) deviceLocked(id identity.DeviceID) *device {
	d := m.devices[id]
	if d == nil {
		d = &device{id: id, labels: map[string]bool{}}
		m.devices[id] = d
	}
	return d
}

// forgetLocked drops a device that nothing speaks for any more.
func (m *Messenger) forgetLocked(d *device) {
	if m.devices[d.id] == d && !d.stored && len(d.links) == 0 && len(d.labels) == 0 && len(d.typed) == 0 && !d.dial.busy &&
		!d.introduced && !d.watch.busy && len(d.watch.addrs) == 0 && !m.pairsLocked(d) {
		delete(m.devices, d.id)
	}
}

func (m *Messenger) loadDevices(ctx context.Context) error {
	contacts, err := m.db.Contacts(ctx)
	if err != nil {
		return err
	}
	book, err := m.db.AddressBook(ctx)
	if err != nil {
		return err
	}
	for _, c := range contacts {
		m.deviceLocked(c.ID).takeRow(c)
	}
	for id, addrs := range book {
		m.deviceLocked(id).typed = addrs
	}
	return nil
}

func (d *device) takeRow(c store.Contact) {
	d.level, d.said, d.nick, d.kind = c.Level, c.Said, "", c.Kind
	if c.Name != c.Said {
		d.nick = c.Name
	}
	d.added, d.replacedBy = c.Added, c.RetiredBy
	d.acceptsMe, d.requestedAt = c.AcceptsMe, c.RequestedAt
	d.presenceKey, d.stored, d.receipts = c.PresenceKey, true, c.Receipts
	if c.LastSeen.After(d.lastSeen) {
		d.lastSeen = c.LastSeen
	}
}

// shown is the name that a person sees: the one given here, or what it says.
func (d *device) shown() string { return cmp.Or(d.nick, d.said) }

// reload reads a device's row after the store changed it. Of two at once the one
// that reads later is taken later: else a decision could be undone in memory.
func (m *Messenger) reload(ctx context.Context, id identity.DeviceID) error {
	m.reloading.Lock()
	defer m.reloading.Unlock()
	c, err := m.db.Contact(ctx, id)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.deviceLocked(id).takeRow(c)
	return nil
}

// online reports a live link, a fresh sighting, or an answer at an address that
// a person typed.
func (d *device) online() bool { return len(d.labels) > 0 || d.watch.seen || d.linked() }

// linked reports a live link by which the device was met.
func (d *device) linked() bool { return slices.ContainsFunc(d.links, (*link).meets) }

// meets reports whether the link makes its device one that was met: a stranger's
// that only looks who is here does not.
func (l *link) meets() bool {
	return l.dev.level.IsContact() || l.Outbound() || !l.askedAt.IsZero()
}

func (m *Messenger) peerLocked(d *device) Peer {
	return Peer{
		ID: d.id, Name: d.shown(), Said: d.said, Kind: d.kind, Level: d.level, AcceptsMe: d.acceptsMe,
		Online: d.online(), Linked: d.linked(), Away: d.away(), Typing: d.typing.theirs,
		Addresses: m.addressesLocked(d), LastSeen: d.lastSeen, Knocks: d.knocks,
		Added: d.added, ReplacedBy: d.replacedBy,
	}
}

// addressesLocked lists where to dial a device: what is seen now before what is
// remembered.
func (m *Messenger) addressesLocked(d *device) []netip.AddrPort {
	var out []netip.AddrPort
	add := func(addrs []netip.AddrPort) {
		for _, a := range addrs {
			if !slices.Contains(out, a) {
				out = append(out, a)
			}
		}
	}
	for _, l := range d.links {
		if l.Outbound() {
			add([]netip.AddrPort{l.Remote()})
		}
	}
	for label := range d.labels {
		add(m.hints[label].hint.Addrs)
	}
	add(d.typed)
	return out
}

func (m *Messenger) publishPeer(kind EventKind, id identity.DeviceID) {
	m.mu.Lock()
	d := m.devices[id]
	if d == nil {
		m.mu.Unlock()
		return
	}
	p := m.peerLocked(d)
	m.hub.publish(Event{Kind: kind, Peer: &p}) // under the lock: snapshots leave in the order they were taken
	m.mu.Unlock()
}

// Peers returns the devices in earshot and all contacts; see Service.
func (m *Messenger) Peers(context.Context) ([]Peer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Peer
	for _, d := range m.devices {
		if d.level.IsContact() || d.level == trust.Blocked || d.online() || len(d.typed) > 0 {
			out = append(out, m.peerLocked(d))
		}
	}
	slices.SortFunc(out, func(a, b Peer) int {
		if ac, bc := a.Level.IsContact(), b.Level.IsContact(); ac != bc {
			if ac {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), a.ID.Compare(b.ID))
	})
	return out, nil
}
