package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/engine"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"earshotctl": main})
}

// TestScripts runs testdata/*.txt. Every device in them keeps to this machine.
//
// Commands beside those of testscript:
//
//	code N COMMAND...   the command ends with exit code N
//	device NAME [HOME [FLAG...]]
//	                    start `run --json` with the home folder HOME, or NAME, and
//	                    wait until it can be reached; sets NAME_PORT, NAME_ID, NAME_SHORT
//	event NAME REGEXP   wait until the device printed a line that matches
//	interrupt NAME      interrupt the device; it must end with 0 (`stop` is one of
//	                    testscript, which ends the script)
//	crash NAME          kill the device
//	fill FILE N         write N times the letter x
//	match NAME REGEXP   set NAME to what the group of REGEXP matched in the output
//	                    of the last exec
//	untimed FILE        write the output of the last exec, with TIME for all times
func TestScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("processes cannot be interrupted on Windows")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv(engine.LoopbackEnv, "1")
			env.Setenv(engine.HomeEnv, filepath.Join(env.WorkDir, "me"))
			env.Setenv("HOME", filepath.Join(env.WorkDir, "user"))
			env.Values[devicesKey{}] = map[string]*process{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": scriptCode, "device": scriptDevice, "event": scriptEvent,
			"interrupt": scriptInterrupt, "crash": scriptCrash, "fill": scriptFill,
			"match": scriptMatch, "untimed": scriptUntimed,
		},
	})
}

type devicesKey struct{}

// process is a device that runs beside a script.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended and err is set
	err  error

	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed and renewed with each line
}

// eventDeadline ends a wait for an event that does not come.
const eventDeadline = 60 * time.Second

func (p *process) write(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, line)
	close(p.more)
	p.more = make(chan struct{})
}

// await returns the first line that matches.
func (p *process) await(want *regexp.Regexp) (string, error) {
	deadline := time.After(eventDeadline)
	for {
		p.mu.Lock()
		lines, more := p.lines, p.more
		p.mu.Unlock()
		for _, l := range lines {
			if want.MatchString(l) {
				return l, nil
			}
		}
		select {
		case <-more:
		case <-p.done:
			return "", fmt.Errorf("the device ended (%v) before an event matched %s:\n%s", p.err, want, strings.Join(lines, "\n"))
		case <-deadline:
			return "", fmt.Errorf("no event matched %s:\n%s", want, strings.Join(lines, "\n"))
		}
	}
}

func scriptDevice(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: device NAME [HOME [FLAG...]]")
	}
	name, home := args[0], args[0]
	var flags []string
	if len(args) > 1 {
		home, flags = args[1], args[2:]
	}
	bin, _, _ := strings.Cut(ts.Getenv("PATH"), string(filepath.ListSeparator))
	cmd := exec.Command(filepath.Join(bin, "earshotctl"), "--home", ts.MkAbs(home), "run", "--json", "--verbose")
	cmd.Args = append(cmd.Args, flags...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = append(os.Environ(), engine.LoopbackEnv+"=1", "HOME="+ts.Getenv("HOME"), "PATH="+ts.Getenv("PATH"))
	var logged strings.Builder
	cmd.Stderr = &logged
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	p := &process{cmd: cmd, done: make(chan struct{}), more: make(chan struct{})}
	go func() {
		defer close(p.done)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.write(lines.Text())
		}
		p.err = cmd.Wait()
	}()
	ts.Defer(func() {
		_ = cmd.Process.Kill() // already gone is fine
		<-p.done
		ts.Logf("[%s]\n%s\n%s", name, strings.Join(p.lines, "\n"), logged.String())
	})
	ts.Value(devicesKey{}).(map[string]*process)[name] = p
	line, err := p.await(regexp.MustCompile(`"event":"ready".*"port":`))
	ts.Check(err)
	var ready struct {
		ID      string
		ShortID string `json:"short_id"`
		Port    int
	}
	ts.Check(json.Unmarshal([]byte(line), &ready))
	ts.Setenv(name+"_PORT", strconv.Itoa(ready.Port))
	ts.Setenv(name+"_ID", ready.ID)
	ts.Setenv(name+"_SHORT", ready.ShortID)
}

func deviceOf(ts *testscript.TestScript, args []string, want int) *process {
	if len(args) != want {
		ts.Fatalf("want %d arguments", want)
	}
	p := ts.Value(devicesKey{}).(map[string]*process)[args[0]]
	if p == nil {
		ts.Fatalf("there is no device %s", args[0])
	}
	return p
}

func scriptEvent(ts *testscript.TestScript, neg bool, args []string) {
	p := deviceOf(ts, args, 2)
	if neg {
		ts.Fatalf("event cannot be negated")
	}
	_, err := p.await(regexp.MustCompile(args[1]))
	ts.Check(err)
}

func scriptInterrupt(ts *testscript.TestScript, _ bool, args []string) {
	p := deviceOf(ts, args, 1)
	ts.Check(p.cmd.Process.Signal(os.Interrupt))
	<-p.done
	ts.Check(p.err)
}

func scriptCrash(ts *testscript.TestScript, _ bool, args []string) {
	p := deviceOf(ts, args, 1)
	ts.Check(p.cmd.Process.Kill())
	<-p.done
}

func scriptCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND...")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func scriptFill(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: fill FILE N")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Repeat("x", n)), 0o600))
}

func scriptMatch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: match NAME REGEXP")
	}
	m := regexp.MustCompile("(?m)" + args[1]).FindStringSubmatch(ts.ReadFile("stdout"))
	if len(m) != 2 {
		ts.Fatalf("no match for %s in\n%s", args[1], ts.ReadFile("stdout"))
	}
	ts.Setenv(args[0], m[1])
}

func scriptUntimed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: untimed FILE")
	}
	times := regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`)
	out := times.ReplaceAllString(ts.ReadFile("stdout"), "TIME")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(out), 0o600))
}
