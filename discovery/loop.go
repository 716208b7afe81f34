package discovery

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"github.com/miekg/dns"

	"earshot/discovery/netif"
)

// loop is a running service. Its goroutine owns everything in it but the
// channels, through which sockets, the watcher and probes report.
type loop struct {
	s       *Service
	log     *slog.Logger
	record  Record
	salt    [8]byte // of the record; the label follows from it
	browser *browser
	out     *outbox
	sockets *sockets // nil while none can be opened
	advert  advert
	hidden  bool // neither announced nor answered for
	links   []netif.Interface

	packets chan packet
	changed chan struct{}
	results chan probeResult
	tasks   sync.WaitGroup // watcher and probes

	announceAt []time.Time
	lookAt     time.Time // when to look at a network that changed
	rebuildAt  time.Time // when to open sockets again
	rebuilt    time.Time // when that was last done
	questions  int       // refresh questions asked, to alternate families
}

// probeResult is what became of a probe.
type probeResult struct {
	probe   probe
	outcome outcome
}

func newLoop(s *Service) *loop {
	out := newOutbox()
	return &loop{
		s:       s,
		log:     s.cfg.Logger,
		record:  s.cfg.Record,
		salt:    s.salt,
		browser: newBrowser(instanceLabel(s.salt), out, s.tally),
		out:     out,
		packets: make(chan packet, maxQueuedPackets),
		changed: make(chan struct{}, 1),
		results: make(chan probeResult),
	}
}

// run serves until ctx ends and leaves nothing behind.
func (l *loop) run(ctx context.Context) {
	every := pollBlind
	if watch(ctx, &l.tasks, l.changed) {
		every = pollWatched
	}
	poll := time.NewTicker(every)
	defer poll.Stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	l.prepare(l.s.collect())
	l.openSockets(time.Now())
	l.look(time.Now(), true)

	for ctx.Err() == nil {
		event, waiting := l.out.next()
		var events chan<- Event
		if waiting {
			events = l.s.events
		}
		timer.Reset(time.Until(l.next()))
		select {
		case <-ctx.Done():
		case events <- event:
			l.out.sent(event)
		case p := <-l.packets:
			l.receive(p)
		case <-l.broken():
			l.rebuildAt = later(time.Now(), l.rebuilt.Add(rebuildSpacing))
		case <-l.changed:
			if l.lookAt.IsZero() {
				l.lookAt = time.Now().Add(settle)
			}
		case <-poll.C:
			l.look(time.Now(), false)
		case r := <-l.results:
			l.browser.table.probed(r.probe, r.outcome, time.Now())
		case <-l.s.wake:
			l.obey(l.s.collect())
		case <-timer.C:
			l.tick(ctx, time.Now())
		}
	}
	l.bye()
	l.tasks.Wait()
}

// prepare takes what callers asked for before the service ran, so that a hidden
// one does not announce itself first. Nobody is known yet to be suspected, and
// the first look is a refresh.
func (l *loop) prepare(m mailbox) {
	if m.record != nil {
		l.record = *m.record
	}
	if m.hidden != nil {
		l.hidden = *m.hidden
	}
}

// receive reads the packet and those that wait behind it, a batch at most. Before
// trust: FuzzPacket.
func (l *loop) receive(p packet) {
	const batch = 64
	for range batch {
		l.browser.receive(p, time.Now())
		select {
		case p = <-l.packets:
		default:
			return
		}
	}
}

// obey does what callers of the service have asked for.
func (l *loop) obey(m mailbox) {
	now := time.Now()
	if m.record != nil {
		if l.record.mustNotBeFollowed(*m.record) {
			l.becomeAnother()
		}
		l.record = *m.record
		l.advertise()
		l.announceAt = announceTimes(now)
	}
	if m.hidden != nil && *m.hidden != l.hidden {
		l.hide(*m.hidden, now)
	}
	for _, label := range m.suspects {
		if d := l.browser.table.devices[label]; d != nil {
			d.suspect(now)
		}
	}
	for label, linked := range m.vouched {
		if d := l.browser.table.devices[label]; d != nil {
			d.vouch(linked, now)
		}
	}
	if m.refresh {
		l.look(now, true)
	}
}

