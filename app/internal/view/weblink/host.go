package weblink

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Limits of a host name, in bytes (RFC 1035, 2.3.4).
const (
	maxHost  = 253
	maxLabel = 63
)

// canonicalAuthority returns a host and port in the form in which a browser
// uses them, or false if there is none.
func canonicalAuthority(written string) (string, bool) {
	host, port := written, ""
	if n := strings.LastIndexByte(written, ':'); n >= 0 && !strings.HasSuffix(written, "]") {
		host, port = written[:n], written[n+1:]
	}
	host, ok := canonicalHost(host)
	if !ok {
		return "", false
	}
	if port == "" {
		return host, true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", false
	}
	return host + ":" + strconv.FormatUint(n, 10), true
}

// canonicalHost returns a host as it is looked up: percent signs undone, IDN
// in punycode, lower case, IP numbers in their usual form.
func canonicalHost(host string) (string, bool) {
	if host == "" || len(host) > maxWrittenHost {
		return "", false
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		ip, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !ip.Is6() || ip.Zone() != "" || !strings.HasSuffix(inner, "]") {
			return "", false
		}
		return "[" + ip.String() + "]", true
	}
	host, err := url.PathUnescape(host)
	if err != nil || !utf8.ValidString(host) {
		return "", false
	}
	host = lowered(host) // of ASCII only: IDNA knows the other letters better
	if strings.IndexFunc(host, func(r rune) bool { return r > 0x7F }) >= 0 || hasPunycode(host) {
		if host, err = idna.Lookup.ToASCII(host); err != nil {
			return "", false
		}
	}
	if !isName(host) {
		return "", false
	}
	labels := strings.Split(strings.TrimSuffix(host, "."), ".")
	if isNumber(labels[len(labels)-1]) {
		return canonicalIPv4(labels)
	}
	return host, true
}

// isName reports whether host is a name of labels, which may end in a full
// stop. The underscore is no letter of a host name and in use.
func isName(host string) bool {
	host = strings.TrimSuffix(host, ".")
	if host == "" || len(host) > maxHost {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > maxLabel || !only(label, "-_") {
			return false
		}
	}
	return true
}

func hasPunycode(host string) bool {
	return strings.HasPrefix(host, "xn--") || strings.Contains(host, ".xn--")
}

// isNumber reports whether a browser takes a host with this last label for an
// IPv4 number.
func isNumber(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return label != "" && strings.Trim(label, "0123456789") == ""
}

// canonicalIPv4 reads an IPv4 number as browsers do: one to four parts, each
// decimal, octal or hexadecimal, of which the last fills the bytes that are
// left (WHATWG URL, "IPv4 parser").
func canonicalIPv4(parts []string) (string, bool) {
	if len(parts) > 4 {
		return "", false
	}
	var sum uint64
	for i, p := range parts {
		base := 10
		switch {
		case strings.HasPrefix(p, "0x"):
			p, base = p[2:], 16
		case len(p) > 1 && p[0] == '0':
			p, base = p[1:], 8
		}
		var n uint64
		if p != "" { // "0x" is a zero
			var err error
			if n, err = strconv.ParseUint(p, base, 32); err != nil {
				return "", false
			}
		}
		left := 4 - i // bytes that this part and those behind it fill
		if i < len(parts)-1 {
			if n > 0xFF {
				return "", false
			}
			sum |= n << (8 * (left - 1))
			continue
		}
		if n >= 1<<(8*left) {
			return "", false
		}
		sum |= n
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}).String(), true
}
