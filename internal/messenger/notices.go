package messenger

import (
	"context"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"time"

	"earshot/internal/identity"
	"earshot/internal/safetext"
	"earshot/internal/store"
)

type (
	// Notice is something about the history that a person has to know.
	Notice = store.Notice
	// NoticeKind says what.
	NoticeKind = store.NoticeKind
)

// The kinds of notice, as in package store.
const (
	NoticeRestored    = store.NoticeRestored
	NoticeStartedAnew = store.NoticeStartedAnew
	NoticeReadOnly    = store.NoticeReadOnly
	NoticeDamaged     = store.NoticeDamaged
	NoticeDiskFull    = store.NoticeDiskFull
	NoticeOlderCopy   = store.NoticeOlderCopy
	NoticeUsedTwice   = store.NoticeUsedTwice
	NoticeOwnKey      = store.NoticeOwnKey
)

// noticeEvery is how often a person is told the same of one device: two copies of
// it set each other off every few seconds.
const noticeEvery = 24 * time.Hour

// EventNotices says that Notices returns something else now; no field is set.
const EventNotices EventKind = "notices"

// ErrNewerSchema is the answer to everything that would change a history which a
// newer version wrote. It keeps its identity through the control socket.
var ErrNewerSchema = store.ErrNewerSchema

// NoticeService is the part of Service that tells a person about the history.
type NoticeService interface {
	// Notices returns what a person has to know about the history and has not
	// dismissed, oldest first.
	Notices(ctx context.Context) ([]Notice, error)
	// DismissNotice says that a person has read a notice. One that is gone already
	// is no error. One that tells of a state which lasts comes again when that
	// begins anew, at the next start at the latest.
	DismissNotice(ctx context.Context, id string) error
}

// Notices returns what a person has to know; see Service.
func (m *Messenger) Notices(ctx context.Context) ([]Notice, error) { return m.db.Notices(ctx) }

// DismissNotice says that a person has read a notice; see Service.
func (m *Messenger) DismissNotice(ctx context.Context, id string) error {
	err := m.db.DismissNotice(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err == nil {
		m.hub.publish(Event{Kind: EventNotices})
	}
	return err
}

// UsedTwice says that two devices which run at the same time have proven the key of
// one (docs/PROTOCOL.md §6). A person is told once a day, and only of contacts.
func (m *Messenger) UsedTwice(id identity.DeviceID) {
	m.mu.Lock()
	d := m.devices[id]
	if d == nil || !d.level.IsContact() {
		m.mu.Unlock()
		return
	}
	name := string(safetext.Name(d.shown()))
	m.mu.Unlock()
	m.log.Warn("two devices that run at the same time have the key of one contact", "device", id)
	m.notify(Notice{ID: "used-twice-" + hex.EncodeToString(id[:]), Kind: NoticeUsedTwice, Peer: id, Name: name}, noticeEvery)
}

// OwnKeyAt says that something at an address has proven the key of this device, and
// that it was not this device itself which answered. A person is told once a day.
func (m *Messenger) OwnKeyAt(addr netip.AddrPort) {
	m.mu.Lock()
	own := m.addresses
	m.mu.Unlock()
	if own != nil && slices.Contains(own(), addr) {
		return
	}
	m.log.Warn("another program on this network uses the key of this device")
	m.notify(Notice{ID: "own-key", Kind: NoticeOwnKey}, noticeEvery)
}

// notify keeps a notice for the person, unless one with its ID was kept for less
// than pause.
func (m *Messenger) notify(n Notice, pause time.Duration) {
	added, err := m.db.AddNotice(m.ctx, n, pause)
	if err != nil && m.ctx.Err() == nil {
		m.log.Error("a notice was not stored", "kind", string(n.Kind), "err", err)
	}
	if added {
		m.hub.publish(Event{Kind: EventNotices})
	}
}

// watchStore tells when the store met damage, and when its disk is full or has
// space again.
func (m *Messenger) watchStore() {
	for damage := m.db.Damage(); ; {
		select {
		case <-damage:
			damage = nil // once is all
		case <-m.db.RoomChanged():
		case <-m.ctx.Done():
			return
		}
		m.hub.publish(Event{Kind: EventNotices})
	}
}
