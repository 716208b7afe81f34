//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/internal/faultbench"
	"earshot/internal/safetext"
)

// appEnv names the environment variable with the path of a window that was
// built before, with Fyne's checks of its threads left in.
const appEnv = "EARSHOT_APP"

// buildApp builds the window as ./run does, but with Fyne's checks of its
// threads left in: no_metadata keeps FyneApp.toml from turning them off.
var buildApp = sync.OnceValues(func() (string, error) {
	if path := os.Getenv(appEnv); path != "" {
		return filepath.Abs(path)
	}
	path := filepath.Join(programs, "earshot")
	out, err := exec.Command("go", "build", "-tags", "no_metadata,no_animations", "-o", path, "earshot").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build the window: %w\n%s", err, out)
	}
	return path, nil
})

// glance is how often a test looks at a window, whose description is written 30
// ms after a change.
const glance = 20 * time.Millisecond

// window is the app on a screen of its own, which it fills.
type window struct {
	*screen
	dump string
	log  *bytes.Buffer
}

// element is one named thing in the window, in pixels.
type element struct {
	ID, Label, Text, State string
	X, Y, W, H             float64
}

// openWindow starts the app of a device in a size, with additions to its
// environment.
func openWindow(d *device, size string, env ...string) *window {
	d.t.Helper()
	app, err := buildApp()
	if err != nil {
		d.t.Fatal(err)
	}
	return openApp(d, app, size, env...)
}

// openApp is openWindow with the app at a path.
func openApp(d *device, app, size string, env ...string) *window {
	d.t.Helper()
	w := &window{screen: openScreen(d, size), dump: filepath.Join(d.t.TempDir(), "ui.json"), log: &bytes.Buffer{}}
	cmd := w.command(app, "--home", d.home, "--geometry", size+"+0+0")
	cmd.Env = append(cmd.Env, append(env, "EARSHOT_UI_DUMP="+w.dump, "LANG=C.UTF-8", "HOME="+d.t.TempDir(), "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=")...)
	cmd.Stdout, cmd.Stderr = w.log, w.log
	if err := cmd.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		if d.t.Failed() {
			w.picture("failed-" + d.host)
			shown, _ := os.ReadFile(w.dump)
			d.t.Logf("the window of %s showed:\n%s", d.host, shown)
		}
		cmd.Process.Kill()
		cmd.Wait()
		if d.t.Failed() {
			d.t.Logf("the app said:\n%s", w.log)
		}
		for _, bad := range []string{"Error in Fyne call thread", "panic:", "fatal error:"} {
			if strings.Contains(w.log.String(), bad) {
				d.t.Errorf("the app said %q:\n%s", bad, w.log)
			}
		}
	})
	return w
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
	w.t.Logf("%s: waiting to see %s", w.host, what)
	poll(w.t, glance, func() bool {
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

// seeState waits for an element in a state.
func (w *window) seeState(id, state string) element {
	w.t.Helper()
	return w.see(id+", "+state, func(e element) bool { return e.ID == id && isState(e, state) })
}

// isState reports whether an element is in a state. What was read was delivered
// before, maybe for less than a glance.
func isState(e element, state string) bool {
	return e.State == state || state == "delivered" && e.State == "read"
}

// seeGone waits until there is no such element.
func (w *window) seeGone(id string) {
	w.t.Helper()
	w.t.Logf("%s: waiting for the end of %s", w.host, id)
	poll(w.t, glance, func() bool {
		all := w.elements()
		_, there := all[id]
		return all != nil && !there
	})
}

// seeText waits for a message with exactly this text.
func (w *window) seeText(text string) element {
	w.t.Helper()
	return w.see(strconv.Quote(text), func(e element) bool { return isMessage(e) && e.Text == text })
}

// seeTick waits for a message with this text that has come so far.
func (w *window) seeTick(text, state string) {
	w.t.Helper()
	w.see(strconv.Quote(text)+", "+state, func(e element) bool { return isMessage(e) && e.Text == text && isState(e, state) })
}

// point moves the mouse to the middle of an element and presses a button there,
// each step in a call of its own: the toolkit takes what comes within one frame
// for one movement.
func (w *window) point(e element, button string) {
	w.t.Helper()
	x, y := int(e.X+e.W/2), int(e.Y+e.H/2)
	w.xdotool("mousemove", fmt.Sprint(x), fmt.Sprint(y))
	w.xdotool("mousemove", fmt.Sprint(x+1), fmt.Sprint(y))
	w.xdotool("mousedown", button)
	w.xdotool("mouseup", button)
}

func (w *window) click(e element)      { w.t.Helper(); w.point(e, "1") }
func (w *window) rightClick(e element) { w.t.Helper(); w.point(e, "3") }

// A person at a real window: a device comes into earshot, its request is
// accepted by a click, a text is typed, the answer appears.
func TestWindow(t *testing.T) {
	lan := faultbench.NewLAN(t, "anna", "bert")
	a, b := newDevice(t, lan, "anna"), newDevice(t, lan, "bert")
	w := openWindow(a, desktopSize)
	b.start()
	b.ready()
	b.found(a)
	w.seeID("nearby/" + b.short())

	if out, code := b.ctl("send", "--wait", "0s", a.id, "Shall we talk?"); code != 3 {
		t.Fatalf("exit %d: %s", code, out)
	}
	w.click(w.seeState("request/accept", "ready"))
	b.wait("delivery", func(e event) bool { return e.str("event") == "delivered" })
	w.click(w.seeID("conversation/" + b.short()))
	w.seeText("Shall we talk?")

	w.click(w.seeID("composer"))
	w.keys("Typed in the window")
	w.press("Return")
	const typed = "Typed in the window"
	b.wait("the typed text", func(e event) bool { return e.str("event") == "message" && e.str("text") == typed })
	w.seeTick(typed, "delivered")

	const answer = "I see it 👍 naïve العربية 中文 \x1b[31mred"
	b.must("send", a.id, answer)
	w.seeText(string(safetext.Body(answer)))
	if got := a.history(b); len(got) != 2 || got[1] != answer {
		t.Errorf("the answer is not stored byte for byte: %q", got)
	}
}
