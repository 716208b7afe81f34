package tools

import (
	"archive/zip"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// root is the top of the tree.
const root = "../.."

// need skips the test where a program is missing, which CI does not let pass.
func need(t *testing.T, names ...string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skipf("not on %s: the packages that this needs are Debian's", runtime.GOOS)
	}
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("there is no %s here", name)
		}
	}
}

// androidTree is a copy of what the packaging needs, so that a test neither
// changes nor fills the tree itself. Its ./run sees no Android of this machine.
type androidTree struct {
	t    *testing.T
	dir  string
	home string
	env  []string
}

func newAndroidTree(t *testing.T) *androidTree {
	t.Helper()
	a := &androidTree{t: t, dir: t.TempDir(), home: t.TempDir()}
	for _, name := range []string{"run", "go.mod", "go.sum", "main.go", "FyneApp.toml", "Icon.png", "AndroidManifest.xml", "app", "discovery", "internal", "netcore"} {
		if err := copyAll(filepath.Join(root, name), filepath.Join(a.dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "ANDROID_") && !strings.HasPrefix(v, "EARSHOT_") && !strings.HasPrefix(v, "HOME=") && !strings.HasPrefix(v, "XDG_") {
			a.env = append(a.env, v)
		}
	}
	caches, err := exec.Command("go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	cache, mods, _ := strings.Cut(strings.TrimSpace(string(caches)), "\n")
	a.env = append(a.env, "HOME="+a.home, "GOCACHE="+cache, "GOMODCACHE="+mods, "CI=true")
	return a
}

func copyAll(from, to string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		rel, rerr := filepath.Rel(from, path)
		if err != nil || rerr != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "testdata" {
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o777)
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), raw, info.Mode())
	})
}

// run starts ./run --android.
func (a *androidTree) run(args string, env ...string) (status int, printed string) {
	a.t.Helper()
	cmd := exec.CommandContext(a.t.Context(), filepath.Join(a.dir, "run"), strings.Fields(args)...)
	cmd.Env = append(a.env, env...)
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		a.t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// ndk makes a folder that looks like an NDK of a release: compilers for all four
// processors that are never called, and an nm that says what the tool asks for.
func (a *androidTree) ndk(release string) string {
	a.t.Helper()
	dir := a.t.TempDir()
	bin := filepath.Join(dir, "toolchains/llvm/prebuilt/linux-x86_64/bin")
	if err := os.MkdirAll(bin, 0o777); err != nil {
		a.t.Fatal(err)
	}
	files := map[string]string{
		filepath.Join(dir, "source.properties"): "Pkg.Desc = Android NDK\nPkg.Revision = " + release + "\n",
		filepath.Join(bin, "llvm-nm"):           "#!/bin/sh\necho 00000000 t fyne.io/fyne/v2/internal/driver/mobile/app.main\n",
	}
	for _, triple := range []string{"aarch64-linux-android21", "armv7a-linux-androideabi21", "i686-linux-android21", "x86_64-linux-android21"} {
		files[filepath.Join(bin, triple+"-clang")] = "#!/bin/sh\nexit 1\n"
		files[filepath.Join(bin, triple+"-clang++")] = "#!/bin/sh\nexit 1\n"
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o777); err != nil {
			a.t.Fatal(err)
		}
	}
	return dir
}

