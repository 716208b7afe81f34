package viewmodel

import (
	"context"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

// mode is what a composer is used for. Its rev rises with every change but that
// by sending, of which the view knows.
type mode struct {
	kind ModeKind
	of   msgKey           // the message that is answered or edited
	line safetext.Display // of it
	text string           // of it
	rev  int
}

// again is the mode at a later time.
func (m mode) again(rev int) mode {
	m.rev = rev + 1
	return m
}

// begin answers or edits a message of the open chat.
func (s *state) begin(kind ModeKind, id identity.DeviceID, k msgKey) {
	if s.thread == nil || s.thread.peer != id {
		return
	}
	e := s.thread.index[k]
	needs := CanReply
	if kind == ModeEdit {
		needs = CanEdit
	}
	if e == nil || s.thread.acts(e)&needs == 0 {
		return
	}
	d := s.draft(id)
	s.leaveMode(d)
	d.mode = mode{kind: kind, of: k, line: safetext.Line(e.m.Text), text: e.m.Text}.again(d.mode.rev)
	if kind == ModeEdit {
		d.kept, d.text = d.text, e.m.Text
		d.rev++
	}
	d.err = ""
}

// leaveMode gives a composer back its draft.
func (s *state) leaveMode(d *draft) {
	if d.mode.kind == ModeEdit {
		d.text, d.kept = d.kept, ""
		d.rev++
	}
	if d.mode.kind != ModeNew {
		d.mode, d.err = mode{}.again(d.mode.rev), ""
	}
}

// drop leaves the mode of a composer that answers or edits a message which is
// gone from this device.
func (s *state) drop(id identity.DeviceID, k msgKey) {
	if d := s.drafts[id]; d != nil && d.mode.kind != ModeNew && d.mode.of == k {
		s.leaveMode(d)
	}
}

// quoteOf is what stands above a composer.
func (s *state) quoteOf(t *thread, m mode) Quote {
	if m.kind == ModeNew {
		return Quote{}
	}
	q := Quote{Key: rowKey(m.of), Name: t.writer(m.of.out), Line: m.line}
	if e := t.index[m.of]; e != nil && e.m.Deleted {
		q.Line = deletedText
	}
	return q
}

// Reply makes the next text of a chat an answer to a message, by the key of its
// row.
func (c *Controller) Reply(id identity.DeviceID, key string) { c.enter(ModeReply, id, key) }

// Edit puts a message into the composer. The draft comes back after it.
func (c *Controller) Edit(id identity.DeviceID, key string) { c.enter(ModeEdit, id, key) }

func (c *Controller) enter(kind ModeKind, id identity.DeviceID, key string) {
	if k, ok := parseKey(key); ok {
		c.inbox.put(func(s *state) stale {
			s.begin(kind, id, k)
			return 0
		})
	}
}

// EditLast edits the newest own message of the open chat that can be.
func (c *Controller) EditLast(id identity.DeviceID) {
	c.inbox.put(func(s *state) stale {
		if s.thread == nil || s.thread.peer != id || s.thread.newer {
			return 0
		}
		for i := len(s.thread.messages) - 1; i >= 0; i-- {
			if e := s.thread.messages[i]; s.thread.acts(e)&CanEdit != 0 {
				s.begin(ModeEdit, id, keyOf(e.m))
				break
			}
		}
		return 0
	})
}

// LeaveMode answers or edits nothing any more. The draft comes back.
func (c *Controller) LeaveMode(id identity.DeviceID) {
	c.inbox.put(func(s *state) stale {
		s.leaveMode(s.draft(id))
		return 0
	})
}

// Save gives a message a new text and reports whether it is on its way, like
// Send. If the service refuses it, the person is back at editing. A text that is
// the same as before is no edit.
func (c *Controller) Save(id identity.DeviceID, key, text string) bool {
	k, ok := parseKey(key)
	if !ok || !c.fits(id, text) {
		return false
	}
	c.ledger.begin(oneChange)
	c.inbox.put(func(s *state) stale {
		defer c.ledger.end(oneChange, false) // save has begun its own
		d := s.draft(id)
		was := d.mode
		s.leaveMode(d)
		if !s.has(id, k, text) {
			c.save(id, k, text, was)
		}
		return 0
	})
	return true
}

// has reports whether a message of the open chat has exactly this text.
func (s *state) has(id identity.DeviceID, k msgKey, text string) bool {
	if s.thread == nil || s.thread.peer != id {
		return false
	}
	e := s.thread.index[k]
	return e != nil && !e.m.Deleted && e.m.Text == text
}

// save has a message changed that was edited in the mode was.
func (c *Controller) save(id identity.DeviceID, k msgKey, text string, was mode) {
	change := messenger.Change{
		ID: msgid.New(c.opt.Now()), Kind: messenger.KindEdit, Text: text,
		Of: messenger.Ref{Peer: id, ID: k.id, Mine: k.out},
	}
	c.change(change, func(s *state, why string) {
		d := s.draft(id)
		if was.of != k { // it was not the message that was edited here
			was = mode{kind: ModeEdit, of: k, line: safetext.Line(text), text: text}
		}
		if d.mode.kind != ModeEdit {
			d.kept, d.text = d.text, text
			d.mode = was.again(d.mode.rev)
			d.rev++
		}
		d.err = why
	})
}

// change has the service change a message. If it does not, refused is called
// with the reason in words.
func (c *Controller) change(change messenger.Change, refused func(*state, string)) {
	c.act(change.Of.Peer, func(ctx context.Context) (func(*state), error) {
		m, err := c.opt.Service.Change(ctx, change)
		return func(s *state) {
			if s.thread != nil && s.thread.peer == m.Peer {
				s.thread.put(m)
			}
		}, err
	}, refused)
}
