package wire

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// readHex reads a file of hex digits; everything after # on a line is comment.
func readHex(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return parseHex(t, string(raw))
}

func parseHex(t testing.TB, s string) []byte {
	t.Helper()
	var digits strings.Builder
	for line := range strings.Lines(s) {
		line, _, _ = strings.Cut(line, "#")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	b, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// goldenNames are the names of testdata/*.hex. Their number is asserted, so
// that a moved folder cannot make every test over it pass.
func goldenNames(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.hex")
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != len(samples()) {
		t.Fatalf("%d golden files, want one for each of the %d samples", len(paths), len(samples()))
	}
	var names []string
	for _, p := range paths {
		names = append(names, strings.TrimSuffix(filepath.Base(p), ".hex"))
	}
	return names
}

func goldenFrame(t testing.TB, name string) []byte {
	t.Helper()
	return readHex(t, filepath.Join("testdata", name+".hex"))
}

func TestGoldenFrames(t *testing.T) {
	for _, name := range goldenNames(t) {
		t.Run(name, func(t *testing.T) {
			want, ok := samples()[name]
			if !ok {
				t.Fatal("no sample of that name")
			}
			frame := goldenFrame(t, name)
			got, err := AppendFrame([]byte("before"), want)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, append([]byte("before"), frame...)) {
				t.Errorf("encoded\n%x, want\n%x", got[len("before"):], frame)
			}
			r := bytes.NewReader(frame)
			typ, body, err := ReadFrame(r, sendLimit(want.Type()))
			if err != nil || r.Len() != 0 {
				t.Fatalf("ReadFrame: %v, %d bytes left", err, r.Len())
			}
			m, err := Decode(typ, body)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(m, want) {
				t.Errorf("decoded %+v, want %+v", m, want)
			}
		})
	}
}

func TestEveryTypeHasAGoldenFrame(t *testing.T) {
	have := make(map[Type]bool)
	for _, m := range samples() {
		have[m.Type()] = true
	}
	for typ := range typeNames {
		if !have[typ] {
			t.Errorf("no sample of %s", typ)
		}
		if m := New(typ); m == nil || m.Type() != typ {
			t.Errorf("New(%s) = %T", typ, m)
		}
	}
}

// Every proper prefix of a frame is an unexpected end, never a message and
// never a clean end.
func TestEveryPrefixFails(t *testing.T) {
	for _, name := range goldenNames(t) {
		frame := goldenFrame(t, name)
		for n := 1; n < len(frame); n++ {
			_, _, err := ReadFrame(bytes.NewReader(frame[:n]), LimitContact)
			if err == nil || err.Error() != "unexpected EOF" {
				t.Errorf("%s: %d of %d bytes: %v", name, n, len(frame), err)
			}
		}
		body := frame[5:]
		for n := range body {
			if m, err := Decode(Type(frame[4]), body[:n]); err == nil {
				t.Errorf("%s: body cut to %d of %d bytes gives %+v", name, n, len(body), m)
			}
		}
	}
}
