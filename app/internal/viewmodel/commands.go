package viewmodel

import (
	"context"
	"strings"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

// Open shows the chat with a device, empty if there was none.
func (c *Controller) Open(id identity.DeviceID) {
	c.inbox.put(func(s *state) stale { return s.open(id) })
}

// Close leaves the chat.
func (c *Controller) Close() {
	c.inbox.put(func(s *state) stale {
		s.thread = nil
		return 0
	})
}

// Type keeps what the composer of a chat holds and withdraws its error.
func (c *Controller) Type(id identity.DeviceID, text string) {
	c.inbox.put(func(s *state) stale {
		d := s.draft(id)
		d.text, d.err = text, ""
		return 0
	})
}

// Send stores a text for a device and reports whether it is on its way. If it
// is not, the composer keeps it: the snapshot says why. If storing it fails
// later, it comes back as the draft.
func (c *Controller) Send(id identity.DeviceID, text string) bool {
	if why := CheckText(text); why != "" {
		c.inbox.put(func(s *state) stale {
			d := s.draft(id)
			d.text, d.err = text, why
			return 0
		})
		return false
	}
	c.Type(id, "")
	out := messenger.Outgoing{ID: msgid.New(c.opt.Now()), To: id, Kind: messenger.KindText, Text: text}
	c.command(func(ctx context.Context) func(*state) stale {
		m, err := c.opt.Service.Send(ctx, out)
		return func(s *state) stale {
			if err != nil {
				s.refuse(id, text, refusal(err))
			} else if s.thread != nil && s.thread.peer == id {
				s.thread.putSent(m)
			}
			return staleConversations
		}
	})
	return true
}

// Accept lets a stranger that asked write.
func (c *Controller) Accept(id identity.DeviceID) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.Allow(ctx, id) }, nil)
}

// Refuse drops the request of a stranger and leaves its chat.
func (c *Controller) Refuse(id identity.DeviceID) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.Refuse(ctx, id) }, leave(id))
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

// LoadOlder reads the page above what the open chat shows.
func (c *Controller) LoadOlder() {
	c.inbox.put(func(*state) stale { return staleOlder })
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
		s.notice = ""
		return 0
	})
}

// decide runs a command whose failure is a notice, and after it reads
// everything again.
func (c *Controller) decide(do func(context.Context) error, then func(*state)) {
	c.command(func(ctx context.Context) func(*state) stale {
		err := do(ctx)
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

// work runs the commands until ctx ends, and then those that were given before.
func (c *Controller) work(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-c.commands.Ready:
			// A command that has begun is not cut off by the end of ctx: its
			// text is in no other place.
			for _, do := range c.commands.take() {
				c.finish(ctx, do)
			}
		}
	}
	for _, do := range c.commands.take() {
		c.finish(ctx, do)
	}
}

// finish runs one command; after the end of ctx it still has farewellTimeout.
func (c *Controller) finish(ctx context.Context, do func(context.Context)) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		late, done := context.WithTimeout(own, farewellTimeout)
		defer done()
		<-late.Done()
		cancel()
	})
	defer stop()
	do(own)
}
