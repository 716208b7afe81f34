package tools

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// stubs are the programs of the system under test: a Debian on which only
// ca-certificates is installed and apt-get writes down what it is asked for.
var stubs = map[string]string{
	"dpkg-query":   `for last; do :; done; [ "$last" = ca-certificates ] && printf installed`,
	"apt-get":      `echo "apt-get $*" >>"$STUB_LOG"; [ "$1 $2" != "install $STUB_FAIL" ]`,
	"sudo":         `echo sudo >>"$STUB_LOG"; "$@"`,
	"id":           `echo "$STUB_UID"`,
	"uname":        `echo "${STUB_SYSTEM:-Linux}"`,
	"xcode-select": `exit 1`,
	"go":           `echo "$STUB_GO"`,
}

// shell runs a line of bash with system.sh loaded on the stubbed system, in a
// folder whose go.mod wants Go 1.26.0. Nobody can be asked. It returns the
// exit status, what was printed and what apt-get and sudo were called with.
func shell(t *testing.T, line string, env ...string) (status int, printed, log string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("not on windows: the stubs are shell scripts")
	}
	script, err := filepath.Abs("system.sh")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, body := range stubs {
		if strings.Contains(strings.Join(env, " "), "without="+name) {
			continue
		}
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+body+"\n"), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	// The stubs alone are the PATH, with the few real programs that are needed.
	for _, name := range []string{"bash", "sh", "env", "sed", "sort", "awk", "cat"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(real, filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module m\n\ngo 1.26.0\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	calls := filepath.Join(dir, "calls")
	cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "bash"), "-uc", ". "+script+"; "+line)
	cmd.Dir = dir
	cmd.Env = append([]string{"PATH=" + bin, "HOME=" + dir, "STUB_LOG=" + calls, "STUB_UID=0", "STUB_GO=go1.26.8", "STUB_FAIL=none"}, env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	called, _ := os.ReadFile(calls)
	return cmd.ProcessState.ExitCode(), string(out), string(called)
}

func TestNeedPackages(t *testing.T) {
	const update, install = "apt-get update\n", "apt-get install -y --no-install-recommends "
	for _, row := range []struct {
		name    string
		line    string
		env     []string
		status  int
		printed string
		log     string // the beginning of what was called
	}{
		{"all there", "need_packages base", nil, 0, "", ""},
		{"root, nobody to ask", "need_packages base build", nil, 0, "gcc libc6-dev", update + install + "gcc "},
		{"root in CI", "need_packages test", []string{"CI=true"}, 0, "xvfb", update + install + "iproute2 "},
		{"not root, nobody to ask", "need_packages build", []string{"STUB_UID=1000"}, 1, "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends gcc ", ""},
		{"not root, asked before", "need_packages build", []string{"STUB_UID=1000", "EARSHOT_YES=1"}, 0, "Installing:", "sudo\n" + update + install + "gcc "},
		{"not root, no sudo", "need_packages build", []string{"STUB_UID=1000", "without=sudo"}, 1, "as root", ""},
		{"installing fails", "need_packages build", []string{"STUB_FAIL=-y"}, 1, "did not work", update + install},
		{"no package manager", "need_packages build", []string{"without=apt-get"}, 0, "neither apt-get", ""},
		{"macOS without a compiler", "need_packages base build", []string{"STUB_SYSTEM=Darwin"}, 1, "xcode-select --install", ""},
		{"macOS, no window", "need_packages base", []string{"STUB_SYSTEM=Darwin"}, 0, "", ""},
		{"Windows without a compiler", "need_packages build", []string{"STUB_SYSTEM=MINGW64_NT-10.0"}, 1, "winget", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, printed, log := shell(t, row.line, row.env...)
			if status != row.status || !strings.Contains(printed, row.printed) {
				t.Errorf("status %d, want %d; printed %q, want %q in it", status, row.status, printed, row.printed)
			}
			if !strings.HasPrefix(log, row.log) || row.log == "" && log != "" {
				t.Errorf("called %q, want %q", log, row.log)
			}
		})
	}
}

func TestNeedGo(t *testing.T) {
	for _, row := range []struct {
		name    string
		env     []string
		status  int
		printed string
	}{
		{"the same", []string{"STUB_GO=go1.26.0"}, 0, ""},
		{"newer", []string{"STUB_GO=go1.27.1"}, 0, ""},
		{"with an experiment", []string{"STUB_GO=go1.26.8 X:nocoverageredesign"}, 0, ""},
		{"older", []string{"STUB_GO=go1.19.8"}, 1, "is Go 1.19.8"},
		{"older in the second number only", []string{"STUB_GO=go1.9"}, 1, "go.dev/dl"},
	} {
		t.Run(row.name, func(t *testing.T) {
			status, printed, _ := shell(t, "need_go", row.env...)
			if status != row.status || !strings.Contains(printed, row.printed) {
				t.Errorf("status %d, want %d; printed %q, want %q in it", status, row.status, printed, row.printed)
			}
		})
	}
}

// TestEveryGroupHasNames: a group without packages would install nothing and
// say nothing.
func TestEveryGroupHasNames(t *testing.T) {
	for _, manager := range []string{"apt", "dnf", "pacman"} {
		for _, group := range []string{"base", "build", "test"} {
			_, printed, _ := shell(t, "package_manager() { echo "+manager+"; }; packages "+group)
			if strings.TrimSpace(printed) == "" {
				t.Errorf("%s: the group %s is empty", manager, group)
			}
		}
	}
}
