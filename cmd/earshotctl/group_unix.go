//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// killWithChildren puts cmd into a process group of its own and ends all of it
// when the context of cmd ends. Ctrl-C in a terminal does not reach the group:
// the caller ends it.
func killWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}
