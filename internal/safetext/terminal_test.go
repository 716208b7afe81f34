package safetext

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTerminal(t *testing.T) {
	tests := []struct{ what, in, want, line string }{
		{"plain", "Hello", "Hello", "Hello"},
		{"lines", "a\n\tb", "a\n\tb", `a\n\tb`},
		{"windows lines", "a\r\nb", "a\nb", `a\r\nb`},
		{"colour", "\x1b[31m\x07\x08\x00\x7f", `\x1b[31m\x07\x08\x00\x7f`, `\x1b[31m\x07\x08\x00\x7f`},
		{"return", "ok\rno", `ok\rno`, `ok\rno`},
		{"C1", "\u009b2J\u0080", `\u009b2J\u0080`, `\u009b2J\u0080`},
		{"raw C1 byte", "\x9b2J", `\x9b2J`, `\x9b2J`},
		{"bidi", "\u202etxt.exe\u2066", `\u202etxt.exe\u2066`, `\u202etxt.exe\u2066`},
		{"invisible", "a\u200bb\ufeff\u3164", `a\u200bb\ufeff\u3164`, `a\u200bb\ufeff\u3164`},
		{"separators", "a\u2028b", `a\u2028b`, `a\u2028b`},
		{"tag", "\U000E0041", `\U000e0041`, `\U000e0041`},
		{"private use", "\ue000", `\ue000`, `\ue000`},
		{"emoji", family + " ❤\ufe0f\u200d🔥", family + " ❤\ufe0f\u200d🔥", family + " ❤\ufe0f\u200d🔥"},
		{"joiner alone", "a\u200db", `a\u200db`, `a\u200db`},
		{"scripts", "می\u200cخواهم 你好\u3000e\u0301", "می\u200cخواهم 你好\u3000e\u0301", "می\u200cخواهم 你好\u3000e\u0301"},
		{"backslash", `C:\x1b`, `C:\x1b`, `C:\x1b`},
	}
	for _, tt := range tests {
		if got := Terminal(tt.in); got != tt.want {
			t.Errorf("%s: Terminal(%+q) = %+q, want %+q", tt.what, tt.in, got, tt.want)
		}
		if got := TerminalLine(tt.in); got != tt.line {
			t.Errorf("%s: TerminalLine(%+q) = %+q, want %+q", tt.what, tt.in, got, tt.line)
		}
	}
}

// checkForTerminal fails if s holds anything that a terminal may act upon.
func checkForTerminal(t *testing.T, s, kept string) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Fatalf("%+q is not UTF-8", s)
	}
	for _, r := range s {
		if strings.ContainsRune(kept, r) {
			continue
		}
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || !unicode.IsGraphic(r) {
			t.Fatalf("%+q holds %U", s, r)
		}
	}
}

// Before trust. FuzzTerminal states that what is made for a terminal holds nothing
// that a terminal acts upon, is stable, and grows by a bounded factor.
func FuzzTerminal(f *testing.F) {
	for _, s := range []string{"", "a\r\nb", "\x1b[0m\x9b\u009b", "\u202e\u200d", family, "👩\u200d\u200d👩", "👩\u200d\xe2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, line := Terminal(s), TerminalLine(s)
		checkForTerminal(t, text, "\n\t\u200c\u200d")
		checkForTerminal(t, line, "\u200c\u200d")
		if Terminal(text) != text || TerminalLine(line) != line {
			t.Fatalf("not stable: %+q, %+q", text, line)
		}
		const longest = len(`\xff`) // for one byte; a character of two has six, of four ten
		if len(text) > longest*len(s) || len(line) > longest*len(s) || strings.Contains(line, "\n") {
			t.Fatalf("%+q became %+q, %+q", s, text, line)
		}
	})
}

func TestJSON(t *testing.T) {
	tests := []struct{ what, in, want string }{
		{"plain", `{"a":[1,"x y"]}`, `{"a":[1,"x y"]}`},
		{"DEL and C1", "\"\x7f\u009b\u0085\"", `"\u007f\u009b\u0085"`},
		{"bidi", "\"\u202e\u2066\"", `"\u202e\u2066"`},
		{"joiners and tags", "\"\u200d\U000E0041\"", `"\u200d\udb40\udc41"`},
		{"printing", `"é 你好 ❤️ 👩"`, `"é 你好 ❤️ 👩"`},
		{"indented", "{\r\n\t\"a\": 1\n}\n", "{ \n\t\"a\": 1\n}\n"},
		{"not JSON", "\x1b[0m\xff", `\u001b[0m\ufffd`},
	}
	for _, tt := range tests {
		if got := string(JSON([]byte(tt.in))); got != tt.want {
			t.Errorf("%s: JSON(%+q) = %+q, want %+q", tt.what, tt.in, got, tt.want)
		}
	}
}

// Before trust. FuzzJSON states that JSON for a terminal means the same as before
// and holds nothing that a terminal acts upon.
func FuzzJSON(f *testing.F) {
	f.Add([]byte("{\"a\\u0000\":[\"\u202e\x7f\u009b\U000E0041\xff\", 1.5, null]}\r\n"))
	f.Add([]byte("\x1b[0m"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got := JSON(b)
		checkForTerminal(t, string(got), "\n\t")
		if !bytes.Equal(JSON(got), got) {
			t.Fatalf("not stable: %+q", got)
		}
		var before, after any
		if err := json.Unmarshal(b, &before); err != nil {
			return
		}
		if err := json.Unmarshal(got, &after); err != nil || !reflect.DeepEqual(before, after) {
			t.Fatalf("JSON(%+q) = %+q decodes to %#v, %v; want %#v", b, got, after, err, before)
		}
	})
}
