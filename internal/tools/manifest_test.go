package tools

import (
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// androidResources is where Debian keeps what Android's own names mean.
const androidResources = "/usr/share/android-framework-res/framework-res.apk"

// manifest is what this test reads of AndroidManifest.xml.
type manifest struct {
	Package     string `xml:"package,attr"`
	VersionCode string `xml:"versionCode,attr"`
	VersionName string `xml:"versionName,attr"`
	Permissions []struct {
		Name string `xml:"name,attr"`
	} `xml:"uses-permission"`
	Application struct {
		Label       string `xml:"label,attr"`
		Debuggable  string `xml:"debuggable,attr"`
		AllowBackup string `xml:"allowBackup,attr"`
		Activity    struct {
			LaunchMode    string `xml:"launchMode,attr"`
			SoftInput     string `xml:"windowSoftInputMode,attr"`
			ConfigChanges string `xml:"configChanges,attr"`
			Filters       []struct {
				Actions    []named `xml:"action"`
				Categories []named `xml:"category"`
				Data       []struct {
					Scheme string `xml:"scheme,attr"`
					Host   string `xml:"host,attr"`
				} `xml:"data"`
			} `xml:"intent-filter"`
		} `xml:"activity"`
	} `xml:"application"`
}

// named is a part of the manifest that is only a name.
type named struct {
	Name string `xml:"name,attr"`
}

func readManifest(t *testing.T) manifest {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "AndroidManifest.xml"))
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := xml.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// appValue reads a value of FyneApp.toml.
func appValue(t *testing.T, key string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "FyneApp.toml"))
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^ *` + key + ` = "?([^"\n]*)"?$`).FindSubmatch(raw)
	if m == nil {
		t.Fatalf("FyneApp.toml has no %s", key)
	}
	return string(m[1])
}

func TestManifestAgrees(t *testing.T) {
	m := readManifest(t)
	for key, got := range map[string]string{"ID": m.Package, "Version": m.VersionName, "Build": m.VersionCode, "Name": m.Application.Label} {
		if want := appValue(t, key); got != want {
			t.Errorf("%s is %q in AndroidManifest.xml and %q in FyneApp.toml", key, got, want)
		}
	}
	a := m.Application
	if a.Debuggable != "false" || a.AllowBackup != "false" || a.Activity.LaunchMode != "singleTask" || a.Activity.SoftInput != "adjustResize" {
		t.Errorf("%+v", a)
	}
	// All that the packager knows: without one of them the change makes the
	// activity anew.
	const all = "orientation|screenSize|smallestScreenSize|screenLayout|keyboard|keyboardHidden|navigation|uiMode|locale|fontScale|touchscreen|mcc|mnc"
	if a.Activity.ConfigChanges != all {
		t.Errorf("configChanges is %q, want %q", a.Activity.ConfigChanges, all)
	}
}

// TestManifestTakesLinks: the launcher starts the app, and a pairing link opens
// it, also from a page. Android compares schemes and hosts with case, and a link
// is written with the first; a QR code may hold it in capitals, which make it
// smaller.
func TestManifestTakesLinks(t *testing.T) {
	filters := readManifest(t).Application.Activity.Filters
	if len(filters) != 2 || len(filters[0].Data) != 0 || !slices.Equal(filters[0].Actions, []named{{"android.intent.action.MAIN"}}) {
		t.Fatalf("%+v", filters)
	}
	f := filters[1]
	if len(f.Data) != 2 || f.Data[0].Scheme != "earshot" || f.Data[0].Host != "pair" || f.Data[1].Scheme != "EARSHOT" || f.Data[1].Host != "PAIR" ||
		!slices.Equal(f.Actions, []named{{"android.intent.action.VIEW"}}) ||
		!slices.Equal(f.Categories, []named{{"android.intent.category.DEFAULT"}, {"android.intent.category.BROWSABLE"}}) {
		t.Errorf("%+v", f)
	}
}

// TestManifestIsExplained: every permission, and no other, has its row in
// docs/ANDROID.md.
func TestManifestIsExplained(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "docs/ANDROID.md"))
	if err != nil {
		t.Fatal(err)
	}
	var explained, asked []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\|").FindAllSubmatch(raw, -1) {
		explained = append(explained, "android.permission."+string(m[1]))
	}
	for _, p := range readManifest(t).Permissions {
		asked = append(asked, p.Name)
	}
	slices.Sort(explained)
	slices.Sort(asked)
	if !slices.Equal(explained, asked) {
		t.Errorf("docs/ANDROID.md explains %v, the manifest asks for %v", explained, asked)
	}
}

// TestLibrariesAreExplained: every module that is linked into the app has its
// place in docs/ANDROID.md, and no other.
func TestLibrariesAreExplained(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(root, "docs/ANDROID.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, ok := strings.Cut(string(doc), "| module | what for |\n")
	if !ok {
		t.Fatal("docs/ANDROID.md has no table of modules")
	}
	table, _, _ = strings.Cut(table, "\n\n")
	var explained []string
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(table, -1) {
		explained = append(explained, m[1])
	}
	linked := slices.DeleteFunc(androidDeps(t, "{{with .Module}}{{.Path}}{{end}}"), func(m string) bool { return m == "earshot" })
	slices.Sort(explained)
	if !slices.Equal(explained, linked) {
		t.Errorf("docs/ANDROID.md explains %q, linked are %q", explained, linked)
	}
}

// TestSystemLibrariesAreExplained: what the linker is asked for.
func TestSystemLibrariesAreExplained(t *testing.T) {
	doc, err := os.ReadFile(filepath.Join(root, "docs/ANDROID.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(doc), "The library asks the linker for")
	text, _, _ = strings.Cut(text, "\n\n")
	var explained []string
	for _, m := range regexp.MustCompile("`(-l[A-Za-z0-9]+)`").FindAllStringSubmatch(text, -1) {
		explained = append(explained, m[1])
	}
	asked := androidDeps(t, `{{join .CgoLDFLAGS " "}}`)
	slices.Sort(explained)
	if !slices.Equal(explained, asked) {
		t.Errorf("docs/ANDROID.md explains %q, the linker is asked for %q", explained, asked)
	}
}

// androidDeps is a word or more about each package of the app on Android, sorted
// and each once.
func androidDeps(t *testing.T, format string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-f", format, ".")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS=android", "GOARCH=arm64", "CGO_ENABLED=1", "CC=/nonexistent")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(string(out))
	slices.Sort(words)
	return slices.Compact(words)
}

// TestManifestCompiles: the packager drops values that it does not know without
// a word, the system's own tool does not.
func TestManifestCompiles(t *testing.T) {
	need(t, "aapt")
	if _, err := os.Stat(androidResources); err != nil {
		t.Skipf("there is no %s here", androidResources)
	}
	compile := func(path string) (string, error) {
		apk := filepath.Join(t.TempDir(), "out.apk")
		out, err := exec.Command("aapt", "package", "-f", "-M", path, "-I", androidResources, "-F", apk,
			"--min-sdk-version", "21", "--target-sdk-version", "29").CombinedOutput()
		return string(out), err
	}
	path := filepath.Join(root, "AndroidManifest.xml")
	if out, err := compile(path); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	wrong := filepath.Join(t.TempDir(), "AndroidManifest.xml")
	if err := os.WriteFile(wrong, []byte(strings.Replace(string(raw), "adjustResize", "adjustRezise", 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := compile(wrong); err == nil {
		t.Error("a misspelt value passes: this test shows nothing")
	}
}