// TestAndroidSaysWhatIsMissing: the script up to the first step that needs the
// NDK, with its words.
func TestAndroidSaysWhatIsMissing(t *testing.T) {
	need(t, "zipalign", "apksigner", "keytool")
	a := newAndroidTree(t)
	sdk := filepath.Join(a.home, "Android/Sdk/ndk")
	if err := copyAll(a.ndk("26.3.11579264"), filepath.Join(sdk, "26.3.11579264")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, args string
		env        []string
		status     int
		want       []string
	}{
		{"the NDK of the SDK is old", "--android", nil, 1, []string{"needs the Android NDK, r28 or newer", sdk, "is r26", "https://developer.android.com/ndk/downloads", "ANDROID_NDK_HOME="}},
		{"no NDK", "--android", []string{"HOME=/nonexistent"}, 1, []string{"r28 or newer.\nGet it from"}},
		{"ANDROID_NDK_HOME is something else", "--android", []string{"ANDROID_NDK_HOME=/tmp"}, 1, []string{"ANDROID_NDK_HOME is /tmp, and there is no NDK"}},
		{"no processor", "--android=", nil, 2, []string{"--android= takes one or more of: arm64"}},
		{"only commas", "--android=,", nil, 2, []string{"--android= takes one or more of: arm64"}},
		{"the key belongs elsewhere", "--android", []string{"EARSHOT_SIGNING=mykeys", "ANDROID_NDK_HOME=" + a.ndk("28.2.1")}, 1, []string{"has to be a whole path"}},
		{"the key is in the tree", "--android", []string{"EARSHOT_SIGNING=" + a.dir + "/keys", "ANDROID_NDK_HOME=" + a.ndk("28.2.1")}, 1, []string{"inside this tree"}},
		{"no such processor", "--android=arm64,mips", nil, 2, []string{`no Android on "mips"`, "arm64 arm amd64 386"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, printed := a.run(c.args, c.env...)
			for _, want := range c.want {
				if !strings.Contains(printed, want) {
					t.Errorf("printed %q, want %q in it", printed, want)
				}
			}
			if status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(a.home, ".local/share/earshot-signing")); err == nil {
		t.Error("a key was made for nothing")
	}
}

// TestAndroidPackages: everything but the compiler is real. A go command that
// writes some file where the library belongs stands before the real one.
func TestAndroidPackages(t *testing.T) {
	need(t, "zipalign", "apksigner", "keytool", "aapt")
	a := newAndroidTree(t)
	log := filepath.Join(t.TempDir(), "builds")
	env := a.toolchain(`	echo "$GOOS/$GOARCH $GOFLAGS $*" >>` + log + `
	while [ "$1" != -o ]; do shift; done
	head -c 100000 /dev/urandom >"$2"
	exit`)
	before := a.read("FyneApp.toml")
	status, printed := a.run("--android=arm64,arm", env...)
	if status != 0 {
		t.Fatalf("status %d: %s", status, printed)
	}
	if !strings.Contains(printed, "Keep a copy of that folder") || !strings.Contains(printed, "adb install -r build/earshot-") {
		t.Error(printed)
	}
	if a.read("FyneApp.toml") != before {
		t.Error("FyneApp.toml was rewritten")
	}
	built, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(string(built)), "\n"); len(lines) != 2 ||
		!strings.HasPrefix(lines[0], "android/arm64 ") || !strings.HasPrefix(lines[1], "android/arm ") ||
		strings.Count(string(built), "-trimpath") < 2 || strings.Count(string(built), "no_animations") != 2 {
		t.Errorf("built %q", built)
	}
	for abi, lib := range map[string]string{"arm64": "lib/arm64-v8a/libearshot.so", "arm": "lib/armeabi-v7a/libearshot.so"} {
		a.checkAPK("build/earshot-"+a.version()+"-android-"+abi+".apk", lib)
	}
	a.checkKey(env)
}

// toolchain is an environment with an NDK and a go command that runs a line of
// bash instead of compiling the library, and calls the real one for all else.
func (a *androidTree) toolchain(compile string) []string {
	a.t.Helper()
	real, err := exec.LookPath("go")
	if err != nil {
		a.t.Fatal(err)
	}
	bin := a.program("go", `case " $* " in *" -buildmode=c-shared "*)
`+compile+` ;;
esac
exec `+real+` "$@"`)
	return []string{"ANDROID_NDK_HOME=" + a.ndk("28.2.13676358"), "PATH=" + bin + ":" + os.Getenv("PATH")}
}

// program makes a folder with one program, a piece of bash.
func (a *androidTree) program(name, body string) (bin string) {
	a.t.Helper()
	bin = a.t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/bash\n"+body+"\n"), 0o777); err != nil {
		a.t.Fatal(err)
	}
	return bin
}

// TestAndroidStepsFail: whatever fails is told, leaves no half of a key and no
// old APK that passes for a new one, and the next run works.
func TestAndroidStepsFail(t *testing.T) {
	need(t, "zipalign", "apksigner", "keytool", "aapt")
	a := newAndroidTree(t)
	apk := filepath.Join(a.dir, "build/earshot-"+a.version()+"-android-arm64.apk")
	signing := filepath.Join(a.home, ".local/share/earshot-signing")
	good := a.toolchain(`	while [ "$1" != -o ]; do shift; done
	head -c 1000 /dev/urandom >"$2"
	exit`)
	with := func(bin string) []string {
		return []string{good[0], strings.Replace(good[1], "PATH=", "PATH="+bin+":", 1)}
	}
	keytool, err := exec.LookPath("keytool")
	if err != nil {
		t.Fatal(err)
	}
	broken := with(a.program("keytool", `[ "$1" = -genkeypair ] && { echo no entropy; exit 1; }; exec `+keytool+` "$@"`))
	if status, printed := a.run("--android=arm64", broken...); status != 1 || !strings.Contains(printed, "no entropy") || !strings.Contains(printed, "There is no key") {
		t.Errorf("keytool fails: status %d, %s", status, printed)
	}
	if left, _ := filepath.Glob(signing + "*"); len(left) != 0 {
		t.Errorf("keytool failed and left %v", left)
	}
	if status, printed := a.run("--android=arm64", good...); status != 0 {
		t.Fatalf("the next run: status %d, %s", status, printed)
	}
	for what, env := range map[string][]string{
		"the compiler":  a.toolchain("	echo no such header >&2; exit 1"),
		"the signature": with(a.program("apksigner", "echo refused >&2; exit 1")),
	} {
		status, printed := a.run("--android=arm64", env...)
		if status != 1 || !strings.Contains(printed, "There is no build/earshot-") || strings.Contains(printed, "Signed and verified") {
			t.Errorf("%s fails: status %d, %s", what, status, printed)
		}
		if left, _ := filepath.Glob(apk + "*"); len(left) != 0 {
			t.Errorf("%s failed and left %v", what, left)
		}
	}
}

