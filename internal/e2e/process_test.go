package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// lineBuffer is how many lines of a process may wait to be read: more than any
// of these tests makes.
const lineBuffer = 1024

// process is a running program whose standard output is read line by line.
type process struct {
	t     testing.TB
	cmd   *exec.Cmd
	lines chan string   // closed at the end of the output
	ended chan struct{} // closed when the process is gone and lines is closed
	err   error         // of the process; valid after ended
	errs  bytes.Buffer  // standard error; valid after ended
}

// start runs cmd. The end of the test interrupts it and waits for its end.
func start(t testing.TB, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{t: t, cmd: cmd, lines: make(chan string, lineBuffer), ended: make(chan struct{})}
	cmd.Stderr = &p.errs
	cmd.WaitDelay = patience // a grandchild that holds the pipes open does not hold the test
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
		p.err = cmd.Wait()
	}()
	t.Cleanup(p.stop)
	return p
}

// stop interrupts the process, kills it if that does not end it, and shows what
// it complained about if the test has failed.
func (p *process) stop() {
	if p.cmd.Process.Signal(os.Interrupt) != nil {
		p.cmd.Process.Kill()
	}
	defer time.AfterFunc(patience, func() { p.cmd.Process.Kill() }).Stop()
	for range p.lines {
	}
	<-p.ended
	if p.t.Failed() && p.errs.Len() > 0 {
		p.t.Logf("%s on its standard error:\n%s", p.cmd.Path, p.errs.String())
	}
}

// line returns the next line that begins with prefix, without it. Lines before
// that are passed over. It ends the test when none comes.
func (p *process) line(prefix string) string {
	p.t.Helper()
	var passed []string
	timeout := time.After(patience)
	for {
		select {
		case s, ok := <-p.lines:
			if !ok {
				p.t.Fatalf("the process ended without a line %q; it said %q", prefix, passed)
			}
			if rest, found := strings.CutPrefix(s, prefix); found {
				return rest
			}
			passed = append(passed, s)
		case <-timeout:
			p.t.Fatalf("no line %q within %v; it said %q", prefix, patience, passed)
		}
	}
}

// event returns the next event of that name from a run --json.
func (p *process) event(name string) object {
	p.t.Helper()
	prefix := `{"event":"` + name + `",`
	return parse(p.t, "{"+p.line(prefix))
}

// end waits until the process has ended by itself with exit code 0.
func (p *process) end() {
	p.t.Helper()
	timeout := time.After(patience)
	for more := true; more; {
		select {
		case _, more = <-p.lines:
		case <-timeout:
			p.t.Fatalf("%s still runs after %v", p.cmd.Path, patience)
		}
	}
	<-p.ended
	if p.err != nil {
		p.t.Fatalf("%s: %v\n%s", p.cmd.Path, p.err, p.errs.String())
	}
}

// object holds the fields of docs/CLI.md that these tests look at.
type object struct {
	ID      string `json:"id"`
	ShortID string `json:"short_id"`
	Name    string `json:"name"`
	From    string `json:"from"`
	To      string `json:"to"`
	Text    string `json:"text"`
	State   string `json:"state"`
	Level   string `json:"level"`
	Port    int    `json:"port"`
}

func parse(t testing.TB, line string) object {
	t.Helper()
	var o object
	if err := json.Unmarshal([]byte(line), &o); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return o
}

// ctl runs earshotctl --json in a home folder and returns what it printed. It
// ends the test when the exit code is not 0.
func ctl(t testing.TB, home string, args ...string) []object {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), earshotctl(t), append([]string{"--json"}, args...)...)
	cmd.Env = deviceEnv(home)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("earshotctl %q: %v\n%s%s", args, err, out, errs.String())
	}
	var all []object
	for line := range strings.Lines(string(out)) {
		all = append(all, parse(t, line))
	}
	return all
}

// deviceEnv is the environment of a device that stays on this machine.
func deviceEnv(home string) []string {
	return append(os.Environ(), "EARSHOT_LOOPBACK=1", "EARSHOT_HOME="+home)
}

// need skips the test when a program is missing, or fails it where nothing may
// be skipped.
func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv(faultbench.RequireEnv) != "" {
				t.Fatalf("%s is set, but %s is not installed", faultbench.RequireEnv, name)
			}
			t.Skip("needs " + name)
		}
	}
}
