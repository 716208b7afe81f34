//go:build e2e

package e2e

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"earshot/internal/faultbench"
)

// demo is ./run --demo on a host.
type demo struct {
	t    *testing.T
	tmp  string // holds what it makes
	log  words
	exit chan int
	end  func()
}

// startDemo starts it at a screen, or with words and no screen.
func startDemo(t *testing.T, s *screen, input io.Reader, env ...string) *demo {
	t.Helper()
	d := &demo{t: t, tmp: filepath.Join(t.TempDir(), "a folder"), exit: make(chan int, 1)}
	if err := os.Mkdir(d.tmp, 0o777); err != nil {
		t.Fatal(err)
	}
	run, err := filepath.Abs("../../run")
	if err != nil {
		t.Fatal(err)
	}
	cmd := s.command(run, "--demo", "--yes")
	cmd.Env = append(cmd.Env, append(env, "TMPDIR="+d.tmp, "LANG=C.UTF-8")...)
	cmd.Stdout, cmd.Stderr = &d.log, &d.log
	cmd.Stdin = input
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	d.end = func() { _ = cmd.Process.Signal(syscall.SIGINT) }
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait()
		d.exit <- cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		d.end()
		<-done
		if t.Failed() {
			t.Logf("the demo said:\n%s", d.log.String())
		}
	})
	return d
}

// TestDemo: a person with one computer sees two windows that know of each other,
// and nothing is left of them.
func TestDemo(t *testing.T) {
	lan := faultbench.NewLAN(t, "one")
	s := openScreen(newDevice(t, lan, "one"), "1400x800")
	dump := filepath.Join(t.TempDir(), "ui")
	d := startDemo(t, s, nil, "EARSHOT_UI_DUMP="+dump)
	// Where demo.sh puts the windows.
	laptop := &demoWindow{&window{screen: s, dump: dump + "-laptop"}, 20, 40}
	phone := &demoWindow{&window{screen: s, dump: dump + "-phone"}, 900, 40}
	t.Cleanup(func() {
		if t.Failed() {
			s.picture("failed-demo")
			for _, w := range []*demoWindow{laptop, phone} {
				shown, _ := os.ReadFile(w.dump)
				t.Logf("%s: %s", filepath.Base(w.dump), shown)
			}
			logs, _ := filepath.Glob(filepath.Join(d.tmp, "*/*/earshot.log"))
			for _, name := range logs {
				text, _ := os.ReadFile(name)
				t.Logf("%s:\n%s", name, text)
			}
		}
	})

	laptop.press("the phone", func(e element) bool { return strings.HasPrefix(e.ID, "nearby/") && e.Text == "Phone" })
	laptop.write("Shall we talk?")
	phone.press("Accept", func(e element) bool { return e.ID == "request/accept" && e.State == "ready" })
	laptop.seeTick("Shall we talk?", "delivered")
	phone.press("the conversation", func(e element) bool { return strings.HasPrefix(e.ID, "conversation/") })
	phone.seeText("Shall we talk?")
	phone.write("Gladly")
	laptop.seeText("Gladly")
	s.picture("demo")

	d.end()
	if code := <-d.exit; code != 130 {
		t.Errorf("exit code %d after Ctrl+C, want 130", code)
	}
	if left, _ := os.ReadDir(d.tmp); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestDemoInATerminal: the same where there is no display.
func TestDemoInATerminal(t *testing.T) {
	lan := faultbench.NewLAN(t, "one")
	s := &screen{device: newDevice(t, lan, "one")}
	input, person, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	d := startDemo(t, s, input)
	says := func(line, answer string) {
		t.Helper()
		if _, err := person.WriteString(line); err != nil {
			t.Fatal(err)
		}
		waitFor(t, func() bool { return strings.Contains(d.log.String(), answer) || len(d.exit) > 0 })
	}
	says("", "You are Laptop")
	says("hello\n", ": HELLO\n")
	says("\n-and more\n", ": -AND MORE\n")
	person.Close() // Ctrl+D
	if code := <-d.exit; code != 0 {
		t.Errorf("exit code %d", code)
	}
	if left, _ := os.ReadDir(d.tmp); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// words is what a program writes, for reading meanwhile.
type words struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *words) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.Write(b)
}

func (w *words) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

// demoWindow is one of several windows of a screen.
type demoWindow struct {
	*window
	x, y float64
}

func (w *demoWindow) press(what string, ok func(element) bool) {
	w.t.Helper()
	e := w.see(what, ok)
	e.X, e.Y = e.X+w.x, e.Y+w.y
	w.click(e)
	// Without a window manager the last window that opened keeps the keyboard.
	out, err := w.command("xdotool", "getmouselocation", "--shell").Output()
	_, id, found := strings.Cut(string(out), "WINDOW=")
	if err != nil || !found {
		w.t.Fatalf("no window below the mouse: %v: %s", err, out)
	}
	w.xdotool("windowfocus", "--sync", strings.TrimSpace(id))
}

func (w *demoWindow) write(text string) {
	w.t.Helper()
	w.press("the composer", func(e element) bool { return e.ID == "composer" })
	w.keys(text)
	w.window.press("Return")
}
