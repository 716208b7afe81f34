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
)

// pairRates counts the pairings that others asked for. Those that the person here
// began do not count. The zero value is ready. Guarded by Messenger.mu.
type pairRates struct {
	devices   map[identity.DeviceID][]time.Time
	strangers []time.Time
	muted     map[identity.DeviceID]time.Time // until when
	unseen    time.Time                       // until when nobody may ask
}

// allow counts a request of a device, unless it is one too many.
func (r *pairRates) allow(id identity.DeviceID, stranger bool, now time.Time) bool {
	r.prune(now)
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
}

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
	for id, until := range r.muted {
		if !now.Before(until) {
			delete(r.muted, id)
		}
	}
}