func (a *androidTree) read(name string) string {
	a.t.Helper()
	raw, err := os.ReadFile(filepath.Join(a.dir, name))
	if err != nil {
		a.t.Fatal(err)
	}
	return string(raw)
}

func (a *androidTree) version() string {
	_, rest, _ := strings.Cut(a.read("FyneApp.toml"), `Version = "`)
	version, _, _ := strings.Cut(rest, `"`)
	return version
}

// output is what a program prints, which must succeed.
func (a *androidTree) output(name string, args ...string) string {
	a.t.Helper()
	cmd := exec.CommandContext(a.t.Context(), name, args...)
	cmd.Dir = a.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		a.t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// checkAPK looks at an APK with the system's own tools.
func (a *androidTree) checkAPK(apk, lib string) {
	a.t.Helper()
	badging := a.output("aapt", "dump", "badging", apk)
	for _, want := range []string{"name='app.earshot.messenger' versionCode='1' versionName='" + a.version() + "'", "sdkVersion:'21'", "targetSdkVersion:'29'"} {
		if !strings.Contains(badging, want) {
			a.t.Errorf("%s: %q is not in\n%s", apk, want, badging)
		}
	}
	if strings.Contains(badging, "application-debuggable") {
		a.t.Errorf("%s can be debugged", apk)
	}
	tree := a.output("aapt", "dump", "xmltree", apk, "AndroidManifest.xml")
	for _, want := range []string{`android:scheme(0x01010027)="earshot"`, `android:host(0x01010028)="pair"`, `android:scheme(0x01010027)="EARSHOT"`, `android:host(0x01010028)="PAIR"`, `"android.intent.category.BROWSABLE"`} {
		if !strings.Contains(tree, want) {
			a.t.Errorf("%s: %q is not in\n%s", apk, want, tree)
		}
	}
	certs := a.output("apksigner", "verify", "--verbose", "--print-certs", apk)
	if !strings.Contains(certs, "certificate DN: CN=Earshot\n") || strings.Contains(certs, "gomobile") ||
		!strings.Contains(certs, "v2 scheme (APK Signature Scheme v2): true") || !strings.Contains(certs, "v3 scheme (APK Signature Scheme v3): true") {
		a.t.Errorf("%s is signed otherwise:\n%s", apk, certs)
	}
	archive, err := zip.OpenReader(filepath.Join(a.dir, apk))
	if err != nil {
		a.t.Fatal(err)
	}
	defer archive.Close()
	var files []string
	for _, f := range archive.File {
		files = append(files, f.Name)
	}
	all := strings.Join(files, "\n")
	if strings.Count(all, "lib/") != 1 || !slices.Contains(files, lib) || !slices.Contains(files, "classes.dex") {
		a.t.Errorf("%s holds\n%s", apk, all)
	}
}

// checkKey: nobody else can read the key, it stays, and half of one is not
// replaced.
func (a *androidTree) checkKey(env []string) {
	a.t.Helper()
	folder := filepath.Join(a.home, ".local/share/earshot-signing")
	key, password := filepath.Join(folder, "android.p12"), filepath.Join(folder, "android.password")
	for _, name := range []string{folder, key, password} {
		info, err := os.Stat(name)
		if err != nil {
			a.t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			a.t.Errorf("%s can be read by others: %v", name, info.Mode())
		}
	}
	before, _ := os.ReadFile(key)
	if status, printed := a.run("--android=arm64", env...); status != 0 || strings.Contains(printed, "Made the key") {
		a.t.Errorf("the second time: status %d, %s", status, printed)
	}
	if after, _ := os.ReadFile(key); string(after) != string(before) {
		a.t.Error("the key was replaced")
	}
	if err := os.Remove(password); err != nil {
		a.t.Fatal(err)
	}
	if status, printed := a.run("--android=arm64", env...); status != 1 || !strings.Contains(printed, "belong together") {
		a.t.Errorf("half a key: status %d, %s", status, printed)
	}
}
