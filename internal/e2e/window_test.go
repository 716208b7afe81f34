//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"earshot/internal/faultbench"
	"earshot/internal/safetext"
)

// buildApp builds the window as ./run does, but with Fyne's checks of its
// threads left in: no_metadata keeps FyneApp.toml from turning them off.
var buildApp = sync.OnceValues(func() (string, error) {
	path := filepath.Join(programs, "earshot")
	out, err := exec.Command("go", "build", "-tags", "no_metadata,no_animations", "-o", path, "earshot").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the window: %w\n%s", err, out)
	}
	return path, nil
})

// window is the app on one host of a LAN, on a screen of its own.
type window struct {
	*device
	display string
	dump    string
	log     *bytes.Buffer
}

// element is one named thing in the window, in pixels.
type element struct {
	ID, Label, Text, State string
	X, Y, W, H             float64
}

func openWindow(d *device) *window {
	d.t.Helper()
	app, err := buildApp()
	if err != nil {
		d.t.Fatal(err)
	}
	w := &window{device: d, dump: filepath.Join(d.t.TempDir(), "ui.json"), log: &bytes.Buffer{}}
	w.openScreen()
	cmd := d.lan.Command(d.host, app, "--home", d.home)
	cmd.Env = append(os.Environ(), "DISPLAY="+w.display, "EARSHOT_UI_DUMP="+w.dump, "LANG=C.UTF-8")
	cmd.Stdout, cmd.Stderr = w.log, w.log
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		if d.t.Failed() {
			w.picture("failed")
			d.t.Logf("the app said:\n%s", w.log)
		}
		cmd.Process.Kill()
		cmd.Wait()
		for _, bad := range []string{"Error in Fyne call thread", "panic:", "fatal error:"} {
			if strings.Contains(w.log.String(), bad) {
				d.t.Errorf("the app said %q:\n%s", bad, w.log)
			}
		}
	})
	return w
}

// openScreen starts an X server on the host and learns its display number.
func (w *window) openScreen() {
	t := w.t
	t.Helper()
	r, number, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	x := w.lan.Command(w.host, "Xvfb", "-displayfd", "3", "-screen", "0", "1200x1000x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{number}
	if err := x.Start(); err != nil {
		t.Fatalf("Xvfb (package xvfb) does not start: %v", err)
	}
	number.Close()
	t.Cleanup(func() { x.Process.Kill(); x.Wait() })
	line, err := io.ReadAll(io.LimitReader(r, 16))
	r.Close()
	if err != nil || len(line) == 0 {
		t.Fatalf("Xvfb ended: %v", err)
	}
	w.display = ":" + strings.TrimSpace(string(line))
}

// elements reads what is in the window now.
func (w *window) elements() map[string]element {
	var dump struct{ Elements []element }
	b, err := os.ReadFile(w.dump)
	if err != nil || json.Unmarshal(b, &dump) != nil {
		return nil
	}
	out := map[string]element{}
	for _, e := range dump.Elements {
		out[e.ID] = e
	}
	return out
}

// see waits until the window shows an element for which ok is true.
func (w *window) see(what string, ok func(element) bool) (found element) {
	w.t.Helper()
	w.t.Logf("waiting to see %s", what)
	waitFor(w.t, func() bool {
		for _, e := range w.elements() {
			if ok(e) {
				found = e
				return true
			}
		}
		return false
	})
	return found
}

func isMessage(e element) bool {
	return strings.HasPrefix(e.ID, "in/") || strings.HasPrefix(e.ID, "out/")
}

func (w *window) seeID(id string) element {
	w.t.Helper()
	return w.see(id, func(e element) bool { return e.ID == id })
}

// seeText waits for a message with exactly this text.
func (w *window) seeText(text string) element {
	w.t.Helper()
	return w.see(strconv.Quote(text), func(e element) bool { return isMessage(e) && e.Text == text })
}

// click presses the middle of an element, each step in a call of its own: the
// toolkit takes what comes within one frame for one movement.
func (w *window) click(e element) {
	w.t.Helper()
	x, y := int(e.X+e.W/2), int(e.Y+e.H/2)
	w.xdotool("mousemove", fmt.Sprint(x), fmt.Sprint(y))
	w.xdotool("mousemove", fmt.Sprint(x+1), fmt.Sprint(y))
	w.xdotool("mousedown", "1")
	w.xdotool("mouseup", "1")
}

func (w *window) xdotool(args ...string) {
	w.t.Helper()
	cmd := w.lan.Command(w.host, "xdotool", args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+w.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Fatalf("xdotool %s (package xdotool): %v: %s", strings.Join(args, " "), err, out)
	}
}

// picture keeps what the window looks like in $EARSHOT_PICTURES.
func (w *window) picture(name string) {
	dir := os.Getenv("EARSHOT_PICTURES")
	if dir == "" {
		return
	}
	cmd := w.lan.Command(w.host, "import", "-window", "root", filepath.Join(dir, name+".png"))
	cmd.Env = append(os.Environ(), "DISPLAY="+w.display)
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Errorf("no picture: %v: %s", err, out)
	}
}

// A person at a real window: a device comes into earshot, its request is
// accepted by a click, a text is typed, the answer appears.
func TestWindow(t *testing.T) {
	lan := faultbench.NewLAN(t, "anna", "bert")
	a, b := newDevice(t, lan, "anna"), newDevice(t, lan, "bert")
	w := openWindow(a)
	b.start()
	b.ready()
	b.found(a)
	short := b.id[:8]
	w.seeID("nearby/" + short)

	if out, code := b.ctl("send", "--wait", "0s", a.id, "Shall we talk?"); code != 3 {
		t.Fatalf("exit %d: %s", code, out)
	}
	accept := w.see("Accept, ready to be clicked", func(e element) bool { return e.ID == "request/accept" && e.State == "ready" })
	w.picture("request")
	w.click(accept)
	b.wait("delivery", func(e event) bool { return e.str("event") == "delivered" })
	if es := w.elements(); es["composer"].ID == "" {
		w.click(w.seeID("conversation/" + short))
	}
	w.seeText("Shall we talk?")

	w.click(w.seeID("composer"))
	w.xdotool("type", "Typed in the window,")
	w.xdotool("key", "shift+Return")
	w.xdotool("type", "on two lines")
	w.xdotool("key", "Return")
	const typed = "Typed in the window,\non two lines"
	b.wait("the typed text", func(e event) bool { return e.str("event") == "message" && e.str("text") == typed })
	w.see("the tick of delivery", func(e element) bool { return e.Text == typed && e.State == "delivered" })

	const answer = "I see it 👍 naïve العربية 中文 \x1b[31mred"
	b.must("send", a.id, answer)
	w.seeText(string(safetext.Body(answer)))
	w.picture("chat")
	if got := a.history(b); len(got) != 2 || got[1] != answer {
		t.Errorf("the answer is not stored byte for byte: %q", got)
	}
}
