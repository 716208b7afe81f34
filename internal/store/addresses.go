package store

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"earshot/internal/identity"
)

const (
	// MaxAddresses is how many addresses of a device are kept: an IPv4 and a
	// few IPv6 ones on each of two networks.
	MaxAddresses = 8
	// MaxStrangerBooks is how many devices without a contact row have addresses
	// kept; the longest unused ones go first.
	MaxStrangerBooks = 256
)

// RememberAddress notes that a device was reached at addr. MaxAddresses of it
// are kept, the last used ones. The device need not be a contact. ErrInvalid
// for an address without host or port.
func (d *DB) RememberAddress(ctx context.Context, id identity.DeviceID, addr netip.AddrPort, at time.Time) error {
	const op = "remember address"
	if id.IsZero() || !addr.IsValid() || addr.Port() == 0 {
		return fmt.Errorf("%s: %w", op, ErrInvalid)
	}
	addr = netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
	return d.write(ctx, op, func(ctx context.Context, t *tx) error {
		if _, err := t.exec(ctx, `INSERT INTO address (device, addr, used_at, turn)
			VALUES (?1, ?2, ?3, (SELECT coalesce(max(turn), 0) + 1 FROM address WHERE device = ?1))
			ON CONFLICT (device, addr) DO UPDATE SET used_at = excluded.used_at, turn = excluded.turn`,
			id[:], addr.String(), toMs(at)); err != nil {
			return err
		}
		if _, err := t.exec(ctx, `DELETE FROM address WHERE device = ?1 AND addr IN (SELECT addr FROM address
			WHERE device = ?1 ORDER BY used_at DESC, turn DESC LIMIT -1 OFFSET ?2)`, id[:], MaxAddresses); err != nil {
			return err
		}
		_, err := t.exec(ctx, `DELETE FROM address WHERE device IN (SELECT device FROM address
			WHERE device NOT IN (SELECT id FROM contact)
			GROUP BY device ORDER BY max(used_at) DESC LIMIT -1 OFFSET ?)`, MaxStrangerBooks)
		return err
	})
}

// Addresses returns where a device was reached, newest first.
func (d *DB) Addresses(ctx context.Context, id identity.DeviceID) ([]netip.AddrPort, error) {
	var out []netip.AddrPort
	err := d.read(ctx, "read addresses", func(q querier) (err error) {
		out, err = all(ctx, q, func(s scanner) (netip.AddrPort, error) {
			text, err := scanText(s)
			if err != nil {
				return netip.AddrPort{}, err
			}
			return netip.ParseAddrPort(text)
		}, `SELECT addr FROM address WHERE device = ? ORDER BY used_at DESC, turn DESC`, id[:])
		return err
	})
	return out, err
}

// AddressBook returns the addresses of all devices, newest first for each.
func (d *DB) AddressBook(ctx context.Context) (map[identity.DeviceID][]netip.AddrPort, error) {
	type entry struct {
		id   identity.DeviceID
		addr netip.AddrPort
	}
	book := map[identity.DeviceID][]netip.AddrPort{}
	err := d.read(ctx, "read addresses", func(q querier) error {
		entries, err := all(ctx, q, func(s scanner) (entry, error) {
			var id []byte
			var text string
			if err := s.Scan(&id, &text); err != nil {
				return entry{}, err
			}
			addr, err := netip.ParseAddrPort(text)
			return entry{toDevice(id), addr}, err
		}, `SELECT device, addr FROM address ORDER BY device, used_at DESC, turn DESC`)
		for _, e := range entries {
			book[e.id] = append(book[e.id], e.addr)
		}
		return err
	})
	return book, err
}
