package messenger

import (
	"slices"
	"time"

	"earshot/internal/identity"
)

// How often others may ask for a pairing (docs/PROTOCOL.md §7.2). Each try of a
// man in the middle is one: at 10 an hour the one in a million that succeeds
// takes eleven years of saying "They match" to codes that differ.
const (
	pairsPerDevice    = 3 // in pairDeviceWindow
	pairDeviceWindow  = 10 * time.Minute
	pairsOfStrangers  = 10 // in pairStrangersHour, over all of them
	pairStrangersHour = time.Hour
	pairMuted         = 10 * time.Minute // a device whose code differed
	// pairUnseen is how long nobody may ask after one gave up when it alone knew the
	// code. A man in the middle could go on until the code here is the one that the
	// other device shows, and no two that differ would ever be seen; that one is gone
	// by then.
	pairUnseen = pairCompare
	// pairWanted is how long a device that was busy when the person here asked it may
	// ask once beyond all limits: strangers who use them up on both devices would
	// else keep the two apart. Each such try has cost a press here.
	pairWanted = 2 * time.Minute // to walk over and press there
)

// pairRates counts the pairings that others asked for. Those that the person here
// began do not count. The zero value is ready. Guarded by Messenger.mu.
type pairRates struct {
	devices   map[identity.DeviceID][]time.Time
	strangers []time.Time
	muted     map[identity.DeviceID]time.Time // until when
	unseen    time.Time                       // until when nobody may ask
	wanted    map[identity.DeviceID]time.Time // until when
}

// allow counts a request of a device, unless it is one too many.
func (r *pairRates) allow(id identity.DeviceID, stranger bool, now time.Time) bool {
	r.prune(now)
	if r.wants(id, now) {
		delete(r.wanted, id)
		return true
	}
	if now.Before(r.unseen) || now.Before(r.muted[id]) || len(r.devices[id]) >= pairsPerDevice || stranger && len(r.strangers) >= pairsOfStrangers {
		return false
	}
	if r.devices == nil {
		r.devices = map[identity.DeviceID][]time.Time{}
	}
	r.devices[id] = append(r.devices[id], now)
	if stranger {
		r.strangers = append(r.strangers, now)
	}
	return true
}

// gaveUp says that a pairing was ended by who began it, after the person here had
// gone on and before the code was known here.
func (r *pairRates) gaveUp(now time.Time) { r.unseen = now.Add(pairUnseen) }

// mute keeps a device from asking for a while.
func (r *pairRates) mute(id identity.DeviceID, now time.Time) {
	if r.muted == nil {
		r.muted = map[identity.DeviceID]time.Time{}
	}
	r.muted[id] = now.Add(pairMuted)
	delete(r.wanted, id)
}

// want says that a device was busy when the person here asked it.
func (r *pairRates) want(id identity.DeviceID, now time.Time) {
	if r.wanted == nil {
		r.wanted = map[identity.DeviceID]time.Time{}
	}
	r.wanted[id] = now.Add(pairWanted)
}

// wants reports whether a device may ask beyond all limits.
func (r *pairRates) wants(id identity.DeviceID, now time.Time) bool { return now.Before(r.wanted[id]) }

// prune forgets what counts no more, so that the tables stay as small as the
// limits.
func (r *pairRates) prune(now time.Time) {
	r.strangers = slices.DeleteFunc(r.strangers, func(at time.Time) bool { return now.Sub(at) >= pairStrangersHour })
	for id, at := range r.devices {
		if at = slices.DeleteFunc(at, func(at time.Time) bool { return now.Sub(at) >= pairDeviceWindow }); len(at) == 0 {
			delete(r.devices, id)
		} else {
			r.devices[id] = at
		}
	}
	for _, m := range []map[identity.DeviceID]time.Time{r.muted, r.wanted} {
		for id, until := range m {
			if !now.Before(until) {
				delete(m, id)
			}
		}
	}
}
