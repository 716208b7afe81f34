package messenger

import (
	"earshot/internal/identity"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// Namesake returns the contact that a device of this name could be mistaken for:
// another one that is shown under the same name, as people read it. A device that
// is no contact is held against every contact; an accepted one against those that
// are verified or were there before it; a verified one against none. peers is what
// Service.Peers returned; id need not be among them. Of several, the verified and
// then the oldest is returned.
//
// A new key is a new device: until two persons pair, nothing says that it belongs
// to whom its name belongs (docs/PROTOCOL.md §8).
func Namesake(name string, id identity.DeviceID, peers []Peer) (Peer, bool) {
	folded := safetext.FoldName(name)
	if folded == "" {
		return Peer{}, false
	}
	var own, best Peer
	for _, p := range peers {
		if p.ID == id {
			own = p
		}
	}
	if own.Level == trust.Verified {
		return Peer{}, false
	}
	found := false
	for _, p := range peers {
		switch {
		case p.ID == id || !p.Level.IsContact() || safetext.FoldName(p.Name) != folded:
		case own.Level.IsContact() && !before(p, own):
		case !found || before(p, best):
			best, found = p, true
		}
	}
	return best, found
}

// before reports whether a contact has the better claim to its name.
func before(a, b Peer) bool {
	if va, vb := a.Level == trust.Verified, b.Level == trust.Verified; va != vb {
		return va
	}
	if !a.Added.Equal(b.Added) {
		return a.Added.Before(b.Added)
	}
	return a.ID.Compare(b.ID) < 0
}
