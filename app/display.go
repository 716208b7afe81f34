package app

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"strings"
	"sync"
)

// The toolkit needs a display and only says so by a panic with this beginning,
// after a line in the log with that text. That no window can be drawn on a
// display it only logs, and goes on without one.
const (
	panicNoDisplay = "NotInitialized"
	logNoDisplay   = "failed to initialise GLFW"
	logNoWindow    = "window creation error"
)

// withDisplay runs the window. When there is no display to show it on, one line
// says so instead of a stack trace; every other panic goes on. When there is one
// but nothing can be drawn on it, a line says so and exit is called.
func withDisplay(stderr io.Writer, getenv func(string) string, exit func(int), window func() int) (code int) {
	held := &heldLog{out: log.Writer(), noWindow: func() {
		fmt.Fprintln(stderr, "earshot: no window can be drawn here: that needs OpenGL 2.0 or newer (on Debian: libgl1-mesa-dri); without a window use: earshotctl run")
		exit(exitFailed)
	}}
	log.SetOutput(held)
	defer func() {
		p := recover()
		if p == nil {
			held.release()
			return
		}
		if err, ok := p.(error); !ok || !strings.HasPrefix(err.Error(), panicNoDisplay) {
			held.release()
			panic(p)
		}
		log.SetOutput(held.out)
		fmt.Fprintf(stderr, "earshot: %s; without a display use: earshotctl run\n", noDisplay(getenv))
		code = exitFailed
	}()
	return window()
}

func noDisplay(getenv func(string) string) string {
	var at []string
	for _, name := range []string{"DISPLAY", "WAYLAND_DISPLAY"} {
		if v := getenv(name); v != "" {
			at = append(at, v)
		}
	}
	if len(at) == 0 {
		return "no display: neither DISPLAY nor WAYLAND_DISPLAY is set"
	}
	return "no display at " + strings.Join(at, " or ")
}

// heldLog passes a log on, but keeps back the three lines about a missing
// display: the panic that follows is told in words. It is safe for concurrent
// use.
type heldLog struct {
	out      io.Writer
	noWindow func() // called after the cause of logNoWindow

	mu      sync.Mutex
	held    bytes.Buffer
	holding bool
	failing bool // the next line is the cause of logNoWindow
}

// Write implements io.Writer; the log writes one line at a time.
func (h *heldLog) Write(line []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case bytes.Contains(line, []byte(logNoDisplay)):
		h.holding = true
	case h.holding && (bytes.Contains(line, []byte("  Cause:")) || bytes.Contains(line, []byte("  At:"))):
	default:
		h.pass()
		n, err := h.out.Write(line)
		if h.failing {
			h.noWindow()
		}
		h.failing = bytes.Contains(line, []byte(logNoWindow))
		return n, err
	}
	return h.held.Write(line)
}

func (h *heldLog) pass() {
	h.holding = false
	_, _ = h.held.WriteTo(h.out) // a log that cannot be written has no other place to say so
}

// release passes on what is held and gives the log back.
func (h *heldLog) release() {
	h.mu.Lock()
	h.pass()
	h.mu.Unlock()
	log.SetOutput(h.out)
}
