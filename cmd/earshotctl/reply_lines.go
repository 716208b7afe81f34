package main

import (
	"context"
	"errors"
	"slices"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// changed brings a message that waits up to date, or takes it out of its line.
// One that is being answered, or was, stays as it is.
func (r *replier) changed(m messenger.Message, stays bool) {
	l := r.lines[m.Peer]
	if l == nil {
		return
	}
	i := slices.IndexFunc(l.waiting, func(o messenger.Message) bool { return o.ID == m.ID })
	switch {
	case i < 0 || i == 0 && l.busy:
	case stays:
		l.waiting[i].Text = m.Text
	default:
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
}

// reread makes what waits of a contact be read from the store again, because
// messages were deleted there.
func (r *replier) reread(id identity.DeviceID) {
	l := r.lines[id]
	if l == nil {
		return
	}
	first := 0
	if l.busy {
		first = 1
	}
	l.waiting, l.behind = l.waiting[:first], true
}

// fill reads the oldest unread messages of a contact from the store. Nobody but
// the caller answers it at that time.
func (r *replier) fill(ctx context.Context, id identity.DeviceID, l *replyLine) error {
	l.behind = false
	var found int
	page := messenger.Page{Peer: id, Limit: messenger.MaxPage}
	for {
		messages, err := r.svc.History(ctx, page)
		if errors.Is(err, messenger.ErrUnknownMessage) { // deleted just now: from the start
			found, l.waiting, l.behind, page.Before = 0, nil, false, msgid.ID{}
			continue
		}
		if err != nil {
			return err
		}
		var unread []messenger.Message
		for _, m := range messages {
			if !m.Outgoing && m.State == messenger.Received {
				unread = append(unread, m)
			}
		}
		found += len(unread)
		l.waiting = slices.Concat(unread, l.waiting)
		if len(l.waiting) > maxReplyWaiting {
			l.waiting, l.behind = slices.Clone(l.waiting[:maxReplyWaiting]), true
		}
		if len(messages) < page.Limit {
			return nil
		}
		// Counted after reading, because messages may have come meanwhile.
		all, err := r.svc.Conversations(ctx)
		if err != nil {
			return err
		}
		here := slices.IndexFunc(all, func(c messenger.Conversation) bool { return c.Contact.ID == id })
		if here < 0 || found >= all[here].Unread {
			return nil
		}
		page.Before = messages[0].ID
	}
}
