package weblink

import (
	"net/url"
	"strings"
)

const (
	// maxPlainHost is the longest host that is read at a glance, in bytes: half
	// a line of a bubble.
	maxPlainHost = 40

	// maxWrittenHost is the longest host that is looked at, in bytes: the 253
	// of a name, each written as a character of four bytes.
	maxWrittenHost = 4 * maxHost
)

// wwwLink reads a link without a scheme. Its host has a name of its own behind
// "www." and ends in letters: "www.txt" is a file.
func wwwLink(raw string) (Link, bool) {
	l, ok := webLink("https://" + raw)
	if !ok || strings.Contains(authorityOf(raw), "@") {
		return Link{}, false
	}
	l.End = len(raw)
	name, _, _ := strings.Cut(l.Host, ":")
	labels := strings.Split(name, ".")
	top := labels[len(labels)-1]
	return l, len(labels) >= 3 && len(top) >= 2 && !isNumber(top)
}

// webLink reads an http or https link.
func webLink(raw string) (Link, bool) {
	if strings.ContainsFunc(raw, isHidden) {
		return Link{}, false
	}
	scheme, rest, _ := strings.Cut(raw, "://")
	authority := authorityOf(rest)
	written, user := authority, ""
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, written = authority[:at], authority[at+1:]
	}
	host, ok := canonicalAuthority(written)
	if !ok || !isUserinfo(user) {
		return Link{}, false
	}
	target := strings.ToLower(scheme) + "://"
	if user != "" {
		target += user + "@"
	}
	u, err := url.Parse(target + host + escape(rest[len(authority):]))
	if err != nil || u.Host != host {
		return Link{}, false
	}
	return Link{
		End: len(raw), URL: u.String(), Host: host,
		Ask: !shows(authority, host) || len(host) > maxPlainHost || hasPunycode(host),
	}, true
}

// misread are upper-case letters that look like another letter or a digit in
// lower case: l and 0.
const misread = "IO"

// shows reports whether a person who reads what is written sees where it leads:
// it differs in the case of letters at most, and not in one that is misread.
func shows(written, leads string) bool {
	if len(written) != len(leads) {
		return false
	}
	for i := range len(written) {
		if c := written[i]; c != leads[i] && (lower(c) != leads[i] || strings.IndexByte(misread, c) >= 0) {
			return false
		}
	}
	return true
}

// authorityOf is what stands before the path of an address.
func authorityOf(rest string) string {
	if n := strings.IndexAny(rest, "/?#"); n >= 0 {
		return rest[:n]
	}
	return rest
}

// mailLink reads a mailto link (RFC 6068) of one address, with no more than a
// subject and a text: other fields may attach files or add receivers. Nothing
// in it is hidden by percent signs: a line break may begin another field, and
// what begins with a hyphen may be an option of the program that opens it.
func mailLink(raw string) (Link, bool) {
	if strings.ContainsFunc(raw, isHidden) || strings.Contains(raw, "#") {
		return Link{}, false
	}
	address, query, asks := strings.Cut(raw[len("mailto:"):], "?")
	at := strings.LastIndexByte(address, '@')
	if at <= 0 || !isLocalPart(address[:at]) {
		return Link{}, false
	}
	host, ok := canonicalHost(address[at+1:])
	if !ok || strings.ContainsAny(host, "[]") {
		return Link{}, false
	}
	query = escape(query)
	subject, ok := subjectOf(query)
	if !ok {
		return Link{}, false
	}
	to := address[:at+1] + host
	target := "mailto:" + to
	if query != "" {
		target += "?" + query
	}
	u, err := url.Parse(target)
	if err != nil || u.Opaque != to {
		return Link{}, false
	}
	return Link{
		End: len(raw), URL: u.String(), Host: to, Subject: subject, Mail: true,
		Ask: asks || !shows(address, to) || len(host) > maxPlainHost || hasPunycode(host),
	}, true
}

// subjectOf reads the fields of a mailto link and returns its subject, or false
// if there are others than one subject and one text, or if they hide something.
func subjectOf(query string) (subject string, ok bool) {
	fields, err := url.ParseQuery(strings.ReplaceAll(query, "+", "%2B")) // a plus sign is no space here
	if err != nil {
		return "", false
	}
	seen := make(map[string]bool)
	for name, values := range fields {
		name = lowered(name)
		if name != "subject" && name != "body" || seen[name] || len(values) > 1 || strings.ContainsFunc(values[0], isHidden) {
			return "", false
		}
		seen[name] = true
		if name == "subject" {
			subject = values[0]
		}
	}
	return subject, true
}

const (
	subDelims  = "!$&'()*+,;="
	unreserved = "-._~"
)

func isUserinfo(s string) bool { return only(s, unreserved+subDelims+"%:") }

// isLocalPart accepts what people have as the first half of their address.
func isLocalPart(s string) bool { return s[0] != '-' && only(s, "-._~!$&'*+=") }

// only reports whether s holds nothing but ASCII letters, digits and marks.
func only(s, marks string) bool {
	for i := range len(s) {
		if !isAlnum(s[i]) && strings.IndexByte(marks, s[i]) < 0 {
			return false
		}
	}
	return true
}

// escape writes what stands behind the host of an address in the characters
// that RFC 3986 allows there.
func escape(tail string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	fragment := false
	for i := range len(tail) {
		c := tail[i]
		ok := isAlnum(c) || strings.IndexByte(unreserved+subDelims+":@/?[]", c) >= 0
		switch c {
		case '%':
			ok = i+2 < len(tail) && isHex(tail[i+1]) && isHex(tail[i+2])
		case '#':
			ok, fragment = !fragment, true
		}
		if ok {
			b.WriteByte(c)
			continue
		}
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}

func isHex(c byte) bool {
	c = lower(c)
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f'
}
