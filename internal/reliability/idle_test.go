//go:build e2e

package reliability

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"earshot/internal/faultbench"
)

// maxSwitches is how often an idle device may go to sleep and wake in a minute,
// over all its threads: a phone's battery and a small server's processor pay for
// each. In the short form, where other tests keep both cores busy, a wake costs
// more of them, and only a clock that ticks for nothing is to be noticed.
const (
	maxSwitches     = 60
	maxSwitchesBusy = 240
)

// A device with a contact in earshot and nothing to do lets the processor rest.
// Long form: ten minutes.
func TestIdle(t *testing.T) {
	t.Parallel()
	length, most := span(40*time.Second, 10*time.Minute), float64(scale(maxSwitchesBusy, maxSwitches))
	lan := faultbench.NewLAN(t, "anna", "bert")
	ledger := faultbench.NewLedger()
	a, b := faultbench.NewDevice(t, lan, ledger, "anna", faultbench.ShortDir(t)), faultbench.NewDevice(t, lan, ledger, "bert", faultbench.ShortDir(t))
	for _, d := range []*faultbench.Device{a, b} {
		d.Start()
		d.Ready()
	}
	faultbench.Befriend(a, b)
	<-time.After(15 * time.Second) // what follows the first minute's words
	before := switches(t, a.Pid())
	<-time.After(length)
	rate := float64(switches(t, a.Pid())-before) / length.Minutes()
	t.Logf("%.1f voluntary context switches a minute over %v", rate, length)
	if rate >= most {
		t.Errorf("%.1f voluntary context switches a minute, want below %.0f", rate, most)
	}
}

// switches counts how often the threads of a process gave up the processor.
func switches(t *testing.T, pid int) int {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	if err != nil || len(files) == 0 {
		t.Fatal("the process is gone")
	}
	sum := 0
	for _, f := range files {
		status, err := os.ReadFile(f)
		if err != nil { // a thread that ended
			continue
		}
		for line := range strings.Lines(string(status)) {
			if rest, ok := strings.CutPrefix(line, "voluntary_ctxt_switches:"); ok {
				n, err := strconv.Atoi(strings.TrimSpace(rest))
				if err != nil {
					t.Fatal(err)
				}
				sum += n
			}
		}
	}
	return sum
}
