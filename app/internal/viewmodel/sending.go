package viewmodel

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// ErrUnstored is wrapped by Run when it ended before everything that a person
// did was stored.
var ErrUnstored = errors.New("not everything was stored: the program that holds the home folder does not answer")

// sending is a text that the service has not confirmed yet.
type sending struct {
	out   messenger.Outgoing
	at    time.Time
	late  bool             // the service should have answered by now
	mode  mode             // of the composer when it was written
	quote *messenger.Quote // of what it answers
	old   *messenger.Ref   // a cancelled message that goes when this one is stored; nil: none
}

// entry is the text as a row below the stored ones.
func (p sending) entry() *entry {
	e := newEntry(messenger.Message{
		ID: p.out.ID, Peer: p.out.To, Outgoing: true, Text: p.out.Text,
		SentAt: p.at, StoredAt: p.at, State: messenger.Queued, SortKey: math.MaxUint64,
		ReplyTo: p.out.ReplyTo, Quote: p.quote,
	})
	e.sending, e.unstored = true, p.late
	return e
}

// deliver has the texts stored, one after the other, so that they keep their
// order. After the end of ctx it goes on until life ends.
func (c *Controller) deliver(ctx, life context.Context) {
	c.texts.serve(ctx, func(out messenger.Outgoing) { c.store(ctx, life, out) })
}

// store has one text stored. While nobody answers it asks again, always with
// the same ID: whatever came of the attempts before, the text is there once.
func (c *Controller) store(ctx, life context.Context, out messenger.Outgoing) {
	late := time.AfterFunc(readTimeout, func() {
		c.inbox.put(func(s *state) stale {
			s.late(out.ID)
			return 0
		})
	})
	defer late.Stop()
	for life.Err() == nil {
		attempt, cancel := context.WithTimeout(life, commandTimeout)
		m, err := c.opt.Service.Send(attempt, out)
		unanswered := err != nil && (attempt.Err() != nil || c.unanswered(err))
		cancel()
		if !unanswered {
			c.settled(ctx, out, m, err)
			return
		}
		select {
		case <-life.Done():
		case <-time.After(retryPause):
		}
	}
}

// settled takes the answer of the service: the text is stored, or refused and
// back in the composer. After the end of ctx there is no composer any more, and
// a refused text stays in the ledger.
func (c *Controller) settled(ctx context.Context, out messenger.Outgoing, m messenger.Message, err error) {
	if err != nil && ctx.Err() != nil {
		return
	}
	c.inbox.put(func(s *state) stale {
		p := sending{out: out}
		s.sending = slices.DeleteFunc(s.sending, func(other sending) bool {
			if other.out.ID == out.ID {
				p = other
				return true
			}
			return false
		})
		if len(s.sending) == 0 {
			s.stay = ""
		}
		c.stored(s, p, m, err)
		return staleConversations
	})
	c.ledger.end(oneText, err != nil)
}

// stored notes what came of a text.
func (c *Controller) stored(s *state, p sending, m messenger.Message, err error) {
	switch {
	case err != nil && p.old != nil: // it is still there
		delete(s.resent, *p.old)
		s.draft(p.out.To).err = refusal(err)
		return
	case err != nil:
		if errors.Is(err, messenger.ErrUnknownMessage) {
			p.mode = mode{} // what it answers is gone
		}
		s.refuse(p, refusal(err))
		return
	case p.old != nil:
		c.remove(*p.old)
	}
	if s.thread != nil && s.thread.peer == p.out.To {
		s.thread.putSent(m)
	}
}

// unanswered reports whether an error only says that nobody answered.
func (c *Controller) unanswered(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || c.opt.Unanswered != nil && c.opt.Unanswered(err)
}

// Undone reports whether something that the person did is not stored yet.
func (c *Controller) Undone() bool { return !c.ledger.left().none() }

// Settle waits until everything that the person did is stored, or ctx ends, and
// reports whether the window may close. If not, a notice says why; when it is
// called again for the same things, the person was told and it returns true.
func (c *Controller) Settle(ctx context.Context) bool {
	left, refused := c.ledger.settle(ctx)
	why := ""
	switch {
	case !left.none():
		why = "Not closed: " + left.String() + " not stored yet, as Earshot does not answer. Close again to leave without."
	case refused:
		why = "Not closed: the last thing you did was refused. Close again to leave."
	default:
		return true
	}
	c.inbox.put(func(s *state) stale {
		s.stay = why
		return 0
	})
	return false
}

// late says that a text should have been stored by now.
func (s *state) late(id msgid.ID) {
	for i := range s.sending {
		if s.sending[i].out.ID == id {
			s.sending[i].late = true
		}
	}
}

// sendingTo is what is not stored yet of a conversation. Behind a late text
// every other one is late too.
func (s *state) sendingTo(peer identity.DeviceID) []*entry {
	var out []*entry
	late := false
	for _, p := range s.sending {
		late = late || p.late
		if p.late = late; p.out.To == peer {
			out = append(out, p.entry())
		}
	}
	return out
}

// isLate reports whether a text should have been stored by now.
func (s *state) isLate() bool {
	return slices.ContainsFunc(s.sending, func(p sending) bool { return p.late })
}
