package app

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// argvEnv turns the test binary into a program that takes its arguments and tells
// what the system shows of them.
const argvEnv = "EARSHOT_TEST_ARGV"

// TestLinkLeavesTheArguments: what everybody may read of a process has no link any
// more once it runs, and the rest as it was.
func TestLinkLeavesTheArguments(t *testing.T) {
	if os.Getenv(argvEnv) != "" {
		taken := takeArguments()
		shown, err := os.ReadFile("/proc/self/cmdline")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("taken %q\nshown %q\n", taken, strings.Split(strings.Trim(string(shown), "\x00"), "\x00"))
		os.Exit(0)
	}
	args := []string{"-test.run=^" + t.Name() + "$", "--", "--home", "/tmp/x", someLink}
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Env = append(os.Environ(), argvEnv+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	shown := append([]string{os.Args[0]}, args...)
	shown[len(shown)-1] = strings.Repeat("*", len(someLink))
	for _, want := range []string{fmt.Sprintf("taken %q\n", args), fmt.Sprintf("shown %q\n", shown)} {
		if !strings.Contains(string(out), want) {
			t.Errorf("got %s, want %s in it", out, want)
		}
	}
}
