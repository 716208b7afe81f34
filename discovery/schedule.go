package discovery

import (
	"math/rand/v2"
	"time"
)

// queryGaps are the times between the first questions after a start or a
// change of the network: at 0, 0.2, 0.6, 1.4, 3, 9 and 27 s. Then one question
// every steadyQuery follows.
var queryGaps = []time.Duration{
	200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond,
	1600 * time.Millisecond, 6 * time.Second, 18 * time.Second, 33 * time.Second,
}

// query is how one question is asked.
type query struct {
	// direct asks for answers to us alone (QU, RFC 6762 §5.4) from a socket of
	// our own: on Wi-Fi those are acknowledged and wake nobody else. Firewalls
	// may let only the other kind pass, so both take turns.
	direct bool
	// both asks by IPv6, too, where IPv4 is there. Devices answer on both, so
	// always asking both would double the answers.
	both bool
}

// schedule says when to ask who is there.
type schedule struct {
	step  int
	next  time.Time // zero: not started
	heard time.Time // when somebody else last asked the same
}

// restart begins the quick questions anew, the first one at once.
func (s *schedule) restart(now time.Time) { s.step, s.next = 0, now }

// due returns the question to be asked now, if any, and plans the next one. A
// steady question is left out when somebody else has just asked it (RFC 6762
// §7.3): the answers reach us as well.
func (s *schedule) due(now time.Time) (query, bool) {
	if s.next.IsZero() || now.Before(s.next) {
		return query{}, false
	}
	step, gap := s.step, steadyQuery
	steady := step >= len(queryGaps)
	if !steady {
		gap = queryGaps[step]
	}
	s.step++
	s.next = now.Add(gap + rand.N(gap/5))
	if steady && now.Sub(s.heard) < gap/2 {
		return query{}, false
	}
	return query{direct: !steady && step%2 == 0, both: step < 2 || step%3 == 0}, true
}
