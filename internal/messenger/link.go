package messenger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"earshot/internal/msgid"
	"earshot/netcore/wire"
)

// link is one live link and the state of delivery on it.
type link struct {
	Link
	dev  *device
	ctx  context.Context // ends with the link
	up   time.Time
	stop context.CancelFunc
	wake chan struct{} // capacity 1: something to do for the courier
	acks ackQueue
	pace pace

	refused bool // a message of it was not stored; of the storing goroutine

	changes bool // the other side takes changes of messages

	// Guarded by Messenger.mu.
	accepted bool                   // the other side has accepted this device
	away     bool                   // nobody has the other side before them
	told     bool                   // Accepted was sent on this link
	askedAt  time.Time              // when the other side last sent a Request on this link
	anew     bool                   // its device was a contact and is none: what was said on it counts no more
	asking   bool                   // a Request of this side waits for its Ack
	answered int                    // Resumes taken
	errors   int                    // Errors of the other side
	resumes  []*wire.Resume         // not answered yet
	inflight map[msgid.ID]time.Time // written, not acknowledged
	rewind   bool                   // send the outbox from its beginning
	more     bool                   // the outbox may have grown
	reads    bool                   // messages of the other side may have been read
	retell   bool                   // what was said to have been read is to be said again
	delivers bool                   // a Resume was answered: what waits goes out
}

// maxUnansweredResumes is how many Resumes may wait: one opens a link, another
// follows an acceptance.
const maxUnansweredResumes = 4

// maxResumes is how many Resumes one link takes in all: each can cost a walk
// through the whole history.
const maxResumes = 16

// maxLoggedErrors is how many of the other side's complaints one link may put
// into the log.
const maxLoggedErrors = 8

func (l *link) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// LinkUp takes a link whose key is proven and whose Hello was read. It is
// called once per link, before the first Handle.
func (m *Messenger) LinkUp(nl Link) {
	id, hello := nl.Peer(), nl.Hello()
	m.mu.Lock()
	if m.ctx.Err() != nil {
		m.mu.Unlock()
		return
	}
	d := m.deviceLocked(id)
	ctx, stop := context.WithCancel(m.ctx)
	l := &link{
		Link: nl, dev: d, ctx: ctx, stop: stop, up: time.Now(),
		wake:     make(chan struct{}, 1),
		inflight: map[msgid.ID]time.Time{},
		accepted: hello.Accepts,
		changes:  slices.Contains(hello.Features, wire.FeatureChanges),
		reads:    true,
		retell:   true,
	}
	l.acks.init()
	kind := EventPeerUpdated
	if !d.online() {
		kind = EventPeerFound
	}
	d.links = append(d.links, l)
	tell := l.meets()
	d.lastSeen = m.now()
	d.dial.fails = 0
	isContact := d.level.IsContact()
	if isContact {
		d.watch.seen = false // from here on its links speak for it
	} else {
		tell = tell || d.online() && (d.said != hello.Name || d.kind != hello.Kind)
		d.said, d.kind = hello.Name, hello.Kind
	}
	m.mu.Unlock()

	if isContact {
		m.noteContact(l, hello)
	}
	m.mu.Lock()
	if m.ctx.Err() == nil {
		m.wg.Go(func() { m.courier(l) })
		m.wg.Go(func() { m.sendAcks(l) })
	}
	m.mu.Unlock()
	m.pairLinkUp(l)
	m.vouch(id)
	if tell {
		m.publishPeer(kind, id)
	}
	if m.Hides() { // since it was let in
		m.turnAway()
	}
}

// noteContact keeps what a contact's Hello said under its own key.
func (m *Messenger) noteContact(l *link, hello wire.Hello) {
	id := l.Peer()
	err := m.db.SetAcceptsMe(m.ctx, id, hello.Accepts)
	if err == nil {
		err = m.db.SetProfile(m.ctx, id, hello.Name, hello.Kind, nil)
	}
	if err == nil {
		err = m.db.TouchSeen(m.ctx, id, m.now())
	}
	if err == nil && l.Outbound() {
		err = m.db.RememberAddress(m.ctx, id, l.Remote(), m.now())
	}
	if err == nil {
		err = m.reload(m.ctx, id)
	}
	if err == nil && l.Outbound() {
		m.mu.Lock()
		if !slices.Contains(l.dev.typed, l.Remote()) {
			l.dev.typed = slices.Insert(l.dev.typed, 0, l.Remote())
		}
		m.mu.Unlock()
	}
	if err != nil && m.ctx.Err() == nil {
		m.log.Error("a contact's greeting was not stored", "device", id, "err", err)
	}
}

// LinkClosed takes the end of a link; its last Handle has returned.
func (m *Messenger) LinkClosed(nl Link) {
	id := nl.Peer()
	m.mu.Lock()
	d := m.devices[id]
	if d == nil {
		m.mu.Unlock()
		return
	}
	i := slices.IndexFunc(d.links, func(l *link) bool { return l.Link == nl })
	if i < 0 {
		m.mu.Unlock()
		return
	}
	l := d.links[i]
	met, counted := d.online(), l.meets()
	d.links = slices.Delete(d.links, i, i+1)
	if counted {
		d.lastSeen = m.now()
	}
	if len(d.links) == 0 {
		d.typing.stop()
	}
	for _, other := range d.links { // poked below
		other.retell = true
	}
	undone := l.inflight
	l.inflight = nil
	online, contact := d.online(), d.level.IsContact()
	p := m.peerLocked(d)
	switch {
	case counted && online:
		m.hub.publish(Event{Kind: EventPeerUpdated, Peer: &p})
	case met && !online:
		m.hub.publish(Event{Kind: EventPeerLost, Peer: &p})
	}
	m.mu.Unlock()

	l.stop()
	m.pairLinkClosed(l)
	m.publishWaiting(undone)
	if contact {
		if err := m.db.TouchSeen(m.ctx, id, m.now()); err != nil && m.ctx.Err() == nil {
			m.log.Error("the time a contact was seen was not stored", "err", err)
		}
	}
	m.vouch(id)
	if online && !contact {
		m.suspectAll(id)
	}
	if counted { // two devices that look at each other must not set each other off
		m.watchNow(id)
	}
	m.pokeDevice(id)
	m.reach(id, reasonDown)
	m.mu.Lock()
	m.forgetLocked(d)
	m.mu.Unlock()
}

