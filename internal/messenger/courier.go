package messenger

import (
	"context"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/store"
	"earshot/netcore/wire"
)

// Delivery on one link (docs/PROTOCOL.md §8).
const (
	maxInFlight = 64 // messages written and not acknowledged: the brake between contacts

	ackTimeout    = 5 * time.Second  // then the other side is pinged
	pingTimeout   = 5 * time.Second  // then the link is dead
	resendTimeout = 30 * time.Second // it answers pings but does not acknowledge: send again

	// askAgain is how soon a request that was not acknowledged is repeated on a
	// living link: the other side had no room for it.
	askAgain = 5 * time.Minute

	// requestInterval is how often a stranger is asked again: the row there
	// lives a day.
	requestInterval = 24 * time.Hour
)

// courier delivers on one link until the link ends. It alone writes messages to
// the link, so that they leave in order.
func (m *Messenger) courier(l *link) {
	c := &courier{m: m, l: l}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait, err := c.step()
		if err != nil {
			if l.ctx.Err() == nil && m.ctx.Err() == nil {
				m.log.Warn("delivery on a link stopped", "device", l.Peer(), "err", err)
				l.Close(wire.ByeShutdown)
			}
			return
		}
		timer.Reset(wait)
		select {
		case <-l.ctx.Done():
			return
		case <-l.Done():
			return
		case <-l.wake:
		case <-timer.C:
		}
	}
}

// courier is the state of delivery that only its own goroutine sees.
type courier struct {
	m      *Messenger
	l      *link
	opened bool   // Profile and Resume were sent
	away   bool   // the peer believes that this device is away
	resume bool   // the peer's first Resume was answered
	cursor uint64 // outbox position of the last message sent
	may    uint64 // highest number of mayIn that the store lets out
	mayIn  uint64 // epoch of may
	empty  bool   // nothing waited behind cursor, and nothing was added since
	asked  time.Time
}

const idleWait = time.Hour // nothing is due: only a wake matters

// step does what is due and returns how long nothing else will be.
func (c *courier) step() (time.Duration, error) {
	m, l := c.m, c.l
	m.mu.Lock()
	contact, accepted, told, away := l.dev.level.IsContact(), l.accepted, l.told, m.away
	if contact && l.anew {
		l.anew = false
		c.opened, c.away = false, false
		c.restart()
	}
	var resumes []*wire.Resume
	if accepted {
		resumes, l.resumes = l.resumes, nil
	}
	if contact {
		l.told = true
	}
	m.mu.Unlock()
	if !contact {
		return idleWait, nil
	}
	if !told {
		if err := l.Send(l.ctx, &wire.Accepted{}); err != nil {
			return 0, err
		}
	}
	if !accepted {
		return c.ask()
	}
	if !c.opened {
		if err := c.open(); err != nil {
			return 0, err
		}
	}
	if away != c.away {
		c.away = away
		if err := l.Send(l.ctx, &wire.Away{Away: away}); err != nil {
			return 0, err
		}
	}
	for _, r := range resumes {
		if err := c.answer(r); err != nil {
			return 0, err
		}
		c.resume = true
		m.mu.Lock()
		l.delivers = true
		m.mu.Unlock()
	}
	if err := c.tellRead(); err != nil {
		return 0, err
	}
	if !c.resume {
		return idleWait, nil
	}
	return c.deliver()
}

// ask sends the first waiting text as a request, at most once a day.
func (c *courier) ask() (time.Duration, error) {
	m, l := c.m, c.l
	c.opened, c.resume = false, false
	c.restart()
	m.mu.Lock()
	last := l.dev.requestedAt
	clear(l.inflight)
	m.mu.Unlock()
	if last.After(m.now()) { // this clock was wrong, then or now
		last = time.Time{}
	}
	if wait := last.Add(requestInterval).Sub(m.now()); !last.IsZero() && wait > 0 {
		return min(wait, idleWait), nil
	}
	if wait := askAgain - time.Since(c.asked); !c.asked.IsZero() && wait > 0 {
		return wait, nil
	}
	first, err := c.firstText()
	if err != nil || first == nil {
		return idleWait, err
	}
	text, cut := requestText(first.Text)
	c.asked = time.Now()
	m.mu.Lock()
	l.asking = true
	m.mu.Unlock()
	return askAgain, l.Send(l.ctx, &wire.Request{ID: wire.ID(first.ID), HLC: first.HLC, Text: text, Cut: cut})
}

