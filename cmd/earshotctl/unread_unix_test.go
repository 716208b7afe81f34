//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/internal/engine"
)

// TestSignalsEndAnUnreadDevice runs the real program on a pipe that nobody
// reads: one signal ends it with 0.
func TestSignalsEndAnUnreadDevice(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "earshotctl")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, bin); err != nil {
		t.Fatal(err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	fill(t, w)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	home := filepath.Join(dir, "home")
	cmd := exec.CommandContext(ctx, bin, "--home", home, "run", "--json")
	cmd.Env = append(os.Environ(), engine.LoopbackEnv+"=1")
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	// Once it can be reached it prints that, which nobody reads.
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for reached := false; !reached && ctx.Err() == nil; <-tick.C {
		if _, err := os.Stat(filepath.Join(home, "earshot.db")); err != nil {
			continue // asking would make the home folder
		}
		ask := exec.CommandContext(ctx, bin, "--home", home, "id")
		ask.Env = cmd.Env
		out, err := ask.Output()
		reached = err == nil && strings.Contains(string(out), "127.0.0.1:")
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v, want exit code 0", err)
	}
}

// fill writes until a pipe takes no more.
func fill(t *testing.T, w *os.File) {
	t.Helper()
	if err := w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := w.Write(make([]byte, 4096)); err != nil {
			return
		}
	}
}
