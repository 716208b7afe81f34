package store

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"earshot/internal/identity"
	"earshot/internal/trust"
)

// Limits on what strangers can make this device keep (docs/PROTOCOL.md §5.5).
const (
	// RequestLife is how long a request waits for a decision, and how long a
	// refused device's requests are dropped unseen.
	RequestLife = 24 * time.Hour
	// MaxRequests is how many may wait before an address that has one gets no
	// other: what a person would look through. Those without an address end there.
	MaxRequests = 20
	// MaxRequestsPerSource is how many of them come from one address. Loopback
	// does not count: several homes on one machine are its owner's.
	MaxRequestsPerSource = 2
	// MaxRequestsIPv4 is how many wait at once from IPv4 addresses: one of each
	// address of a home network (254), and the second ones of the first 20. Whoever
	// holds every other address there still leaves a place to the one that is left.
	MaxRequestsIPv4 = 280
	// MaxRequestsIPv6 is the same for IPv6, where one computer can make up any
	// number of addresses: it fills these, and leaves those of IPv4.
	MaxRequestsIPv6 = 64
	// maxAhead is how far a stranger's clock may be ahead of this one in the
	// order of messages (docs/PROTOCOL.md §8).
	maxAhead = time.Minute
)

// clockKey is the sort key of the first moment of a millisecond.
func clockKey(t time.Time) uint64 { return uint64(max(t.UnixMilli(), 0)) << 16 }

// AddRequest keeps the first text of a stranger until a person decides. With a
// nil error it may be acknowledged; added says whether it is new and to be
// shown. It is not added when the device has a request here already or was
// refused within RequestLife. ErrTooManyRequests when the limits are reached
// and ErrNotStranger for a contact or blocked device: neither is acknowledged
// as a request. ErrInvalid: no ID, no peer, or this device.
func (d *DB) AddRequest(ctx context.Context, r Request) (added bool, err error) {
	const op = "store request"
	if r.ID.IsZero() || r.Peer.IsZero() || r.Peer == d.self {
		return false, fmt.Errorf("%s: %w", op, ErrInvalid)
	}
	if r.At.IsZero() {
		r.At = d.now()
	}
	err = d.write(ctx, op, func(ctx context.Context, t *tx) error {
		c, err := findContact(ctx, t, r.Peer)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if c.Level != trust.Stranger {
			return ErrNotStranger
		}
		if err := d.dropExpired(ctx, t); err != nil {
			return err
		}
		added, err = insertRequest(ctx, t, r)
		return err
	})
	return added && err == nil, err
}

// family is what kind of address requests came from. Each has places of its own.
type family int

const (
	noAddress family = iota // loopback, or not known
	ipv4
	ipv6
)

func familyOf(source string) family {
	switch {
	case source == "":
		return noAddress
	case strings.Contains(source, ":"):
		return ipv6
	}
	return ipv4
}

// roomFor reports whether one more request is kept where so many of the family
// wait already, so many of them from the same address. What waits never gives way:
// else a flood would take the place of an honest device that came before it. One
// that comes after it has a place as long as the flood has fewer addresses than
// there are places, because beyond MaxRequests each address has one at most.
func roomFor(f family, waiting, fromSource int) bool {
	switch {
	case f == noAddress:
		return waiting < MaxRequests
	case fromSource >= MaxRequestsPerSource:
		return false
	case fromSource > 0:
		return waiting < MaxRequests
	case f == ipv4:
		return waiting < MaxRequestsIPv4
	}
	return waiting < MaxRequestsIPv6
}

// insertRequest applies the limits, which count what waits and not what was
// refused.
func insertRequest(ctx context.Context, t *tx, r Request) (bool, error) {
	source := sourceKey(r.Source)
	var same, waiting, fromSource int
	err := t.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM request WHERE peer = ?1),
		(SELECT count(*) FROM request WHERE refused_at = 0
			AND CASE WHEN source = '' THEN ?2 WHEN instr(source, ':') > 0 THEN ?4 ELSE ?3 END = ?5),
		(SELECT count(*) FROM request WHERE refused_at = 0 AND source = ?6)`,
		r.Peer[:], noAddress, ipv4, ipv6, familyOf(source), source).Scan(&same, &waiting, &fromSource)
	if err != nil || same > 0 {
		return false, err
	}
	if !roomFor(familyOf(source), waiting, fromSource) {
		return false, ErrTooManyRequests
	}
	_, err = t.exec(ctx, `INSERT INTO request (peer, id, name, kind, text, cut, hlc, sent_at, came_at, source)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, r.Peer[:], r.ID[:], []byte(r.Name), []byte(r.Kind), []byte(r.Text), r.Cut,
		int64(r.HLC), toMs(r.SentAt), toMs(r.At), source)
	return err == nil, err
}

// sourceKey is what the cap per address counts: "" is not counted.
func sourceKey(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsLoopback() {
		return ""
	}
	return a.String()
}

// Requests returns what waits for a decision, oldest first. Source is without
// its zone, and not set when it was loopback.
func (d *DB) Requests(ctx context.Context) ([]Request, error) {
	var out []Request
	err := d.read(ctx, "read requests", func(q querier) (err error) {
		oldest, newest := d.requestLife()
		out, err = all(ctx, q, scanRequest, selectRequest+`WHERE refused_at = 0 AND came_at BETWEEN ? AND ? ORDER BY num`, oldest, newest)
		return err
	})
	return out, err
}

