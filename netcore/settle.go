package netcore

import (
	"context"
	"slices"

	"earshot/internal/identity"
	"earshot/netcore/wire"
)

// markUp makes a link whose Hellos are exchanged one of its peer's links, and
// applies the rule for two (docs/PROTOCOL.md §6):
//
// Of two links by the same dialler the newer stays, at once: a device dials
// again when it has lost the older one, whether it restarted or not. Both sides
// agree on which is newer, because a dialler greets on one link at a time (see
// greet), so that the newer was accepted later.
//
// Where the two come from different starts of the device, the older one is asked by
// a Ping before it ends whether that start still runs; it counts as a link no more.
//
// Of two links in opposite directions only the device with the lower ID may
// close one; see settle. If both decided, each could close the other's choice.
//
// False: the link is itself the older one, or the node closes.
func (n *Node) markUp(s *Session) bool {
	n.mu.Lock()
	if n.closed || s.isEnding() {
		n.mu.Unlock()
		return false
	}
	var older []*Session
	lower := n.own.ID().Compare(s.peer) < 0
	for _, o := range n.links[s.peer] {
		if o == s || !o.liveLocked() {
			continue
		}
		if o.outbound != s.outbound {
			if !lower && twins(o, s) { // otherwise settle asks
				n.wg.Go(func() { n.usedTwice(o) })
			}
			continue
		}
		if o.order > s.order {
			n.mu.Unlock()
			s.end(ErrSuperseded, byeFrame(wire.ByeSwitching))
			return false
		}
		older = append(older, o)
	}
	s.up = true
	older = slices.DeleteFunc(older, func(o *Session) bool {
		if !twins(o, s) {
			return false
		}
		o.yields = true
		n.wg.Go(func() {
			n.usedTwice(o)
			o.end(ErrSuperseded, byeFrame(wire.ByeSwitching))
		})
		return true
	})
	settle := lower && !n.settling[s.peer]
	if settle {
		_, _, settle = n.surplusLocked(s.peer)
	}
	if settle {
		n.settling[s.peer] = true
		n.wg.Go(func() { n.settle(s.peer) })
	}
	n.mu.Unlock()
	for _, o := range older {
		o.end(ErrSuperseded, byeFrame(wire.ByeSwitching))
	}
	return true
}

// settle ends the surplus links of a peer with a higher ID: it keeps the link
// that this device dialled, once that has answered a Ping, and closes it
// instead when it does not. So there is never a moment without a link that is
// known to work.
func (n *Node) settle(peer identity.DeviceID) {
	for {
		n.mu.Lock()
		keep, surplus, two := n.surplusLocked(peer)
		if !two || n.closed {
			delete(n.settling, peer)
			n.mu.Unlock()
			return
		}
		n.mu.Unlock()
		ctx, cancel := context.WithTimeout(n.ctx, PingTimeout)
		err := keep.Ping(ctx)
		cancel()
		if n.ctx.Err() != nil {
			continue
		}
		if err != nil {
			keep.end(ErrTimeout, byeFrame(wire.ByeSwitching))
			continue
		}
		for _, s := range surplus {
			if twins(s, keep) {
				n.usedTwice(s)
			}
			s.Close(wire.ByeSwitching)
		}
	}
}

// surplusLocked returns the newest live link that this device dialled and the
// live ones that the peer dialled, and whether there are both.
func (n *Node) surplusLocked(peer identity.DeviceID) (keep *Session, surplus []*Session, two bool) {
	for _, s := range n.links[peer] {
		switch {
		case !s.liveLocked():
		case !s.outbound:
			surplus = append(surplus, s)
		case keep == nil || s.order > keep.order:
			keep = s
		}
	}
	return keep, surplus, keep != nil && len(surplus) > 0
}
