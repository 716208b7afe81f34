package faultbench

import (
	"os"
	"os/exec"
	"strconv"
)

// impossible says why no LAN can be made here; "" means that it can be tried.
func impossible() string {
	if os.Geteuid() != 0 {
		return "needs root for network namespaces"
	}
	if _, err := exec.LookPath("ip"); err != nil {
		return "needs the program ip for network namespaces"
	}
	return ""
}

// running tells whether a process exists.
func running(pid int) bool {
	_, err := os.Stat("/proc/" + strconv.Itoa(pid))
	return err == nil
}

// quickIPv6 makes IPv6 addresses of future interfaces usable at once: without
// it the kernel first asks for 1.5 s whether somebody else has them.
func (l *LAN) quickIPv6(host string) {
	l.t.Helper()
	const script = "cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0; for c in all default; do echo 0 >$c/accept_dad; echo 0 >$c/dad_transmits; done"
	if out, err := l.Command(host, "sh", "-ec", script).CombinedOutput(); err != nil {
		l.t.Fatalf("switching duplicate address detection off: %v %s", err, out)
	}
}
