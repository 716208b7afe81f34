package discovery

import (
	"strings"
	"testing"
	"time"
)

// A device with a live link is not probed; when the link has ended it is, at
// once.
func TestVouch(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "10.0.0.2")...)
	l.events()
	l.table.devices["peer1"].vouch(true, l.now)
	if asked, probed := l.pass(10*time.Minute, dead); asked+probed != 0 {
		t.Errorf("asked %d and probed %d times in spite of a link", asked, probed)
	}
	if got := l.events(); got != "" {
		t.Errorf("in spite of a link: %s", got)
	}
	l.table.devices["peer1"].vouch(true, l.now) // said again
	l.table.devices["peer1"].suspect(l.now)
	if _, probed := l.pass(time.Second, dead); probed != 0 {
		t.Errorf("probed %d times in spite of a link", probed)
	}
	l.table.devices["peer1"].vouch(false, l.now)
	if _, probed := l.pass(2*probeTimeout+probeRetry, dead); probed != maxProbeFailures {
		t.Errorf("probed %d times after the link had ended", probed)
	}
	if got := l.events(); !strings.HasPrefix(got, "lost peer1") {
		t.Errorf("not lost: %q", got)
	}
}

// What is said of labels that nobody knows does not pile up.
func TestVouchForNobody(t *testing.T) {
	s := New(Config{})
	for i := range 3 * maxDevices {
		s.Vouch(strings.Repeat("x", i), true)
	}
	if n := len(s.collect().vouched); n != maxDevices {
		t.Errorf("%d labels kept, want %d", n, maxDevices)
	}
}