// pokeDevice wakes the couriers of a device's links because there may be more to
// send.
func (m *Messenger) pokeDevice(id [32]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.devices[id]; d != nil {
		for _, l := range d.links {
			l.more = true
			l.poke()
		}
	}
}

// Handle takes one frame of a link, in order, on the link's reading goroutine.
// It returns when the frame is in safe hands; a slow store thereby slows the
// peer. An error is the peer's fault. Before trust: FuzzStranger.
func (m *Messenger) Handle(nl Link, msg wire.Message) error {
	m.mu.Lock()
	var l *link
	contact := false
	if d := m.devices[nl.Peer()]; d != nil {
		contact = d.level.IsContact()
		if i := slices.IndexFunc(d.links, func(l *link) bool { return l.Link == nl }); i >= 0 {
			l = d.links[i]
		}
	}
	m.mu.Unlock()
	if l == nil {
		return nil // closing
	}
	if !contact && !anybodyMay(msg.Type()) {
		return nil
	}
	switch msg.(type) {
	case *wire.Accepted, *wire.Profile, *wire.Away, *wire.Typing, *wire.Error,
		*wire.PairStart, *wire.PairNonce, *wire.PairReveal, *wire.PairConfirm, *wire.PairAbort, *wire.PairProof:
		l.pace.hold(l)
	}
	switch f := msg.(type) {
	case *wire.PairStart, *wire.PairNonce, *wire.PairReveal, *wire.PairConfirm, *wire.PairAbort, *wire.PairProof:
		m.handlePair(l, f)
		return nil
	case *wire.Request:
		return m.handleRequest(l, f)
	case *wire.Accepted:
		return m.handleAccepted(l)
	case *wire.Msg:
		return m.handleMsg(l, f)
	case *wire.Edit:
		return m.handleEdit(l, f)
	case *wire.Delete:
		return m.handleDelete(l, f)
	case *wire.React:
		return m.handleReact(l, f)
	case *wire.Ack:
		return m.handleAck(l, f)
	case *wire.Resume:
		return m.handleResume(l, f)
	case *wire.Gone:
		return m.handleGone(l, f)
	case *wire.Profile:
		return m.handleProfile(l, f)
	case *wire.Away:
		m.handleAway(l, f)
		return nil
	case *wire.Typing:
		m.handleTyping(l, f.Typing)
		return nil
	case *wire.Error:
		return m.handleError(l, f)
	}
	return fmt.Errorf("frame of type %#x is not handled", uint8(msg.Type()))
}

func (m *Messenger) handleResume(l *link, f *wire.Resume) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(l.resumes) >= maxUnansweredResumes || l.answered >= maxResumes {
		return fmt.Errorf("more than %d Resumes at once, or %d on one link", maxUnansweredResumes, maxResumes)
	}
	l.answered++
	l.resumes = append(l.resumes, f)
	l.poke()
	return nil
}

func (m *Messenger) handleProfile(l *link, f *wire.Profile) error {
	id := l.Peer()
	m.mu.Lock()
	contact := l.dev.level.IsContact()
	m.mu.Unlock()
	if !contact {
		return nil
	}
	if err := m.db.SetProfile(m.ctx, id, f.Name, f.Kind, f.PresenceKey); err != nil {
		return m.storeTrouble("a contact's profile was not stored", err)
	}
	if err := m.reload(m.ctx, id); err != nil {
		return m.storeTrouble("a contact cannot be read", err)
	}
	m.recognise(id)
	m.publishPeer(EventPeerUpdated, id)
	return nil
}

func (m *Messenger) handleGone(l *link, f *wire.Gone) error {
	if err := m.db.MarkGone(m.ctx, l.Peer(), f.Epoch, storeRanges(f.Ranges)); err != nil {
		return m.storeTrouble("numbers that will never come were not stored", err)
	}
	return nil
}

// handleError takes the peer's complaint about one of our frames.
func (m *Messenger) handleError(l *link, f *wire.Error) error {
	m.pairMisread(l, f)
	m.mu.Lock()
	l.errors++
	quiet := l.errors > maxLoggedErrors || !l.dev.level.IsContact()
	ends := f.Code == wire.CodeNotAccepted && l.accepted && l.dev.level.IsContact()
	if ends {
		l.accepted = false
	}
	m.mu.Unlock()
	if !quiet {
		m.log.Warn("the other side refused a frame", "device", l.Peer(), "code", uint64(f.Code), "frame", uint8(f.RefersTo))
	}
	if !ends {
		return nil
	}
	if err := m.db.SetAcceptsMe(m.ctx, l.Peer(), false); err != nil {
		return m.storeTrouble("the end of an acceptance was not stored", err)
	}
	if err := m.reload(m.ctx, l.Peer()); err == nil {
		m.publishPeer(EventPeerUpdated, l.Peer())
	}
	l.poke() // what waits asks again
	return nil
}

// storeTrouble logs what the store could not do. It is not the peer's fault, so
// the link stays.
func (m *Messenger) storeTrouble(what string, err error) error {
	if m.ctx.Err() == nil {
		m.log.Error(what, "err", err)
	}
	return nil
}
