package faultbench

import (
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestLAN(t *testing.T) {
	var prefix string
	t.Run("lives", func(t *testing.T) {
		l := NewLAN(t, "alice", "bob")
		prefix = l.prefix
		if got := l.Addr("bob"); got != netip.MustParseAddr("10.77.0.2") {
			t.Errorf("address of bob = %v", got)
		}
		if !reaches(l, "alice", "10.77.0.2") {
			t.Error("alice does not reach bob")
		}
		l.SetLink("bob", false)
		if reaches(l, "alice", "10.77.0.2") {
			t.Error("alice reaches bob, whose cable is out")
		}
		l.SetLink("bob", true)
		l.SetAddr("bob", netip.MustParsePrefix("10.77.0.99/24"))
		if !reaches(l, "alice", "10.77.0.99") {
			t.Error("alice does not reach bob at the new address")
		}
		l.RemoveInterface("bob")
		l.AddInterface("bob")
		if !reaches(l, "alice", "10.77.0.99") {
			t.Error("alice does not reach bob over the new interface")
		}
		left := l.Command("bob", "sleep", "600")
		if err := left.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { go left.Wait() }) // killed with the LAN
	})
	out, err := exec.Command("ip", "netns", "list").Output()
	if prefix != "" && (err != nil || strings.Contains(string(out), prefix)) {
		t.Errorf("left behind: %s %v", out, err)
	}
}

// reaches opens a TCP connection to a closed port: a refusal comes from the
// other host and proves that it was reached.
func reaches(l *LAN, from, to string) bool {
	self, err := os.Executable()
	if err != nil {
		return false
	}
	c := l.Command(from, self)
	c.Env = append(os.Environ(), "FAULTBENCH_DIAL="+to+":9")
	return c.Run() == nil
}
