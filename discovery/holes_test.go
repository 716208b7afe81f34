package discovery

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// There, whatever port an announcement named was dialled. Here only ports that no
// service of a system has, at addresses that our own networks hold.
func TestKDEConnectCVE202026164(t *testing.T) {
	for _, port := range []int{0, 1, 22, 25, 80, 443, 1023} {
		l := newLab()
		l.hear(t, "10.0.0.2", records("peer1", 120, port, "10.0.0.2")...)
		if got := l.events(); got != "" {
			t.Errorf("port %d: %s", port, got)
		}
	}
	l := newLab()
	l.hear(t, "10.0.0.2", records("peer1", 120, 7342, "8.8.8.8", "127.0.0.1", "224.0.0.1", "::1")...)
	if got := l.events(); got != "" {
		t.Errorf("addresses elsewhere: %s", got)
	}
	l.hear(t, "10.0.0.2", records("peer1", 120, 1024, "10.0.0.2")...)
	if got := l.events(); !strings.Contains(got, "10.0.0.2:1024") {
		t.Errorf("port 1024: %q", got)
	}
}

// There, a malformed device ID in an announcement ended the app. Here what is
// malformed is dropped and counted, and devices that were known stay.
func TestKDEConnectCVE202532901(t *testing.T) {
	l := newLab()
	l.hear(t, "10.0.0.3", records("before", 120, 7342, "10.0.0.3")...)
	l.events()
	const head = `peer1.` + serviceName + ` 120 IN TXT "v=1" `
	for _, txt := range []string{
		`"salt="`, `"salt=zz" "who=zz"`, `"salt=00" "who=00"`, `"who=0001020304050607"`, `"salt=0001020304050607"`,
		`"salt=000102030405060" "who=0001020304050607"`, `"salt=00010203040506070" "who=0001020304050607"`,
		`"salt=0001020304050607" "who=` + strings.Repeat("0", 200) + `"`, `"SALT=-1" "who=\000\255"`, `"=" "==" ""`,
	} {
		rs := records("peer1", 120, 7342, "10.0.0.2")
		rs[2] = head + txt
		l.hear(t, "10.0.0.2", rs...)
		if got := l.events(); got != "" {
			t.Errorf("%s: %s", txt, got)
		}
	}
	for _, label := range []string{`\000\000\000`, `..`, `\.\.`, strings.Repeat("a", 63), "A1B2C3", "ä-ö-ü", "-", `a\032b`} {
		packet, err := response(t, records("peer1", 120, 7342, "10.0.0.2")...).Pack()
		if err != nil {
			t.Fatal(err)
		}
		if got := hearRaw(l, bytes.ReplaceAll(packet, []byte("\x05peer1"), append([]byte{byte(len(label))}, label...))); got != "" {
			t.Errorf("label %q: %s", label, got)
		}
		for n := range packet {
			if got := hearRaw(l, packet[:n]); strings.Contains(got, "before") {
				t.Errorf("%d bytes of a packet: %s", n, got)
			}
		}
		l.pass(time.Second, 1)
		l.events()
	}
	if l.table.devices["before"] == nil {
		t.Error("a device that was known is gone")
	}
}

func hearRaw(l *lab, b []byte) string {
	l.receive(packet{data: b, from: netip.MustParseAddrPort("10.0.0.2:5353"), link: testLink.Index}, l.now)
	return l.events()
}

// There, a part of the secret was the public name of the meeting place. Here
// nothing of the presence key is in a record, nor is anything made of it that a
// second record repeats.
func TestCrocCVE202343617(t *testing.T) {
	key := []byte("0123456789abcdef")
	r := Record{Port: 7342, PresenceKey: key, Name: "Ada", Kind: "laptop"}
	first, second := r.claims([8]byte{1}), r.claims([8]byte{2})
	told := strings.Join(first.format(), "\n") + instanceLabel(first.salt) + hostLabel(first.salt)
	for n := range len(key) - 3 {
		for _, part := range []string{string(key[n : n+4]), hex.EncodeToString(key[n : n+4])} {
			if strings.Contains(told, part) {
				t.Errorf("%q of the key is told", part)
			}
		}
	}
	if first.who == second.who {
		t.Error("two records of one device can be told to be of one device")
	}
	if !(Hint{Salt: first.salt, Who: first.who}).Matches(key) {
		t.Error("who has the key does not recognise the device")
	}
}

// There, hashes of phone numbers and addresses were exchanged, and a hash of what
// can be guessed is no secret. Here a record holds nothing that was made from a
// name or a kind, and what it holds cannot be made without 128 random bits.
func TestAirDropPrivateDrop(t *testing.T) {
	salt := [8]byte{1}
	ada := Record{Port: 7342, PresenceKey: bytes.Repeat([]byte{1}, presenceKeyBytes), Name: "Ada", Kind: "laptop"}
	renamed, other := ada, ada
	renamed.Name, renamed.Kind = "Grace", "phone"
	other.PresenceKey = bytes.Repeat([]byte{2}, presenceKeyBytes)
	if ada.claims(salt).who != renamed.claims(salt).who {
		t.Error("who depends on what can be guessed")
	}
	if ada.claims(salt).who == other.claims(salt).who {
		t.Error("who does not depend on the key")
	}
	ada.Name = ""
	for _, s := range ada.claims(salt).format() {
		name, value, _ := strings.Cut(s, "=")
		if known := map[string]bool{"v": true, "salt": true, "who": true, "k": true}; !known[name] {
			t.Errorf("a device that tells no name tells %s", fmt.Sprint(name, "=", value))
		}
	}
}
