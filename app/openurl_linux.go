//go:build !android

package app

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"syscall"

	"fyne.io/fyne/v2"
)

// opener returns what has the system open an address. The toolkit starts
// xdg-open and does not look after it: nobody would learn that there is no
// browser, and each call would leave a zombie.
func opener(fyne.App) func(*url.URL) error { return xdgOpen }

// xdgOpen returns when xdg-open has ended, which may be when the browser ends.
func xdgOpen(u *url.URL) error {
	cmd := exec.Command("xdg-open", u.String())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl+C in our terminal is not the browser's
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		last := strings.TrimSpace(said.String())
		return fmt.Errorf("xdg-open found no program for it (%v): %s", exit, last[strings.LastIndexByte(last, '\n')+1:])
	}
	return err
}