const selectRequest = `SELECT peer, id, name, kind, text, cut, hlc, sent_at, came_at, source,
	(SELECT retired_by FROM contact WHERE contact.id = request.peer) FROM request `

func scanRequest(s scanner) (Request, error) {
	var peer, id, name, kind, text, replacedBy []byte
	var source string
	var cut bool
	var hlc, sent, came int64
	if err := s.Scan(&peer, &id, &name, &kind, &text, &cut, &hlc, &sent, &came, &source, &replacedBy); err != nil {
		return Request{}, err
	}
	r := Request{ID: toID(id), Peer: toDevice(peer), Name: string(name), Kind: string(kind), Text: string(text), Cut: cut,
		HLC: uint64(hlc), SentAt: toTime(sent), At: toTime(came), ReplacedBy: toDevice(replacedBy)}
	if source != "" {
		var err error
		if r.Source, err = netip.ParseAddr(source); err != nil {
			return Request{}, err
		}
	}
	return r, nil
}

// requestLife bounds the times, in ms, of requests that still count. A time
// further ahead than their life was written under a wrong clock.
func (d *DB) requestLife() (oldest, newest int64) {
	now := d.now()
	return toMs(now.Add(-RequestLife)), toMs(now.Add(RequestLife))
}

func (d *DB) dropExpired(ctx context.Context, t *tx) error {
	oldest, newest := d.requestLife()
	_, err := t.exec(ctx, `DELETE FROM request WHERE max(came_at, refused_at) NOT BETWEEN ? AND ?`, oldest, newest)
	return err
}

func dropRequest(ctx context.Context, t *tx, id identity.DeviceID) error {
	_, err := t.exec(ctx, `DELETE FROM request WHERE peer = ?`, id[:])
	return err
}

// Accept makes a device a contact of level accepted, unless it is accepted or
// verified already. Its request, if one waits, becomes the first message of the
// conversation, without a number until it comes again as Msg; it is returned.
// One that was cut makes no message.
// ErrInvalid for this device itself.
func (d *DB) Accept(ctx context.Context, id identity.DeviceID) (*Message, error) {
	const op = "accept device"
	if id.IsZero() || id == d.self {
		return nil, fmt.Errorf("%s: %w", op, ErrInvalid)
	}
	var m *Message
	err := d.write(ctx, op, func(ctx context.Context, t *tx) (err error) {
		m, err = d.accept(ctx, t, id, trust.Accepted)
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// Verify makes a device a contact of level verified: two persons have compared
// its code, or it has shown that it read an invitation. Its request becomes the
// first message, as by Accept. ErrBlocked for a blocked device, ErrInvalid for
// this one itself.
func (d *DB) Verify(ctx context.Context, id identity.DeviceID) (*Message, error) {
	const op = "verify device"
	if id.IsZero() || id == d.self {
		return nil, fmt.Errorf("%s: %w", op, ErrInvalid)
	}
	var m *Message
	err := d.write(ctx, op, func(ctx context.Context, t *tx) error {
		c, err := findContact(ctx, t, id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if c.Level == trust.Blocked {
			return ErrBlocked
		}
		m, err = d.accept(ctx, t, id, trust.Verified)
		return err
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// takeIn moves the waiting request of a device, if there is one, into its
// conversation. Who asks has accepted this device by that.
func (d *DB) takeIn(ctx context.Context, t *tx, id identity.DeviceID) (*Message, error) {
	oldest, newest := d.requestLife()
	r, err := one(ctx, t, scanRequest, selectRequest+`WHERE peer = ? AND refused_at = 0 AND came_at BETWEEN ? AND ?`, id[:], oldest, newest)
	if errors.Is(err, ErrNotFound) {
		return nil, dropRequest(ctx, t, id)
	}
	if err != nil {
		return nil, err
	}
	if err := dropRequest(ctx, t, id); err != nil {
		return nil, err
	}
	if _, err := t.exec(ctx, `UPDATE contact SET accepts_me = 1,
		name = CASE WHEN length(name) > 0 THEN name ELSE ? END,
		kind = CASE WHEN length(kind) > 0 THEN kind ELSE ? END WHERE id = ?`, []byte(r.Name), []byte(r.Kind), id[:]); err != nil {
		return nil, err
	}
	if r.Cut {
		return nil, nil
	}
	got, err := d.receiveOne(ctx, t, Incoming{Peer: id, ID: r.ID, HLC: r.HLC, Clamped: min(r.HLC, clockKey(r.At.Add(maxAhead))),
		Text: r.Text, SentAt: r.SentAt, At: r.At})
	if err != nil || !got.New {
		return nil, err
	}
	if err := touchConversation(ctx, t, id, unreadBy(got.Message)); err != nil {
		return nil, err
	}
	return &got.Message, nil
}

// Refuse drops the waiting request of a device, and the next ones unseen for
// RequestLife. ErrNotFound when none waits.
func (d *DB) Refuse(ctx context.Context, id identity.DeviceID) error {
	return d.write(ctx, "refuse request", func(ctx context.Context, t *tx) error {
		oldest, newest := d.requestLife()
		n, err := t.exec(ctx, `UPDATE request SET refused_at = ?, name = x'', kind = x'', text = x''
			WHERE peer = ? AND refused_at = 0 AND came_at BETWEEN ? AND ?`, toMs(d.now()), id[:], oldest, newest)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}
