package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	for _, row := range []struct {
		name   string
		args   []string
		status int
		want   string // in the output
	}{
		{"cgo without a compiler", []string{"-dir", "testdata/good", "-target", "android/arm64", "."}, 0, "android/arm64: "},
		{"three systems", []string{"-dir", "testdata/good", "-target", "windows/amd64", "-target", "darwin/arm64", "-target", "linux/386", "."}, 0, "linux/386: "},
		{"fine on one system", []string{"-dir", "testdata/bad", "-target", "linux/amd64", "."}, 0, " 0 errors"},
		{"wrong type in a file of another system", []string{"-dir", "testdata/bad", "-target", "android/arm64", "."}, 1, "name_android.go:8:"},
		{"no file for a system", []string{"-dir", "testdata/bad", "-target", "windows/amd64", "."}, 1, "undefined: name"},
		{"one bad system of two", []string{"-dir", "testdata/bad", "-target", "windows/amd64", "-target", "linux/amd64", "."}, 1, "linux/amd64: "},
		{"a program without peers' text", []string{"-dir", "testdata/good", "-peertext", "-target", "linux/amd64", "."}, 1, "there is no field earshot/"},
		{"no such package", []string{"-dir", "testdata/good", "-target", "linux/amd64", "./nowhere"}, 1, "nowhere"},
		{"no such processor", []string{"-dir", "testdata/good", "-target", "linux/abacus", "."}, 2, "abacus"},
		{"no such flag", []string{"-nothing"}, 2, "-nothing"},
		{"no target", []string{"."}, 2, "usage"},
		{"half a target", []string{"-target", "linux", "."}, 2, "android/arm64"},
	} {
		t.Run(row.name, func(t *testing.T) {
			var out bytes.Buffer
			if got := run(t.Context(), row.args, &out, &out); got != row.status {
				t.Errorf("status %d, want %d\n%s", got, row.status, out.String())
			}
			if !strings.Contains(out.String(), row.want) {
				t.Errorf("%q is not in\n%s", row.want, out.String())
			}
		})
	}
}

// TestErrors plants one error at a time in a program that is fine.
func TestErrors(t *testing.T) {
	for _, row := range []struct {
		name, file, text, want string
	}{
		{"missing argument in a body", "main.go", "package main\n\nfunc f(int) {}\n\nfunc main() { f() }\n", "not enough arguments"},
		{"syntax", "main.go", "package main\n\nfunc main( {}\n", "main.go:3"},
		{"unknown import", "main.go", "package main\n\nimport \"m/none\"\n\nfunc main() { none.F() }\n", "m/none"},
		{"unused variable", "main.go", "package main\n\nfunc main() { x := 1 }\n", "declared and not used"},
		{"constant too large for the processor", "main.go", "package main\n\nconst big int = 1 << 40\n\nfunc main() { println(big) }\n", "1 << 40"},
		{"language newer than go.mod says", "main.go", "package main\n\nfunc main() {\n\tfor range 10 {\n\t}\n}\n", "go1.22"},
		{"many errors", "main.go", "package main\n\nfunc main() {\n" + strings.Repeat("\tnothing()\n", 30) + "}\n", "and 20 more"},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"go.mod": "module m\n\ngo 1.20\n", row.file: row.text} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			var out bytes.Buffer
			if got := run(t.Context(), []string{"-dir", dir, "-target", "linux/386", "."}, &out, &out); got != 1 {
				t.Errorf("status %d, want 1\n%s", got, out.String())
			}
			if !strings.Contains(out.String(), row.want) {
				t.Errorf("%q is not in\n%s", row.want, out.String())
			}
		})
	}
}

// TestWholeProgramIsLoaded makes sure that a pass means something: the packages
// behind the program were loaded too.
func TestWholeProgramIsLoaded(t *testing.T) {
	var out bytes.Buffer
	run(t.Context(), []string{"-dir", "testdata/good", "-target", "android/arm64", "."}, &out, &out)
	m := regexp.MustCompile(`: (\d{3,}) packages, 0 errors`).FindString(out.String())
	if m == "" {
		t.Errorf("a program that uses net/http has more than 100 packages:\n%s", out.String())
	}
}
