package messenger

import (
	"context"
	"time"

	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// Typing (docs/PROTOCOL.md §5.16).
const (
	typingHolds  = 6 * time.Second // then who said so must have said it again
	typingRepeat = 3 * time.Second // how often it is said while it lasts
)

// typing is who is writing to whom right now. Guarded by Messenger.mu.
type typing struct {
	theirs bool
	timer  *time.Timer // ends theirs
	saidAt time.Time   // when mine was last sent; zero: not writing
}

// stop forgets that somebody there is writing.
func (t *typing) stop() {
	if t.timer != nil {
		t.timer.Stop()
	}
	*t = typing{}
}

// handleTyping notes that somebody there is writing, or has stopped.
func (m *Messenger) handleTyping(l *link, typing bool) {
	m.mu.Lock()
	d := l.dev
	if m.ctx.Err() != nil || !d.level.IsContact() || typing && len(d.links) == 0 {
		m.mu.Unlock()
		return
	}
	if d.typing.timer != nil {
		d.typing.timer.Stop()
	}
	changed := d.typing.theirs != typing
	d.typing.theirs = typing
	if typing {
		d.typing.timer = time.AfterFunc(typingHolds, func() { m.handleTyping(l, false) })
	}
	m.mu.Unlock()
	if changed {
		m.publishPeer(EventTyping, d.id)
	}
}

// SetTyping tells a contact that somebody is writing to it; see Service.
func (m *Messenger) SetTyping(_ context.Context, peer identity.DeviceID, typing bool) error {
	m.mu.Lock()
	d := m.devices[peer]
	if d == nil || !d.level.IsContact() || !d.receipts || len(d.links) == 0 {
		m.mu.Unlock()
		return nil
	}
	since := time.Since(d.typing.saidAt)
	if typing && !d.typing.saidAt.IsZero() && since < typingRepeat || !typing && d.typing.saidAt.IsZero() {
		m.mu.Unlock()
		return nil
	}
	d.typing.saidAt = time.Now()
	if !typing {
		d.typing.saidAt = time.Time{}
	}
	l := d.links[len(d.links)-1]
	accepted := l.accepted
	m.mu.Unlock()
	if accepted {
		m.sendSoon(l, &wire.Typing{Typing: typing})
	}
	return nil
}
