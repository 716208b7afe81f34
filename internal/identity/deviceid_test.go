package identity

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func sample() DeviceID {
	var id DeviceID
	for i := range id {
		id[i] = byte(i * 7)
	}
	return id
}

// The text form is written on paper and read aloud: it may never change.
func TestLongFormIsFixed(t *testing.T) {
	const want = "AADQ4FI4-EMVDC4OB-7IZGVIW3-CNFJYHO7-UFRSJZVI-NLIV63L3-RGL2LMQG"
	if got := sample().String(); got != want {
		t.Fatalf("long form %q, want %q", got, want)
	}
	if got := sample().Short(); got != want[:8] {
		t.Errorf("short form %q is not the beginning of the long one", got)
	}
}

func TestParseDeviceIDForgivesForm(t *testing.T) {
	id := sample()
	long := id.String()
	for _, s := range []string{long, strings.ToLower(long), strings.ReplaceAll(long, "-", ""), strings.ReplaceAll(long, "-", " "), " " + long + " "} {
		got, err := ParseDeviceID(s)
		if err != nil || got != id {
			t.Errorf("ParseDeviceID(%q) = %v, %v", s, got, err)
		}
	}
}

func TestParseDeviceIDNoticesEveryMistypedCharacter(t *testing.T) {
	long := strings.ReplaceAll(sample().String(), "-", "")
	for i := range long {
		for _, c := range alphabet {
			if byte(c) == long[i] {
				continue
			}
			typo := long[:i] + string(c) + long[i+1:]
			if _, err := ParseDeviceID(typo); !errors.Is(err, ErrNotDeviceID) {
				t.Fatalf("character %d typed as %c was not noticed: %v", i, c, err)
			}
		}
	}
}

func TestParseDeviceIDRefuses(t *testing.T) {
	long := sample().String()
	for _, s := range []string{"", "A", long[:61], long + "A", strings.Repeat("A", 500), "0" + long[1:], "é" + long[1:]} {
		if _, err := ParseDeviceID(s); !errors.Is(err, ErrNotDeviceID) {
			t.Errorf("ParseDeviceID(%q): %v", s, err)
		}
	}
}

func TestHasPrefix(t *testing.T) {
	id := sample()
	long := id.String()
	for s, want := range map[string]bool{
		long: true, long[:8]: true, strings.ToLower(long[:4]): true, long[:12]: true,
		long[:3]: false, "": false, "ZZZZ": false, "****": false,
	} {
		if got := id.HasPrefix(s); got != want {
			t.Errorf("HasPrefix(%q) = %v", s, got)
		}
	}
}

func TestDeviceIDInJSON(t *testing.T) {
	for _, id := range []DeviceID{{}, sample()} {
		b, err := json.Marshal(id)
		if err != nil {
			t.Fatal(err)
		}
		var back DeviceID
		if err := json.Unmarshal(b, &back); err != nil || back != id {
			t.Errorf("%s read back as %v, %v", b, back, err)
		}
	}
}

// Zero means "not known" and, to a dial, "whoever answers": no text may say it.
func TestNoTextSaysTheZeroID(t *testing.T) {
	for _, s := range []string{strings.Repeat("A", 56), strings.ToLower(strings.Repeat("AAAAAAAA-", 6) + "AAAAAAAA")} {
		if id, err := ParseDeviceID(s); !errors.Is(err, ErrNotDeviceID) {
			t.Errorf("ParseDeviceID(%q) = %v, %v", s, id, err)
		}
	}
}

// Before trust. FuzzParseDeviceID states that an ID has one spelling but for
// case, dashes and spaces, and that nothing else comes beside an error or passes
// for "not known".
func FuzzParseDeviceID(f *testing.F) {
	long := sample().String()
	for _, s := range []string{"", "A", long, strings.ToLower(long), " " + strings.ReplaceAll(long, "-", " "), long[:61], long + "A", "\u0131" + long[1:], strings.Repeat("A", 56), strings.Repeat("7", 56)} {
		f.Add(s)
	}
	plain := strings.NewReplacer("-", "", " ", "")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseDeviceID(s)
		if (err != nil) != id.IsZero() || err != nil && !errors.Is(err, ErrNotDeviceID) {
			t.Fatalf("%q gives %v, %v", s, id, err)
		}
		if err != nil {
			return
		}
		if got, want := strings.ToUpper(plain.Replace(s)), plain.Replace(id.String()); got != want {
			t.Errorf("%q is read as %q", s, want)
		}
		if again, err := ParseDeviceID(id.String()); err != nil || again != id {
			t.Errorf("%q does not survive a round trip", s)
		}
		if !id.HasPrefix(s) {
			t.Errorf("%q is not the beginning of itself", s)
		}
	})
}
