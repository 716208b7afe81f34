package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// events are what go test -json prints for a package with one passing test,
// one with subtests of which one fails, and one that is skipped.
const events = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestGood"}
{"Action":"output","Package":"p","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"pass","Package":"p","Test":"TestGood","Elapsed":0.25}
{"Action":"run","Package":"p","Test":"TestTable"}
{"Action":"run","Package":"p","Test":"TestTable/a"}
{"Action":"pass","Package":"p","Test":"TestTable/a","Elapsed":0}
{"Action":"run","Package":"p","Test":"TestTable/b/c"}
{"Action":"output","Package":"p","Test":"TestTable/b/c","Output":"    p_test.go:9: got 1, want 2\n"}
{"Action":"fail","Package":"p","Test":"TestTable/b/c","Elapsed":0}
{"Action":"fail","Package":"p","Test":"TestTable","Elapsed":0}
{"Action":"run","Package":"p","Test":"TestElsewhere"}
{"Action":"output","Package":"p","Test":"TestElsewhere","Output":"    p_test.go:3: only on Windows\n"}
{"Action":"output","Package":"p","Test":"TestElsewhere","Output":"--- SKIP: TestElsewhere (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestElsewhere","Elapsed":0}
{"Action":"fail","Package":"p","Elapsed":0.5}
`

// tallyEvents counts a stream whose command ended with err, and returns the
// records and what was printed.
func tallyEvents(t *testing.T, stream string, strict bool, err error) ([]Record, string) {
	t.Helper()
	var b strings.Builder
	c := newCounter("unit", strict, &b)
	if err := c.read(strings.NewReader(stream)); err != nil {
		t.Fatal(err)
	}
	return c.finish(err), b.String()
}

func TestCounter(t *testing.T) {
	exit := errors.New("exit status 1")
	pass := func(name string) string {
		return `{"Action":"run","Package":"p","Test":"` + name + `"}
{"Action":"pass","Package":"p","Test":"` + name + `"}
`
	}
	skipFor := func(reason string) string {
		return `{"Action":"run","Package":"p","Test":"TestS"}
{"Action":"output","Package":"p","Test":"TestS","Output":"    p_test.go:1: ` + reason + `\n"}
{"Action":"skip","Package":"p","Test":"TestS"}
{"Action":"pass","Package":"p"}
`
	}
	for _, row := range []struct {
		name    string
		stream  string
		strict  bool
		err     error
		want    totals
		printed string
	}{
		{"a pass, a failed subtest, a skip", events, false, exit, totals{2, 1, 1}, "got 1, want 2"},
		{"an accepted skip in a strict run", events, true, exit, totals{2, 1, 1}, ""},
		{"a skip for a missing right", skipFor("needs root"), false, nil, totals{0, 0, 1}, ""},
		{"the same in a strict run", skipFor("needs root"), true, nil, totals{0, 1, 0}, "FAIL  p  "},
		{"a long test in a strict run", skipFor("set EARSHOT_LONG=1"), true, nil, totals{0, 0, 1}, ""},
		{"a package that does not build", `{"ImportPath":"p","Action":"build-output","Output":"x.go:1:1: undefined: y\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"start","Package":"p"}
{"Action":"fail","Package":"p","FailedBuild":"p"}
`, false, exit, totals{0, 1, 0}, "undefined: y"},
		{"a process that died in a test", pass("TestA") + `{"Action":"run","Package":"p","Test":"TestHangs"}
{"Action":"output","Package":"p","Test":"TestHangs","Output":"panic: test timed out\n"}
{"Action":"fail","Package":"p"}
`, false, exit, totals{1, 1, 0}, "TestHangs: did not finish"},
		{"a package that fails after its tests", pass("TestA") + `{"Action":"output","Package":"p","Output":"DATA RACE\n"}
{"Action":"fail","Package":"p"}
`, false, exit, totals{1, 1, 0}, "DATA RACE"},
		{"a parent that fails by itself", `{"Action":"run","Package":"p","Test":"TestT"}
{"Action":"run","Package":"p","Test":"TestT/a"}
{"Action":"pass","Package":"p","Test":"TestT/a"}
{"Action":"fail","Package":"p","Test":"TestT"}
{"Action":"fail","Package":"p"}
`, false, exit, totals{1, 1, 0}, ""},
		{"no test at all", `{"Action":"skip","Package":"p"}` + "\n", false, nil, totals{0, 1, 0}, "it ran no test"},
		{"a command that only complains", "no such flag\n", false, exit, totals{0, 1, 0}, "no such flag"},
		{"a last line without its end", strings.TrimSuffix(pass("TestA"), "\n"), false, nil, totals{1, 0, 0}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			records, printed := tallyEvents(t, row.stream, row.strict, row.err)
			if got := count(records); got != row.want {
				t.Errorf("%v, want %v\n%s", got, row.want, printed)
			}
			if !strings.Contains(printed, row.printed) {
				t.Errorf("%q is not in what was printed:\n%s", row.printed, printed)
			}
		})
	}
}

func TestSkipReason(t *testing.T) {
	for _, row := range []struct{ output, want string }{
		{"=== RUN   TestA\n    a_test.go:12: needs root\n--- SKIP: TestA (0.00s)\n", "needs root"},
		{"    a_test.go:12: first\n    b-c_test.go:3: the program xdotool is missing\n", "the program xdotool is missing"},
		{"--- SKIP: TestA (0.00s)\n", "no reason given"},
	} {
		if got := skipReason([]string{row.output}); got != row.want {
			t.Errorf("%q: %q, want %q", row.output, got, row.want)
		}
	}
}

func TestAcceptedSkip(t *testing.T) {
	for reason, want := range map[string]bool{
		"set EARSHOT_LONG=1 for the hour":  true,
		"an hour; run ./test --long":       true,
		"long form only: an hour":          true,
		"only on Windows":                  true,
		"no permission bits on Windows":    true,
		"only on Linux":                    true,
		"no namespaces on Linux as nobody": false,
		"not on darwin: no such socket":    true,
		"needs root":                       false,
		"cannot make network namespaces":   false,
		"only on a machine with a display": false,
		"":                                 false,
	} {
		if got := acceptedSkip(reason); got != want {
			t.Errorf("%q: %v, want %v", reason, got, want)
		}
	}
}

// helperEnv turns the test binary into the command of a step: the value says
// what it does.
const helperEnv = "TALLY_TEST_HELPER"

func TestMain(m *testing.M) {
	switch os.Getenv(helperEnv) {
	case "":
		os.Exit(m.Run())
	case "quiet":
	case "print":
		os.Stdout.WriteString("left over\n")
	case "fail":
		os.Stderr.WriteString("the reason\n")
		os.Exit(3)
	case "events":
		os.Stdout.WriteString(events)
		os.Exit(1)
	case "hang":
		<-time.After(time.Minute)
	}
}

func TestGatesAndTestsAddUp(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, row := range []struct {
		args   []string
		helper string
		failed bool
		want   string
	}{
		{[]string{"gate", "-out", dir, "a gate", self}, "quiet", false, "ok    a gate"},
		{[]string{"gate", "-out", dir, "-quiet", "a silent gate", self}, "print", true, "left over"},
		{[]string{"gate", "-out", dir, "a gate that talks", self}, "print", false, "ok    a gate that talks"},
		{[]string{"gate", "-out", dir, "a broken gate", self}, "fail", true, "the reason"},
		{[]string{"gate", "-out", dir, "-limit", "50ms", "an endless gate", self}, "hang", true, "stopped after 50ms"},
		{[]string{"gate", "-out", dir, "no program", filepath.Join(dir, "none")}, "", true, "none"},
		{[]string{"tests", "-out", dir, "unit", self}, "events", true, "2 passed, 1 failed, 1 skipped"},
	} {
		t.Setenv(helperEnv, row.helper)
		var b strings.Builder
		err := run(row.args, &b)
		if failed := errors.Is(err, errFailed); failed != row.failed || err != nil && !failed {
			t.Errorf("%v: %v", row.args, err)
		}
		if !strings.Contains(b.String(), row.want) {
			t.Errorf("%v printed %q, want %q in it", row.args, b.String(), row.want)
		}
	}
	var b strings.Builder
	if err := run([]string{"sum", "-out", dir}, &b); !errors.Is(err, errFailed) {
		t.Errorf("sum: %v", err)
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if got, want := lines[len(lines)-1], "4 passed, 5 failed, 1 skipped"; got != want {
		t.Errorf("the last line is %q, want %q", got, want)
	}
	for _, want := range []string{"p TestTable/b/c", "an endless gate: stopped after 50ms", "   1  only on Windows"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in the sum:\n%s", want, b.String())
		}
	}
	if log, err := os.ReadFile(filepath.Join(dir, "a-broken-gate.log")); err != nil || string(log) != "the reason\n" {
		t.Errorf("the log: %q, %v", log, err)
	}
}

func TestSum(t *testing.T) {
	dir := t.TempDir()
	var b strings.Builder
	if err := run([]string{"sum", "-out", dir}, &b); !errors.Is(err, errFailed) {
		t.Errorf("nothing counted: %v, want a failure", err)
	}
	if err := appendRecords(dir, []Record{{Step: "slow", Result: Pass, Seconds: 61}, {Step: "fast", Result: Pass}}); err != nil {
		t.Fatal(err)
	}
	b.Reset()
	if err := run([]string{"sum", "-out", dir}, &b); err != nil {
		t.Error(err)
	}
	if want := "\nSlowest:\n    61.0s  slow\n\n2 passed, 0 failed, 0 skipped\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestWrongUse(t *testing.T) {
	for _, args := range [][]string{nil, {"sum"}, {"gate", "-out", "x"}, {"gate", "-out", "x", "name"}, {"dance", "-out", "x", "a", "b"}} {
		if err := run(args, &strings.Builder{}); err == nil || errors.Is(err, errFailed) {
			t.Errorf("%q: %v, want a usage error", args, err)
		}
	}
}

// TestRealGoTest counts what the go command of today really prints.
func TestRealGoTest(t *testing.T) {
	goTool, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":         "module m\n\ngo 1.26.0\n",
		"a/a_test.go":    "package a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { t.Run(\"x\", func(t *testing.T) {}); t.Run(\"y\", func(t *testing.T) { t.Skip(\"needs root\") }) }\n",
		"b/b_test.go":    "package b\n\nimport \"testing\"\n\nfunc TestB(t *testing.T) { undefined() }\n",
		"c/c_test.go":    "package c\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestC(t *testing.T) { os.Exit(7) }\n",
		"empty/empty.go": "package empty\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var b strings.Builder
	err = tests(options{out: dir, limit: 5 * time.Minute}, "real", []string{goTool, "-C", dir, "test", "-json", "./..."}, &b)
	if !errors.Is(err, errFailed) {
		t.Errorf("%v, want a failure", err)
	}
	records, err := readRecords(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := count(records), (totals{1, 2, 1}); got != want {
		t.Errorf("%v, want %v\n%s", got, want, b.String())
	}
	for _, want := range []string{"undefined: undefined", "m/b: does not build", "TestC"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}