// firstText returns the first text that waits, nil when nothing does but changes
// of texts that came when the peer still was a contact.
func (c *courier) firstText() (*store.PendingMessage, error) {
	for after := uint64(0); ; {
		rows, err := c.m.db.Pending(c.l.ctx, c.l.Peer(), after, maxInFlight)
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		for i, r := range rows {
			if after = r.Pos; !r.Kind.IsChange() {
				return &rows[i], nil
			}
		}
	}
}

// open tells the peer who this device is and what it has of the peer's messages.
func (c *courier) open() error {
	profile, err := c.m.profile(c.l.ctx)
	if err != nil {
		return err
	}
	if err := c.l.Send(c.l.ctx, profile); err != nil {
		return err
	}
	seen, err := c.m.db.Seen(c.l.ctx, c.l.Peer())
	if err != nil {
		return err
	}
	c.opened = true
	return c.l.Send(c.l.ctx, resumeFrame(seen))
}

// deliver sends what waits, in order, while the window is open.
func (c *courier) deliver() (time.Duration, error) {
	m, l := c.m, c.l
	for {
		wait, open, err := c.watch()
		if err != nil || open <= 0 || c.empty {
			return wait, err
		}
		rows, err := m.db.Pending(l.ctx, l.Peer(), c.cursor, open)
		if err != nil {
			return 0, err
		}
		if len(rows) == 0 {
			c.empty = true
			return wait, nil
		}
		for _, p := range rows {
			if c.cursor = p.Pos; !l.takes(p.Message) {
				continue
			}
			if err := c.mayLeave(p.Epoch, p.Seq); err != nil {
				return 0, err
			}
			if err := c.send(p.Message); err != nil {
				return 0, err
			}
		}
		c.empty = len(rows) < open
	}
}

// mayLeave has the store note that a number leaves this device before it does.
func (c *courier) mayLeave(epoch, seq uint64) (err error) {
	if epoch != c.mayIn || seq > c.may {
		c.mayIn = epoch
		c.may, err = c.m.db.MaySend(c.l.ctx, c.l.Peer())
	}
	return err
}

// restart makes the outbox go again from its beginning.
func (c *courier) restart() { c.cursor, c.may, c.empty = 0, 0, false }

// send writes one message and counts it as in flight.
func (c *courier) send(msg store.Message) error {
	m, l := c.m, c.l
	m.mu.Lock()
	if l.inflight != nil {
		l.inflight[msg.ID] = time.Now()
	}
	m.mu.Unlock()
	if !msg.Kind.IsChange() {
		shown := msg
		shown.State = Sent // told before it is written, so that "delivered" comes after it
		m.hub.publish(Event{Kind: EventState, Message: &shown})
	}
	return l.Send(l.ctx, frameOf(msg))
}

// watch looks after the messages in flight: it returns how long they may wait
// still and how many more may go.
func (c *courier) watch() (wait time.Duration, open int, err error) {
	m, l := c.m, c.l
	m.mu.Lock()
	var oldest time.Time
	for _, at := range l.inflight {
		if oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
	}
	open = maxInFlight - len(l.inflight)
	if l.rewind {
		c.restart()
	}
	if l.more {
		c.empty = false
	}
	l.rewind, l.more = false, false
	m.mu.Unlock()
	if oldest.IsZero() {
		return idleWait, open, nil
	}
	age := time.Since(oldest)
	if age < ackTimeout {
		return ackTimeout - age, open, nil
	}
	ctx, cancel := context.WithTimeout(l.ctx, pingTimeout)
	defer cancel()
	if err := l.Ping(ctx); err != nil {
		return 0, 0, err
	}
	if age < resendTimeout {
		return ackTimeout, open, nil
	}
	m.mu.Lock()
	clear(l.inflight)
	m.mu.Unlock()
	c.restart()
	return ackTimeout, maxInFlight, nil
}

func optionalID(id msgid.ID) *wire.ID {
	if id.IsZero() {
		return nil
	}
	w := wire.ID(id)
	return &w
}
