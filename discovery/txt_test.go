package discovery

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/miekg/dns"
)

var (
	testSalt = [8]byte{0, 1, 2, 3, 4, 5, 6, 0xff}
	testKey  = bytes.Repeat([]byte{7}, presenceKeyBytes)
)

func TestParseTXT(t *testing.T) {
	const salt, who = "salt=00010203040506ff", "who=1112131415161718"
	good := claims{salt: testSalt, who: [8]byte{0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18}}
	named := good
	named.name, named.kind = "Ann's phone", "phone"
	long := good
	long.name = strings.Repeat("ä", 31) // 62 bytes; half a letter is not kept
	broken := good
	broken.name = "a\uFFFDb"
	for _, c := range []struct {
		name string
		txt  []string
		want claims
		err  error
	}{
		{"least", []string{"v=1", salt, who}, good, nil},
		{"full", []string{"v=1", salt, who, "n=Ann's phone", "k=phone"}, named, nil},
		{"any order, unknown keys, flags, no key", []string{"k=phone", "zz=1", "flag", "=x", "", who, salt, "n=Ann's phone", "v=1"}, named, nil},
		{"keys without case", []string{"V=1", "SALT=00010203040506ff", "Who=1112131415161718"}, good, nil},
		{"the first counts", []string{"v=1", "v=2", salt, "salt=x", who}, good, nil},
		{"long name", []string{"v=1", salt, who, "n=" + strings.Repeat("ä", 40)}, long, nil},
		{"not UTF-8", []string{"v=1", salt, who, "n=a\xffb"}, broken, nil},
		{"nothing", nil, claims{}, errTXT},
		{"no version", []string{salt, who}, claims{}, errTXT},
		{"other version", []string{"v=2", salt, who}, claims{}, errVersion},
		{"no salt", []string{"v=1", who}, claims{}, errTXT},
		{"short salt", []string{"v=1", "salt=00", who}, claims{}, errTXT},
		{"long who", []string{"v=1", salt, who + "00"}, claims{}, errTXT},
		{"not hex", []string{"v=1", salt, "who=111213141516171z"}, claims{}, errTXT},
		{"too many", slices.Repeat([]string{"v=1", salt, who}, 4), claims{}, errTXT},
	} {
		got, err := parseTXT(c.txt)
		if got != c.want || err != c.err {
			t.Errorf("%s: %+v, %v; want %+v, %v", c.name, got, err, c.want, c.err)
		}
	}
}

// TestTXTThroughDNS sends names that DNS would escape through a real packet.
func TestTXTThroughDNS(t *testing.T) {
	for _, name := range []string{"", "Ann", `back\slash`, `"quoted"`, `\065`, `end\`, "Zoë 📱", "a\nb\x00c", strings.Repeat("x", 200)} {
		want := Record{Port: 7342, PresenceKey: testKey, Name: name, Kind: "laptop"}.claims(testSalt)
		m := announcement(Record{Port: 7342, PresenceKey: testKey, Name: name, Kind: "laptop"}, testSalt, testLink, recordTTL)
		b, err := m.Pack()
		if err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		if len(b) >= 400 {
			t.Errorf("%q: announcement of %d bytes", name, len(b))
		}
		var back dns.Msg
		if err := back.Unpack(b); err != nil {
			t.Fatalf("%q: %v", name, err)
		}
		n := parseResponse(&back, testLink, newTally())
		if len(n) != 1 || !n[0].complete || n[0].claims != want {
			t.Errorf("%q came back as %+v, want %+v", name, n, want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"", 3, ""},
		{"abc", 3, "abc"},
		{"abcd", 3, "abc"},
		{"aä", 2, "a"},
		{"aä", 3, "aä"},
		{"📱", 3, ""},
	} {
		if got := cut(c.in, c.n); got != c.want {
			t.Errorf("cut(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestRecordCheck(t *testing.T) {
	for _, c := range []struct {
		r  Record
		ok bool
	}{
		{Record{Port: 7342, PresenceKey: testKey}, true},
		{Record{Port: 65535, PresenceKey: testKey}, true},
		{Record{Port: 80, PresenceKey: testKey}, false},
		{Record{Port: 65536, PresenceKey: testKey}, false},
		{Record{Port: 7342}, false},
		{Record{Port: 7342, PresenceKey: testKey[1:]}, false},
	} {
		if err := c.r.check(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.r, err)
		}
	}
}

func TestMatches(t *testing.T) {
	h := Hint{Salt: testSalt, Who: who(testKey, testSalt)}
	if !h.Matches(testKey) {
		t.Error("does not match its own key")
	}
	other := bytes.Repeat([]byte{8}, presenceKeyBytes)
	if h.Matches(other) {
		t.Error("matches another key")
	}
	// Who has no key must not be matched by a device that claims none.
	if (Hint{Salt: testSalt, Who: who(nil, testSalt)}).Matches(nil) {
		t.Error("matches the empty key")
	}
}

// Before trust. FuzzParseTXT: nothing panics, what is accepted keeps the limits, and it is
// the same after being written and read again.
func FuzzParseTXT(f *testing.F) {
	f.Add("v=1\nsalt=00010203040506ff\nwho=1112131415161718\nn=Ann\nk=phone")
	f.Add("v=1\nsalt=00010203040506FF\nwho=1112131415161718\nn=" + strings.Repeat("ä", 100))
	f.Add("V=1\nsalt=00010203040506ff\nwho=1112131415161718\nn=\\\"\\065\xff\nk=" + strings.Repeat("k", 17))
	f.Add("=\n\n\\")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseTXT(unescapeTXT(strings.Split(s, "\n")))
		if err != nil {
			if c != (claims{}) {
				t.Fatalf("%+v with error %v", c, err)
			}
			return
		}
		if len(c.name) > MaxNameBytes || len(c.kind) > maxKindBytes || !utf8.ValidString(c.name) || !utf8.ValidString(c.kind) {
			t.Fatalf("limits broken: %+v", c)
		}
		again, err := parseTXT(unescapeTXT(escapeTXT(c.format())))
		if err != nil || again != c {
			t.Fatalf("%+v came back as %+v, %v", c, again, err)
		}
	})
}
