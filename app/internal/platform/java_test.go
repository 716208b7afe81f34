package platform

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// requireEnv names the environment variable that turns the skip of a test that
// has no JDK into a failure. Continuous integration sets it.
const requireEnv = "EARSHOT_REQUIRE_JDK"

// javaTime is a generous limit for compiling and running.
const javaTime = 5 * time.Minute

// jdk is a Java development kit with the headers of JNI.
type jdk struct {
	t    *testing.T
	home string
}

// findJDK finds the kit that is installed, or skips the test.
func findJDK(t *testing.T) jdk {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("runs only on linux: it names the headers of that system")
	}
	home := os.Getenv("JAVA_HOME")
	if home == "" {
		if javac, err := exec.LookPath("javac"); err == nil {
			if javac, err = filepath.EvalSymlinks(javac); err == nil {
				home = filepath.Dir(filepath.Dir(javac))
			}
		}
	}
	missing := ""
	for _, part := range []string{"bin/javac", "bin/java", "bin/javap", "include/jni.h", "include/linux/jni_md.h"} {
		if _, err := os.Stat(filepath.Join(home, part)); home == "" || err != nil {
			missing = part
		}
	}
	if _, err := exec.LookPath("gcc"); err != nil && os.Getenv("CC") == "" {
		missing = "gcc"
	}
	if missing != "" {
		why := fmt.Sprintf("no %s here; on Debian install default-jdk-headless and gcc", missing)
		if v := os.Getenv(requireEnv); v != "" && v != "0" {
			t.Fatalf("%s is set: %s", requireEnv, why)
		}
		t.Skip(why)
	}
	return jdk{t, home}
}

// run runs a command and returns what it printed; with an error that ends the
// test unless it may fail.
func (k jdk) run(mayFail bool, env []string, name string, args ...string) (string, error) {
	k.t.Helper()
	ctx, cancel := context.WithTimeout(k.t.Context(), javaTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil && !mayFail {
		k.t.Fatalf("%s: %v\n%s", filepath.Base(name), err, out)
	}
	return string(out), err
}

func (k jdk) tool(name string) string { return filepath.Join(k.home, "bin", name) }

// compile compiles the made-up Android and returns the folder of its classes
// and their names.
func (k jdk) compile() (dir string, classes []string) {
	k.t.Helper()
	dir = k.t.TempDir()
	args := []string{"-encoding", "UTF-8", "-d", dir}
	k.run(false, nil, k.tool("javac"), append(args, sources(k.t, filepath.Join("testdata", "java"), ".java")...)...)
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if name, ok := strings.CutSuffix(p, ".class"); ok {
			rel, err := filepath.Rel(dir, name)
			classes = append(classes, filepath.ToSlash(rel))
			return err
		}
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return dir, classes
}

// sources returns the files below a folder that end so. It opens each: that
// tells the go command what the test depends on, so that no stale result of
// it is ever taken from the cache.
func sources(t *testing.T, dir string, endings ...string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains(endings, filepath.Ext(p)) {
			return err
		}
		names = append(names, p)
		_, err = os.ReadFile(p)
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("no sources in %s: %v", dir, err)
	}
	return names
}

// TestOnJavaMachine runs everything that the package does on Android on an
// ordinary Java machine that checks each use of JNI. Harness.java and
// Activities.java have the tests.
func TestOnJavaMachine(t *testing.T) {
	k := findJDK(t)
	classes, _ := k.compile()
	sources(t, ".", ".go", ".c", ".h")
	library := filepath.Join(t.TempDir(), "libharness.so")
	include := filepath.Join(k.home, "include")
	k.run(false, []string{
		"CGO_ENABLED=1",
		fmt.Sprintf("CGO_CFLAGS=-O1 -Wall -Werror -I%s -I%s", include, filepath.Join(include, "linux")),
	}, "go", "build", "-tags=jnitest", "-buildmode=c-shared", "-o", library, "./testdata/harness")
	out, err := k.run(true, []string{
		// Go and Java both want the signals; this library lets Java go first and
		// pass on what is not for it.
		"LD_PRELOAD=" + filepath.Join(k.home, "lib", "libjsig.so"),
	}, k.tool("java"), "-Xcheck:jni", "--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-cp", classes, "Harness", library)
	passed := 0
	for s := bufio.NewScanner(strings.NewReader(out)); s.Scan(); {
		if name, ok := strings.CutPrefix(s.Text(), "ok "); ok {
			t.Run(name, func(*testing.T) {})
			passed++
		} else if failure, ok := strings.CutPrefix(s.Text(), "FAIL "); ok {
			name, text, _ := strings.Cut(failure, ": ")
			t.Run(name, func(t *testing.T) { t.Error(text) })
		}
	}
	// -Xcheck:jni writes both words in capitals.
	if m := regexp.MustCompile(`(?m)^.*(WARNING|FATAL ERROR).*$(\n\s+at .*$)*`).FindString(out); m != "" {
		t.Errorf("a wrong use of JNI: %s", m)
	}
	const least = 80
	if err != nil || !strings.Contains(out, "\nPASS\n") || passed < least {
		t.Errorf("%d tests passed, at least %d should; %v\n%s", passed, least, err, tail(out))
	}
}

