//go:build !android

package app

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// installXdgOpen puts a script in the place of xdg-open and returns its folder.
func installXdgOpen(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	t.Setenv("DIR", dir)
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte("#!/bin/sh\n"+script+"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	return dir
}

var someAddress = &url.URL{Scheme: "https", Host: "example.org", RawQuery: "a=b&c=$HOME"}

func TestXdgOpen(t *testing.T) {
	t.Setenv("EARSHOT_UI_DUMP", "x")
	t.Setenv("BROWSER", "mine")
	dir := installXdgOpen(t, `echo "$@" >"$DIR/asked"; env >"$DIR/env"; for f in 0 1 2; do ln -s "$(readlink /proc/$$/fd/$f)" "$DIR/file$f"; done`)
	if err := xdgOpen(someAddress, time.Minute); err != nil {
		t.Fatal(err)
	}
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if asked := read("asked"); asked != "https://example.org?a=b&c=$HOME\n" {
		t.Errorf("asked for %q", asked)
	}
	if env := read("env"); strings.Contains(env, "EARSHOT_") || !strings.Contains(env, "BROWSER=mine\n") {
		t.Error("its environment holds a variable of ours, or not those of the person")
	}
	for _, name := range []string{"file0", "file1", "file2"} {
		if to, err := os.Readlink(filepath.Join(dir, name)); to != os.DevNull {
			t.Errorf("%s is %q, %v", name, to, err)
		}
	}
}

// TestXdgOpenThatOpensNothing: the error says why, and nothing of the address.
func TestXdgOpenThatOpensNothing(t *testing.T) {
	check := func(name string, err error, says string) {
		var known openError
		if !errors.As(err, &known) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "example") {
			t.Errorf("%s: %v", name, err)
		}
	}
	dir := installXdgOpen(t, `echo "$@: no browser" >&2; exit 3`)
	check("a status", xdgOpen(someAddress, time.Minute), "exit status 3")
	if err := os.WriteFile(filepath.Join(dir, "xdg-open"), []byte("#!/not/there\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	check("no interpreter", xdgOpen(someAddress, time.Minute), "does not start")
	t.Setenv("PATH", t.TempDir())
	check("no xdg-open", xdgOpen(someAddress, time.Minute), "not there")
}

// TestXdgOpenThatIsTheBrowser: what it ends with later is its own matter, and
// it leaves no zombie.
func TestXdgOpenThatIsTheBrowser(t *testing.T) {
	dir := installXdgOpen(t, `echo $$ >"$DIR/pid.new"; mv "$DIR/pid.new" "$DIR/pid"; read -r line <"$DIR/hold"; exit 1`)
	hold := filepath.Join(dir, "hold")
	if err := syscall.Mkfifo(hold, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := xdgOpen(someAddress, time.Millisecond); err != nil {
		t.Fatal(err)
	}
	end, err := os.OpenFile(hold, os.O_WRONLY, 0) // waits for the reader
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "pid"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	if err := end.Close(); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.After(20 * time.Second)
	for syscall.Kill(pid, 0) == nil {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("a zombie is left")
		}
	}
}
