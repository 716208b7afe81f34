package wire

import (
	"cmp"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Bounds of the fields (docs/PROTOCOL.md §5). Bytes are bytes of UTF-8.
const (
	MaxNameBytes     = 160      // 40 characters of 4 bytes
	MaxKindBytes     = 16       // "desktop" with room
	MaxAppBytes      = 64       // program and version
	MaxFeatures      = 32       // features of one Hello
	MaxFeatureBytes  = 32       // one feature
	MaxErrorText     = 200      // bytes, for a log line
	MaxRequestChars  = 1000     // characters of a first text to someone who did not ask for it
	MaxRequestBytes  = 4000     // the same in bytes
	MaxTextBytes     = 64 << 10 // one message: many screens
	MaxEmojiBytes    = 64       // one reaction: the longest sequences of joined emoji have about 40
	MaxAckIDs        = 256      // four windows of unacknowledged messages
	MaxEpochs        = 64       // epochs of one Resume: one per restored backup
	MaxRanges        = 64       // ranges per epoch of a Resume and per Gone
	PresenceKeyBytes = 16
)

// Validate reports whether m keeps the rules of its type (docs/PROTOCOL.md §5).
// The error wraps ErrMalformed. Decode and Encode call it; callers need not.
func Validate(m Message) error {
	var err error
	switch m := m.(type) {
	case *Hello:
		err = m.validate()
	case *Error:
		err = m.validate()
	case *Bye:
		err = check(m.Reason != 0, "reason 0")
	case *Request:
		err = m.validate()
	case *Msg:
		err = m.validate()
	case *Ack:
		err = m.validate()
	case *Resume:
		err = m.validate()
	case *Edit:
		err = cmp.Or(change(m.ID, m.Target, m.Epoch, m.Seq), text("text", m.Text, 1, MaxTextBytes))
	case *Delete:
		err = change(m.ID, m.Target, m.Epoch, m.Seq)
	case *React:
		err = cmp.Or(change(m.ID, m.Target, m.Epoch, m.Seq), text("emoji", m.Emoji, 0, MaxEmojiBytes))
	case *Gone:
		err = m.validate()
	case *Profile:
		err = m.validate()
	case *PairAbort:
		err = check(m.Reason != 0, "reason 0")
	case *Ping, *Pong, *PairStart, *PairNonce, *PairReveal, *PairConfirm, *PairProof, *Accepted, *Away, *Typing:
	default:
		return fmt.Errorf("%w: %T is not a message of this version", ErrMalformed, m)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %w", m.Type(), ErrMalformed, err)
	}
	return nil
}

func check(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// text checks the bounds of a text in bytes and its encoding.
func text(field, s string, least, most int) error {
	if len(s) < least || len(s) > most {
		return fmt.Errorf("%s of %d bytes, want %d to %d", field, len(s), least, most)
	}
	return check(utf8.ValidString(s), "%s is not valid UTF-8", field)
}

func (h *Hello) validate() error {
	var feature error
	for _, f := range h.Features {
		if err := text("feature", f, 1, MaxFeatureBytes); err != nil {
			feature = err
		}
	}
	return cmp.Or(
		check(h.ProtoMin >= 1 && h.ProtoMin <= h.ProtoMax, "versions %d to %d", h.ProtoMin, h.ProtoMax),
		check(len(h.Features) <= MaxFeatures, "%d features, at most %d", len(h.Features), MaxFeatures),
		feature,
		check(h.Role != 0, "role 0"),
		text("name", h.Name, 0, MaxNameBytes),
		text("kind", h.Kind, 0, MaxKindBytes),
		text("app", h.App, 0, MaxAppBytes),
	)
}

func (e *Error) validate() error {
	return cmp.Or(
		check(e.Code != 0, "code 0"),
		text("text", e.Text, 0, MaxErrorText),
	)
}

func (r *Request) validate() error {
	n := utf8.RuneCountInString(r.Text)
	return cmp.Or(
		check(!r.ID.IsZero(), "ID is zero"),
		text("text", r.Text, 1, MaxRequestBytes),
		check(n <= MaxRequestChars, "text of %d characters, at most %d", n, MaxRequestChars),
	)
}

func (m *Msg) validate() error {
	return cmp.Or(
		check(!m.ID.IsZero(), "ID is zero"),
		check(m.Epoch >= 1, "epoch 0"),
		check(m.Seq >= 1, "sequence number 0"),
		check(m.Kind <= MsgAuto, "unknown kind %d", m.Kind),
		check(m.ReplyTo == nil || !m.ReplyTo.IsZero(), "reply to a zero ID"),
		check(m.After == nil || !m.After.IsZero(), "after a zero ID"),
		text("text", m.Text, 1, MaxTextBytes),
	)
}

// change checks what Edit, Delete and React have in common.
func change(id, target ID, epoch, seq uint64) error {
	return cmp.Or(
		check(!id.IsZero(), "ID is zero"),
		check(!target.IsZero(), "target is zero"),
		check(id != target, "target is the change itself"),
		check(epoch >= 1, "epoch 0"),
		check(seq >= 1, "sequence number 0"),
	)
}

func (a *Ack) validate() error {
	for _, id := range a.IDs {
		if id.IsZero() {
			return errors.New("ID is zero")
		}
	}
	return cmp.Or(
		check(len(a.IDs) >= 1 && len(a.IDs) <= MaxAckIDs, "%d IDs, want 1 to %d", len(a.IDs), MaxAckIDs),
		check(a.State == AckStored || a.State == AckRead || a.State == AckAsked, "unknown state %d", a.State),
	)
}

func (r *Resume) validate() error {
	if len(r.Have) > MaxEpochs {
		return fmt.Errorf("%d epochs, at most %d", len(r.Have), MaxEpochs)
	}
	seen := make(map[uint64]bool, len(r.Have))
	for _, h := range r.Have {
		if seen[h.Epoch] {
			return errors.New("an epoch twice")
		}
		seen[h.Epoch] = true
		if h.TopID != nil && h.TopID.IsZero() {
			return errors.New("top ID is zero")
		}
		if err := ranges(h.Missing); err != nil {
			return err
		}
		if n := len(h.Missing); n > 0 && h.Missing[n-1].Hi > h.Top {
			return errors.New("a missing range above the top")
		}
	}
	return nil
}

func (g *Gone) validate() error {
	return cmp.Or(check(g.Epoch >= 1, "epoch 0"), check(len(g.Ranges) >= 1, "no ranges"), ranges(g.Ranges))
}

// ranges checks that rs are at most MaxRanges, ascending, disjoint, from 1.
func ranges(rs []Range) error {
	if len(rs) > MaxRanges {
		return fmt.Errorf("%d ranges, at most %d", len(rs), MaxRanges)
	}
	var last uint64
	for _, r := range rs {
		if r.Lo <= last || r.Hi < r.Lo {
			return fmt.Errorf("range %d to %d after %d: ranges ascend from 1 and do not overlap", r.Lo, r.Hi, last)
		}
		last = r.Hi
	}
	return nil
}

func (p *Profile) validate() error {
	return cmp.Or(
		text("name", p.Name, 0, MaxNameBytes),
		text("kind", p.Kind, 0, MaxKindBytes),
		check(len(p.PresenceKey) == 0 || len(p.PresenceKey) == PresenceKeyBytes,
			"presence key of %d bytes, want %d or none", len(p.PresenceKey), PresenceKeyBytes),
	)
}
