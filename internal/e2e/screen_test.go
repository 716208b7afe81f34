//go:build e2e

package e2e

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Sizes of a window, and of the screen that it fills.
const (
	desktopSize = "1000x700"
	phoneSize   = "412x915" // one pane
)

// screen is an X server on one host of a LAN with a keyboard, a mouse and a
// clipboard. It has no window manager: keys go to the window below the mouse.
type screen struct {
	*device
	display string
	part    string // what pictures show of it, as import wants it; "" for all
}

// openScreen starts an X server of a size on the host of d and learns its
// display number. It ends with the test.
func openScreen(d *device, size string) *screen {
	d.t.Helper()
	need(d.t, "Xvfb", "xdotool", "xclip")
	r, number, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	x := d.lan.Command(d.host, "Xvfb", "-displayfd", "3", "-screen", "0", size+"x24", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{number}
	if err := x.Start(); err != nil {
		d.t.Fatalf("Xvfb does not start: %v", err)
	}
	number.Close()
	d.t.Cleanup(func() { x.Process.Kill(); x.Wait() })
	line, err := io.ReadAll(io.LimitReader(r, 16))
	r.Close()
	if err != nil || len(line) == 0 {
		d.t.Fatalf("Xvfb ended: %v", err)
	}
	return &screen{device: d, display: ":" + strings.TrimSpace(string(line))}
}

// command is a program at this screen.
func (s *screen) command(name string, args ...string) *exec.Cmd {
	cmd := s.lan.Command(s.host, name, args...)
	cmd.Env = append(os.Environ(), "DISPLAY="+s.display)
	return cmd
}

func (s *screen) xdotool(args ...string) {
	s.t.Helper()
	if out, err := s.command("xdotool", args...).CombinedOutput(); err != nil {
		s.t.Fatalf("xdotool %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// keys types what the keyboard has keys for.
func (s *screen) keys(text string) { s.xdotool("type", "--delay", "1", text) }

// press presses keys, "shift+Return".
func (s *screen) press(keys ...string) {
	for _, k := range keys {
		s.xdotool("key", k)
	}
}

// copied is what the clipboard holds, "" for nothing.
func (s *screen) copied() string {
	out, err := s.command("xclip", "-selection", "clipboard", "-out").Output()
	if err != nil {
		return ""
	}
	return string(out)
}

// paste puts a text on the clipboard, as another program does, and presses
// Ctrl+V. What holds the clipboard goes on beside the test until another
// program takes it, or the screen ends.
func (s *screen) paste(text string) {
	s.t.Helper()
	cmd := s.command("xclip", "-selection", "clipboard", "-in")
	cmd.Stdin = strings.NewReader(text)
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("xclip: %v", err)
	}
	s.press("ctrl+v")
}

// picture keeps what the screen looks like in $EARSHOT_PICTURES.
func (s *screen) picture(name string) {
	dir := os.Getenv("EARSHOT_PICTURES")
	if dir == "" {
		return
	}
	args := []string{"-window", "root", filepath.Join(dir, name+".png")}
	if s.part != "" {
		args = append([]string{"-crop", s.part}, args...)
	}
	if out, err := s.command("import", args...).CombinedOutput(); err != nil {
		s.t.Errorf("no picture: %v: %s", err, out)
	}
}
