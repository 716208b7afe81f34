package faultbench

import (
	"fmt"
	"os/exec"
	"strings"
)

// lostPackets is the nftables table of each fault on a port of the switch,
// resets that of a host. A table is the unit in which faults are healed.
const (
	lostPackets = "earshot_lost_"
	resets      = "earshot_resets"
)

const rejectTCP = "meta l4proto tcp reject with tcp reset"

// Impair puts an impairer into the cable of the host; until it is told otherwise
// all frames pass. It stays until the test ends. The same seed and the same
// frames give the same decisions.
func (l *LAN) Impair(host string, seed uint64) *Impairer {
	l.t.Helper()
	if l.bridge(host) != mainBridge {
		l.t.Fatalf("faultbench: %s has an impairer already", host)
	}
	// The host's end of its cable stays as it is, so that it notices nothing:
	//
	//	eth0 ==== p0 - i0 - h0 [impairer] n0 - br0
	n := l.port(host)
	inner, near, far := fmt.Sprint("i", n), fmt.Sprint("h", n), fmt.Sprint("n", n)
	hostSide, err := openTap(l.prefix+"switch", near)
	if err != nil {
		l.t.Fatal(err)
	}
	networkSide, err := openTap(l.prefix+"switch", far)
	if err != nil {
		hostSide.Close()
		l.t.Fatal(err)
	}
	i := newImpairer(hostSide, networkSide, seed)
	l.t.Cleanup(i.close)
	l.run("switch", "link", "add", inner, "type", "bridge", "mcast_snooping", "0")
	l.bridges[host] = inner
	l.run("switch", "link", "set", near, "master", inner, "up")
	l.run("switch", "link", "set", far, "master", mainBridge, "up")
	l.run("switch", "link", "set", inner, "up")
	l.run("switch", "link", "set", l.portName(host), "master", inner)
	return i
}

// Drop loses all frames of the host in the given direction without a word to
// anybody, until Heal.
func (l *LAN) Drop(host string, d Direction) {
	l.t.Helper()
	l.lose(host, d, "drop")
}

// DropLonger loses the IP packets of the host that are longer than n bytes, in
// both directions and without an ICMP message, until Heal: a path whose MTU
// shrank behind a router that keeps silent.
func (l *LAN) DropLonger(host string, n int) {
	l.t.Helper()
	// The packets of these links are cut to the MTU only where they leave for
	// a real cable, which there is none of; so the hosts cut them.
	for h := range l.hosts {
		l.run(h, "link", "set", Interface, "gso_max_segs", "1")
	}
	l.lose(host, Both, fmt.Sprintf("meta length > %d drop", n))
}

// lose adds a rule about a host's port in the switch, where the host sees
// nothing of it.
func (l *LAN) lose(host string, d Direction, rule string) {
	l.t.Helper()
	port := l.portName(host)
	var script strings.Builder
	fmt.Fprintf(&script, "table bridge %s%s {\n", lostPackets, port)
	if d&Sent != 0 {
		fmt.Fprintf(&script, "chain sent {\ntype filter hook prerouting priority 0\niifname %q %s\n}\n", port, rule)
	}
	if d&Received != 0 {
		fmt.Fprintf(&script, "chain received {\ntype filter hook postrouting priority 0\noifname %q %s\n}\n", port, rule)
	}
	script.WriteString("}\n")
	l.nft("switch", script.String())
}

// Reset answers every TCP segment of the host in the given direction with a
// reset to its sender, until Heal: segments that it sends reset its own side,
// those that it receives the other one.
func (l *LAN) Reset(host string, d Direction) {
	l.t.Helper()
	var script strings.Builder
	fmt.Fprintf(&script, "table inet %s {\n", resets)
	// Only on the cable: a reset for the host's own side comes over lo.
	if d&Sent != 0 {
		fmt.Fprintf(&script, "chain sent {\ntype filter hook output priority 0\noifname %q %s\n}\n", Interface, rejectTCP)
	}
	if d&Received != 0 {
		fmt.Fprintf(&script, "chain received {\ntype filter hook input priority 0\niifname %q %s\n}\n", Interface, rejectTCP)
	}
	script.WriteString("}\n")
	l.nft(host, script.String())
}

// Heal ends all that Drop, DropLonger and Reset do to the host.
func (l *LAN) Heal(host string) {
	l.t.Helper()
	// A table is declared first because only what is there can be deleted.
	l.nft("switch", fmt.Sprintf("table bridge %[1]s%[2]s\ndelete table bridge %[1]s%[2]s\n", lostPackets, l.portName(host)))
	l.nft(host, fmt.Sprintf("table inet %[1]s\ndelete table inet %[1]s\n", resets))
}

// nft runs a script of nft(8) on a host or the switch. The test is given up when
// the program is missing.
func (l *LAN) nft(host, script string) {
	l.t.Helper()
	if _, err := exec.LookPath("nft"); err != nil {
		giveUp(l.t, "needs the program nft for faults of the network")
	}
	cmd := exec.Command("ip", "netns", "exec", l.prefix+host, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("nft: %v %s\n%s", err, out, script)
	}
}
