//go:build e2e

package reliability

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/faultbench"
	"earshot/internal/hostile"
)

// What R23 promises.
const (
	floodP99   = 500 * time.Millisecond // from writing a text to its being shown
	floodFound = 15 * time.Second       // until a device is found by one that starts
	floodKnock = 15 * time.Second       // from asking to the request being shown
	floodPace  = 100 * time.Millisecond // between two texts of one writer
	floodRSS   = 64 << 10               // KiB more than before, at most at any moment
)

// R23: somebody floods the network with everything at once, from one address and
// from hundreds. Two contacts talk on as if nothing were; a stranger can knock;
// memory, descriptors and the contacts stay as they are, and what is shown does
// nothing to a terminal.
func TestR23Flood(t *testing.T) {
	rnd := faultbench.Random(t)
	lan, ledger := faultbench.NewLAN(t, "anna", "bert", "carl", "dora", "mallory"), faultbench.NewLedger()
	c := &couple{t: t, lan: lan, ledger: ledger}
	c.a = faultbench.NewDevice(t, lan, ledger, "anna", "")
	c.b = faultbench.NewDevice(t, lan, ledger, "bert", "")
	carl := faultbench.NewDevice(t, lan, ledger, "carl", "")
	dora := faultbench.NewDevice(t, lan, ledger, "dora", "") // comes in the middle of it
	c.start(c.a, c.b, carl)
	faultbench.Befriend(c.a, c.b)
	carl.Found(c.a)
	carl.Found(c.b)
	from := armed(t, lan, "mallory")
	f := &flood{couple: c}
	for i, d := range []*faultbench.Device{c.a, c.b} {
		var err error
		if f.rss[i], err = rss(d.Pid()); err != nil {
			t.Fatal(err)
		}
	}
	f.quiet = f.measure(span(5*time.Second, 30*time.Second), nil)

	plan := hostile.Plan{Seed: rnd.Uint64(), From: from, Burst: 2000}
	for _, d := range []*faultbench.Device{c.a, c.b} {
		plan.Targets = append(plan.Targets, netip.AddrPortFrom(lan.Addr(d.Name), port).String())
	}
	many := plan
	many.Records, many.Goodbyes, many.Junk = 1000, 20, 50
	many.Idle, many.HalfTLS, many.Slow, many.Mute = 200, 30, 20, 15
	many.Requests, many.Bodies, many.Replays = 40, 15, 5
	many.Impersonate = true
	one := plan
	one.OneAddress = true
	one.Idle, one.HalfTLS, one.Slow, one.Mute, one.Requests, one.Bodies = 200, 20, 10, 5, 5, 5
	f.attack("from one address", one, func() { knock(t, carl, c.a) })
	f.attack("from many addresses", many, func() {
		faultbench.WaitFor(t, "the attacker to have asked from all its addresses", func() bool {
			return strings.Count(c.a.Must("--json", "requests"), "\n") > ownAddrs
		})
		c.start(dora)
		began := time.Now()
		dora.Found(c.a)
		within(t, "found by a device that came meanwhile", time.Since(began), floodFound)
		knock(t, dora, c.a)
	})
	for _, d := range []*faultbench.Device{carl, dora} {
		c.a.Must("allow", d.ID.String())
	}
	faultbench.Verify(t, ledger, c.a, c.b, carl, dora)
}

// flood is the couple of R23.
type flood struct {
	*couple
	rss   [2]int // KiB before all
	quiet measured
}

// attack lets the plan run while the two talk and do goes on.
func (f *flood) attack(name string, plan hostile.Plan, do func()) {
	f.t.Helper()
	devices := []*faultbench.Device{f.a, f.b}
	var before []string
	var fds []int
	for _, d := range devices {
		before, fds = append(before, contacts(f.t, d)), append(fds, d.Descriptors())
	}
	attack := startAttack(f.t, f.lan, "mallory", plan)
	loud := f.measure(span(10*time.Second, 3*time.Minute), do)
	for i, d := range devices {
		harmless(f.t, "requests", d.Must("requests"))
		harmless(f.t, "peers", d.Must("peers", "--wait", "0s"))
		harmless(f.t, "log", logOf(f.t, d))
		if now := contacts(f.t, d); now != before[i] {
			f.t.Errorf("%s: the contacts of %s were\n%s\nand are\n%s", name, d.Name, before[i], now)
		}
	}
	r := attack.end()
	f.t.Logf("%s: %v, at once %d, requests kept %d", name, r.Attempts, r.Open, r.Kept)
	f.t.Logf("%s: %d texts, p99 %v, longest %v (%v and %v before); memory grew by %d and %d KiB (%d and %d before), they use %d and %d %% of a processor (%d and %d)", name,
		loud.texts, loud.p99, loud.longest, f.quiet.p99, f.quiet.longest, loud.rss[0], loud.rss[1], f.quiet.rss[0], f.quiet.rss[1],
		loud.cpu[0], loud.cpu[1], f.quiet.cpu[0], f.quiet.cpu[1])
	within(f.t, "p99 of delivery "+name, loud.p99, floodP99)
	if len(r.Reached) > 0 {
		f.t.Errorf("%s: reached the impostor: %v", name, r.Reached)
	}
	for i, d := range devices {
		if loud.rss[i] > floodRSS {
			f.t.Errorf("%s: %s grew by %d KiB, want at most %d", name, d.Name, loud.rss[i], floodRSS)
		}
		faultbench.WaitFor(f.t, "the connections of the attacker to be gone", func() bool { return d.Descriptors() <= fds[i]+spareLinks })
	}
}

