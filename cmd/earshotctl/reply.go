package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

const (
	// maxReplyCalls is how many contacts are answered side by side: one that
	// keeps the program busy does not hold up the others, and a small machine is
	// not flooded with processes.
	maxReplyCalls = 4
	// maxReplyWaiting is how many messages of one contact are kept here; the
	// others stay in the store until it is their turn. 16 MiB of text at most.
	maxReplyWaiting = messenger.MaxPage
	// replyMemory is how many answered messages are remembered. The event of a
	// message that was read from the store already may still come: more than a
	// subscriber can be behind (1,024 here, in the owner and on its socket each).
	replyMemory = 4096
)

// replier answers what contacts write with the output of a program. What is
// unread has no answer yet: a message is marked as read when its answer is
// stored, one by one, so that a message that comes meanwhile stays unread. The
// ID of an answer depends on nothing but the message, so that answering again
// after a crash between the two sends nothing twice.
type replier struct {
	svc  messenger.Service
	call func(ctx context.Context, text string, env ...string) (reply, error)
	note func(string) // tells a person; not called concurrently

	self    identity.DeviceID
	lines   map[identity.DeviceID]*replyLine
	turns   []identity.DeviceID // lines that wait for a free call, each once
	running int
	done    chan answered

	recent map[messageKey]bool
	order  []messageKey // of recent, oldest first
}

// replyLine is what one contact waits for.
type replyLine struct {
	waiting []messenger.Message // in order; while busy, the first is being answered
	behind  bool                // the store holds unread messages behind waiting
	busy    bool
}

// messageKey names a received message.
type messageKey struct {
	sender identity.DeviceID
	id     msgid.ID
}

// answered is the end of one message's turn.
type answered struct {
	message messenger.Message
	name    string // of the sender
	reply   reply
	left    bool // not marked: the sender is no contact any more
	err     error
}

func newReplier(svc messenger.Service, call func(context.Context, string, ...string) (reply, error), note func(string)) *replier {
	return &replier{
		svc: svc, call: call, note: note,
		lines:  map[identity.DeviceID]*replyLine{},
		done:   make(chan answered, maxReplyCalls), // no call waits to tell its end
		recent: map[messageKey]bool{},
	}
}

// run answers until ctx ends, which is no error, and ends what it started.
func (r *replier) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var calls sync.WaitGroup
	defer calls.Wait()
	defer cancel()
	return unlessEnded(ctx, r.loop(ctx, &calls))
}

func (r *replier) loop(ctx context.Context, calls *sync.WaitGroup) error {
	events, err := r.svc.Subscribe(ctx)
	if err != nil {
		return err
	}
	self, err := r.svc.Self(ctx)
	if err != nil {
		return err
	}
	r.self = self.ID
	if err := r.catchUp(ctx); err != nil {
		return err
	}
	for {
		if err := r.start(ctx, calls); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case ev, ok := <-events:
			if !ok {
				if ctx.Err() != nil {
					return nil
				}
				if events, err = r.svc.Subscribe(ctx); err != nil {
					return err
				}
				ev.Kind = messenger.EventLagged
			}
			if err := r.event(ctx, ev); err != nil {
				return err
			}
		case a := <-r.done:
			if err := r.finish(a); err != nil {
				return err
			}
		}
	}
}

func (r *replier) event(ctx context.Context, ev messenger.Event) error {
	switch {
	case ev.Kind == messenger.EventLagged:
		return r.catchUp(ctx)
	case ev.Kind == messenger.EventMessage && !ev.Message.Outgoing:
		r.add(*ev.Message)
	case ev.Kind == messenger.EventChanged && !ev.Message.Outgoing:
		r.changed(*ev.Message, !ev.Message.Deleted)
	case ev.Kind == messenger.EventRemoved && !ev.Message.Outgoing:
		r.changed(*ev.Message, false)
	case ev.Kind == messenger.EventHistory:
		r.reread(ev.Peer.ID)
	}
	return nil
}

// catchUp lines up all of whom there are unread messages.
func (r *replier) catchUp(ctx context.Context) error {
	all, err := r.svc.Conversations(ctx)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Unread > 0 {
			r.line(c.Contact.ID).behind = true
		}
	}
	return nil
}

