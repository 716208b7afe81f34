//go:build e2e

package reliability

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// measured is what two devices were like while they talked.
type measured struct {
	texts        int
	p99, longest time.Duration
	rss          [2]int        // KiB that each grew by at most
	links        [2]int        // descriptors that each held beside those before, at most
	cpu          [2]int        // percent of one processor that each used
	calm         time.Duration // p99 of the couple without a flood, meanwhile
}

// measure has both write to each other for a time, and until do is done, and logs and
// returns how long each text took.
func (f *flood) measure(name string, d time.Duration, do func()) (m measured) {
	f.t.Helper()
	w, calm := &written{at: map[string]time.Time{}}, &written{at: map[string]time.Time{}}
	pids := [2]int{f.a.Pid(), f.b.Pid()}
	ctx, cancel := context.WithCancel(f.t.Context())
	defer cancel()
	began := time.Now()
	over := began.Add(d)
	used, held := [2]time.Duration{}, [2]int{}
	for i, pid := range pids {
		used[i], held[i] = cpu(f.t, pid), descriptors(pid)
	}
	writers := append(f.talk(ctx, w), f.calm.talk(ctx, calm)...)
	watching := background(f.t, func(ctx context.Context) error {
		for ctx.Err() == nil {
			for i, pid := range pids {
				kib, err := rss(pid)
				if err != nil {
					return err
				}
				m.rss[i] = max(m.rss[i], kib-f.rss[i])
				m.links[i] = max(m.links[i], descriptors(pid)-held[i])
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
	m.texts, m.p99, m.longest = f.times(w)
	_, m.calm, _ = f.calm.times(calm)
	f.t.Logf("%s: %d texts, p99 %v (%v of those without a flood), longest %v; memory grew by %d and %d KiB; %d and %d more descriptors at once; %d and %d %% of a processor",
		name, m.texts, m.p99, m.calm, m.longest, m.rss[0], m.rss[1], m.links[0], m.links[1], m.cpu[0], m.cpu[1])
	return m
}

// written is when each text was written; each is another one.
type written struct {
	mu sync.Mutex
	at map[string]time.Time
}

func (c *couple) pairs() [][2]*faultbench.Device {
	return [][2]*faultbench.Device{{c.a, c.b}, {c.b, c.a}}
}

// talk has both write to each other until ctx ends.
func (c *couple) talk(ctx context.Context, w *written) (writers []*work) {
	for _, p := range c.pairs() {
		writers = append(writers, background(c.t, func(context.Context) error {
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
				if err := p[0].Send(c.t.Context(), p[1], text); err != nil {
					return err
				}
			}
		}))
	}
	return writers
}

// times waits until all that was written is shown and returns how many texts that are,
// and how long they took. Nobody writes any more.
func (c *couple) times(w *written) (texts int, p99, longest time.Duration) {
	c.t.Helper()
	faultbench.Settle(c.t, c.a, c.b)
	var took []time.Duration
	faultbench.WaitFor(c.t, "all texts to be shown", func() bool {
		took = took[:0]
		for _, p := range c.pairs() {
			for _, e := range p[1].Events() {
				if at, ok := w.at[e.Str("text")]; ok && e.Kind == "message" && e.Str("from") == p[0].ID.String() {
					took = append(took, e.At.Sub(at))
				}
			}
		}
		return len(took) >= len(w.at)
	})
	slices.Sort(took)
	return len(took), took[len(took)*99/100].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond)
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

// descriptors is how many files a process holds open; any goroutine may ask.
func descriptors(pid int) int {
	fds, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(fds)
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
