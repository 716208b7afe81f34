package faultbench

import (
	"net/netip"
	"strings"
	"testing"
)

// stayer is a process on the host that does nothing until the test ends.
func stayer(t *testing.T, l *LAN, host string) (pid int) {
	t.Helper()
	cmd := l.Command(host, "sleep", "600")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	return cmd.Process.Pid
}

// inHost waits until the process has been moved to its host: until then it sees
// the connections of this machine.
func inHost(t *testing.T, pid int, want string) (all []string) {
	t.Helper()
	WaitFor(t, "the connection", func() bool {
		all = Connections(pid)
		return len(all) == 1 && strings.Contains(all[0], want)
	})
	return all
}

func TestConnections(t *testing.T) {
	l := NewLAN(t, "a", "b")
	a, b := stayer(t, l, "a"), stayer(t, l, "b")
	client, server := tcp(t, l)
	const addrA, addrB = "01004D0A:", "02004D0A:" // 10.77.0.1 and .2 as a little-endian kernel writes them
	atA, atB := inHost(t, a, addrA), inHost(t, b, addrB)
	local, remote, _ := strings.Cut(atA[0], " ")
	if !strings.HasPrefix(local, addrA) || !strings.HasPrefix(remote, addrB) || atB[0] != remote+" "+local {
		t.Errorf("a has %v, b has %v", atA, atB)
	}

	links := &LinkCount{stop: make(chan struct{}), done: make(chan struct{})}
	go links.count(a)
	t.Cleanup(func() { links.Stop() })
	WaitFor(t, "the first link", func() bool { return links.links.Load() == 1 })
	client.Close()
	server.Close()
	WaitFor(t, "the end of the connection", func() bool { return len(Connections(a)) == 0 })
	tcp(t, l)
	WaitFor(t, "the second link", func() bool { return links.links.Load() == 2 })
	if n := links.Stop(); n != 2 {
		t.Errorf("%d links, want 2", n)
	}
}

func TestCountDials(t *testing.T) {
	l := NewLAN(t, "a", "b")
	there, nobody := l.CountDials("a", l.Addr("b")), l.CountDials("a", netip.MustParseAddr("fe80::ea:ff:fe00:9"))
	if n := there.Dials(); n != 0 {
		t.Errorf("%d dials before the first", n)
	}
	for range 3 {
		if !reaches(l, "a", l.Addr("b").String()) {
			t.Fatal("a does not reach b")
		}
	}
	if n := there.Dials(); n != 3 {
		t.Errorf("%d dials, want 3", n)
	}
	if n := nobody.Dials(); n != 0 {
		t.Errorf("%d dials to somebody else", n)
	}
	there.Stop()
	again := l.CountDials("a", l.Addr("b"))
	if n := again.Dials(); n != 0 {
		t.Errorf("a new count begins with %d", n)
	}
}
