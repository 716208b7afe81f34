package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

const selectContact = `SELECT id, level, name, kind, accepts_me, requested_at, presence_key, added, last_seen, receipts,
	nick, retired_by, retired_at FROM contact `

func scanContact(s scanner) (Contact, error) {
	var c Contact
	var id, said, kind, nick, retiredBy []byte
	var requested, added, seen, retired int64
	err := s.Scan(&id, &c.Level, &said, &kind, &c.AcceptsMe, &requested, &c.PresenceKey, &added, &seen, &c.Receipts,
		&nick, &retiredBy, &retired)
	c.ID, c.Said, c.Kind, c.RetiredBy = toDevice(id), string(said), string(kind), toDevice(retiredBy)
	c.RequestedAt, c.Added, c.LastSeen, c.RetiredAt = toTime(requested), toTime(added), toTime(seen), toTime(retired)
	if c.Name = c.Said; len(nick) > 0 {
		c.Name = string(nick)
	}
	return c, err
}

func findContact(ctx context.Context, q querier, id identity.DeviceID) (Contact, error) {
	return one(ctx, q, scanContact, selectContact+`WHERE id = ?`, id[:])
}

func listContacts(ctx context.Context, q querier) ([]Contact, error) {
	return all(ctx, q, scanContact, selectContact+`ORDER BY added, id`)
}

// Contact returns what is kept of a device. ErrNotFound.
func (d *DB) Contact(ctx context.Context, id identity.DeviceID) (Contact, error) {
	var c Contact
	err := d.read(ctx, "read contact", func(q querier) (err error) {
		c, err = findContact(ctx, q, id)
		return err
	})
	return c, err
}

// Contacts returns all rows in the order they were added, also strangers and
// blocked devices.
func (d *DB) Contacts(ctx context.Context) ([]Contact, error) {
	var out []Contact
	err := d.read(ctx, "read contacts", func(q querier) (err error) {
		out, err = listContacts(ctx, q)
		return err
	})
	return out, err
}

// SetLevel stores a person's decision on a device, and makes its row if there
// is none. Blocking drops the device's request; accepting or verifying makes it
// the first message of the conversation, as Accept does. A device that another one
// had replaced (Replace) is one of its own again when it is accepted. History and
// outbox stay. ErrInvalid for this device itself.
func (d *DB) SetLevel(ctx context.Context, id identity.DeviceID, level trust.Level) error {
	const op = "store trust level"
	if id.IsZero() || id == d.self || level > trust.Blocked {
		return fmt.Errorf("%s: %w", op, ErrInvalid)
	}
	return d.write(ctx, op, func(ctx context.Context, t *tx) error {
		if err := d.putLevel(ctx, t, id, level); err != nil {
			return err
		}
		if level == trust.Blocked {
			return dropRequest(ctx, t, id)
		}
		if level.IsContact() {
			_, err := d.takeIn(ctx, t, id)
			return err
		}
		return nil
	})
}

func (d *DB) putLevel(ctx context.Context, t *tx, id identity.DeviceID, level trust.Level) error {
	_, err := t.exec(ctx, `INSERT INTO contact (id, level, added) VALUES (?1, ?2, ?3)
		ON CONFLICT (id) DO UPDATE SET level = ?2,
			level_before = CASE WHEN ?2 = ?4 AND level <> ?4 THEN level ELSE level_before END,
			retired_at = CASE WHEN ?5 THEN 0 ELSE retired_at END,
			retired_by = CASE WHEN ?5 THEN NULL ELSE retired_by END`,
		id[:], level, toMs(d.now()), trust.Blocked, level.IsContact())
	return err
}

// accept makes a device a contact of at least that level, and takes its request
// in.
func (d *DB) accept(ctx context.Context, t *tx, id identity.DeviceID, level trust.Level) (*Message, error) {
	c, err := findContact(ctx, t, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, err
	}
	if !c.Level.IsContact() || c.Level < level {
		if err := d.putLevel(ctx, t, id, level); err != nil {
			return nil, err
		}
	}
	return d.takeIn(ctx, t, id)
}

// SetAcceptsMe notes whether a device has accepted this one. When it no longer has,
// it is to be asked anew, whenever it was asked before. Nothing happens
// when the device has no row: what a stranger says makes none.
func (d *DB) SetAcceptsMe(ctx context.Context, id identity.DeviceID, accepts bool) error {
	return d.change(ctx, "store acceptance", `UPDATE contact SET accepts_me = ?1,
		requested_at = CASE WHEN accepts_me AND NOT ?1 THEN 0 ELSE requested_at END WHERE id = ?2`, accepts, id[:])
}

// SetRequested notes when a device acknowledged a request of ours; the zero
// time takes it back. Nothing happens when the device has no row.
func (d *DB) SetRequested(ctx context.Context, id identity.DeviceID, at time.Time) error {
	return d.change(ctx, "store request time", `UPDATE contact SET requested_at = ? WHERE id = ?`, toMs(at), id[:])
}

// SetProfile stores what a device says of itself under its own key. An empty
// name or kind and a nil key leave what is there. Nothing happens when the
// device has no row.
func (d *DB) SetProfile(ctx context.Context, id identity.DeviceID, name, kind string, presenceKey []byte) error {
	return d.change(ctx, "store profile", `UPDATE contact SET
		name = CASE WHEN length(?1) > 0 THEN ?1 ELSE name END,
		kind = CASE WHEN length(?2) > 0 THEN ?2 ELSE kind END,
		presence_key = coalesce(?3, presence_key) WHERE id = ?4`,
		[]byte(name), []byte(kind), nilIfEmpty(presenceKey), id[:])
}

func nilIfEmpty(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// TouchSeen notes that a device was there. Nothing happens when it has no row,
// or was seen later already.
func (d *DB) TouchSeen(ctx context.Context, id identity.DeviceID, at time.Time) error {
	return d.change(ctx, "store last sight", `UPDATE contact SET last_seen = ?1 WHERE id = ?2 AND last_seen < ?1`, toMs(at), id[:])
}

// change runs one statement in a transaction.
func (d *DB) change(ctx context.Context, op, query string, args ...any) error {
	return d.write(ctx, op, func(ctx context.Context, t *tx) error {
		_, err := t.exec(ctx, query, args...)
		return err
	})
}
