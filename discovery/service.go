package discovery

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"sync"

	"earshot/discovery/netif"
)

// Config is what a Service needs. It is not changed after New.
type Config struct {
	// Record is announced from the start. Run refuses one without a valid port
	// or presence key.
	Record Record
	// Interfaces returns the interfaces there are; nil means netif.List. Of
	// them those are used that netif.Usable keeps. It is called from one
	// goroutine, every few seconds.
	Interfaces func() ([]netif.Interface, error)
	// Logger gets what people who look for a fault want to know, never names
	// or keys; nil means silence.
	Logger *slog.Logger
}

// ErrAlreadyRun is returned by a second Run of the same Service.
var ErrAlreadyRun = errors.New("discovery: a service runs only once; make a new one")

// Service announces this device and finds others. Make it with New. All
// methods may be called from any goroutine, at any time; none but Run blocks.
type Service struct {
	cfg    Config
	salt   [8]byte
	events chan Event
	tally  *tally
	wake   chan struct{} // one value when the mailbox is not empty

	mu   sync.Mutex
	ran  bool
	mail mailbox
}

// mailbox holds what callers want from the loop. It does not grow without
// bound: labels are known ones or dropped by the loop, and both lists of them are
// capped.
type mailbox struct {
	refresh  bool
	hidden   *bool
	suspects []string
	vouched  map[string]bool // whether a link to the label is alive
	record   *Record
}

// New returns a service under a new random label. It does no input or output;
// that begins with Run.
func New(cfg Config) *Service {
	if cfg.Interfaces == nil {
		cfg.Interfaces = netif.List
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Service{cfg: cfg, events: make(chan Event), tally: newTally(), wake: make(chan struct{}, 1)}
	_, _ = rand.Read(s.salt[:]) // never fails, see its documentation
	return s
}

// Run announces the device and finds others until ctx ends, also while there
// is no network. Then it says goodbye, closes Events and returns nil, all in
// less than 0.3 s. Everything that it has started has ended by then, but for
// what the package's caveats say. An error means that it could not begin; a
// second call returns ErrAlreadyRun.
func (s *Service) Run(ctx context.Context) error {
	s.mu.Lock()
	again := s.ran
	s.ran = true
	s.mu.Unlock()
	if again {
		return ErrAlreadyRun
	}
	defer close(s.events)
	if err := s.cfg.Record.check(); err != nil {
		return err
	}
	newLoop(s).run(ctx)
	return nil
}

// Events returns the channel of what happens to other devices, always the same
// one. It is closed when Run returns. A reader who lags gets fewer events and
// the same end: what happened to one device meanwhile becomes one event.
func (s *Service) Events() <-chan Event { return s.events }

// Refresh looks at the network anew, announces, asks who is there and probes
// everyone: for an app that is back in front, or a person who wants it.
func (s *Service) Refresh() { s.post(func(m *mailbox) { m.refresh = true }) }

// Suspect says that the device with that label could not be reached, or that a
// link to it broke. It is probed at once; if nothing listens there any more it
// is lost within a second, and within 4 seconds if nothing answers at all.
func (s *Service) Suspect(label string) {
	s.post(func(m *mailbox) {
		if len(m.suspects) < maxDevices && !slices.Contains(m.suspects, label) {
			m.suspects = append(m.suspects, label)
		}
	})
}

// Vouch says that a link to the device with that label is alive, or that the
// last one has ended. While one is alive the device is not probed: the link tells
// sooner and at no cost. When it has ended the device is probed at once, as after
// Suspect. Of a label that is not known nothing is kept.
func (s *Service) Vouch(label string, linked bool) {
	s.post(func(m *mailbox) {
		if m.vouched == nil {
			m.vouched = map[string]bool{}
		}
		if _, known := m.vouched[label]; known || len(m.vouched) < maxDevices {
			m.vouched[label] = linked
		}
	})
}

// SetRecord announces another record, for example after a change of the name.
// Others see the same device with a new hint. A record without a valid port or
// presence key is logged and not taken.
func (s *Service) SetRecord(r Record) {
	if err := r.check(); err != nil {
		s.cfg.Logger.Error("record not announced", "err", err)
		return
	}
	r.PresenceKey = slices.Clone(r.PresenceKey)
	s.post(func(m *mailbox) { m.record = &r })
}

// SetHidden takes this device's record back, with a goodbye, or announces it
// again. A hidden service answers no questions and still finds others.
func (s *Service) SetHidden(hidden bool) { s.post(func(m *mailbox) { m.hidden = &hidden }) }

// Stats returns counts for people who look for a fault.
func (s *Service) Stats() Stats { return s.tally.stats() }

// post changes the mailbox and wakes the loop. Before Run the wish waits for
// it, after Run it has no effect.
func (s *Service) post(change func(*mailbox)) {
	s.mu.Lock()
	change(&s.mail)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// collect empties the mailbox.
func (s *Service) collect() mailbox {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.mail
	s.mail = mailbox{}
	return m
}
