package faultbench

import (
	"cmp"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// Interface is the name of the one network interface of each host.
const Interface = "eth0"

// RequireEnv names the environment variable that turns the skip of a test that
// cannot have its LAN into a failure. Continuous integration sets it.
const RequireEnv = "EARSHOT_REQUIRE_NETNS"

// firstAddr is the address of the first host; the others count up from it.
var firstAddr = netip.MustParsePrefix("10.77.0.1/24")

// namePrefix begins the name of every namespace, so that a later run can find
// what a killed one has left behind.
const namePrefix = "earshot-"

// mainBridge is the switch that joins all hosts.
const mainBridge = "br0"

// lans counts the LANs of this process: a part of their namespaces' names.
var lans atomic.Int64

// LAN is a network of hosts on one switch. Its methods end the test on errors
// and are for the goroutine of that test, except Command and Addr, which any
// goroutine may call.
type LAN struct {
	t      testing.TB
	prefix string
	hosts  map[string]int // name to number of the switch port
	addrs  []netip.Prefix // first address of each host, by number
	// bridges names the bridge that a host's cable ends at, if it is another
	// than the one of all.
	bridges map[string]string
}

// NewLAN makes a network with the given hosts, their links up and their
// addresses set, both IPv4 and a link-local IPv6 one. It is gone when the test
// has ended, and every process that still runs on one of its hosts is killed.
//
// Making one needs root on Linux; elsewhere the test is skipped with one line,
// or fails if the environment variable [RequireEnv] is set.
func NewLAN(t testing.TB, hosts ...string) *LAN {
	t.Helper()
	if why := impossible(); why != "" {
		giveUp(t, why)
	}
	l := &LAN{
		t:       t,
		prefix:  fmt.Sprintf("%s%d-%d-", namePrefix, os.Getpid(), lans.Add(1)),
		hosts:   map[string]int{},
		bridges: map[string]string{},
	}
	sweep()
	t.Cleanup(l.remove)
	if out, err := ip("", "netns", "add", l.prefix+"switch"); err != nil {
		giveUp(t, "needs root for network namespaces: "+out)
	}
	l.run("switch", "link", "add", mainBridge, "type", "bridge", "mcast_snooping", "0")
	l.run("switch", "link", "set", mainBridge, "up")
	addr := firstAddr
	for n, h := range hosts {
		if _, twice := l.hosts[h]; twice || h == "switch" || h == "" {
			t.Fatalf("faultbench: host name %q cannot be used", h)
		}
		l.hosts[h] = n
		l.addrs = append(l.addrs, addr)
		addr = netip.PrefixFrom(addr.Addr().Next(), addr.Bits())
		l.run("", "netns", "add", l.prefix+h)
		l.quickIPv6(h)
		l.run(h, "link", "set", "lo", "up")
		l.AddInterface(h)
	}
	return l
}

func giveUp(t testing.TB, why string) {
	t.Helper()
	if os.Getenv(RequireEnv) != "" {
		t.Fatalf("%s is set, but this machine cannot: %s", RequireEnv, why)
	}
	t.Skip(why)
}

// Command prepares a command that runs on the host. The process of the command
// is the program itself, so signals reach it directly. Whoever starts it waits
// for it.
func (l *LAN) Command(host, name string, args ...string) *exec.Cmd {
	l.port(host)
	return exec.Command("ip", append([]string{"netns", "exec", l.prefix + host, name}, args...)...)
}

// Addr is the IPv4 address that the host got from NewLAN or the last SetAddr.
func (l *LAN) Addr(host string) netip.Addr { return l.addrs[l.port(host)].Addr() }

// SetLink plugs the cable of the host out (false) or in (true). The interface
// and its IPv4 address stay; the host sees that its carrier is gone.
func (l *LAN) SetLink(host string, up bool) {
	l.t.Helper()
	state := "down"
	if up {
		state = "up"
	}
	l.run("switch", "link", "set", l.portName(host), state)
}

// SetAddr replaces the IPv4 address of the host, as a renewed lease does. For
// a moment the host has none.
func (l *LAN) SetAddr(host string, prefix netip.Prefix) {
	l.t.Helper()
	n := l.port(host)
	l.run(host, "addr", "del", l.addrs[n].String(), "dev", Interface)
	l.addrs[n] = prefix
	l.run(host, "addr", "add", prefix.String(), "dev", Interface)
}

// RemoveInterface deletes the interface of the host with its addresses, as
// pulling a USB adapter does.
func (l *LAN) RemoveInterface(host string) {
	l.t.Helper()
	l.run(host, "link", "del", Interface)
}

// AddInterface gives a host without an interface a new one with its last
// address and the same hardware address. The kernel numbers it anew.
func (l *LAN) AddInterface(host string) {
	l.t.Helper()
	n := l.port(host)
	// Like an adapter that is plugged in again it keeps its hardware address:
	// with another one its neighbours would send to the old one for seconds.
	l.run("", "link", "add", Interface, "address", fmt.Sprintf("02:ea:00:00:00:%02x", n+1),
		"netns", l.prefix+host, "type", "veth",
		"peer", "name", l.portName(host), "netns", l.prefix+"switch")
	l.run("switch", "link", "set", l.portName(host), "master", l.bridge(host), "up")
	l.run(host, "addr", "add", l.addrs[n].String(), "dev", Interface)
	l.run(host, "link", "set", Interface, "up")
}

func (l *LAN) port(host string) int {
	n, ok := l.hosts[host]
	if !ok {
		panic("faultbench: there is no host " + strconv.Quote(host))
	}
	return n
}

func (l *LAN) bridge(host string) string {
	l.port(host)
	return cmp.Or(l.bridges[host], mainBridge)
}

func (l *LAN) portName(host string) string { return "p" + strconv.Itoa(l.port(host)) }

// run calls ip in the namespace of the host ("" for none) and ends the test
// when it complains.
func (l *LAN) run(host string, args ...string) {
	l.t.Helper()
	if host != "" {
		host = l.prefix + host
	}
	if out, err := ip(host, args...); err != nil {
		l.t.Fatalf("ip %s: %v %s", strings.Join(args, " "), err, out)
	}
}

// remove kills what still runs on the hosts and deletes all namespaces.
func (l *LAN) remove() {
	for h := range l.hosts {
		deleteNamespace(l.prefix + h)
	}
	deleteNamespace(l.prefix + "switch")
}

// sweep deletes the namespaces of test processes that are no more.
func sweep() {
	out, err := exec.Command("ip", "netns", "list").Output()
	if err != nil {
		return
	}
	for line := range strings.Lines(string(out)) {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		rest, ours := strings.CutPrefix(name, namePrefix)
		pid, _, _ := strings.Cut(rest, "-")
		if n, err := strconv.Atoi(pid); ours && err == nil && !running(n) {
			deleteNamespace(name)
		}
	}
}

func deleteNamespace(name string) {
	out, err := exec.Command("ip", "netns", "pids", name).Output()
	if err != nil {
		return
	}
	for pid := range strings.FieldsSeq(string(out)) {
		if n, err := strconv.Atoi(pid); err == nil {
			if p, err := os.FindProcess(n); err == nil {
				_ = p.Kill()
			}
		}
	}
	_ = exec.Command("ip", "netns", "del", name).Run()
}

// ip runs ip(8) in the given namespace ("" for the one we are in).
func ip(namespace string, args ...string) (string, error) {
	if namespace != "" {
		args = append([]string{"-n", namespace}, args...)
	}
	out, err := exec.Command("ip", args...).CombinedOutput()
	return strings.TrimSpace(string(out)), err
}