// spareLinks is how many descriptors more than before an attack a device may hold
// after it: connections of its store, and links of strangers that came meanwhile.
const spareLinks = 12

// knock has a stranger ask, and its request be shown.
func knock(t *testing.T, stranger, d *faultbench.Device) {
	t.Helper()
	began := time.Now()
	if err := stranger.Send(t.Context(), d, "may I?"); err != nil {
		t.Error(err)
		return
	}
	d.Wait("the honest request", func(e faultbench.Event) bool { return e.Kind == "request" && e.Str("from") == stranger.ID.String() })
	within(t, "an honest request is shown", time.Since(began), floodKnock)
	out := d.Must("requests")
	if !strings.Contains(out, stranger.Name+" ") {
		t.Errorf("%s is not among the requests:\n%s", stranger.Name, out)
	}
}

// measured is what two devices were like while they talked.
type measured struct {
	texts        int
	p99, longest time.Duration
	rss          [2]int // KiB that each grew by at most
	cpu          [2]int // percent of one processor that each used
}

// measure has both write to each other for a time, and until do is done, and returns
// how long each text took.
func (f *flood) measure(d time.Duration, do func()) (m measured) {
	f.t.Helper()
	w := &written{at: map[string]time.Time{}}
	pids := [2]int{f.a.Pid(), f.b.Pid()}
	ctx, cancel := context.WithCancel(f.t.Context())
	defer cancel()
	began := time.Now()
	over := began.Add(d)
	used := [2]time.Duration{}
	for i, pid := range pids {
		used[i] = cpu(f.t, pid)
	}
	writers := f.talk(ctx, w)
	watching := background(f.t, func(ctx context.Context) error {
		for ctx.Err() == nil {
			for i, pid := range pids {
				kib, err := rss(pid)
				if err != nil {
					return err
				}
				m.rss[i] = max(m.rss[i], kib-f.rss[i])
			}
			pass(50 * time.Millisecond)
		}
		return nil
	})
	if do != nil {
		do()
	}
	pass(time.Until(over))
	for i, pid := range pids {
		m.cpu[i] = int(100 * (cpu(f.t, pid) - used[i]) / time.Since(began))
	}
	cancel()
	watching.stop()
	if watching.err != nil {
		f.t.Fatal(watching.err)
	}
	for _, writer := range writers {
		writer.finish()
	}
	faultbench.Settle(f.t, f.a, f.b)
	took := f.shown(w)
	slices.Sort(took)
	m.texts, m.p99, m.longest = len(took), took[len(took)*99/100].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond)
	return m
}

// written is when each text was written; each is another one.
type written struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (f *flood) pairs() [][2]*faultbench.Device {
	return [][2]*faultbench.Device{{f.a, f.b}, {f.b, f.a}}
}

// talk has both write to each other until ctx ends.
func (f *flood) talk(ctx context.Context, w *written) (writers []*work) {
	for _, p := range f.pairs() {
		writers = append(writers, background(f.t, func(context.Context) error {
			tick := time.NewTicker(floodPace)
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return nil
				case <-tick.C:
				}
				now := time.Now()
				text := fmt.Sprintf("%s at %d", p[0].Name, now.UnixNano())
				w.mu.Lock()
				w.at[text] = now
				w.mu.Unlock()
				if err := p[0].Send(f.t.Context(), p[1], text); err != nil {
					return err
				}
			}
		}))
	}
	return writers
}

// shown waits until all that was written is shown and returns how long each took.
// Nobody writes any more.
func (f *flood) shown(w *written) (took []time.Duration) {
	f.t.Helper()
	faultbench.WaitFor(f.t, "all texts to be shown", func() bool {
		took = took[:0]
		for _, p := range f.pairs() {
			for _, e := range p[1].Events() {
				if at, ok := w.at[e.Str("text")]; ok && e.Kind == "message" && e.Str("from") == p[0].ID.String() {
					took = append(took, e.At.Sub(at))
				}
			}
		}
		return len(took) >= len(w.at)
	})
	return took
}

// rss is the memory of a process in KiB.
func rss(pid int) (kib int, err error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(raw)) {
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			return kib, nil
		}
	}
	return 0, errors.New("the system does not tell the memory of a process")
}

// cpu is the processor time that a process has used.
func cpu(t *testing.T, pid int) time.Duration {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(raw), ") ") // state is the third field (proc(5))
	const user, system = 11, 12                   // after it, in clock ticks
	fields := strings.Fields(after)
	const tick = 10 * time.Millisecond // USER_HZ is 100 everywhere
	var ticks time.Duration
	for _, i := range []int{user, system} {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			t.Fatal(err)
		}
		ticks += time.Duration(n)
	}
	return ticks * tick
}

// contacts is the contact table of a running device, byte for byte.
func contacts(t *testing.T, d *faultbench.Device) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(d.Home, "earshot.db")+"?_pragma=query_only(1)&_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("SELECT * FROM contact ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(sql.RawBytes)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		for i, v := range values {
			fmt.Fprintf(&out, "%s=%x ", columns[i], *v.(*sql.RawBytes))
		}
		out.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
