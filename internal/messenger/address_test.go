package messenger

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
)

// Before trust. FuzzSplitAddress states that an address that is taken has a port,
// names one host without anything that a name or a log could be led astray by, is
// read the same from its normal form, and that nothing comes beside an error.
func FuzzSplitAddress(f *testing.F) {
	for _, s := range []string{
		"", "host", "host:1", "10.0.0.1", "10.0.0.1:65535", "fe80::1%eth0", "[fe80::1%eth0]:7342", "[::1]", "::1", "[::1]:0",
		"host:65536", "host:-1", "host:+1", "host: 1", "a b", "user@host", "http://host", "host:1:2", "[host]:1", "[]:1", ":1", "[::ffff:1.2.3.4]:9", "host\x00:1", "h\u202eost", "[::1%\n]:1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		host, port, err := splitAddress(s)
		if err != nil {
			if host != "" || port != 0 || !errors.Is(err, ErrBadAddress) {
				t.Fatalf("%q: %q, %d, %v", s, host, port, err)
			}
			return
		}
		if host == "" || port == 0 || strings.ContainsAny(host, " \t\r\n/[]@") || len(host) > len(s)+2*len("0000") {
			t.Fatalf("%q is taken as %q, %d", s, host, port)
		}
		if strings.Contains(host, ":") {
			if _, err := netip.ParseAddr(host); err != nil {
				t.Fatalf("%q is taken as %q: %v", s, host, err)
			}
		}
		again, port2, err := splitAddress(net.JoinHostPort(host, strconv.Itoa(int(port))))
		if err != nil || again != host || port2 != port {
			t.Fatalf("%q is taken as %q, %d, and that as %q, %d, %v", s, host, port, again, port2, err)
		}
	})
}
