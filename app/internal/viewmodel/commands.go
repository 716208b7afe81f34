package viewmodel

import (
	"context"
	"errors"
	"strings"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

// Open shows the chat with a device, empty if there was none.
func (c *Controller) Open(id identity.DeviceID) {
	now := c.opt.Now()
	c.inbox.put(func(s *state) stale {
		c.leaving(s, id, now)
		return s.open(id)
	})
}

// Close leaves the chat.
func (c *Controller) Close() {
	now := c.opt.Now()
	c.inbox.put(func(s *state) stale {
		c.leaving(s, identity.DeviceID{}, now)
		s.thread = nil
		s.forget()
		return 0
	})
}

// AtEnd says whether the newest message of the open chat is in view. While it
// is not, what arrives is not marked as read.
func (c *Controller) AtEnd(end bool) {
	c.inbox.put(func(s *state) stale {
		s.above = !end
		if end && s.thread != nil && !s.thread.newer {
			s.thread.missed = 0
		}
		return 0
	})
}

// leaving ends what belongs to the open chat if the next one is another.
func (c *Controller) leaving(s *state, next identity.DeviceID, now time.Time) {
	if s.thread != nil && s.thread.peer != next {
		c.tellTyping(s, identity.DeviceID{}, now)
	}
}

// Type keeps what the composer of a chat holds and withdraws its error. A
// contact is told that somebody is writing to it.
func (c *Controller) Type(id identity.DeviceID, text string) {
	now := c.opt.Now()
	c.inbox.put(func(s *state) stale {
		d := s.draft(id)
		d.text, d.err = text, ""
		if s.thread != nil && s.thread.peer == id {
			s.thread.said = ""
		}
		c.typed(s, id, now)
		return 0
	})
}

// Send stores a text for a device and reports whether it is on its way. reply is
// the key of the row that it answers, "" for none. If it is not on its way, the
// composer keeps it and the snapshot says why; of white space alone nothing is
// said. A text that is on its way is a row of the chat at once; if the service
// refuses it later, it comes back as the draft.
func (c *Controller) Send(id identity.DeviceID, text, reply string) bool {
	if !c.fits(id, text) {
		return false
	}
	now := c.opt.Now()
	out := messenger.Outgoing{ID: msgid.New(now), To: id, Kind: messenger.KindText, Text: text}
	answered, _ := parseKey(reply)
	out.ReplyTo = answered.id
	c.ledger.begin(oneText)
	c.inbox.put(func(s *state) stale {
		d := s.draft(id)
		d.text, d.err = "", ""
		p := sending{out: out, at: now, quote: s.quoted(answered)}
		if d.mode.kind == ModeReply {
			p.mode, d.mode = d.mode, mode{rev: d.mode.rev}
		}
		s.sending = append(s.sending, p)
		c.tellTyping(s, identity.DeviceID{}, now)
		if s.thread != nil && s.thread.peer == id {
			return s.thread.jumpToEnd()
		}
		return 0
	})
	c.texts.put(out)
	return true
}

// fits reports whether a text can be sent. If not, it stays in the composer.
func (c *Controller) fits(id identity.DeviceID, text string) bool {
	if strings.TrimSpace(text) == "" {
		return false
	}
	why := CheckText(text)
	if why != "" {
		c.inbox.put(func(s *state) stale {
			d := s.draft(id)
			d.text, d.err = text, why
			return 0
		})
	}
	return why == ""
}

// quoted is what an answer shows of a message of the open chat, nil if that is
// not in memory.
func (s *state) quoted(k msgKey) *messenger.Quote {
	if s.thread == nil || s.thread.index[k] == nil {
		return nil
	}
	m := s.thread.index[k].m
	return &messenger.Quote{Outgoing: m.Outgoing, Text: m.Text, Deleted: m.Deleted}
}

// Accept lets a stranger that asked write.
func (c *Controller) Accept(id identity.DeviceID) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.Allow(ctx, id) }, nil)
}

// Refuse drops the request of a stranger and leaves its chat.
func (c *Controller) Refuse(id identity.DeviceID) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.Refuse(ctx, id) }, func(s *state) {
		s.refused[id] = true
		leave(id)(s)
	})
}

// Block silences a device and leaves its chat.
func (c *Controller) Block(id identity.DeviceID) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.Block(ctx, id) }, leave(id))
}

func leave(id identity.DeviceID) func(*state) {
	return func(s *state) {
		if s.thread != nil && s.thread.peer == id {
			s.thread = nil
		}
	}
}

// LoadOlder reads the page above what the open chat shows. A view may ask at
// every step of a scroll.
func (c *Controller) LoadOlder() {
	shown := c.shown.Load()
	c.inbox.put(func(s *state) stale {
		if s.thread == nil || s.thread.loading || shown == nil || s.thread.first() != shown.first {
			return 0 // it comes, or is there
		}
		return staleOlder
	})
}

// Rename changes the name of this device and reports whether it can be one.
func (c *Controller) Rename(name string) bool {
	if !safetext.ValidName(name) {
		c.inbox.put(func(s *state) stale {
			s.notice = refusal(messenger.ErrBadName)
			return 0
		})
		return false
	}
	name = strings.TrimSpace(name)
	c.decide(func(ctx context.Context) error { return c.opt.Service.Rename(ctx, name) }, nil)
	return true
}

// Focus says whether the window has the keyboard: only then a person reads.
func (c *Controller) Focus(focused bool) {
	c.inbox.put(func(s *state) stale {
		s.focused = focused
		return 0
	})
}

// DismissNotice takes the notice off the screen.
func (c *Controller) DismissNotice() {
	c.inbox.put(func(s *state) stale {
		s.notice, s.stay = "", ""
		return 0
	})
}

// decide runs a command whose failure is a notice, and after it reads
// everything again.
func (c *Controller) decide(do func(context.Context) error, then func(*state)) {
	c.ledger.begin(oneChange)
	c.command(func(ctx context.Context) func(*state) stale {
		err := do(ctx)
		if err != nil && (ctx.Err() != nil || c.unanswered(err)) {
			err = context.DeadlineExceeded
		}
		if !errors.Is(ctx.Err(), context.Canceled) || err == nil { // else the window is gone, and it stays undone
			c.ledger.end(oneChange, err != nil)
		}
		return func(s *state) stale {
			s.notice = ""
			if err != nil {
				s.notice = refusal(err)
			} else if then != nil {
				then(s)
			}
			return staleAll
		}
	})
}

func (c *Controller) markRead(id identity.DeviceID) {
	c.command(func(ctx context.Context) func(*state) stale {
		if err := c.opt.Service.MarkRead(ctx, id); err != nil {
			c.log.Warn("Could not mark a conversation as read.", "error", err)
		}
		return func(*state) stale { return staleConversations }
	})
}

// command runs do off the view's goroutine, behind the commands before it, and
// then what it returns on the state.
func (c *Controller) command(do func(context.Context) func(*state) stale) {
	c.commands.put(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, commandTimeout)
		defer cancel()
		c.inbox.put(do(ctx))
	})
}
