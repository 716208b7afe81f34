package tools

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// desktopEntry is where the package has what a desktop knows of Earshot.
const desktopEntry = "share/applications/app.earshot.messenger.desktop"

// linuxPackage makes the package of Linux, with everything but the compiler real,
// and returns the folder that it unpacks to.
func linuxPackage(t *testing.T) string {
	t.Helper()
	need(t, "tar", "xz", "make")
	a := newAndroidTree(t)
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Fatal(err)
	}
	bin := a.program("go", `case " $* " in *" build "*no_animations*)
	printf '#!/bin/sh\necho "opened $*"\n' >earshot
	chmod +x earshot
	exit ;;
esac
exec `+goCommand+` "$@"`)
	cmd := exec.CommandContext(t.Context(), "bash", "-c",
		`exe=; . internal/tools/system.sh; . internal/tools/package.sh; need_packager && packaged linux keep_tar build/out.tar.xz && tar -xJf build/out.tar.xz`)
	cmd.Dir = a.dir
	cmd.Env = append(a.env, "PATH="+bin+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(a.dir, "earshot")
}

// installer runs make in an unpacked package for a person with a home folder of
// its own, and returns what was asked of update-desktop-database.
type installer struct {
	t         *testing.T
	from      string
	home, bin string
}

func newInstaller(t *testing.T, from, person string) installer {
	t.Helper()
	i := installer{t, from, filepath.Join(t.TempDir(), person), t.TempDir()}
	stub := "#!/bin/sh\necho \"$*\" >>" + filepath.Join(i.bin, "asked") + "\n"
	if err := os.WriteFile(filepath.Join(i.bin, "update-desktop-database"), []byte(stub), 0o777); err != nil {
		t.Fatal(err)
	}
	return i
}

func (i installer) make(args ...string) (asked string) {
	i.t.Helper()
	asking := filepath.Join(i.bin, "asked")
	if err := os.RemoveAll(asking); err != nil {
		i.t.Fatal(err)
	}
	cmd := exec.CommandContext(i.t.Context(), "make", args...)
	cmd.Dir = i.from
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "XDG_") || strings.HasPrefix(v, "MAKE") || strings.HasPrefix(v, "DESTDIR=") || strings.HasPrefix(v, "PREFIX=")
	})
	cmd.Env = append(cmd.Env, "HOME="+i.home, "PATH="+i.bin+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		i.t.Fatalf("make %v: %v\n%s", args, err, out)
	}
	raw, _ := os.ReadFile(asking)
	return strings.TrimSpace(string(raw))
}

// files lists what is below a folder.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// entryLines reads the only group of a desktop entry.
func entryLines(t *testing.T, path string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := strings.Cut(string(raw), "\n")
	if first != "[Desktop Entry]" || strings.Contains(rest, "[") {
		t.Errorf("not one group: %q", raw)
	}
	lines := map[string]string{}
	for line := range strings.Lines(rest) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if _, twice := lines[key]; twice && ok {
			t.Errorf("%s is there twice", key)
		}
		lines[key] = value
	}
	return lines
}

// TestLinuxPackage: what is installed opens pairing links with one argument, the
// icon is there, and nothing is left after it is removed.
func TestLinuxPackage(t *testing.T) {
	from := linuxPackage(t)
	for _, person := range []string{"ann", "Ann Lee"} {
		t.Run("for "+person, func(t *testing.T) { forOne(t, newInstaller(t, from, person)) })
	}
	t.Run("for a distribution", func(t *testing.T) {
		i := newInstaller(t, from, "ann")
		dest := t.TempDir()
		if asked := i.make("install", "DESTDIR="+dest, "PREFIX=/usr"); asked != "" {
			t.Errorf("the database of this system was changed: %q", asked)
		}
		want := []string{"usr/bin/earshot", "usr/" + desktopEntry, "usr/share/pixmaps/app.earshot.messenger.png"}
		if got := files(t, dest); !slices.Equal(got, want) {
			t.Errorf("installed %q, want %q", got, want)
		}
		if e := entryLines(t, filepath.Join(dest, "usr", desktopEntry)); e["Exec"] != "earshot %u" {
			t.Errorf("%q", e)
		}
		i.make("uninstall", "DESTDIR="+dest, "PREFIX=/usr")
		if left := files(t, dest); len(left) != 0 {
			t.Errorf("left %q", left)
		}
	})
}

func forOne(t *testing.T, i installer) {
	apps := filepath.Join(i.home, ".local/share/applications")
	if asked := i.make("user-install"); asked != apps {
		t.Errorf("update-desktop-database was asked for %q, want %q", asked, apps)
	}
	want := []string{".local/bin/earshot", ".local/" + desktopEntry, ".local/share/icons/app.earshot.messenger.png"}
	if got := files(t, i.home); !slices.Equal(got, want) {
		t.Errorf("installed %q, want %q", got, want)
	}
	e := entryLines(t, filepath.Join(i.home, ".local", desktopEntry))
	if e["MimeType"] != "x-scheme-handler/earshot;" || e["Icon"] != "app.earshot.messenger" {
		t.Errorf("%q", e)
	}
	// As a desktop does it: the program with its quotes, and the link in place of %u.
	if quoted := strings.Contains(e["Exec"], `"`); quoted != strings.Contains(i.home, " ") {
		t.Errorf("quotes only where they are needed: %s", e["Exec"])
	}
	line := strings.Replace(e["Exec"], "%u", "'earshot://pair/1/x'", 1)
	out, err := exec.CommandContext(t.Context(), "sh", "-c", line).CombinedOutput()
	if err != nil || string(out) != "opened earshot://pair/1/x\n" || strings.Contains(line, "%") {
		t.Errorf("%s: %v, %q", line, err, out)
	}
	if asked := i.make("user-uninstall"); asked != apps {
		t.Errorf("update-desktop-database was asked for %q, want %q", asked, apps)
	}
	if left := files(t, i.home); len(left) != 0 {
		t.Errorf("left %q", left)
	}
}

// TestOtherDesktopEntry: a packager that writes something else is noticed.
func TestOtherDesktopEntry(t *testing.T) {
	need(t, "awk")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "app.earshot.messenger.desktop"), []byte("[Desktop Entry]\nExec=earshot %F\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "bash", "-c", `. ./system.sh; . ./package.sh; offer_links "$1"`, "-", dir).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "offer_links") {
		t.Errorf("%v, %q", err, out)
	}
}
