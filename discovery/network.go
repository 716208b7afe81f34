package discovery

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"earshot/discovery/netif"
)

// look looks at the interfaces. If they or their addresses have changed, or if
// told so by force, everything begins anew: membership, responder,
// announcement, questions and probes.
func (l *loop) look(now time.Time, force bool) {
	all, err := l.s.cfg.Interfaces()
	if err != nil {
		l.log.Warn("interfaces not listed", "err", err)
		return
	}
	links := normal(netif.Usable(all))
	changed := !slices.EqualFunc(links, l.links, sameLink)
	if !changed && !force {
		if !l.advert.serves(links) { // it was refused last time
			l.advertise()
		}
		return
	}
	l.log.Debug("looking at the network", "interfaces", len(links), "changed", changed)
	l.links = links
	if l.sockets != nil {
		l.sockets.join(links)
	}
	l.browser.table.relink(links, now)
	l.announceAt = announceTimes(now)
	l.browser.plan.restart(now)
	if !l.advert.serves(links) || changed && fixedAddrs() {
		l.advertise()
	}
}

// announceTimes are when to announce after a change: at once, while zeroconf
// waits for half a second, and twice again for those who missed it.
func announceTimes(now time.Time) []time.Time {
	return []time.Time{now, now.Add(300 * time.Millisecond), now.Add(1300 * time.Millisecond)}
}

// advertise starts the responder with the present record and interfaces.
func (l *loop) advertise() {
	if l.hidden {
		return
	}
	if err := l.advert.start(l.record, l.salt, l.links); err != nil {
		l.log.Warn("not answering questions of other devices", "err", err)
	}
}

// openSockets opens the sockets, in place of the ones there are. Without them
// it is tried again a little later.
func (l *loop) openSockets(now time.Time) {
	l.rebuildAt, l.rebuilt = time.Time{}, now
	if l.sockets != nil {
		l.log.Info("opening sockets again")
		l.sockets.close()
		l.sockets = nil
	}
	s, err := openSockets(l.packets, l.s.tally)
	if err != nil {
		l.log.Warn("no sockets for multicast DNS", "err", err)
		l.rebuildAt = now.Add(5 * rebuildSpacing)
		return
	}
	s.join(l.links)
	l.sockets = s
}

// broken returns the channel by which sockets report their death.
func (l *loop) broken() <-chan struct{} {
	if l.sockets == nil {
		return nil
	}
	return l.sockets.broken
}

// normal orders interfaces and their addresses, so that they can be compared.
func normal(links []netif.Interface) []netif.Interface {
	out := slices.Clone(links)
	for k := range out {
		out[k].Prefixes = slices.Clone(out[k].Prefixes)
		slices.SortFunc(out[k].Prefixes, func(a, b netip.Prefix) int {
			return cmp.Or(a.Addr().Compare(b.Addr()), a.Bits()-b.Bits())
		})
	}
	slices.SortFunc(out, func(a, b netif.Interface) int { return a.Index - b.Index })
	return out
}

func sameLink(a, b netif.Interface) bool {
	return a.Index == b.Index && a.Name == b.Name && slices.Equal(a.Prefixes, b.Prefixes)
}

// later returns the later of two times.
func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
