package faultbench

import (
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// established is the state of a TCP connection in /proc/net/tcp (the kernel's
// tcp_states.h).
const established = "01"

// mapped begins an IPv4 address in the table of IPv6.
const mapped = "0000000000000000FFFF0000"

// Connections returns the established TCP connections of the host of a process,
// each as its own address, a blank and the other one, as the kernel writes them.
// Beside links there may be the probes of discovery, which live for milliseconds.
// Any goroutine may call it; it returns nil when the process is gone.
func Connections(pid int) (all []string) {
	for _, family := range []string{"tcp", "tcp6"} {
		table, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", pid, family))
		if err != nil {
			return nil
		}
		for line := range strings.Lines(string(table)) {
			// number, local address, remote address, state
			if f := strings.Fields(line); len(f) > 3 && f[3] == established {
				all = append(all, strings.ReplaceAll(f[1]+" "+f[2], mapped, ""))
			}
		}
	}
	return all
}

const (
	// linkSample is how often a LinkCount looks.
	linkSample = 10 * time.Millisecond
	// linkSamples in a row with a connection make it a link: a probe of
	// discovery or a refused handshake is over sooner.
	linkSamples = 5
)

// LinkCount counts the links that a device has had.
type LinkCount struct {
	stop, done chan struct{}
	links      atomic.Int64
}

// CountLinks begins to count the links of a running device, the present ones
// included. The end of the test ends it.
func CountLinks(t testing.TB, d *Device) *LinkCount {
	c := &LinkCount{stop: make(chan struct{}), done: make(chan struct{})}
	go c.count(d.Pid())
	t.Cleanup(func() { c.Stop() })
	return c
}

func (c *LinkCount) count(pid int) {
	defer close(c.done)
	tick := time.NewTicker(linkSample)
	defer tick.Stop()
	seen := map[string]int{}
	for {
		now := Connections(pid)
		maps.DeleteFunc(seen, func(k string, _ int) bool { return !slices.Contains(now, k) })
		for _, k := range now {
			if seen[k]++; seen[k] == linkSamples {
				c.links.Add(1)
			}
		}
		select {
		case <-tick.C:
		case <-c.stop:
			return
		}
	}
}

// Stop ends the count and returns it. It is for one goroutine.
func (c *LinkCount) Stop() int {
	select {
	case <-c.done:
	default:
		close(c.stop)
		<-c.done
	}
	return int(c.links.Load())
}

// DialCount counts the first segments of TCP connections, repeated ones too,
// that a host sends to an address.
type DialCount struct {
	lan   *LAN
	host  string
	table string
}

// CountDials begins to count how often the host tries to reach an address.
func (l *LAN) CountDials(host string, to netip.Addr) *DialCount {
	l.t.Helper()
	c := &DialCount{lan: l, host: host, table: "earshot_dials_" + strings.NewReplacer(".", "_", ":", "_").Replace(to.String())}
	family := "ip6"
	if to.Is4() {
		family = "ip"
	}
	l.nft(host, fmt.Sprintf("table inet %s {\nchain sent {\ntype filter hook output priority 0\n%s daddr %s tcp flags & (syn|ack) == syn counter\n}\n}\n", c.table, family, to))
	return c
}

var packetsCounted = regexp.MustCompile(`counter packets (\d+)`)

// Dials is the count so far.
func (c *DialCount) Dials() int {
	c.lan.t.Helper()
	out, err := exec.Command("ip", "netns", "exec", c.lan.prefix+c.host, "nft", "list", "table", "inet", c.table).CombinedOutput()
	found := packetsCounted.FindSubmatch(out)
	if err != nil || found == nil {
		c.lan.t.Fatalf("nft: %v %s", err, out)
	}
	n, err := strconv.Atoi(string(found[1]))
	if err != nil {
		c.lan.t.Fatal(err)
	}
	return n
}

// Stop ends the count.
func (c *DialCount) Stop() {
	c.lan.t.Helper()
	c.lan.nft(c.host, fmt.Sprintf("delete table inet %s\n", c.table))
}