// next is when tick has something to do.
func (l *loop) next() time.Time {
	at := earliest(l.browser.table.next(), l.browser.plan.next, l.lookAt, l.rebuildAt)
	if len(l.announceAt) > 0 {
		at = earliest(at, l.announceAt[0])
	}
	if at.IsZero() {
		return time.Now().Add(steadyQuery)
	}
	return at
}

// tick does what is due.
func (l *loop) tick(ctx context.Context, now time.Time) {
	if due(l.rebuildAt, now) {
		l.openSockets(now)
		l.advertise() // its sockets are probably dead, too
		l.browser.plan.restart(now)
	}
	if due(l.lookAt, now) {
		l.lookAt = time.Time{}
		l.look(now, false)
	}
	if len(l.announceAt) > 0 && due(l.announceAt[0], now) {
		l.announceAt = l.announceAt[1:]
		l.announce(recordTTL)
	}
	if q, ok := l.browser.plan.due(now); ok {
		m := l.browser.question(q.direct, now)
		l.send(func(netif.Interface) *dns.Msg { return m }, func(v4, v6 bool) (bool, bool) {
			return v4, v6 && (q.both || !v4)
		}, q.direct)
	}
	w := l.browser.table.tick(now)
	l.ask(w.ask, false)
	l.ask(w.askDirect, true)
	for _, p := range w.probe {
		l.tasks.Go(func() {
			select {
			case l.results <- probeResult{p, p.run(ctx)}:
			case <-ctx.Done():
			}
		})
	}
}

// ask asks devices for their records again, by the families in turn.
func (l *loop) ask(labels []string, direct bool) {
	if len(labels) == 0 {
		return
	}
	m := refreshQuestion(labels, direct)
	l.questions++
	l.send(func(netif.Interface) *dns.Msg { return m }, func(v4, v6 bool) (bool, bool) {
		first := v4 && (l.questions%2 == 1 || !v6)
		return first, !first
	}, direct)
}

// becomeAnother takes the record back and goes on under a new label: whoever knew
// the old one does not learn that it is the same device.
func (l *loop) becomeAnother() {
	if !l.hidden {
		l.goodbye()
	}
	_, _ = rand.Read(l.salt[:]) // never fails, see its documentation
	l.browser.rename(instanceLabel(l.salt))
}

// hide takes the record back or announces it again.
func (l *loop) hide(hidden bool, now time.Time) {
	if hidden {
		l.goodbye()
		l.hidden = true
		return
	}
	l.hidden = false
	l.advertise()
	l.announceAt = announceTimes(now)
}

// announce tells all networks that this device is here, or with 0 that it goes,
// unless they think so already.
func (l *loop) announce(ttl uint32) {
	if l.hidden {
		return
	}
	l.send(func(i netif.Interface) *dns.Msg { return announcement(l.record, l.salt, i, ttl) },
		func(v4, v6 bool) (bool, bool) { return v4, v6 }, false)
}

// send multicasts on each interface the message for it, by those of its
// families that choose picks, from our own port or the shared one.
func (l *loop) send(message func(netif.Interface) *dns.Msg, choose func(v4, v6 bool) (bool, bool), own bool) {
	if l.sockets == nil {
		return
	}
	for _, i := range l.links {
		b, err := message(i).Pack()
		if err != nil {
			l.log.Error("packet not sent", "err", err)
			return
		}
		v4, v6 := choose(families(i))
		l.sockets.send(b, i, v4, v6, own)
	}
}

// goodbye takes our record back. A multicast is easily lost on Wi-Fi, so two
// more goodbyes follow the one of zeroconf.
func (l *loop) goodbye() {
	l.advert.stop()
	for range 2 {
		time.Sleep(byeSpacing)
		l.announce(0)
	}
}

// bye ends the service.
func (l *loop) bye() {
	if !l.hidden {
		l.goodbye()
	}
	if l.sockets != nil {
		l.sockets.close()
	}
}
