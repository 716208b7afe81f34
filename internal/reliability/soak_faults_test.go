//go:build e2e

package reliability

import (
	"net/netip"
	"time"

	"earshot/internal/faultbench"
)

// programFaults happen to programs and their storage. Afterwards both devices
// run.
var programFaults = []fault{
	{"nothing of the programs", func(*soak) func() { return over }},
	{"a kill", func(s *soak) func() {
		d := s.one()
		d.Kill()
		return func() { s.start(d) }
	}},
	{"both killed", func(s *soak) func() {
		s.a.Kill()
		s.b.Kill()
		return func() { s.start(s.a, s.b) }
	}},
	{"a stop", func(s *soak) func() {
		d := s.one()
		d.Stop()
		return func() { s.start(d) }
	}},
	{"many kills", func(s *soak) func() {
		const most = 400 * time.Millisecond // of a life: often before the program is ready
		d := s.one()
		for range 5 {
			d.Kill()
			d.Start()
			pass(s.chance(most))
		}
		return func() { d.Ready() }
	}},
	{"a power cut", func(s *soak) func() {
		s.a.PowerCut(s.power)
		return func() { s.start(s.a) }
	}},
	{"a full disk", func(s *soak) func() {
		s.space.Fill()
		return s.space.Free
	}},
	{"a kill with a full disk", func(s *soak) func() {
		s.space.Fill()
		s.b.Kill()
		return func() {
			s.space.Free()
			s.start(s.b)
		}
	}},
	{"a freeze", func(s *soak) func() {
		d := s.one()
		d.Freeze()
		return d.Thaw
	}},
	{"a long freeze", func(s *soak) func() {
		d := s.one()
		d.Freeze()
		pass(linkGone)
		return d.Thaw
	}},
	{"a second program takes over", func(s *soak) func() {
		s.start(s.twin)
		s.a.Kill()
		return func() {
			s.start(s.a)
			s.twin.Kill()
		}
	}},
}

// networkFaults happen to the network. Afterwards it is in order, though
// addresses may be others.
var networkFaults = []fault{
	{"nothing of the network", func(*soak) func() { return over }},
	{"a cable out", func(s *soak) func() {
		host := s.one().Name
		s.lan.SetLink(host, false)
		return func() { s.lan.SetLink(host, true) }
	}},
	{"a silence", func(s *soak) func() {
		host := s.one().Name
		s.lan.Drop(host, []faultbench.Direction{faultbench.Sent, faultbench.Received, faultbench.Both}[s.rnd.IntN(3)])
		return func() { s.lan.Heal(host) }
	}},
	{"resets", func(s *soak) func() {
		host := s.one().Name
		s.lan.Reset(host, faultbench.Both)
		return func() { s.lan.Heal(host) }
	}},
	{"lost long packets", func(s *soak) func() {
		const longest = 600 // bytes
		host := s.one().Name
		s.lan.DropLonger(host, longest)
		return func() { s.lan.Heal(host) }
	}},
	{"a bad cable", func(s *soak) func() {
		s.cable.Set(faultbench.Both, faultbench.Impairment{
			Loss: .2 * s.rnd.Float64(), Duplicate: .2 * s.rnd.Float64(), Corrupt: .01 * s.rnd.Float64(),
			Swap: .002 * s.rnd.Float64(), Reorder: .2 * s.rnd.Float64(),
			Jitter: s.chance(50 * time.Millisecond),
		})
		return func() { s.cable.Set(faultbench.Both, faultbench.Impairment{}) }
	}},
	{"a new address", func(s *soak) func() {
		if s.address++; s.address == 255 { // the broadcast address
			s.address = 100
		}
		net := s.lan.Addr(s.a.Name).As4()
		net[3] = s.address
		s.lan.SetAddr(s.a.Name, netip.PrefixFrom(netip.AddrFrom4(net), 24))
		return over
	}},
	{"an adapter out", func(s *soak) func() {
		s.lan.RemoveInterface(s.a.Name)
		return func() { s.lan.AddInterface(s.a.Name) }
	}},
}
