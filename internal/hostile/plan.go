package hostile

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// PlanEnv names the environment variable with the plan of a hostile process.
const PlanEnv = "EARSHOT_HOSTILE_PLAN"

// Plan says what a hostile process does until its standard input ends.
type Plan struct {
	Targets []string     // HOST:PORT of the honest devices
	From    []netip.Addr // own addresses of this host
	Seed    uint64
	// Rates per second of each attack, all addresses and targets together; 0:
	// not at all. They keep the attack from being the load of the machine.
	Records, Goodbyes, Junk   float64 // packets of multicast DNS
	Idle, HalfTLS, Slow, Mute float64 // connections that stay, see attacks.go
	Requests, Bodies, Replays float64 // links that are used and left
	Burst                     int     // idle connections at once, at the beginning
	OneAddress                bool    // all connections come from the first
	ImpostorPort              uint16  // of Impersonate; 0: any
	Impersonate               bool    // answer at a address of the first as whoever is dialled there
}

// Report is what a hostile process did. Attempts and what stayed open at the same
// time are by attack.
type Report struct {
	Attempts map[string]int
	Open     int      // most connections at the same time
	Kept     int      // requests that were acknowledged
	Reached  []string // what honest devices said to the impostor and is for others
}

// counter counts for a Report; safe for concurrent use.
type counter struct {
	mu       sync.Mutex
	report   Report
	openNow  atomic.Int64
	openMost atomic.Int64
}

func (c *counter) attempt(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Attempts[what]++
}

func (c *counter) kept() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Kept++
}

func (c *counter) reached(what string) {
	const most = 100
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.report.Reached) < most {
		c.report.Reached = append(c.report.Reached, what)
	}
}

// hold counts a connection that is open until the function it returns.
func (c *counter) hold() (done func()) {
	now := c.openNow.Add(1)
	for most := c.openMost.Load(); now > most && !c.openMost.CompareAndSwap(most, now); most = c.openMost.Load() {
	}
	return func() { c.openNow.Add(-1) }
}

// IsProcess reports whether this process was started to carry out a plan.
func IsProcess() bool { return os.Getenv(PlanEnv) != "" }

// Env is the environment that makes a program whose main function asks IsProcess
// carry out a plan.
func (p Plan) Env() (string, error) {
	raw, err := json.Marshal(p)
	return PlanEnv + "=" + string(raw), err
}

// Main carries out the plan of this process until its standard input ends, writes the
// report to standard output, and returns the exit code.
func Main() int {
	var p Plan
	if err := json.Unmarshal([]byte(os.Getenv(PlanEnv)), &p); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() { // ends with the process
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	report, err := p.Run(ctx)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(report)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Run attacks until ctx ends.
func (p Plan) Run(ctx context.Context) (Report, error) {
	if len(p.From) == 0 || len(p.Targets) == 0 {
		return Report{}, errors.New("a plan needs addresses and targets")
	}
	c := &counter{report: Report{Attempts: map[string]int{}}}
	a := &attacker{Plan: p, count: c}
	if err := a.open(ctx); err != nil {
		return Report{}, err
	}
	for i := range p.Burst {
		c.attempt("burst")
		a.wg.Go(func() { a.idle(ctx, i) })
	}
	for _, attack := range []struct {
		name string
		rate float64
		do   func(context.Context, int)
	}{
		{"records", p.Records, a.record}, {"goodbyes", p.Goodbyes, a.goodbye}, {"junk", p.Junk, a.junk},
		{"idle", p.Idle, a.idle}, {"half TLS", p.HalfTLS, a.halfTLS}, {"slow", p.Slow, a.slow}, {"mute", p.Mute, a.mute},
		{"requests", p.Requests, a.request}, {"bodies", p.Bodies, a.bodies}, {"replays", p.Replays, a.replay},
	} {
		if attack.rate > 0 {
			a.wg.Go(func() { a.steadily(ctx, attack.name, attack.rate, attack.do) })
		}
	}
	a.wg.Wait()
	a.close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.report.Open = int(c.openMost.Load())
	return c.report, nil
}

// tick is how often a steady attack acts: several times at once where its rate is
// higher.
const tick = 20 * time.Millisecond

// steadily repeats an attack so often a second, each in a goroutine of its own,
// until ctx ends.
func (a *attacker) steadily(ctx context.Context, name string, rate float64, do func(context.Context, int)) {
	t := time.NewTicker(tick)
	defer t.Stop()
	began := time.Now()
	for n := 0; ; {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		for due := int(time.Since(began).Seconds() * rate); n < due; n++ {
			a.count.attempt(name)
			i := n
			a.wg.Go(func() { do(ctx, i) })
		}
	}
}
