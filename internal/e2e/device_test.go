package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// patience is how long a test waits for what must happen; it goes on at once
// when it has.
const patience = 60 * time.Second

// event is one line of `earshotctl run --json`, with the moment it came.
type event struct {
	at   time.Time
	what map[string]any
}

func (e event) str(key string) string { s, _ := e.what[key].(string); return s }

// device is earshotctl with a home folder on one host of a LAN.
type device struct {
	t    testing.TB
	lan  *faultbench.LAN
	host string
	home string
	id   string

	watched bool // runs in this test's own program, which counts what it holds

	mu     sync.Mutex
	events []event
	more   chan struct{} // replaced at each new event
	cmd    *exec.Cmd
	stderr bytes.Buffer
	ended  chan struct{}
}

// short is the short form of its ID, as elements of a window are named.
func (d *device) short() string { return d.id[:8] }

// newDevice makes a device named after its host.
func newDevice(t testing.TB, lan *faultbench.LAN, host string) *device {
	t.Helper()
	d := &device{t: t, lan: lan, host: host, home: t.TempDir(), more: make(chan struct{})}
	d.must("name", host)
	var self struct{ ID string }
	if err := json.Unmarshal([]byte(d.must("--json", "id")), &self); err != nil {
		t.Fatal(err)
	}
	d.id = self.ID
	t.Cleanup(func() {
		if t.Failed() {
			d.explain()
		}
		if d.cmd != nil {
			d.kill()
		}
	})
	return d
}

// explain prints what a device knew when its test failed.
func (d *device) explain() {
	const most = 4 << 10 // bytes of the log's end
	log, _ := os.ReadFile(filepath.Join(d.home, "earshot.log"))
	log = log[max(0, len(log)-most):]
	if d.cmd != nil { // its goroutines, before the commands below disturb them
		d.cmd.Process.Signal(syscall.SIGQUIT)
		<-d.ended
		d.cmd.Wait()
		d.cmd = nil
	}
	peers, _ := d.ctl("peers")
	outbox, _ := d.ctl("outbox")
	d.t.Logf("%s: peers:\n%s\noutbox: %d lines\nlog:\n%s\nstderr:\n%s", d.host, peers, strings.Count(outbox, "\n"), log, d.stderr.String())
}

// ctl runs one command beside the device, or instead of it.
func (d *device) ctl(args ...string) (out string, code int) {
	d.t.Helper()
	cmd := d.lan.Command(d.host, earshotctl(d.t), append([]string{"--home", d.home}, args...)...)
	var buf bytes.Buffer
	cmd.Stdout, cmd.Stderr = &buf, &buf
	err := cmd.Run()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		d.t.Fatal(err)
	}
	return buf.String(), cmd.ProcessState.ExitCode()
}

func (d *device) must(args ...string) string {
	d.t.Helper()
	out, code := d.ctl(args...)
	if code != 0 {
		d.t.Fatalf("%s: earshotctl %s: exit %d: %s", d.host, strings.Join(args, " "), code, out)
	}
	return out
}

// start runs the device and returns the moment before its process began.
func (d *device) start() time.Time {
	d.t.Helper()
	d.mu.Lock()
	d.events = nil
	d.mu.Unlock()
	d.cmd = d.lan.Command(d.host, earshotctl(d.t), "--home", d.home, "--json", "run")
	if d.watched {
		d.cmd = watchedCommand(d)
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	d.stderr.Reset()
	d.cmd.Stderr = &d.stderr
	began := time.Now()
	if err := d.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.ended = make(chan struct{})
	go func() {
		defer close(d.ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			e := event{at: time.Now()}
			if json.Unmarshal(lines.Bytes(), &e.what) == nil {
				d.add(e)
			}
		}
	}()
	return began
}

func (d *device) add(e event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, e)
	close(d.more)
	d.more = make(chan struct{})
}

// wait returns the first event since start for which ok is true.
func (d *device) wait(what string, ok func(event) bool) event {
	d.t.Helper()
	limit := time.After(patience)
	for {
		d.mu.Lock()
		for _, e := range d.events {
			if ok(e) {
				d.mu.Unlock()
				return e
			}
		}
		more := d.more
		d.mu.Unlock()
		select {
		case <-more:
		case <-d.ended:
			d.t.Fatalf("%s ended before %s", d.host, what)
		case <-limit:
			d.t.Fatalf("%s: no %s within %v", d.host, what, patience)
		}
	}
}

// forget drops the events so far.
func (d *device) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = nil
}

func (d *device) found(o *device) event {
	d.t.Helper()
	return d.wait(o.host+" in earshot", func(e event) bool { return e.str("event") == "peer_found" && e.str("id") == o.id })
}

func (d *device) lost(o *device) event {
	d.t.Helper()
	return d.wait(o.host+" out of earshot", func(e event) bool { return e.str("event") == "peer_lost" && e.str("id") == o.id })
}

func (d *device) ready() { d.wait("ready", func(e event) bool { return e.str("event") == "ready" }) }

// stop ends the device as Ctrl-C does; kill as a power cut does. Both return the
// moment before.
func (d *device) stop() time.Time { return d.end(syscall.SIGINT) }
func (d *device) kill() time.Time { return d.end(syscall.SIGKILL) }

func (d *device) end(sig syscall.Signal) time.Time {
	d.t.Helper()
	at := time.Now()
	if err := d.cmd.Process.Signal(sig); err != nil {
		d.t.Fatal(err)
	}
	<-d.ended
	err := d.cmd.Wait()
	if sig == syscall.SIGINT && err != nil {
		d.t.Errorf("%s: a clean stop ended with %v", d.host, err)
	}
	d.cmd = nil
	return at
}

// befriend makes two running devices contacts.
func befriend(a, b *device) {
	a.t.Helper()
	a.found(b)
	b.found(a)
	if out, code := a.ctl("send", "--wait", "0s", b.id, "may I?"); code != 3 {
		a.t.Fatalf("the first text to a stranger: exit %d: %s", code, out)
	}
	b.wait("request", func(e event) bool { return e.str("event") == "request" && e.str("from") == a.id })
	b.must("allow", a.id)
	a.wait("delivery", func(e event) bool { return e.str("event") == "delivered" })
}

// history returns the texts that d has from o, oldest first.
func (d *device) history(o *device) (texts []string) {
	d.t.Helper()
	for line := range strings.SplitSeq(strings.TrimSpace(d.must("--json", "history", "--limit", "100000", o.id)), "\n") {
		var m struct{ From, Text string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			d.t.Fatalf("%q: %v", line, err)
		}
		if m.From == o.id {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// transcript is the conversation of d with o as a writer's name, an ID and a
// text for each message, oldest first.
func (d *device) transcript(o *device) (lines []string) {
	d.t.Helper()
	writer := map[string]string{d.id: d.host, o.id: o.host}
	for line := range strings.Lines(d.must("--json", "history", "--limit", "100000", o.id)) {
		m := parse(d.t, line)
		lines = append(lines, fmt.Sprintf("%s %s %q", writer[m.From], m.ID, m.Text))
	}
	return lines
}

// waitFor polls what no event tells.
func waitFor(t testing.TB, ok func() bool) {
	t.Helper()
	poll(t, 100*time.Millisecond, ok)
}

func poll(t testing.TB, every time.Duration, ok func() bool) {
	t.Helper()
	limit, tick := time.After(patience), time.NewTicker(every)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("not within %v", patience)
		}
	}
}
