package discovery

import (
	"net/netip"
	"slices"
	"time"

	"earshot/discovery/netif"
)

// device is one other device that the network tells of.
type device struct {
	label  string
	source netip.Addr // from where it was first heard
	claims claims
	port   uint16
	addrs  map[int][]netip.Addr // by index of the interface
	hint   Hint                 // as the outbox has it

	// The lifetime of its record.
	heard    time.Time
	sentTTL  uint32        // as sent, in seconds
	trust    time.Duration // for how long it is believed
	expires  time.Time
	refresh  time.Time // when to ask for it again; zero: not any more
	asked    int       // how often that was done
	extended int       // how often it was kept beyond expires

	// Whether it is there.
	probeAt  time.Time
	probing  bool
	linked   bool // somebody has a live link to it
	failures int
	stranded bool        // no interface leads to it
	byeAt    time.Time   // when its goodbye counts; zero: it said none
	byeAsk   []time.Time // when to ask whether that is true
}

// table knows all devices. It has no clock and no sockets: it is told what
// came and what the time is, and says what to do next.
type table struct {
	devices   map[string]*device
	links     []netif.Interface
	own       map[netip.Addr]bool // addresses of this computer
	newcomers bucket
	network   int // counts changes, so that results of older probes are ignored
	out       *outbox
	tally     *tally
}

func newTable(out *outbox, t *tally) *table {
	return &table{devices: map[string]*device{}, own: map[netip.Addr]bool{}, out: out, tally: t}
}

// hear takes in what a packet from the address said, which came by link.
func (t *table) hear(n news, from netip.Addr, link netif.Interface, now time.Time) {
	d := t.devices[n.label]
	switch {
	case n.bye:
		if d != nil {
			d.doubt(now)
		}
		return
	case d == nil && !n.complete:
		t.tally.drop(dropIncomplete)
		return
	case d == nil:
		if d = t.admit(n, from, now); d == nil {
			return
		}
	}
	if n.complete {
		d.claims, d.port = n.claims, n.port
		d.addrs[link.Index] = merge(d.addrs[link.Index], n.addrs)
	}
	d.heard, d.sentTTL = now, n.ttl
	d.trust = min(max(time.Duration(n.ttl)*time.Second, minTrust), maxTrust)
	d.expires = now.Add(d.trust)
	d.asked, d.extended = 0, 0
	d.planRefresh()
	d.failures, d.stranded = 0, false
	d.byeAt, d.byeAsk = time.Time{}, nil
	d.probeAt = now.Add(t.probeInterval())
	t.show(d, now)
}

// admit makes room for a device that is not known, or returns nil. Devices at
// the same address may have restarted as this one: one at the same port for
// certain, if it does not contradict; others are probed.
func (t *table) admit(n news, from netip.Addr, now time.Time) *device {
	limit, same := maxPerSource, 0
	if t.own[from.WithZone("")] {
		limit = maxPerOwnAddress
	}
	for _, d := range t.devices {
		if d.source == from {
			same++
		}
	}
	switch {
	case len(t.devices) >= maxDevices:
		t.tally.drop(dropFull)
		return nil
	case same >= limit:
		t.tally.drop(dropSource)
		return nil
	case !t.newcomers.take(now, newPerSecond, newBurst):
		t.tally.drop(dropNew)
		return nil
	}
	for _, d := range t.devices {
		switch {
		case !d.at(n.addrs):
		case d.port == n.port:
			d.doubt(now)
		default:
			d.suspect(now)
		}
	}
	d := &device{label: n.label, source: from, addrs: map[int][]netip.Addr{}}
	t.devices[n.label] = d
	t.tally.known(len(t.devices))
	return d
}

// at reports whether the device has one of the addresses.
func (d *device) at(addrs []netip.Addr) bool {
	return slices.ContainsFunc(d.hint.Addrs, func(a netip.AddrPort) bool { return slices.Contains(addrs, a.Addr()) })
}

// merge returns what is known of addresses when a packet has told some: those
// of the families in it are replaced, the others stay.
func merge(old, told []netip.Addr) []netip.Addr {
	out := slices.Clone(told)
	for _, a := range old {
		sameFamily := func(b netip.Addr) bool { return a.Is4() == b.Is4() }
		if !slices.ContainsFunc(told, sameFamily) {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, netip.Addr.Compare)
	return slices.Compact(out)
}

// show tells the reader what is known of the device now. When nothing leads to
// it any more its last hint stays for a while.
func (t *table) show(d *device, now time.Time) {
	h := Hint{Label: d.label, Salt: d.claims.salt, Who: d.claims.who, Name: d.claims.name, Kind: d.claims.kind}
	for _, addrs := range d.addrs {
		for _, a := range addrs {
			h.Addrs = append(h.Addrs, netip.AddrPortFrom(a, d.port))
		}
	}
	if len(h.Addrs) == 0 {
		if !d.stranded {
			d.stranded = true
			d.expires, d.refresh = now.Add(strandedGrace), time.Time{}
		}
		return
	}
	sortAddrs(h.Addrs)
	h.Addrs = slices.Compact(h.Addrs)
	d.hint = h
	t.out.set(h)
}

// lose forgets the device.
func (t *table) lose(d *device) {
	delete(t.devices, d.label)
	t.tally.known(len(t.devices))
	t.out.lose(d.label)
}

// relink takes in that our interfaces or their addresses are others now. What
// cannot be reached any more is kept for strandedGrace; everything else is
// probed at once.
func (t *table) relink(links []netif.Interface, now time.Time) {
	t.links = links
	t.network++
	clear(t.own)
	byIndex := map[int]netif.Interface{}
	for _, i := range links {
		byIndex[i.Index] = i
		for _, p := range i.Prefixes {
			t.own[p.Addr()] = true
		}
	}
	for _, d := range t.devices {
		for index, addrs := range d.addrs {
			i, there := byIndex[index]
			addrs = slices.DeleteFunc(addrs, func(a netip.Addr) bool { return !there || !onLink(i, a) })
			if d.addrs[index] = addrs; len(addrs) == 0 {
				delete(d.addrs, index)
			}
		}
		d.failures, d.probing, d.probeAt = 0, false, now
		t.show(d, now)
	}
}
