package viewmodel

import (
	"strings"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
)

// What stands instead of a text.
const (
	deletedText = safetext.Display("This message was deleted")
	goneText    = safetext.Display("This message is not here any more")
)

// Names of the rows by who wrote the message.
const outSide, inSide = "out/", "in/"

// rowKey is the key of the row of a message.
func rowKey(k msgKey) string {
	if k.out {
		return outSide + k.id.String()
	}
	return inSide + k.id.String()
}

// parseKey returns the message that a row shows, false if it shows none.
func parseKey(key string) (msgKey, bool) {
	text, out := strings.CutPrefix(key, outSide)
	if !out {
		in := false
		if text, in = strings.CutPrefix(key, inSide); !in {
			return msgKey{}, false
		}
	}
	id, err := msgid.Parse(text)
	return msgKey{id, out}, err == nil
}

// set makes the entry show m.
func (e *entry) set(m messenger.Message) {
	if e.text == "" || e.m.Text != m.Text || e.m.Deleted != m.Deleted {
		e.text = safetext.Body(m.Text)
		if m.Deleted {
			e.text = deletedText
		}
	}
	e.mine, e.theirs = reaction(e.mine, e.m.Mine, m.Mine), reaction(e.theirs, e.m.Theirs, m.Theirs)
	e.quote = ""
	switch {
	case m.Deleted || m.ReplyTo.IsZero():
	case m.Quote == nil:
		e.quote = goneText
	case m.Quote.Deleted:
		e.quote = deletedText
	default:
		e.quote = safetext.Line(m.Quote.Text)
	}
	e.m = m
}

// reaction is how an emoji is shown; old is how the one before it was.
func reaction(old safetext.Display, before, now string) safetext.Display {
	switch {
	case now == "":
		return ""
	case now == before:
		return old
	}
	return safetext.Emoji(now)
}

func (e *entry) tick() Tick {
	switch {
	case e.unstored:
		return TickUnstored
	case e.m.Deleted:
		return TickNone
	}
	return tickOf(e.m)
}

// row is what the message looks like, but for its neighbours.
func (t *thread) row(e *entry) Row {
	m := e.m
	r := Row{
		Key: e.key, Text: e.text, Raw: m.Text, Time: e.shown.clock, Out: m.Outgoing, Tick: e.tick(),
		Links: (m.Outgoing || t.contact) && !m.Deleted, Deleted: m.Deleted, Changing: m.Changing,
		Edited: !m.EditedAt.IsZero() && !m.Deleted, Found: t.found == e.key, Acts: t.acts(e),
	}
	if m.Deleted {
		r.Raw = ""
		return r
	}
	r.Mine, r.Theirs = e.mine, e.theirs
	if e.quote != "" {
		r.Quote = Quote{Line: e.quote}
		if q := m.Quote; q != nil {
			r.Quote.Key, r.Quote.Name = rowKey(msgKey{m.ReplyTo, q.Outgoing}), t.writer(q.Outgoing)
		}
	}
	return r
}

// writer is how the writer of a message is called in its conversation.
func (t *thread) writer(out bool) safetext.Display {
	if out {
		return "You"
	}
	return t.name
}

// acts is what a person can do with a message.
func (t *thread) acts(e *entry) Acts {
	m := e.m
	waits := m.Outgoing && (m.State == messenger.Queued || m.State == messenger.Waiting)
	switch {
	case e.sending:
		return CanCopy
	case m.Deleted:
		return CanRemove
	case m.State == messenger.Failed && t.writable:
		return CanCopy | CanResend | CanRemove
	case m.State == messenger.Failed:
		return CanCopy | CanRemove
	}
	a := CanCopy
	if t.writable {
		a |= CanReply | CanReact
		if m.Outgoing {
			a |= CanEdit | CanDelete
		}
	}
	if waits {
		return a | CanCancel
	}
	if m.State != messenger.Sent { // which waits too
		a |= CanRemove
	}
	return a
}
