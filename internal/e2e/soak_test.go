package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"testing"
	"time"

	"earshot/internal/engine"
	"earshot/internal/faultbench"
	"earshot/internal/messenger"
)

// watchedHome names the environment variable that turns this test program into
// a device that prints what it holds.
const watchedHome = "EARSHOT_E2E_HOME"

// sampleEvery is how often a watched device counts.
const sampleEvery = 5 * time.Second

// roundEvery paces the soak: 40 texts and one restart each.
const roundEvery = 6 * time.Second

// sample is what a watched device held at one moment.
type sample struct {
	Goroutines, Descriptors int
	HeapBytes               uint64
}

func watchedCommand(d *device) *exec.Cmd {
	d.t.Helper()
	self, err := os.Executable()
	if err != nil {
		d.t.Fatal(err)
	}
	cmd := d.lan.Command(d.host, self)
	cmd.Env = append(os.Environ(), watchedHome+"="+d.home)
	return cmd
}

// runWatched is earshotctl run in this program, with a sample every so often.
func runWatched(home string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT)
	defer stop()
	e, err := engine.Open(ctx, engine.Options{Home: home})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	events, err := e.Subscribe(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	out := json.NewEncoder(os.Stdout)
	tick := time.NewTicker(sampleEvery)
	for ctx.Err() == nil {
		select {
		case ev, open := <-events:
			if open && ev.Kind == messenger.EventPeerFound {
				out.Encode(map[string]any{"event": "peer_found", "id": ev.Peer.ID})
			}
		case <-tick.C:
			runtime.GC()
			var mem runtime.MemStats
			runtime.ReadMemStats(&mem)
			fds, _ := os.ReadDir("/proc/self/fd")
			out.Encode(map[string]any{"event": "sample", "sample": sample{runtime.NumGoroutine(), len(fds), mem.HeapInuse}})
		case <-ctx.Done():
		}
	}
	if err := <-done; err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := e.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestSoak keeps two devices up while a third comes and goes and texts flow,
// for an hour (EARSHOT_SOAK sets another time): what they hold stays flat.
func TestSoak(t *testing.T) {
	if !long() {
		t.Skip("long form only: an hour")
	}
	length := time.Hour
	if s := os.Getenv("EARSHOT_SOAK"); s != "" {
		var err error
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	lan := faultbench.NewLAN(t, "anna", "bert", "carl")
	a, b, c := newDevice(t, lan, "anna"), newDevice(t, lan, "bert"), newDevice(t, lan, "carl")
	for _, d := range []*device{a, b, c} {
		d.start()
		d.ready()
	}
	befriend(a, b)
	befriend(a, c)
	befriend(c, b)
	for _, d := range []*device{a, b} {
		d.stop()
		d.watched = true
		d.start()
	}
	a.found(b)

	end := time.Now().Add(length)
	sent := 0
	pace := time.NewTicker(roundEvery)
	defer pace.Stop()
	for round := 0; time.Now().Before(end); round++ {
		<-pace.C
		for range 10 {
			for _, p := range [][2]*device{{a, b}, {b, a}, {a, c}, {c, b}} {
				if out, code := p[0].ctl("send", "--wait", "2s", p[1].id, fmt.Sprint("soak ", sent)); code != 0 && code != 3 {
					t.Fatalf("%s: exit %d: %s", p[0].host, code, out)
				}
				sent++
			}
		}
		if round%2 == 0 {
			c.kill()
		} else {
			c.stop()
		}
		c.start()
		c.ready()
	}
	for _, d := range []*device{a, b, c} {
		waitFor(t, func() bool { out, _ := d.ctl("outbox"); return out == "nothing waits\n" })
	}
	t.Logf("%d texts in %v", sent, length)
	for _, d := range []*device{a, b} {
		checkFlat(t, d)
	}
}

// checkFlat compares the first quarter of the samples, after a warm-up, with
// the last.
func checkFlat(t *testing.T, d *device) {
	t.Helper()
	var all []sample
	d.mu.Lock()
	for _, e := range d.events {
		if e.str("event") == "sample" {
			var s sample
			raw, _ := json.Marshal(e.what["sample"])
			if json.Unmarshal(raw, &s) == nil {
				all = append(all, s)
			}
		}
	}
	d.mu.Unlock()
	const fewest = 8
	if len(all) < fewest {
		t.Fatalf("%s: %d samples, want %d at least", d.host, len(all), fewest)
	}
	all = all[len(all)/8:]
	first, last := all[:len(all)/4], all[len(all)*3/4:]
	for _, c := range []struct {
		what  string
		of    func(sample) int
		slack int
	}{
		{"goroutines", func(s sample) int { return s.Goroutines }, 4},
		{"descriptors", func(s sample) int { return s.Descriptors }, 4},
		{"heap KiB", func(s sample) int { return int(s.HeapBytes >> 10) }, 2048},
	} {
		before, after := median(first, c.of), median(last, c.of)
		t.Logf("%s: %s: %d in the first quarter, %d in the last", d.host, c.what, before, after)
		if after > before+c.slack {
			t.Errorf("%s: %s grew from %d to %d", d.host, c.what, before, after)
		}
	}
}

func median(s []sample, of func(sample) int) int {
	var v []int
	for _, x := range s {
		v = append(v, of(x))
	}
	slices.Sort(v)
	return v[len(v)/2]
}
