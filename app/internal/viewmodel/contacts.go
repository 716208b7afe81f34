package viewmodel

import (
	"context"
	"strings"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
)

// SetNick gives a device a name that only this one shows, "" takes it back. It
// reports whether it can be one.
func (c *Controller) SetNick(id identity.DeviceID, nick string) bool {
	nick = strings.TrimSpace(nick)
	if nick != "" && !safetext.ValidName(nick) {
		c.inbox.put(func(s *state) stale {
			s.notice = refusal(messenger.ErrBadName)
			return 0
		})
		return false
	}
	c.decide(func(ctx context.Context) error { return c.opt.Service.SetNick(ctx, id, nick) }, nil)
	return true
}

// Unblock takes a block back.
func (c *Controller) Unblock(id identity.DeviceID) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.Unblock(ctx, id) }, nil)
}

// Forget ends a contact with its conversation, and leaves its chat.
func (c *Controller) Forget(id identity.DeviceID) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.Forget(ctx, id) }, func(s *state) {
		leave(id)(s)
		delete(s.drafts, id)
	})
}

// Replace makes a verified device take the place of a contact. The chat with the
// old one becomes that with the new one.
func (c *Controller) Replace(old, newID identity.DeviceID) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.Replace(ctx, old, newID) }, func(s *state) {
		if d := s.drafts[old]; d != nil && s.draft(newID).text == "" {
			s.draft(newID).text, s.draft(newID).rev = d.text, s.draft(newID).rev+1
		}
		delete(s.drafts, old)
		if s.thread != nil && s.thread.peer == old {
			s.open(newID)
		}
	})
}
