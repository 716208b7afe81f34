package discovery

import (
	"bytes"
	"context"
	"errors"
	"log"
	"net"
	"net/netip"
	"testing"
)

func TestRunRefusesBadRecord(t *testing.T) {
	s := New(Config{Record: Record{Port: 80, PresenceKey: testKey}})
	s.Refresh() // none of these blocks or needs Run
	s.Suspect("peer1")
	s.SetRecord(Record{})
	if err := s.Run(t.Context()); err == nil {
		t.Error("ran with port 80")
	}
	if _, open := <-s.Events(); open {
		t.Error("events are still open after Run")
	}
	if err := s.Run(t.Context()); !errors.Is(err, ErrAlreadyRun) {
		t.Errorf("second Run: %v", err)
	}
}

// TestWishesBeforeRun: what was asked for before Run holds from its first packet.
func TestWishesBeforeRun(t *testing.T) {
	old, now := Record{Port: 7342, PresenceKey: testKey, Name: "old"}, Record{Port: 7342, PresenceKey: testKey, Name: "new"}
	s := New(Config{Record: old})
	s.SetRecord(now)
	s.SetHidden(true)
	l := newLoop(s)
	l.prepare(s.collect())
	if !l.hidden || l.record.Name != "new" {
		t.Errorf("hidden %v, record %q", l.hidden, l.record.Name)
	}
	s.SetHidden(false)
	l = newLoop(s)
	l.prepare(s.collect())
	if l.hidden || l.record.Name != "old" {
		t.Errorf("a fresh loop: hidden %v, record %q", l.hidden, l.record.Name)
	}
}

func TestLabelsDiffer(t *testing.T) {
	a, b := New(Config{}), New(Config{})
	if a.salt == b.salt || !validLabel(instanceLabel(a.salt)) {
		t.Errorf("labels %s and %s", instanceLabel(a.salt), instanceLabel(b.salt))
	}
}

func TestProbeRun(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open := netip.MustParseAddrPort(ln.Addr().String())
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	shut := netip.MustParseAddrPort(closed.Addr().String())
	closed.Close()
	defer ln.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, c := range []struct {
		name  string
		ctx   context.Context
		addrs []netip.AddrPort
		want  outcome
	}{
		{"open", t.Context(), []netip.AddrPort{open}, alive},
		{"second one open", t.Context(), []netip.AddrPort{shut, open}, alive},
		{"first one open", t.Context(), []netip.AddrPort{open, shut}, alive},
		{"closed", t.Context(), []netip.AddrPort{shut, shut}, dead},
		{"only too many addresses", t.Context(), []netip.AddrPort{shut, shut, shut, shut, open}, dead},
		{"no address", t.Context(), nil, unclear},
		{"stopping", canceled, []netip.AddrPort{shut}, unclear},
	} {
		if got := (probe{hint: Hint{Addrs: c.addrs}}).run(c.ctx); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestWithoutNoise(t *testing.T) {
	var out bytes.Buffer
	before := log.Writer()
	log.SetOutput(&out)
	defer log.SetOutput(before)
	withoutNoise(func() {
		log.Print("[zeroconf] no suitable IPv6 interface")
		log.Print("something of another package")
	})
	log.Print("after")
	if s := out.String(); bytes.Contains(out.Bytes(), []byte("zeroconf")) || bytes.Count(out.Bytes(), []byte("\n")) != 2 {
		t.Errorf("printed %q", s)
	}
	if log.Writer() != &out {
		t.Error("the output is not the one from before")
	}
}
