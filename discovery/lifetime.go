package discovery

import (
	"math/rand/v2"
	"slices"
	"time"
)

// work is what the table wants done.
type work struct {
	// ask are labels whose records are to be asked for; askDirect likewise,
	// with the answer to us alone.
	ask, askDirect []string
	// probe are devices to be probed.
	probe []probe
}

// probe is the order to find out whether a device is there.
type probe struct {
	label   string
	hint    Hint
	network int
}

// outcome is what a probe found.
type outcome int

const (
	alive   outcome = iota + 1 // the port is open
	dead                       // it is closed, or nothing answered
	unclear                    // our own side could not even ask
)

// suspect has the device probed at once.
func (d *device) suspect(now time.Time) {
	if d.probeAt.After(now) {
		d.probeAt = now
	}
}

// doubt begins the end of a device that said goodbye or seems to have been
// replaced. Only a new word from itself prevents it: its port may still be
// open, for instance when it only hides. A closed port makes it faster.
func (d *device) doubt(now time.Time) {
	if !d.byeAt.IsZero() {
		return
	}
	d.byeAt = now.Add(byeGrace)
	d.byeAsk = []time.Time{now.Add(byeAskFirst), now.Add(byeAskAgain)}
	d.suspect(now.Add(byeAskFirst))
}

// planRefresh sets when to ask for the record again: at about 50, 75 and 87 %
// of its lifetime (RFC 6762 §5.2 has 80, 85, 90 and 95).
func (d *device) planRefresh() {
	if d.asked >= 3 {
		d.refresh = time.Time{}
		return
	}
	left := d.trust >> (d.asked + 1)
	d.refresh = d.expires.Add(-left + rand.N(left/8+1))
}

// probeInterval is how long after a sign of life a device is probed: about
// probeEvery, and longer when there are so many that probes would add up.
func (t *table) probeInterval() time.Duration {
	every := max(probeEvery, time.Duration(len(t.devices))*probeSpacing)
	return every - every/10 + rand.N(every/5)
}

// tick does what is due and returns what others have to do.
func (t *table) tick(now time.Time) work {
	var w work
	for _, d := range t.devices {
		switch {
		case due(d.byeAt, now):
			t.lose(d)
			continue
		case due(d.expires, now) && d.linked:
			d.expires, d.trust, d.asked = now.Add(extension), extension, 0
			d.planRefresh()
		case due(d.expires, now):
			if d.stranded || d.extended == maxExtensions {
				t.lose(d)
				continue
			}
			d.extended++
			d.expires, d.trust, d.asked = now.Add(extension), extension, 0
			d.planRefresh()
			d.suspect(now)
		}
		if len(d.byeAsk) > 0 && due(d.byeAsk[0], now) {
			d.byeAsk = d.byeAsk[1:]
			w.ask = append(w.ask, d.label)
		}
		if due(d.refresh, now) && !d.linked {
			d.asked++
			d.planRefresh()
			if d.asked%2 == 0 {
				w.askDirect = append(w.askDirect, d.label)
			} else {
				w.ask = append(w.ask, d.label)
			}
		}
		if t.canProbe(d) && due(d.probeAt, now) {
			d.probing = true
			w.probe = append(w.probe, probe{d.label, d.hint, t.network})
		}
	}
	return w
}

// canProbe: being without a network says nothing about others, and a live link
// says more than a probe.
func (t *table) canProbe(d *device) bool {
	return !d.probing && !d.stranded && !d.linked && len(t.links) > 0
}

// vouch takes in whether a link to the device is alive. While it is, the device
// need not be asked for its record either.
func (d *device) vouch(linked bool, now time.Time) {
	if d.linked && !linked {
		d.suspect(now)
	}
	d.linked = linked
}

// probed takes in the result of a probe. Two failures in a row lose the
// device, one is enough if it said goodbye.
func (t *table) probed(p probe, o outcome, now time.Time) {
	d := t.devices[p.label]
	if d == nil || p.network != t.network {
		return
	}
	d.probing = false
	d.probeAt = now.Add(t.probeInterval())
	switch o {
	case alive:
		d.failures = 0
	case dead:
		d.failures++
		if d.failures >= maxProbeFailures || !d.byeAt.IsZero() {
			t.lose(d)
			return
		}
		d.probeAt = now.Add(probeRetry)
	}
}

// next is when tick has something to do, the zero time for never.
func (t *table) next() time.Time {
	var first time.Time
	for _, d := range t.devices {
		first = earliest(first, d.byeAt, d.expires)
		if !d.linked {
			first = earliest(first, d.refresh)
		}
		if len(d.byeAsk) > 0 {
			first = earliest(first, d.byeAsk[0])
		}
		if t.canProbe(d) {
			first = earliest(first, d.probeAt)
		}
	}
	return first
}

func due(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

// earliest returns the first of the times that are not zero.
func earliest(times ...time.Time) time.Time {
	times = slices.DeleteFunc(times, time.Time.IsZero)
	if len(times) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(times, time.Time.Compare)
}
