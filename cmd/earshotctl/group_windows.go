package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// killWithChildren ends cmd and the processes that it started when the context
// of cmd ends.
func killWithChildren(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		taskkill := filepath.Join(os.Getenv("SystemRoot"), "System32", "taskkill.exe")
		err := exec.Command(taskkill, "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid)).Run()
		if err == nil {
			return nil
		}
		if killErr := cmd.Process.Kill(); killErr != nil {
			return errors.Join(err, killErr)
		}
		return nil
	}
}
