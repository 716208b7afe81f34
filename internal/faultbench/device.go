package faultbench

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"earshot/internal/control"
	"earshot/internal/identity"
)

// Patience is how long a test waits for what must happen; it goes on at once
// when it has.
const Patience = 2 * time.Minute

// socketFile is the control socket in a home folder with a short path
// (internal/engine).
const socketFile = "earshot.sock"

// maxLine bounds one event: the longest text with every byte escaped, and room
// for the rest.
const maxLine = 512 << 10

// Event is one line of `earshotctl run --json`, with the moment it came.
type Event struct {
	At   time.Time
	Kind string
	What map[string]any
}

// Str returns a field that is a string, "" when it is not.
func (e Event) Str(key string) string { s, _ := e.What[key].(string); return s }

// Device is earshotctl with a home folder on one host of a LAN. What it shows and
// what it says is delivered goes into the ledger of its test. Methods end the
// test when something does not work and are for the goroutine of that test;
// those that take a context return an error instead and are for any goroutine.
type Device struct {
	Name string // its host, and what it calls itself
	Home string
	ID   identity.DeviceID

	program string // how it is called in the ledger
	t       testing.TB
	lan     *LAN
	ledger  *Ledger
	client  *control.Client
	run     *run // nil: not running

	mu     sync.Mutex
	events []Event // since the start or Forget
	more   chan struct{}
	stderr bytes.Buffer // of all runs
	made   int          // runs so far
}

// run is one life of `earshotctl run`.
type run struct {
	cmd   *exec.Cmd
	ended chan struct{} // the output was read to its end
}

// NewDevice makes a device that is named after its host. home is its home folder,
// which the caller owns; "" makes one that is gone with the test.
func NewDevice(t testing.TB, lan *LAN, ledger *Ledger, host, home string) *Device {
	t.Helper()
	if home == "" {
		home = ShortDir(t)
	}
	d := &Device{Name: host, Home: home, program: host, t: t, lan: lan, ledger: ledger, more: make(chan struct{}),
		client: control.NewClient(filepath.Join(home, socketFile))}
	d.endWithTest()
	d.Must("name", host)
	var self struct{ ID identity.DeviceID }
	if err := json.Unmarshal([]byte(d.Must("--json", "id")), &self); err != nil {
		t.Fatal(err)
	}
	d.ID = self.ID
	ledger.Name(d.ID, host)
	return d
}

// Twin returns a second program on the home folder of d. Both may run at the same
// time; what each shows and the order of what each sends is judged for itself.
func (d *Device) Twin() *Device {
	o := &Device{Name: d.Name, Home: d.Home, ID: d.ID, program: d.program + "'s twin", t: d.t, lan: d.lan,
		ledger: d.ledger, client: d.client, more: make(chan struct{})}
	o.endWithTest()
	return o
}

func (d *Device) endWithTest() {
	d.t.Cleanup(func() {
		if d.t.Failed() {
			d.explain()
		}
		if d.run != nil {
			d.Kill()
		}
	})
}

// ShortDir makes a folder whose path is short enough for a local socket in it.
// It is gone with the test.
func ShortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "earshot-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// explain prints what a device knew when its test failed.
func (d *Device) explain() {
	const most = 4 << 10 // bytes of the log's end, and of the beginning of what it complained
	log, _ := os.ReadFile(filepath.Join(d.Home, "earshot.log"))
	log = log[max(0, len(log)-most):]
	if d.run != nil { // its goroutines, before the commands below disturb them
		_ = d.run.cmd.Process.Signal(syscall.SIGQUIT)
		d.Thaw()
		d.reap()
	}
	stderr := d.Stderr()
	stderr = stderr[:min(len(stderr), most)]
	peers, _ := d.Ctl("peers", "--wait", "0s")
	outbox, _ := d.Ctl("outbox")
	d.t.Logf("%s: peers:\n%s\noutbox: %d lines\nlog:\n%s\nstderr:\n%s", d.Name, peers, strings.Count(outbox, "\n"), log, stderr)
}

// Ctl runs one command of earshotctl beside the device, or instead of it, and
// returns what it printed on both outputs and its exit code.
func (d *Device) Ctl(args ...string) (out string, code int) {
	d.t.Helper()
	cmd := d.Command(args...)
	raw, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		d.t.Fatal(err)
	}
	return string(raw), cmd.ProcessState.ExitCode()
}

// Command prepares a command of earshotctl on the home folder, for any
// goroutine. Whoever starts it waits for it.
func (d *Device) Command(args ...string) *exec.Cmd {
	return d.lan.Command(d.Name, Earshotctl(d.t), append([]string{"--home", d.Home}, args...)...)
}

// Must is Ctl for a command that succeeds.
func (d *Device) Must(args ...string) string {
	d.t.Helper()
	out, code := d.Ctl(args...)
	if code != 0 {
		d.t.Fatalf("%s: earshotctl %s: exit %d: %s", d.Name, strings.Join(args, " "), code, out)
	}
	return out
}

// Start runs the device and returns the moment before its process began. It
// does not wait until the device is ready.
func (d *Device) Start() time.Time {
	d.t.Helper()
	if d.run != nil {
		d.t.Fatalf("%s runs already", d.Name)
	}
	d.made++
	r := &run{cmd: d.Command("--json", "run"), ended: make(chan struct{})}
	out, err := r.cmd.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	r.cmd.Stderr = lockedBuffer{d}
	d.Forget()
	began := time.Now()
	if err := r.cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.run = r
	go func() { // ends with the process, for which reap waits
		defer close(r.ended)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, maxLine)
		for lines.Scan() {
			d.read(lines.Bytes())
		}
	}()
	return began
}

// lockedBuffer appends to the standard error of a device.
type lockedBuffer struct{ d *Device }

func (b lockedBuffer) Write(p []byte) (int, error) {
	b.d.mu.Lock()
	defer b.d.mu.Unlock()
	return b.d.stderr.Write(p)
}

// Stderr returns what all runs of the device wrote on standard error.
func (d *Device) Stderr() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stderr.String()
}

// Running reports whether the device was started and not ended.
func (d *Device) Running() bool { return d.run != nil }

// Pid is the process ID of a running device.
func (d *Device) Pid() int { return d.run.cmd.Process.Pid }

// Runs is how often the device was started.
func (d *Device) Runs() int { return d.made }

// Stop ends the device as Ctrl-C does, Kill as a crash. Both return the moment
// before.
func (d *Device) Stop() time.Time {
	d.t.Helper()
	at := time.Now()
	d.signal(syscall.SIGINT)
	if err := d.reap(); err != nil {
		d.t.Errorf("%s: a clean stop ended with %v", d.Name, err)
	}
	return at
}

// Kill ends the device at once, also a frozen one.
func (d *Device) Kill() time.Time {
	d.t.Helper()
	at := time.Now()
	d.signal(syscall.SIGKILL)
	_ = d.reap() // it was killed
	return at
}

func (d *Device) signal(sig syscall.Signal) {
	d.t.Helper()
	if err := d.run.cmd.Process.Signal(sig); err != nil {
		d.t.Fatalf("%s: %v: %v", d.Name, sig, err)
	}
}

// reap waits for the end of the process and returns how it ended.
func (d *Device) reap() error {
	<-d.run.ended
	err := d.run.cmd.Wait()
	d.run = nil
	return err
}

// Descriptors is how many files a running device holds open; 0 where the system
// does not tell.
func (d *Device) Descriptors() int {
	fds, _ := os.ReadDir("/proc/" + strconv.Itoa(d.Pid()) + "/fd")
	return len(fds)
}
