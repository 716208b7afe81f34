package viewmodel

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// About is what a person may want to know of the device of the open chat, and
// what can be done with it as a contact.
type About struct {
	Nick     string           // the name given here as it was written, "" for none
	Said     safetext.Display // what the device calls itself, "" unless Nick is shown instead
	Kind     string           // "Phone", "" if it does not say
	Presence string           // "In earshot", "Last seen 14:32"
	LongID   string

	Trust Trust
	Level string           // how far it is trusted, in a word
	Means safetext.Display // and in a sentence

	CanName   bool
	CanBlock  bool
	CanForget bool
	Older     []Older // contacts whose place it can take, those of its name first
}

// Older is a contact whose place another device can take.
type Older struct {
	Device
	Seen string // as About.Presence
}

// Trust is how far a device is trusted.
type Trust uint8

// The levels, as in package trust.
const (
	Stranger Trust = iota
	Accepted
	Verified
	Blocked
)

// BlockedDevice is one that is silenced here.
type BlockedDevice struct {
	Device
	Tries string // how often it has tried, "" if it has not
}

// kinds are the words for what a device says it is. Another word of its own is
// not shown.
var kinds = map[string]string{
	"phone": "Phone", "tablet": "Tablet", "laptop": "Laptop", "desktop": "Computer", "server": "Server",
}

// about is what there is to know of the device of the open chat.
func (s *state) about(p messenger.Peer, device func(identity.DeviceID) Device, now time.Time) About {
	a := About{
		Kind: kinds[p.Kind], LongID: p.ID.String(), Presence: seen(p, now),
		CanName: p.Level != trust.Stranger, CanBlock: p.Level != trust.Blocked, CanForget: p.Level != trust.Stranger,
	}
	if p.Name != p.Said {
		a.Nick = p.Name
		if p.Said != "" {
			a.Said = safetext.Name(p.Said)
		}
	}
	a.Trust, a.Level, a.Means = levelWords(p)
	if p.Level == trust.Verified {
		a.Older = s.older(p, device, now)
	}
	return a
}

// levelWords says how far a device is trusted.
func levelWords(p messenger.Peer) (Trust, string, safetext.Display) {
	switch p.Level {
	case trust.Verified:
		return Verified, "Verified", "You compared its number, or one of you read the code of the other."
	case trust.Accepted:
		return Accepted, "Accepted", "Not verified yet. Pair to be sure whose device it is."
	case trust.Blocked:
		return Blocked, "Blocked", "Nothing that it sends gets here, and it is not told." + safetext.Display(after(" ", tries(p.Knocks)))
	}
	return Stranger, "Stranger", "All it can do is to ask once to write to you."
}

func after(space, text string) string {
	if text == "" {
		return ""
	}
	return space + text
}

// tries says how often a blocked device has tried, "" for never.
func tries(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "It has tried once since Earshot was started."
	}
	return fmt.Sprintf("It has tried %d times since Earshot was started.", n)
}

// seen says whether a device is in earshot, and if not, when it was.
func seen(p messenger.Peer, now time.Time) string {
	var last time.Time
	if !p.LastSeen.IsZero() {
		last = p.LastSeen.In(now.Location())
	}
	return presence(presenceOf(p), last, now)
}

// older are the contacts whose place a device can take: those that are called
// like it first, then those that are not in earshot, each by name.
func (s *state) older(of messenger.Peer, device func(identity.DeviceID) Device, now time.Time) []Older {
	var out []Older
	for _, id := range s.order {
		if p := s.peers[id]; id != of.ID && p.Level.IsContact() {
			out = append(out, Older{device(id), seen(p, now)})
		}
	}
	name := safetext.FoldName(of.Name)
	rank := func(o Older) int {
		switch {
		case safetext.FoldName(string(o.Name)) == name:
			return 0
		case o.Presence == Absent:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(out, func(a, b Older) int {
		return cmp.Or(rank(a)-rank(b), byName(a.Device, b.Device))
	})
	return out
}

func byName(a, b Device) int {
	return cmp.Or(cmp.Compare(strings.ToLower(string(a.Name)), strings.ToLower(string(b.Name))), a.ID.Compare(b.ID))
}

// blocked are the devices that are silenced here, by name.
func (s *state) blocked(device func(identity.DeviceID) Device) []BlockedDevice {
	var out []BlockedDevice
	for _, id := range s.order {
		if p := s.peers[id]; p.Level == trust.Blocked {
			out = append(out, BlockedDevice{device(id), tries(p.Knocks)})
		}
	}
	slices.SortFunc(out, func(a, b BlockedDevice) int { return byName(a.Device, b.Device) })
	return out
}

// caution is what a person has to know before trusting the name of a device, ""
// for nothing. peers are the contacts of its name, and replaced is what the service
// says of a request of it.
func (s *state) caution(id, replaced identity.DeviceID, names map[identity.DeviceID]safetext.Display, peers []messenger.Peer) safetext.Display {
	own, known := s.peers[id]
	if own.Level == trust.Blocked {
		return ""
	}
	if known && !own.ReplacedBy.IsZero() {
		replaced = own.ReplacedBy
	}
	if !replaced.IsZero() && !own.Level.IsContact() {
		name := "another device"
		if n, ok := names[replaced]; ok {
			name = string(safetext.Isolate(n))
		}
		return safetext.Display("You replaced this device by " + name + ". Whoever has it now may be somebody else.")
	}
	like, ok := messenger.Namesake(string(names[id]), id, peers)
	if !ok {
		return ""
	}
	name := safetext.Isolate(names[like.ID])
	what := safetext.Display("New device")
	if own.Level.IsContact() {
		what = "Another device"
	}
	return what + " with the name of " + name + ". Not " + name + " unless you pair."
}

// alike are the contacts that are called like a device, as people read it, and id
// itself.
func (s *state) alike(id identity.DeviceID, folded map[identity.DeviceID]string) []messenger.Peer {
	var out []messenger.Peer
	for _, one := range s.order {
		if p := s.peers[one]; one == id || p.Level.IsContact() && folded[one] == folded[id] {
			out = append(out, p)
		}
	}
	return out
}
