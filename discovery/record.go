package discovery

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// serviceType is the type of service that every device offers.
	serviceType = "_earshot._tcp"
	// domain is that of multicast DNS.
	domain = "local."
	// serviceName is where all instances are listed.
	serviceName = serviceType + "." + domain
)

// Record is what this device tells the network (PROTOCOL.md §3).
type Record struct {
	// Port is the TCP port of the listener for links, 1024 to 65535.
	Port int
	// PresenceKey is the 16-byte key by which contacts recognise the device.
	// It is not told: the record holds a MAC made with it.
	PresenceKey []byte
	// Name is shown to people nearby; "" tells none, as a device does that is
	// visible to contacts only. At most MaxNameBytes are told, cut between
	// characters.
	Name string
	// Kind is one of phone, tablet, laptop, desktop and server, or "".
	Kind string
}

// mustNotBeFollowed reports whether somebody who knows r must not recognise the
// device by next: it has stopped to tell its name, or is recognised by another key
// because somebody is a contact no more.
func (r Record) mustNotBeFollowed(next Record) bool {
	return r.Name != "" && next.Name == "" || !bytes.Equal(r.PresenceKey, next.PresenceKey)
}

// check says what is wrong with a record that cannot be announced.
func (r Record) check() error {
	if r.Port < minPort || r.Port > 65535 {
		return fmt.Errorf("discovery: port %d is not between %d and 65535", r.Port, minPort)
	}
	if len(r.PresenceKey) != presenceKeyBytes {
		return fmt.Errorf("discovery: the presence key has %d bytes, not %d", len(r.PresenceKey), presenceKeyBytes)
	}
	return nil
}

// claims are the fields that a record tells under the given salt.
func (r Record) claims(salt [8]byte) claims {
	return claims{
		salt: salt,
		who:  who(r.PresenceKey, salt),
		name: cut(r.Name, MaxNameBytes),
		kind: cut(r.Kind, maxKindBytes),
	}
}

// who is the value by which those who have the presence key recognise the
// device: the first 8 bytes of HMAC-SHA256(key, salt).
func who(presenceKey []byte, salt [8]byte) [8]byte {
	m := hmac.New(sha256.New, presenceKey)
	m.Write(salt[:])
	return [8]byte(m.Sum(nil))
}

// instanceLabel and hostLabel name the device in DNS. They come from the salt,
// so they tell nothing and never collide, unlike the names of systems.
func instanceLabel(salt [8]byte) string { return hex.EncodeToString(salt[:]) }
func hostLabel(salt [8]byte) string     { return "earshot-" + instanceLabel(salt) }

// cut makes s valid UTF-8 of at most n bytes, ending between characters.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
