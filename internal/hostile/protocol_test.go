package hostile_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"earshot/internal/hostile"
)

// page is what docs/PROTOCOL.md says about frames.
type page struct {
	names map[byte]string // §5
	legal map[byte]legal  // §6
}

// legal is the row of a frame in the table of §6: 0 for "yes", the code of the
// Error, or silent.
type legal struct{ stranger, contact int }

const silent = -1

var (
	typeRow  = regexp.MustCompile(`(?m)^\| 0x([0-9A-F]{2}) \| ([A-Za-z]+) \|`)
	legalRow = regexp.MustCompile(`(?m)^\| ([A-Z][A-Za-z, ]*(?:, and every other type with bit 0x80)?) \| ([^|]+) \| ([^|]+) \|$`)
	codes    = map[string]int{"yes": 0, "Error(unexpected)": hostile.Unexpected, "Error(not accepted)": hostile.NotAccepted, "no answer": silent}
)

// readPage reads the tables of the protocol.
func readPage(t *testing.T) page {
	t.Helper()
	raw, err := os.ReadFile("../../docs/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	p := page{map[byte]string{}, map[byte]legal{}}
	byName := map[string]byte{}
	for _, m := range typeRow.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseUint(m[1], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		p.names[byte(n)], byName[m[2]] = m[2], byte(n)
	}
	_, section, _ := strings.Cut(text, "\n## 6 ")
	section, _, _ = strings.Cut(section, "\n## 7 ")
	for _, m := range legalRow.FindAllStringSubmatch(section, -1) {
		stranger, okS := codes[m[2]]
		contact, okC := codes[m[3]]
		if !okS || !okC {
			t.Fatalf("§6: %q | %q", m[2], m[3])
		}
		for name := range strings.SplitSeq(strings.TrimSuffix(m[1], ", and every other type with bit 0x80"), ", ") {
			kind, ok := byName[name]
			if !ok {
				t.Fatalf("§6 names %q, which §5 does not", name)
			}
			p.legal[kind] = legal{stranger, contact}
		}
	}
	if len(p.names) < 17 || len(p.legal) != len(p.names) {
		t.Fatalf("%d frames in §5, %d in §6", len(p.names), len(p.legal))
	}
	return p
}

// types are all 256, or in the short form the known ones and some of the others.
func (p page) types() (out []byte) {
	const some = 16
	for n := range 256 {
		if kind := byte(n); p.names[kind] != "" || n%some == 0 || n%some == some-1 || !testing.Short() {
			out = append(out, kind)
		}
	}
	return out
}
