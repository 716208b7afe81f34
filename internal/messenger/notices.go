package messenger

import (
	"context"
	"errors"

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
)

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
