package faultbench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// CtlEnv names the environment variable with the path of an earshotctl that was
// built before; without it a test program builds its own.
const CtlEnv = "EARSHOT_CTL"

// LongEnv names the environment variable that chooses the long form of a row.
const LongEnv = "EARSHOT_LONG"

// Long reports whether the long forms are wanted.
func Long() bool { return os.Getenv(LongEnv) != "" }

// built is what this test program has built.
var built struct {
	sync.Mutex
	dir  string // of ctl; Main removes it
	ctl  string
	fail error
}

// Main runs the tests of a program that uses devices and removes what was built
// for them. TestMain calls it and exits with the code that it returns.
func Main(m *testing.M) int {
	code := m.Run()
	built.Lock()
	defer built.Unlock()
	if built.dir == "" {
		return code
	}
	if err := os.RemoveAll(built.dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return max(code, 1)
	}
	return code
}

// Earshotctl returns the path of the program that [CtlEnv] names, or of one that
// is built at the first call. The test ends when it cannot be built.
func Earshotctl(t testing.TB) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if built.ctl == "" && built.fail == nil {
		built.ctl, built.fail = buildCtl()
	}
	if built.fail != nil {
		t.Fatal(built.fail)
	}
	return built.ctl
}

// buildCtl is called under the lock of built.
func buildCtl() (string, error) {
	if path := os.Getenv(CtlEnv); path != "" {
		return filepath.Abs(path)
	}
	var err error
	if built.dir, err = os.MkdirTemp("", "earshot-ctl-"); err != nil {
		return "", err
	}
	path := filepath.Join(built.dir, "earshotctl")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", path, "earshot/cmd/earshotctl")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build earshotctl: %w\n%s", err, out)
	}
	return path, nil
}
