package export

import (
	"fmt"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
)

// Record is a message as JSON; docs/CLI.md says what the fields mean.
type Record struct {
	ID        msgid.ID           `json:"id"`
	From      identity.DeviceID  `json:"from"`
	To        identity.DeviceID  `json:"to"`
	Text      string             `json:"text"`
	Kind      string             `json:"kind"`
	SentAt    string             `json:"sent_at"`
	State     string             `json:"state"`
	ReplyTo   msgid.ID           `json:"reply_to,omitzero"`
	Quote     *Quote             `json:"quote,omitempty"`
	EditedAt  string             `json:"edited_at,omitempty"`
	Deleted   bool               `json:"deleted,omitempty"`
	Reactions *Reactions         `json:"reactions,omitempty"`
	Changing  bool               `json:"changing,omitempty"`
	Of        msgid.ID           `json:"of,omitzero"`
	OfFrom    *identity.DeviceID `json:"of_from,omitempty"`
}

// Quote is the beginning of the message that another one answers.
type Quote struct {
	From    identity.DeviceID `json:"from"`
	Text    string            `json:"text"`
	Deleted bool              `json:"deleted,omitempty"`
}

// Reactions are the emoji at a message.
type Reactions struct {
	Mine   string `json:"mine,omitempty"`
	Theirs string `json:"theirs,omitempty"`
}

// View returns a message of the device self as JSON shows it.
func View(self identity.DeviceID, m messenger.Message) Record {
	by := func(mine bool) identity.DeviceID {
		if mine {
			return self
		}
		return m.Peer
	}
	r := Record{
		ID: m.ID, From: by(m.Outgoing), To: by(!m.Outgoing), Text: m.Text, Kind: KindWord(m.Kind),
		SentAt: Stamp(m.SentAt), State: StateWord(m.State),
		ReplyTo: m.ReplyTo, EditedAt: Stamp(m.EditedAt), Deleted: m.Deleted, Changing: m.Changing,
	}
	if m.Quote != nil {
		r.Quote = &Quote{by(m.Quote.Outgoing), m.Quote.Text, m.Quote.Deleted}
	}
	if m.Mine != "" || m.Theirs != "" {
		r.Reactions = &Reactions{m.Mine, m.Theirs}
	}
	if m.Kind.IsChange() {
		from := by(m.TargetMine)
		r.Of, r.OfFrom = m.Target, &from
	}
	return r
}

// Stamp is RFC 3339 in UTC with milliseconds, and "" for a time not known.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// KindWord names what a message is, as JSON does.
func KindWord(k messenger.Kind) string {
	switch k {
	case messenger.KindText:
		return "text"
	case messenger.KindAuto:
		return "auto"
	case messenger.KindEdit:
		return "edit"
	case messenger.KindDelete:
		return "delete"
	case messenger.KindReact:
		return "react"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// StateWord names how far a message has come, as JSON does.
func StateWord(s messenger.State) string {
	switch s {
	case messenger.Queued:
		return "queued"
	case messenger.Waiting:
		return "waiting"
	case messenger.Sent:
		return "sent"
	case messenger.Delivered:
		return "delivered"
	case messenger.Read:
		return "read"
	case messenger.Failed:
		return "failed"
	case messenger.Received:
		return "received"
	}
	return fmt.Sprintf("state(%d)", uint8(s))
}