// add lines up a message that has come.
func (r *replier) add(m messenger.Message) {
	if r.recent[messageKey{m.Peer, m.ID}] {
		return
	}
	l := r.line(m.Peer)
	switch {
	case l.behind: // it is read from the store behind the others
	case slices.ContainsFunc(l.waiting, func(o messenger.Message) bool { return o.ID == m.ID }):
	case len(l.waiting) == maxReplyWaiting:
		l.behind = true
	default:
		l.waiting = append(l.waiting, m)
	}
}

// line returns the line of a contact, which waits for its turn from then on.
func (r *replier) line(id identity.DeviceID) *replyLine {
	l := r.lines[id]
	if l == nil {
		l = &replyLine{}
		r.lines[id] = l
		r.turns = append(r.turns, id)
	}
	return l
}

// start begins as many calls as may run, one for each contact in turn.
func (r *replier) start(ctx context.Context, calls *sync.WaitGroup) error {
	for r.running < maxReplyCalls && len(r.turns) > 0 {
		id := r.turns[0]
		r.turns = r.turns[1:]
		l := r.lines[id]
		if len(l.waiting) == 0 && l.behind {
			if err := r.fill(ctx, id, l); err != nil {
				return err
			}
		}
		if len(l.waiting) == 0 {
			delete(r.lines, id)
			continue
		}
		l.busy = true
		r.running++
		m := l.waiting[0]
		calls.Go(func() { r.done <- r.answer(ctx, m) })
	}
	return nil
}

// finish ends the turn of a message.
func (r *replier) finish(a answered) error {
	r.running--
	if a.err != nil {
		return a.err
	}
	id := a.message.Peer
	l := r.lines[id]
	l.busy = false
	l.waiting = l.waiting[1:]
	if a.left {
		l.waiting, l.behind = nil, false
	} else {
		r.remember(messageKey{id, a.message.ID})
	}
	if a.reply.said != "" {
		r.note(a.reply.said)
	}
	if a.reply.note != "" {
		r.note(label(a.name, id) + ": " + safetext.TerminalLine(a.reply.note))
	}
	r.turns = append(r.turns, id) // start drops it when nothing waits
	return nil
}

func (r *replier) remember(k messageKey) {
	r.recent[k] = true
	r.order = append(r.order, k)
	if len(r.order) > replyMemory {
		delete(r.recent, r.order[0])
		r.order = r.order[1:]
	}
}

// replyNoteTime is how long an ending bot may take to note its last answer:
// storing takes milliseconds.
const replyNoteTime = time.Second

// answer answers one message and marks it as read.
func (r *replier) answer(ctx context.Context, m messenger.Message) (a answered) {
	a.message = m
	if m.Kind == messenger.KindText && !m.Deleted {
		if a.err = r.ask(ctx, &a); a.err != nil || a.left {
			return a
		}
	}
	// An end of the bot right behind the answer must not lose the note of it: the
	// next one would call the program again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), replyNoteTime)
	defer cancel()
	a.err = r.svc.MarkMessageRead(ctx, m.Peer, m.ID)
	return a
}

// ask calls the program and sends what it says.
func (r *replier) ask(ctx context.Context, a *answered) error {
	m := a.message
	peers, err := r.svc.Peers(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(peers, func(p messenger.Peer) bool { return p.ID == m.Peer })
	if i < 0 || !peers[i].Level.IsContact() {
		a.left = true
		return nil
	}
	a.name = peers[i].Name
	a.reply, err = r.call(ctx, m.Text,
		fmt.Sprintf("EARSHOT_FROM=%s", safetext.Name(a.name)),
		"EARSHOT_FROM_ID="+m.Peer.String(), "EARSHOT_MESSAGE_ID="+m.ID.String())
	if err != nil || strings.TrimSpace(a.reply.text) == "" { // white space is no message
		return err
	}
	_, err = r.svc.Send(ctx, messenger.Outgoing{
		ID: msgid.Answer(r.self, m.Peer, m.ID), To: m.Peer, Kind: messenger.KindAuto, Text: a.reply.text,
	})
	if errors.Is(err, messenger.ErrBlocked) { // meanwhile
		a.left = true
		return nil
	}
	return err
}
