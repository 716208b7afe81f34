package viewmodel

import (
	"context"
	"strings"
	"time"

	"earshot/internal/identity"
)

// typingRepeat is how often a contact is told that somebody is still writing to
// it (docs/PROTOCOL.md §5.16).
const typingRepeat = 3 * time.Second

// typing is what was said last about writing.
type typing struct {
	to identity.DeviceID // zero: to nobody
	at time.Time
}

// tellTyping says that a person is writing to a device, or to none, unless that
// was said just now.
func (c *Controller) tellTyping(s *state, to identity.DeviceID, now time.Time) {
	was := s.typing
	if since := now.Sub(was.at); to == was.to && (to.IsZero() || since >= 0 && since < typingRepeat) {
		return
	}
	if !was.to.IsZero() && was.to != to {
		c.setTyping(was.to, false)
	}
	s.typing = typing{to, now}
	if !to.IsZero() {
		c.setTyping(to, true)
	}
}

// typed notes a change of a draft. Editing is no writing to somebody.
func (c *Controller) typed(s *state, id identity.DeviceID, now time.Time) {
	d := s.draft(id)
	if strings.TrimSpace(d.text) == "" || d.mode.kind == ModeEdit {
		id = identity.DeviceID{}
	}
	c.tellTyping(s, id, now)
}

func (c *Controller) setTyping(id identity.DeviceID, on bool) {
	c.commands.put(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, readTimeout)
		defer cancel()
		if err := c.opt.Service.SetTyping(ctx, id, on); err != nil {
			c.log.Debug("Could not say that somebody is writing.", "error", err)
		}
	})
}
