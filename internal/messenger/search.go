package messenger

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"earshot/internal/identity"
)

// A record that matches no presence key may still be a contact's: one of the two
// was away when the other renewed its key. If whoever made the record cannot be
// looked at, contacts are dialled there one after the other, by their keys
// (docs/PROTOCOL.md §3). A dial shows a wrong device nothing that tells it who
// dials: its key is compared before ours is shown.
const (
	maxSearchDials = 8                      // contacts that are tried per record, last seen first
	maxSearches    = 2                      // of one record: the second when its addresses have changed
	searchSpacing  = 200 * time.Millisecond // between two dials: the rate that a listener takes of one address
)

// errNotLooked says that nothing was asked of whoever made a record.
var errNotLooked = errors.New("this device does not look at strangers")

// isSilence reports an outcome of which the device behind a record is not to
// blame: it hides, or was not asked.
func isSilence(err error) bool { return err == errNotLooked || errors.Is(err, ErrSilent) }

// search dials contacts at the addresses of a record until one answers, and
// returns it; or else why, which where all of them are somebody else is the
// reason for the search.
func (m *Messenger) search(s *sighting, addrs []netip.AddrPort, reason error) (identity.DeviceID, error) {
	candidates := m.beginSearch(s, addrs)
	for i, id := range candidates {
		if i > 0 {
			select {
			case <-time.After(searchSpacing):
			case <-m.ctx.Done():
				return identity.DeviceID{}, m.ctx.Err()
			}
		}
		if !m.searchable(id) {
			continue
		}
		ctx, cancel := context.WithTimeout(m.ctx, lookTimeout)
		err := m.net.Dial(ctx, id, addrs)
		cancel()
		switch {
		case err == nil:
			return id, nil
		case !errors.Is(err, ErrWrongDevice) && !errors.Is(err, ErrSilent):
			m.mu.Lock()
			s.searches-- // nobody was ruled out
			m.mu.Unlock()
			return identity.DeviceID{}, err
		}
	}
	return identity.DeviceID{}, reason
}

// beginSearch counts a search and returns the contacts to try, none if there
// were enough searches.
func (m *Messenger) beginSearch(s *sighting, addrs []netip.AddrPort) []identity.DeviceID {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.searches >= maxSearches || s.searches > 0 && slices.Equal(s.searched, addrs) {
		return nil
	}
	var away []*device
	for _, d := range m.devices {
		if d.level.IsContact() && len(d.links) == 0 {
			away = append(away, d)
		}
	}
	if len(away) == 0 {
		return nil
	}
	slices.SortFunc(away, func(a, b *device) int {
		if c := b.lastSeen.Compare(a.lastSeen); c != 0 {
			return c
		}
		return a.id.Compare(b.id)
	})
	s.searches++
	s.searched = slices.Clone(addrs)
	var ids []identity.DeviceID
	for _, d := range away[:min(len(away), maxSearchDials)] {
		ids = append(ids, d.id)
	}
	return ids
}

// searchable reports whether a contact still has no link.
func (m *Messenger) searchable(id identity.DeviceID) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	d := m.devices[id]
	return d != nil && d.level.IsContact() && len(d.links) == 0 && m.ctx.Err() == nil
}
