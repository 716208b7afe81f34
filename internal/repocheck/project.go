package repocheck

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// The two places that name the version. FyneApp.toml is for the packages of
// each system; the constant is what the program itself says.
const (
	metadataFile  = "FyneApp.toml"
	enginePackage = "internal/engine"
	versionConst  = "Version"
)

// scripts are the commands of the repository.
var scripts = []string{"run", "test", ".ci/run"}

// required are files that something outside the code relies on: people, the
// packaging tool, or a test that compares them with the code.
var required = []string{
	"README.md", "LICENSE", "Icon.png", metadataFile, "staticcheck.conf",
	contributing, "docs/CHANGELOG.md", "docs/PROTOCOL.md",
}

// Replacements finds replace lines in go.mod: with them "go install" of a
// version would build something else than this tree.
func Replacements(t *Tree) []string {
	var bad []string
	for _, f := range t.Files {
		if path.Base(f.Path) != "go.mod" {
			continue
		}
		n := 0
		for line := range bytes.Lines(f.Data) {
			n++
			if word, _, _ := strings.Cut(strings.TrimSpace(string(line)), " "); word == "replace" || bytes.Contains(line, []byte("=>")) {
				bad = append(bad, fmt.Sprintf("%s:%d: no replace here", f.Path, n))
			}
		}
	}
	return bad
}

// Requirements compares the direct requirements of go.mod with what is
// imported, tests included: a module nobody imports any more has to go, and one
// that is imported is not indirect. It stands in for "go mod tidy -diff", whose
// answer depends on which modules the network of the day can deliver.
func Requirements(t *Tree) []string {
	mod := t.file("go.mod")
	if mod == nil {
		return []string{"go.mod: missing"}
	}
	imported := map[string]bool{}
	for _, files := range t.packages() {
		for _, f := range files {
			for _, s := range f.AST.Imports {
				if p, err := strconv.Unquote(s.Path.Value); err == nil {
					imported[p] = true
				}
			}
		}
	}
	var bad []string
	for _, m := range requirement.FindAllStringSubmatch(string(mod.Data), -1) {
		module, indirect := m[1], m[2] != ""
		used := ""
		for p := range imported {
			if under(p, module) && (used == "" || p < used) {
				used = p
			}
		}
		switch {
		case used == "" && !indirect:
			bad = append(bad, fmt.Sprintf("go.mod: nothing imports %s", module))
		case used != "" && indirect:
			bad = append(bad, fmt.Sprintf("go.mod: %s is imported (%s), so it is not indirect", module, used))
		}
	}
	return bad
}

// requirement matches a line of a require block: module, version and the mark
// of one that only others need.
var requirement = regexp.MustCompile(`(?m)^(?:require )?\s*(\S+\.\S+/\S+|\S+\.\S+) v\S+( // indirect)?$`)

// AppID compares the ID in FyneApp.toml with the one the app is started with.
// Were they different, a packaged app and a plain build would keep their
// settings in different places.
func AppID(t *Tree) []string {
	want, ok := metadata(t, "ID")
	if !ok {
		return []string{metadataFile + ": [Details] has no ID"}
	}
	var bad []string
	calls := 0
	for _, f := range t.packages()["app"] {
		if f.IsTest() {
			continue
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "NewWithID" {
				return true
			}
			calls++
			if got, ok := t.text("app", call.Args[0]); !ok || got != want {
				bad = append(bad, fmt.Sprintf("%s: the app ID is %q, in %s it is %q", t.at(call.Pos()), got, metadataFile, want))
			}
			return true
		})
	}
	if calls == 0 {
		bad = append(bad, "app: nothing calls NewWithID; without an ID the settings change their place at each start")
	}
	return bad
}

// Version compares the version in FyneApp.toml with the constant.
func Version(t *Tree) []string {
	want, ok := metadata(t, "Version")
	if !ok {
		return []string{metadataFile + ": [Details] has no Version"}
	}
	got, ok := t.text(enginePackage, ast.NewIdent(versionConst))
	switch {
	case !ok:
		return []string{fmt.Sprintf("%s: there is no constant %s", enginePackage, versionConst)}
	case got != want:
		return []string{fmt.Sprintf("%s: %s is %q, in %s it is %q", enginePackage, versionConst, got, metadataFile, want)}
	}
	return nil
}

// text returns the string that e stands for in the package of dir: a literal,
// or a constant of the package with a literal value.
func (t *Tree) text(dir string, e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		for _, f := range t.packages()[dir] {
			for _, d := range f.AST.Decls {
				if value := constant(d, e.Name); value != nil {
					return t.text(dir, value)
				}
			}
		}
	}
	return "", false
}

// constant returns the value that the declaration d gives the constant name.
func constant(d ast.Decl, name string) ast.Expr {
	gen, ok := d.(*ast.GenDecl)
	if !ok || gen.Tok != token.CONST {
		return nil
	}
	for _, s := range gen.Specs {
		v := s.(*ast.ValueSpec)
		for i, id := range v.Names {
			if id.Name == name && i < len(v.Values) {
				return v.Values[i]
			}
		}
	}
	return nil
}

// metadata returns a text value of the section [Details] of FyneApp.toml.
func metadata(t *Tree, key string) (string, bool) {
	f := t.file(metadataFile)
	if f == nil {
		return "", false
	}
	section := ""
	for line := range strings.Lines(string(f.Data)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		name, value, _ := strings.Cut(line, "=")
		if section == "[Details]" && strings.TrimSpace(name) == key {
			s, err := strconv.Unquote(strings.TrimSpace(value))
			return s, err == nil
		}
	}
	return "", false
}

// RequiredFiles wants the files of required, and scripts that can be started.
func RequiredFiles(t *Tree) []string {
	var bad []string
	for _, p := range slices.Concat(required, scripts) {
		if _, err := fs.Stat(t.fsys, p); err != nil {
			bad = append(bad, p+": missing")
		}
	}
	for _, p := range scripts {
		f := t.file(p)
		if f == nil {
			continue
		}
		if !bytes.HasPrefix(f.Data, []byte("#!/")) {
			bad = append(bad, p+": the first line does not say what runs it")
		}
		// Windows has no executable bit; git keeps it there.
		if info, err := fs.Stat(t.fsys, p); err == nil && runtime.GOOS != "windows" && info.Mode()&0o111 == 0 {
			bad = append(bad, p+": not executable")
		}
	}
	return bad
}

// link matches the target of a Markdown link or picture.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Links finds links between documents that lead nowhere.
func Links(t *Tree) []string {
	var bad []string
	for _, f := range t.Files {
		if path.Ext(f.Path) != ".md" {
			continue
		}
		prose := true
		for line := range strings.Lines(string(f.Data)) {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				prose = !prose
			}
			if !prose {
				continue
			}
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				to, _, _ := strings.Cut(m[1], "#")
				if to == "" || strings.Contains(to, ":") {
					continue
				}
				if _, err := fs.Stat(t.fsys, path.Join(f.Dir(), to)); err != nil {
					bad = append(bad, fmt.Sprintf("%s: the link to %s leads nowhere", f.Path, to))
				}
			}
		}
	}
	return bad
}
