package viewmodel

import (
	"context"
	"errors"
	"fmt"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// React puts an emoji to a message, by the key of its row; "" takes the own one
// back.
func (c *Controller) React(id identity.DeviceID, key, emoji string) {
	c.alter(id, key, messenger.KindReact, emoji)
}

// Delete takes an own message back on both devices.
func (c *Controller) Delete(id identity.DeviceID, key string) {
	c.alter(id, key, messenger.KindDelete, "")
}

func (c *Controller) alter(id identity.DeviceID, key string, kind messenger.Kind, text string) {
	if of, ok := refOf(id, key); ok {
		c.change(messenger.Change{ID: msgid.New(c.opt.Now()), Kind: kind, Of: of, Text: text}, nil)
	}
}

// Cancel takes a message that waits out of the outbox.
func (c *Controller) Cancel(id identity.DeviceID, key string) {
	of, ok := refOf(id, key)
	if !ok {
		return
	}
	c.act(id, func(ctx context.Context) (func(*state), error) {
		m, err := c.opt.Service.Cancel(ctx, of)
		return func(s *state) {
			if s.thread != nil && s.thread.peer == m.Peer {
				s.thread.put(m)
			}
		}, err
	}, nil)
}

// Remove deletes a message from this device alone.
func (c *Controller) Remove(id identity.DeviceID, key string) {
	if of, ok := refOf(id, key); ok {
		c.remove(of)
	}
}

func (c *Controller) remove(of messenger.Ref) {
	c.act(of.Peer, func(ctx context.Context) (func(*state), error) {
		err := c.opt.Service.Remove(ctx, of)
		return func(s *state) {
			s.drop(of.Peer, msgKey{of.ID, of.Mine})
			if s.thread != nil && s.thread.peer == of.Peer {
				s.thread.remove(msgKey{of.ID, of.Mine})
			}
		}, err
	}, nil)
}

// Resend sends the text of a cancelled message again, below everything. The
// cancelled one goes when the new one is stored.
func (c *Controller) Resend(id identity.DeviceID, key string) {
	k, ok := parseKey(key)
	if !ok {
		return
	}
	c.ledger.begin(oneText)
	c.inbox.put(func(s *state) stale {
		e := (*entry)(nil)
		if s.thread != nil && s.thread.peer == id {
			e = s.thread.index[k]
		}
		old := messenger.Ref{Peer: id, ID: k.id, Mine: true}
		if e == nil || s.thread.acts(e)&CanResend == 0 || s.resent[old] { // the last: a second click
			c.ledger.end(oneText, false)
			return 0
		}
		s.resent[old] = true
		p := sending{
			out:  messenger.Outgoing{ID: msgid.New(c.opt.Now()), To: id, Kind: e.m.Kind, Text: e.m.Text, ReplyTo: e.m.ReplyTo},
			at:   c.opt.Now(),
			old:  &old,
			mode: mode{},
		}
		p.quote = e.m.Quote
		s.sending = append(s.sending, p)
		c.texts.put(p.out)
		return s.thread.jumpToEnd()
	})
}

// Clear deletes a conversation from this device. What still waits to be
// delivered stays, and its chat says so.
func (c *Controller) Clear(id identity.DeviceID) {
	c.act(id, func(ctx context.Context) (func(*state), error) {
		kept, err := c.opt.Service.Clear(ctx, id)
		return func(s *state) {
			if d := s.drafts[id]; d != nil {
				s.leaveMode(d)
			}
			switch {
			case kept == 1:
				s.draft(id).err = "One message stays until it is delivered or cancelled."
			case kept > 1:
				s.draft(id).err = fmt.Sprintf("%d messages stay until they are delivered or cancelled.", kept)
			}
		}, err
	}, nil)
}

// SetReceipts chooses whether a contact learns what was read here and that
// somebody is writing to it.
func (c *Controller) SetReceipts(id identity.DeviceID, on bool) {
	c.decide(func(ctx context.Context) error { return c.opt.Service.SetReceipts(ctx, id, on) }, nil)
}

// SetKeep chooses how long messages are kept: a value of Snapshot.Keep.
func (c *Controller) SetKeep(value string) {
	c.decide(func(ctx context.Context) error {
		return c.opt.Service.SetSetting(ctx, messenger.SettingKeep, value)
	}, nil)
}

// refOf names the message of a row.
func refOf(peer identity.DeviceID, key string) (messenger.Ref, bool) {
	k, ok := parseKey(key)
	return messenger.Ref{Peer: peer, ID: k.id, Mine: k.out}, ok
}

// act runs a command about a conversation, then what it returns. A failure is
// said in its chat, or told to refused.
func (c *Controller) act(id identity.DeviceID, do func(context.Context) (func(*state), error), refused func(*state, string)) {
	c.ledger.begin(oneChange)
	c.command(func(ctx context.Context) func(*state) stale {
		then, err := do(ctx)
		if err != nil && (ctx.Err() != nil || c.unanswered(err)) {
			err = context.DeadlineExceeded
		}
		if !errors.Is(ctx.Err(), context.Canceled) || err == nil { // else the window is gone, and it stays undone
			c.ledger.end(oneChange, err != nil)
		}
		return func(s *state) stale {
			switch {
			case err == nil:
				then(s)
			case refused != nil:
				refused(s, refusal(err))
			default:
				s.draft(id).err = refusal(err)
			}
			return staleConversations
		}
	})
}