// tail is the end of a long text.
func tail(s string) string { return s[max(0, len(s)-3000):] }

// TestTableAndClasses: the made-up classes have exactly what is in the table,
// and the classes of Java itself have what the table says of them.
func TestTableAndClasses(t *testing.T) {
	k := findJDK(t)
	dir, classes := k.compile()
	classes = slices.DeleteFunc(classes, func(c string) bool {
		return !strings.HasPrefix(c, "android/") || unnamed.MatchString(c)
	})
	var java []string
	want := map[string]string{}
	for key, m := range members {
		if strings.HasPrefix(m.class, "java/") && !slices.Contains(java, m.class) {
			java = append(java, m.class)
		}
		if m.kind != class {
			want[m.describe()] = key
		}
	}
	have, ofJava := k.public(dir, classes), k.public(dir, java)
	for line, key := range want {
		if !have[line] && !ofJava[line] {
			t.Errorf("%s: no class has %s", key, line)
		}
	}
	for line := range have {
		if want[line] == "" {
			t.Errorf("the made-up Android has %s, which is not in the table", line)
		}
	}
	for key, m := range members {
		if m.kind == class && !slices.Contains(classes, m.class) && !slices.Contains(java, m.class) {
			t.Errorf("%s: no class %s", key, m.class)
		}
	}
}

// describe is a member as public writes it.
func (m member) describe() string {
	static := ""
	if m.kind == function || m.kind == constant {
		static = "static "
	}
	return static + m.class + " " + m.name + " " + m.signature
}

// unnamed matches the names of classes that have none in the source.
var unnamed = regexp.MustCompile(`\$\d+$`)

// public lists the public members of classes. What the tests need of a made-up
// class has World among its parameters and is left out.
func (k jdk) public(dir string, classes []string) map[string]bool {
	k.t.Helper()
	args := []string{"-public", "-s", "-cp", dir}
	for _, c := range classes {
		args = append(args, strings.ReplaceAll(c, "/", "."))
	}
	out, _ := k.run(false, nil, k.tool("javap"), args...)
	found := map[string]bool{}
	seen := 0
	var in, declared string
	for line := range strings.Lines(out) {
		text := strings.TrimSpace(line)
		if m := classHead.FindStringSubmatch(text); m != nil {
			in = m[1]
			seen++
			continue
		}
		signature, ok := strings.CutPrefix(text, "descriptor: ")
		if !ok {
			declared = text
			continue
		}
		if strings.Contains(signature, "Lfake/World;") {
			continue
		}
		m := memberName.FindStringSubmatch(declared)
		if m == nil {
			k.t.Fatalf("not understood: %s", declared)
		}
		name := m[1]
		if name == in {
			name = "<init>"
		}
		static := ""
		if strings.Contains(declared, " static ") {
			static = "static "
		}
		found[static+strings.ReplaceAll(in, ".", "/")+" "+name+" "+signature] = true
	}
	if seen != len(classes) {
		k.t.Fatalf("javap told of %d classes, not %d", seen, len(classes))
	}
	return found
}

// classHead finds the name of a class where its members begin.
var classHead = regexp.MustCompile(`^.*\b(?:class|interface) ([\w.$]+).*\{$`)

// memberName finds the name in a declaration: before the parameters, or last.
var memberName = regexp.MustCompile(`([\w.$]+)(?:\(.*)?;$`)
