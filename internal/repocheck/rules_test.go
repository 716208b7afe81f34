package repocheck

import (
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// model is a small tree that breaks no rule. Each row of TestRules changes one
// file of it.
var model = map[string]string{
	"go.mod":                      "module earshot\n\ngo 1.26.0\n\nrequire (\n\tfyne.io/fyne/v2 v2.8.1\n\texample.com/deep/down v1.0.0 // indirect\n)\n",
	"main.go":                     "// Command earshot is the app.\npackage main\n\nimport \"earshot/app\"\n\nfunc main() { app.Main() }\n",
	"app/app.go":                  "// Package app is the app.\npackage app\n\nimport (\n\t\"earshot/internal/engine\"\n\n\tfyneapp \"fyne.io/fyne/v2/app\"\n)\n\n// AppID is the ID.\nconst AppID = \"app.example\"\n\nfunc Main() { engine.Open(); fyneapp.NewWithID(AppID) }\n",
	"app/internal/view/a/view.go": "// Package a draws.\npackage a\n\nimport _ \"fyne.io/fyne/v2/canvas\"\n",
	"internal/engine/engine.go":   "// Package engine joins.\npackage engine\n\nimport (\n\t\"fmt\"\n\n\t\"earshot/internal/store\"\n\t\"earshot/netcore\"\n)\n\n// Version is what the program says.\nconst Version = \"0.1.0\"\n\nfunc Open() { fmt.Println(store.Rows, netcore.Links) }\n",
	"internal/store/store.go":     "// Package store keeps.\npackage store\n\nimport _ \"modernc.org/sqlite\"\n\nvar Rows int\n",
	"internal/store/os_other.go":  "package store\n",
	"internal/store/s_test.go":    "package store\n\nimport (\n\t\"testing\"\n\n\t_ \"earshot/internal/faultbench\"\n)\n\nfunc TestRows(t *testing.T) {}\n\nfunc FuzzRows(f *testing.F) { f.Add(1); f.Fuzz(func(*testing.T, int) {}) }\n",
	"internal/faultbench/f.go":    "// Package faultbench breaks things.\npackage faultbench\n",
	"netcore/netcore.go":          "// Package netcore links.\npackage netcore\n\nimport \"earshot/netcore/wire\"\n\nvar Links = wire.Types\n",
	"netcore/wire/wire.go":        "// Package wire frames.\npackage wire\n\nimport _ \"github.com/fxamacker/cbor/v2\"\n\nvar Types int\n",
	"internal/tools/go.mod":       "module earshot/internal/tools\n\ngo 1.26.0\n",
	"internal/tools/x/main.go":    "// Command x helps.\npackage main\n\nimport _ \"example.com/anything\"\n\nfunc main() {}\n",
	"FyneApp.toml":                "[Details]\nName = \"Earshot\"\nID = \"app.example\"\nVersion = \"0.1.0\"\n\n[Other]\nID = \"other\"\n",
	"README.md":                   "See [the docs](docs/CONTRIBUTING.md#who) and [the web](https://example.com/none).\n\n```\n[x](nowhere)\n```\n",
	"LICENSE":                     "MIT\n",
	"Icon.png":                    "PNG",
	"staticcheck.conf":            "checks = [\"all\"]\n",
	"docs/CHANGELOG.md":           "# Changelog\n",
	"docs/PROTOCOL.md":            "# Protocol\n",
	"docs/CONTRIBUTING.md":        contributingText,
	"run":                         "#!/usr/bin/env bash\n",
	"test":                        "#!/usr/bin/env bash\n",
	".ci/run":                     "#!/usr/bin/env bash\n",
}

const contributingText = "# Contributing\n\n## Who may import whom\n\n" +
	"```\n main.go\n app\n app/internal/view\n internal/engine\n netcore internal/store\n netcore/wire internal/faultbench\n```\n\n" +
	"| Package | Ours | Others | Job |\n| --- | --- | --- | --- |\n" +
	"| `.` | `app` | – | starts |\n" +
	"| `app` | `internal/engine`, `app/internal/view/...` | `fyne.io/fyne/v2` | the window |\n" +
	"| `app/internal/view/...` | – | `fyne.io/fyne/v2` | draws |\n" +
	"| `internal/engine` | `internal/store`, `netcore` | – | joins |\n" +
	"| `internal/store` | – | `modernc.org/sqlite` | keeps |\n" +
	"| `internal/faultbench` | – | – | tests |\n" +
	"| `netcore` | `netcore/wire` | – | links |\n" +
	"| `netcore/wire` | – | `github.com/fxamacker/cbor/v2` | frames |\n\n## Tests\n\n| `x` | a | b | c |\n"

// load makes a tree of the model with some files replaced, or removed where
// the text is empty.
func load(t *testing.T, changed map[string]string) *Tree {
	t.Helper()
	files := maps.Clone(model)
	maps.Copy(files, changed)
	fsys := fstest.MapFS{}
	for name, text := range files {
		if text != "" {
			mode := fs.FileMode(0o644)
			if slices.Contains(scripts, name) {
				mode = 0o755
			}
			fsys[name] = &fstest.MapFile{Data: []byte(text), Mode: mode}
		}
	}
	tree, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// problems runs all rules over a tree and returns what they found, by rule.
func problems(tree *Tree) map[string][]string {
	found := map[string][]string{}
	for _, c := range Checks {
		if bad := c.Find(tree); len(bad) > 0 {
			found[c.Name] = bad
		}
	}
	return found
}

func TestModelBreaksNoRule(t *testing.T) {
	if found := problems(load(t, nil)); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

// breach breaks one rule of the model.
type breach struct {
	check string
	want  string // in a line of what the check finds
	files map[string]string
}

// replaced is a file of the model with one text replaced by another.
func replaced(file, old, with string) map[string]string {
	if !strings.Contains(model[file], old) {
		panic(file + " of the model does not hold " + old)
	}
	return map[string]string{file: strings.Replace(model[file], old, with, 1)}
}

// sleepCall is put together so that this file does not hold the call itself.
const sleepCall = "time." + "Sleep(1)"

var breaches = []breach{
	{"import table", "internal/store imports earshot/netcore:", replaced("internal/store/store.go", "modernc.org/sqlite", "earshot/netcore")},
	{"import table", "netcore imports example.com/x:", replaced("netcore/netcore.go", "import \"", "import _ \"example.com/x\"\nimport \"")},
	{"import table", "internal/new has no row", map[string]string{"internal/new/new.go": "// Package new is new.\npackage new\n"}},
	{"import table", "internal/faultbench matches no package", map[string]string{"internal/faultbench/f.go": "", "internal/store/s_test.go": ""}},
	{"import table", "diagram does not name netcore/wire", replaced("docs/CONTRIBUTING.md", " netcore/wire internal/faultbench\n```", " internal/faultbench\n```")},
	{"import table", "no section", replaced("docs/CONTRIBUTING.md", "## Who may", "## Who")},
	{"import table", "no section", map[string]string{"docs/CONTRIBUTING.md": ""}},
	{"imports that must never be", "netcore -> internal/bridge imports earshot/internal/store: netcore keeps nothing", map[string]string{
		"netcore/netcore.go":        "// Package netcore links.\npackage netcore\n\nimport _ \"earshot/internal/bridge\"\n\nvar Links int\n",
		"internal/bridge/bridge.go": "// Package bridge leads astray.\npackage bridge\n\nimport _ \"earshot/internal/store\"\n",
	}},
	{"imports that must never be", "netcore/wire imports earshot/internal/faultbench: wire is a leaf", replaced("netcore/wire/wire.go", "github.com/fxamacker/cbor/v2", "earshot/internal/faultbench")},
	{"imports that must never be", "internal/store imports fyne.io/fyne/v2/canvas", replaced("internal/store/store.go", "modernc.org/sqlite", "fyne.io/fyne/v2/canvas")},
	{"imports that must never be", "without cgo", replaced("app/internal/view/a/view.go", "v2/canvas", "v2/app")},
	{"imports that must never be", "arrows point down", map[string]string{"internal/store/os_windows.go": "package store\n\nimport _ \"earshot/app\"\n"}},
	{"owners of third-party packages", "netcore imports modernc.org/sqlite/lib: only internal/store", replaced("netcore/netcore.go", "import \"", "import _ \"modernc.org/sqlite/lib\"\nimport \"")},
	{"test support", "internal/engine imports earshot/internal/faultbench: only tests", replaced("internal/engine/engine.go", "\t\"fmt\"\n", "\t\"fmt\"\n\n\t_ \"earshot/internal/faultbench\"")},
	{"test support", "internal/engine imports earshot/internal/store/storetest: only tests", replaced("internal/engine/engine.go", "earshot/internal/store\"", "earshot/internal/store/storetest\"")},
	{"what Android refuses", "internal/store/store.go:5: net.Interfaces: Android denies", replaced("internal/store/store.go", "import _ \"modernc.org/sqlite\"\n\nvar Rows int", "import \"net\"\nvar _, _ = net.Interfaces()")},
	{"what Android refuses", "netcore/x.go:5: os.Hostname: it is", map[string]string{"netcore/x.go": "package netcore\n\nimport system \"os\"\n\nvar host = system.Hostname\n"}},
	{"what Android refuses", "netcore/x_linux.go:5: os/user.Current", map[string]string{"netcore/x_linux.go": "package netcore\n\nimport \"os/user\"\n\nvar _, _ = user.Current()\n"}},
	{"formatting", "main.go: gofmt", replaced("main.go", "{ app.Main() }", "{app.Main()}")},
	{"package docs", "internal/store: 2 files", replaced("internal/store/os_other.go", "package", "// Package store keeps twice.\npackage")},
	{"package docs", "netcore: no file", replaced("netcore/netcore.go", "// Package netcore links.\n", "")},
	{"package docs", "does not begin with \"Package wire\"", replaced("netcore/wire/wire.go", "// Package wire frames.", "// Frames and more.")},
	{"left-overs", "docs/PROTOCOL.md:2: FIX" + "ME", map[string]string{"docs/PROTOCOL.md": "# Protocol\nFIX" + "ME later\n"}},
	{"left-overs", "run:2: TO" + "DO", map[string]string{"run": "#!/bin/sh\n# TO" + "DO\n"}},
	{"file sizes", "netcore/long.go: 602 lines", map[string]string{"netcore/long.go": "package netcore\n\n" + strings.Repeat("//\n", 600)}},
	{"no sleeping in tests", "internal/store/s_test.go:5:", map[string]string{"internal/store/s_test.go": "package store\n\nimport \"time\"\n\nfunc init() { " + sleepCall + " }\n"}},
	{"no sleeping in tests", "netcore/x_test.go:7:", map[string]string{"netcore/x_test.go": "package netcore\n\nimport \"time\"\n\nfunc bubble(f func()) { f() }\n\nfunc init() { bubble(func() { " + sleepCall + " }) }\n"}},
	{"fuzz seeds", "FuzzRows has no seed", replaced("internal/store/s_test.go", "f.Add(1); ", "")},
	{"fuzz seeds", "FuzzB has no seed", map[string]string{"netcore/b_test.go": "package netcore\n\nimport \"testing\"\n\nfunc FuzzB(f *testing.F) { help(f) }\n\nfunc help(f *testing.F) {}\n"}},
	{"go.mod without replace", "go.mod:5:", map[string]string{"go.mod": "module earshot\n\ngo 1.26.0\n\nreplace a.b/c => ../c\n"}},
	{"go.mod without replace", "internal/tools/go.mod:3:", map[string]string{"internal/tools/go.mod": "module earshot/internal/tools\nreplace (\n\ta.b/c => ../c\n)\n"}},
	{"requirements", "nothing imports a.example/b", map[string]string{"go.mod": "module earshot\n\nrequire a.example/b v1.0.0\n"}},
	{"requirements", "go.mod: fyne.io/fyne/v2 is imported", replaced("go.mod", "v2.8.1", "v2.8.1 // indirect")},
	{"app ID", "the app ID is \"app.example\"", replaced("FyneApp.toml", "app.example", "app.other")},
	{"app ID", "the app ID is \"\"", replaced("app/app.go", "NewWithID(AppID)", "NewWithID(id())")},
	{"app ID", "nothing calls NewWithID", replaced("app/app.go", "NewWithID(AppID)", "New()")},
	{"app ID", "has no ID", replaced("FyneApp.toml", "ID = \"app.example\"\n", "")},
	{"version", "\"0.1.0\", in FyneApp.toml it is \"0.2.0\"", replaced("FyneApp.toml", "0.1.0", "0.2.0")},
	{"version", "no constant Version", replaced("internal/engine/engine.go", "const Version", "var Version")},
	{"version", "has no Version", map[string]string{"FyneApp.toml": ""}},
	{"files that must exist", "docs/PROTOCOL.md: missing", map[string]string{"docs/PROTOCOL.md": ""}},
	{"files that must exist", "run: the first line", map[string]string{"run": "echo\n"}},
	{"rows of reliability", "there is no test TestR04SilentDrop", map[string]string{"docs/RELIABILITY.md": "R4 `TestR04SilentDrop`\n"}},
	{"rows of reliability", "internal/store/s_test.go: TestR04SilentDrop is not", map[string]string{"docs/RELIABILITY.md": "TestRows\n", "internal/store/s_test.go": strings.ReplaceAll(model["internal/store/s_test.go"], "func TestRows", "func TestR04SilentDrop(t *testing.T) {}\n\nfunc TestRows")}},
	{"rows of security", "there is no test TestOther99CVE202012345", map[string]string{"docs/SECURITY.md": "| `TestOther99CVE202012345` |\n"}},
	{"rows of security", "internal/store: TestOtherCVE202012345 is not", map[string]string{"docs/SECURITY.md": "TestRows\n", "internal/store/s_test.go": strings.ReplaceAll(model["internal/store/s_test.go"], "func TestRows", "func TestOtherCVE202012345(t *testing.T) {}\n\nfunc TestRows")}},
	{"rows of security", "internal/store: TestOtherCommitb706750 is not", map[string]string{"docs/SECURITY.md": "TestRows\n", "internal/store/s_test.go": strings.ReplaceAll(model["internal/store/s_test.go"], "func TestRows", "func TestOtherCommitb706750(t *testing.T) {}\n\nfunc TestRows")}},
	{"parsers before trust", "internal/store/x.go:5: read names FuzzRows, and internal/store has no", map[string]string{"internal/store/x.go": "package store\n\n// read reads. Before\n// trust: FuzzRows.\nfunc read() {}\n"}},
	{"parsers before trust", "no function of internal/store says \"Before trust: FuzzRows.\"", map[string]string{"internal/store/s_test.go": strings.ReplaceAll(model["internal/store/s_test.go"], "func FuzzRows", "// Before trust. Each row.\nfunc FuzzRows")}},
	{"links in the docs", "README.md: the link to docs/NONE.md", replaced("README.md", "docs/CONTRIBUTING.md", "docs/NONE.md")},
}

func TestRules(t *testing.T) {
	for _, b := range breaches {
		t.Run(b.check+"/"+b.want, func(t *testing.T) {
			found := problems(load(t, b.files))
			if !slices.ContainsFunc(found[b.check], func(line string) bool { return strings.Contains(line, b.want) }) {
				t.Errorf("no line with %q; found %q", b.want, found)
			}
		})
	}
	for _, c := range Checks {
		if !slices.ContainsFunc(breaches, func(b breach) bool { return b.check == c.Name }) {
			t.Errorf("nothing shows that the check %q can fail", c.Name)
		}
	}
}

func TestAllowed(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"a test reaches across":           {"netcore/x_test.go": "package netcore\n\nimport _ \"earshot/internal/store\"\n"},
		"packages of a subtree":           {"app/internal/view/b/b.go": "// Package b too.\npackage b\n\nimport _ \"earshot/app/internal/view/a\"\n"},
		"sleep in a bubble":               {"netcore/x_test.go": "package netcore\n\nimport (\n\t\"testing\"\n\t\"testing/synctest\"\n\t\"time\"\n)\n\nfunc TestX(t *testing.T) { synctest.Test(t, func(*testing.T) { " + sleepCall + " }) }\n"},
		"sleep in a bubble by a helper":   {"netcore/x_test.go": "package netcore\n\nimport (\n\t\"testing\"\n\t\"testing/synctest\"\n\t\"time\"\n)\n\nfunc bubble(t *testing.T, f func()) { synctest.Test(t, func(*testing.T) { f() }) }\n\nfunc TestX(t *testing.T) { bubble(t, func() { " + sleepCall + " }) }\n"},
		"a program's own words":           replaced("main.go", "Command earshot", "Earshot"),
		"seeds by a helper":               {"netcore/x_test.go": "package netcore\n\nimport \"testing\"\n\nfunc FuzzX(f *testing.F) { seeds(f) }\n\nfunc seeds(g *testing.F) { g.Add(1) }\n"},
		"seeds in a folder":               {"netcore/x_test.go": "package netcore\n\nimport \"testing\"\n\nfunc FuzzX(f *testing.F) {}\n", "netcore/testdata/fuzz/FuzzX/1": "go test fuzz v1\nint(1)\n"},
		"a parser and its target":         {"internal/store/x.go": "package store\n\n// read reads. Before\n// trust: FuzzRows.\nfunc read() {}\n", "internal/store/s_test.go": strings.ReplaceAll(model["internal/store/s_test.go"], "func FuzzRows", "// Before trust. Each row.\nfunc FuzzRows")},
		"anything below testdata":         {"netcore/testdata/bad.go": "package {\n"},
		"a long generated file":           {"netcore/gen.go": "// Code generated by x. DO NOT EDIT.\n\npackage netcore\n\n" + strings.Repeat("//\n", 700)},
		"a folder of tests without a doc": {"internal/walk/x_test.go": "package walk\n"},
		"refused by Android, elsewhere":   {"netcore/x.go": "//go:build !android\n\npackage netcore\n\nimport \"os\"\n\nvar _, _ = os.Hostname()\n", "netcore/x_windows.go": "package netcore\n\nimport \"os\"\n\nvar _, _ = os.UserHomeDir()\n"},
		"refused by Android, in a test":   {"netcore/x_test.go": "package netcore\n\nimport \"net\"\n\nvar _, _ = net.Interfaces()\n"},
		"a literal app ID":                replaced("app/app.go", "NewWithID(AppID)", "NewWithID(\"app.example\")"),
		"an anchor in the same page":      {"docs/PROTOCOL.md": "# P\n\n[above](#p)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if found := problems(load(t, files)); len(found) > 0 {
				t.Errorf("%q", found)
			}
		})
	}
}

func TestScriptsAreExecutable(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not on windows: it has no executable bit")
	}
	tree, err := Load(fstest.MapFS{"run": {Data: []byte("#!/bin/sh\n"), Mode: 0o644}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(RequiredFiles(tree), "run: not executable") {
		t.Error("a script without its executable bit was not found")
	}
}

func TestLoadRefusesWhatDoesNotParse(t *testing.T) {
	if _, err := Load(fstest.MapFS{"a/a.go": {Data: []byte("package {\n")}}); err == nil {
		t.Error("a Go file with a syntax error was loaded")
	}
}
