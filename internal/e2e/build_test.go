package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// ctlEnv names the environment variable with the path of an earshotctl that was
// built before; without it the tests build their own.
const ctlEnv = "EARSHOT_CTL"

// programs is the folder of what was built here; TestMain makes and removes it.
var programs string

func TestMain(m *testing.M) {
	if os.Getenv(earEnv) != "" {
		os.Exit(runEar())
	}
	if home := os.Getenv(watchedHome); home != "" {
		os.Exit(runWatched(home))
	}
	var err error
	if programs, err = os.MkdirTemp("", "earshot-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := os.RemoveAll(programs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

var buildCtl = sync.OnceValues(func() (string, error) {
	if path := os.Getenv(ctlEnv); path != "" {
		return filepath.Abs(path)
	}
	path := filepath.Join(programs, "earshotctl")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	cmd := exec.Command("go", "build", "-o", path, "earshot/cmd/earshotctl")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build earshotctl: %w\n%s", err, out)
	}
	return path, nil
})

// earshotctl returns the path of the program, which is built once per test run.
func earshotctl(t testing.TB) string {
	t.Helper()
	path, err := buildCtl()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
