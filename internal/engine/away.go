package engine

import (
	"earshot/discovery"
	"earshot/internal/messenger"
)

// SetAway says whether a person has this device before them. A phone whose app
// leaves the screen is away: the network is told goodbye and contacts that the
// system may stop this program at any moment (docs/PROTOCOL.md §5.12), while
// links go on for as long as it runs. When it is back, the network is told again
// and every link looked at. It may be called as often as one likes. Beside an
// owner in another process, which goes on, it has no effect.
func (e *Engine) SetAway(away bool) {
	e.away.Store(away)
	<-e.turn
	if e.current != nil && e.current.owner != nil {
		e.current.owner.setAway(e.away.Load())
	}
	e.turn <- struct{}{}
}

func (o *owner) setAway(away bool) {
	o.mu.Lock()
	o.away = away
	o.showLocked()
	o.mu.Unlock()
	o.msgr.SetAway(away)
	if !away {
		o.recheck()
	}
}

// present makes d, which may be nil, the discovery that is told of changes.
func (o *owner) present(d *discovery.Service) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.disc = d
	o.showLocked()
}

// showLocked makes discovery announce this device, or not.
func (o *owner) showLocked() {
	if o.disc != nil {
		o.disc.SetHidden(o.unseenLocked())
	}
}

// unseenLocked reports that nothing is to be announced: a phone in a pocket, and
// a hidden device.
func (o *owner) unseenLocked() bool {
	return o.away || o.msgr.Visibility() == messenger.VisibleHidden
}

// recheck looks at the network and at every link anew.
func (o *owner) recheck() {
	o.mu.Lock()
	if o.disc != nil {
		o.disc.Refresh()
	}
	o.mu.Unlock()
	o.msgr.Recheck()
}
