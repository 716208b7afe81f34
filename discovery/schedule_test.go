package discovery

import (
	"slices"
	"strconv"
	"testing"
	"time"
)

func TestSchedule(t *testing.T) {
	start := time.Now()
	var s schedule
	if _, ok := s.due(start); ok || !s.next.IsZero() {
		t.Fatal("asks before it was started")
	}
	s.restart(start)
	var at []time.Duration
	var direct, both []bool
	for now := start; now.Before(start.Add(4 * time.Minute)); now = now.Add(10 * time.Millisecond) {
		if q, ok := s.due(now); ok {
			at = append(at, now.Sub(start))
			direct = append(direct, q.direct)
			both = append(both, q.both)
		}
	}
	earliest := time.Duration(0)
	for n, got := range at[:8] {
		if latest := earliest + earliest/5 + 100*time.Millisecond; got < earliest || got > latest {
			t.Errorf("question %d after %v, want %v to %v", n, got, earliest, latest)
		}
		if n < len(queryGaps) {
			earliest += queryGaps[n]
		}
	}
	if want := []bool{true, false, true, false, true, false, true, false}; !slices.Equal(direct[:8], want) {
		t.Errorf("direct: %v, want %v", direct[:8], want)
	}
	if want := []bool{true, true, false, true}; !slices.Equal(both[:4], want) {
		t.Errorf("by both families: %v, want %v", both[:4], want)
	}
	if n := len(at); n != 9 { // eight quick ones, and the steady one of the third minute
		t.Errorf("%d questions in 4 minutes", n)
	}

	// Steady questions are left out when somebody else asks.
	asked := 0
	for now := s.next; now.Before(start.Add(10 * time.Minute)); now = now.Add(time.Second) {
		s.heard = now
		if _, ok := s.due(now); ok {
			asked++
		}
	}
	if asked != 0 {
		t.Errorf("asked %d times what somebody else had just asked", asked)
	}
	s.restart(start)
	if _, ok := s.due(start); !ok {
		t.Error("a restart does not ask at once")
	}
}

func TestQuestionListsKnownAnswers(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...)
	l.now = l.now.Add(30 * time.Second)
	l.hear(t, "10.0.0.3", records("peer2", 120, 7342, "10.0.0.3")...)
	if m := l.question(true, l.now); len(m.Answer) != 2 || m.Question[0].Qclass&topBit == 0 {
		t.Errorf("direct question: %v", m)
	}
	l.now = l.now.Add(50 * time.Second) // 40 s are left of peer1
	m := l.question(false, l.now)
	if len(m.Answer) != 1 || m.Answer[0].Header().Ttl != 70 || m.Question[0].Qclass&topBit != 0 {
		t.Errorf("question: %v", m)
	}
	for n := range 100 {
		l.hear(t, fmtAddr(n), records(fmtLabel(n), 3200, 7342, fmtAddr(n))...)
	}
	m = l.question(false, l.now)
	b, err := m.Pack()
	if len(m.Answer) != maxKnownAnswers || err != nil || len(b) > 1400 {
		t.Errorf("%d known answers in %d bytes, %v", len(m.Answer), len(b), err)
	}
}

func TestHeardQuery(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...)
	for _, c := range []struct {
		name   string
		known  string
		direct bool
		want   bool
	}{
		{"plain", "", false, true},
		{"knows what we know", "peer1", false, true},
		{"knows us", "me-myself", false, true},
		{"would silence one we do not know", "peer2", false, false},
		{"answered to the other alone", "", true, false},
	} {
		l.plan.heard = time.Time{}
		other := newLab()
		if c.known != "" {
			other.hear(t, "10.0.0.9", records(c.known, 120, 7342, "10.0.0.9")...)
			other.table.devices[c.known] = &device{label: c.known, trust: maxTrust, expires: other.now.Add(maxTrust), heard: other.now, sentTTL: 120}
		}
		l.heardQuery(other.question(c.direct, other.now), l.now)
		if got := !l.plan.heard.IsZero(); got != c.want {
			t.Errorf("%s: heard = %v", c.name, got)
		}
	}
}

func fmtAddr(n int) string  { return "10.0.0." + strconv.Itoa(100+n) }
func fmtLabel(n int) string { return "00010203040506" + strconv.Itoa(100 + n)[1:] }
