//go:build !android

package app

import (
	"errors"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
)

// openingTime is how long xdg-open has to say that nothing opens an address. It
// says so in less than that, also on a slow machine. One that runs longer has
// become the browser, and the status with which a person closes that, hours
// later, is nothing to report.
const openingTime = 5 * time.Second

// ownPrefix is how the variables begin that are meant for Earshot only.
const ownPrefix = "EARSHOT_"

// opener returns what has the system open an address. The toolkit starts
// xdg-open and does not look after it: nobody would learn that there is no
// browser, and each call would leave a zombie.
func opener(fyne.App) func(*url.URL) error {
	return func(u *url.URL) error { return xdgOpen(u, openingTime) }
}

// xdgOpen has xdg-open open an address. It returns when that has ended, or runs
// for longer than patience; then a goroutine waits for its end, or ours. Its
// errors are of type openError.
//
// The program gets no pipe to this process: it may be the browser itself, which
// would end with us at its next line of output. So what it prints is lost.
func xdgOpen(u *url.URL, patience time.Duration) error {
	cmd := exec.Command("xdg-open", u.String())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl+C in our terminal is not the browser's
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, ownPrefix) })
	switch err := cmd.Start(); {
	case errors.Is(err, exec.ErrNotFound):
		return openError("xdg-open is not there")
	case err != nil:
		return openError("xdg-open does not start")
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case err := <-ended:
		if err != nil {
			return openError("xdg-open found no program for it: " + cmd.ProcessState.String())
		}
	case <-late.C:
	}
	return nil
}
