package messenger

import (
	"context"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"earshot/internal/identity"
	"earshot/internal/store"
	"earshot/netcore/wire"
)

// Config is what a Messenger is made of. Store is required; without a Network
// the messenger keeps and shows but delivers nothing.
type Config struct {
	Self    identity.DeviceID
	Kind    string // of this device: phone, tablet, laptop, desktop or server
	Version string
	Name    string // first name of this device, used until a person chose one
	Store   *store.DB
	BootID  uint64 // random per start of the program
	// Now is the wall clock, which may jump; nil: time.Now. How long something
	// takes is measured without it.
	Now    func() time.Time
	Logger *slog.Logger // nil: silent
	// Renamed is called after name, presence key or visibility changed, outside
	// any lock, so that the discovery record is made anew. May be nil.
	Renamed func()
	// Origin returns the address that stands for another one where the requests
	// of one address are counted; nil: each stands for itself.
	Origin func(netip.Addr) netip.Addr
}

// Messenger is a device at work. It serves Service and is driven by links
// (LinkUp, Handle, LinkClosed) and hints (HintFound, HintLost). All methods are
// safe for concurrent use.
type Messenger struct {
	cfg   Config
	db    *store.DB
	log   *slog.Logger
	now   func() time.Time
	clock hybridClock
	hub   hub
	inbox chan arrival

	// receive is the store's Receive; a test makes it fail.
	receive func(context.Context, []store.Incoming) ([]store.Receipt, error)
	// storing holds a value from the look at whose messages are stored until they
	// are. It is taken before mu.
	storing chan struct{}
	// reloading is held from the reading of a device's row until it is taken, and
	// locked before mu.
	reloading sync.Mutex

	ctx    context.Context // ends in Close; parent of all work
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu      sync.Mutex // guards everything below; never held during store or link calls
	net     Network
	lookout Lookout
	name    string
	begun   time.Time // never changes after New
	port    int

	visibility string // value of SettingVisibility

	away    bool
	devices map[identity.DeviceID]*device
	hints   map[string]*sighting
	looks   looks
	pairing *pairing // nil: there was none yet
	invite  *invite  // nil: none
	served  served

	pairSerial uint64
	pairRates  pairRates

	recheck again

	addresses func() []netip.AddrPort

	forgetWake chan struct{} // capacity 1
}

var _ Service = (*Messenger)(nil)

// New returns a messenger on an open store and starts its own work. Close ends
// it; the store stays the caller's.
func New(ctx context.Context, cfg Config) (*Messenger, error) {
	m := &Messenger{
		cfg:     cfg,
		db:      cfg.Store,
		log:     cfg.Logger,
		now:     cfg.Now,
		inbox:   make(chan arrival, inboxQueue),
		receive: cfg.Store.Receive, storing: make(chan struct{}, 1),
		devices: map[identity.DeviceID]*device{},
		hints:   map[string]*sighting{},

		forgetWake: make(chan struct{}, 1),
	}
	if m.log == nil {
		m.log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if m.now == nil {
		m.now = time.Now
	}
	m.clock.now = m.now
	last, err := m.db.LastHLC(ctx)
	if err != nil {
		return nil, err
	}
	m.clock.clamp(last)
	if m.name, err = m.db.Setting(ctx, settingName); err != nil {
		return nil, err
	}
	if m.name == "" {
		m.name = cfg.Name
	}
	if err := m.loadVisibility(ctx); err != nil {
		return nil, err
	}
	if err := m.loadDevices(ctx); err != nil {
		return nil, err
	}
	m.ctx, m.cancel = context.WithCancel(context.WithoutCancel(ctx))
	m.wg.Go(m.storeArrivals)
	m.wg.Go(m.forget)
	m.wg.Go(m.watchStore)
	m.wg.Go(m.finishForgetting)
	return m, nil
}

// Connect gives the messenger a network to dial on. lookout may be nil. Call it
// once, before the first link or hint.
func (m *Messenger) Connect(n Network, lookout Lookout) {
	m.mu.Lock()
	m.net, m.lookout = n, lookout
	ids := make([]identity.DeviceID, 0, len(m.devices))
	for id := range m.devices {
		ids = append(ids, id)
	}
	m.mu.Unlock()
	for _, id := range ids {
		m.reach(id, reasonStart)
	}
}

// Close ends the messenger's work and waits for it. End the links first: their
// LinkClosed must have returned.
func (m *Messenger) Close() {
	m.mu.Lock() // no work is started by anyone who has seen ctx alive
	m.cancel()
	m.endInviteLocked()
	for _, d := range m.devices {
		if d.watch.timer != nil {
			d.watch.timer.Stop()
		}
		d.typing.stop()
	}
	m.mu.Unlock()
	m.wg.Wait()
	m.hub.close()
}

// HelloFor returns what to say first to a device. A stranger learns name and
// kind only while this device is visible to everyone, or when a person here has
// to do with it.
func (m *Messenger) HelloFor(id identity.DeviceID) wire.Hello {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := wire.Hello{
		BootID:     m.cfg.BootID,
		StoreEpoch: m.db.Epoch(),
		App:        "earshot " + m.cfg.Version,
		ClockMs:    uint64(m.now().UnixMilli()),
		Features:   []string{wire.FeatureChanges},
	}
	d := m.devices[id]
	if d != nil {
		h.Accepts = d.level.IsContact()
	}
	if m.namesItselfLocked(d) {
		h.Name, h.Kind = m.name, m.cfg.Kind
	}
	return h
}
