package hostile_test

import (
	"context"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"earshot/internal/hostile"
)

// TestAFloodLeavesNothingBehind: after a flood of connections of every kind the victim
// has as many goroutines as before, its contacts are the same, and it lets a stranger in.
func TestAFloodLeavesNothingBehind(t *testing.T) {
	// Not beside other tests: goroutines are counted.
	v := newVictim(t, nil)
	// One link has come and gone: what a first one leaves for good is no growth.
	l := v.dial(hostile.NewKey())
	if _, err := l.Greet(hostile.HelloFields("", 1, false)); err != nil {
		t.Fatal(err)
	}
	l.Close()
	before, contacts := runtime.NumGoroutine(), v.dump()["contact"]
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	report, err := hostile.Plan{
		Seed: 1, From: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, Targets: []string{v.addr},
		Burst: 200, Idle: 100, HalfTLS: 30, Slow: 20, Mute: 30, Requests: 20, Bodies: 20, Replays: 10,
	}.Run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%v, at once %d, requests kept %d", report.Attempts, report.Open, report.Kept)
	if most := 20; report.Kept > most { // §5.5
		t.Errorf("%d requests were kept, want at most %d", report.Kept, most)
	}
	const spare = 4 // of the runtime, and connections of the store
	deadline := time.Now().Add(hostile.Patience)
	for runtime.NumGoroutine() > before+spare && time.Now().Before(deadline) {
		<-time.After(10 * time.Millisecond)
	}
	if now := runtime.NumGoroutine(); now > before+spare {
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines, before the flood %d:\n%s", now, before, stacks[:runtime.Stack(stacks, true)])
	}
	if v.dump()["contact"] != contacts {
		t.Error("the contacts are others")
	}
	l = v.dial(hostile.NewKey())
	if _, err := l.Greet(hostile.HelloFields("", 1, false)); err != nil {
		t.Errorf("a stranger after the flood: %v", err)
	}
}
