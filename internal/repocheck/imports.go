package repocheck

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// never are the imports that no table may allow: no package below from may
// reach to, directly or through others of our packages.
var never = []struct{ from, to, why string }{
	{"netcore", Module + "/discovery", "netcore, discovery and store are siblings; the messenger joins them"},
	{"netcore", Module + "/internal/store", "netcore keeps nothing on disk"},
	{"discovery", Module + "/netcore", "netcore, discovery and store are siblings; the messenger joins them"},
	{"discovery", Module + "/internal/store", "netcore, discovery and store are siblings; the messenger joins them"},
	{"internal/store", Module + "/netcore", "netcore, discovery and store are siblings; the messenger joins them"},
	{"internal/store", Module + "/discovery", "netcore, discovery and store are siblings; the messenger joins them"},
	{"internal/messenger", Module + "/discovery", "the messenger declares what it needs of the network"},
	{"netcore/wire", Module, "wire is a leaf"},
	{"internal/hostile", Module, "the hostile peer is written from the protocol and shares no code with what it attacks"},
	{"internal/msgid", Module, "msgid is a leaf"},
	{"internal/safetext", Module, "safetext is a leaf"},
	{"internal/safefile", Module, "safefile is a leaf"},
	{"internal", Module + "/app", "arrows point down"},
	{"netcore", Module + "/app", "arrows point down"},
	{"discovery", Module + "/app", "arrows point down"},
	{"cmd", Module + "/app", "the command line runs without a display"},
	{"internal", fyne, "only app/ may touch Fyne"},
	{"netcore", fyne, "only app/ may touch Fyne"},
	{"discovery", fyne, "only app/ may touch Fyne"},
	{"cmd", fyne, "the command line runs without a display"},
	{"app/internal/viewmodel", fyne, "view-models are tested without a toolkit"},
	{"app/internal", fyne + "/fyne/v2/app", "tests of the screens build without cgo"},
}

const fyne = "fyne.io"

// owners are the only folders below which a third-party package is imported.
var owners = []struct{ path, owner string }{
	{fyne, "app"},
	{"github.com/grandcat/zeroconf", "discovery"},
	{"github.com/miekg/dns", "discovery"},
	{"modernc.org/sqlite", "internal/store"},
	{"github.com/fxamacker/cbor", "netcore/wire"},
}

// isTestSupport reports whether only tests may import the package in dir: the
// named ones, and those called after what they test, such as storetest.
func isTestSupport(dir string) bool {
	return slices.Contains([]string{"internal/e2e", "internal/faultbench", "internal/hostile", "internal/reliability", "internal/repocheck"}, dir) || strings.HasSuffix(dir, "test")
}

// graph maps each package of the main module to what its code outside tests
// imports. Packages that consist of tests are left out.
func graph(t *Tree) map[string]map[string]bool {
	g := map[string]map[string]bool{}
	for dir, files := range t.packages() {
		for _, f := range files {
			if f.IsTest() {
				continue
			}
			if g[dir] == nil {
				g[dir] = map[string]bool{}
			}
			for _, s := range f.AST.Imports {
				if p, err := strconv.Unquote(s.Path.Value); err == nil {
					g[dir][p] = true
				}
			}
		}
	}
	return g
}

// ours returns the folder of one of our packages by its import path.
func ours(importPath string) (dir string, ok bool) {
	if importPath == Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, Module+"/")
}

// isStandard reports whether an import path is of the standard library: the
// first element of all others is a domain.
func isStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".")
}

// ImportTable compares the imports with the table in docs/CONTRIBUTING.md:
// every package has its row, every row its package, the diagram names them
// all, and nothing is imported that the row does not allow.
func ImportTable(t *Tree) []string {
	section, ok := importSection(t)
	if !ok {
		return []string{fmt.Sprintf("%s: there is no section %q", contributing, importsHeading)}
	}
	var bad []string
	rows, drawn, g := parseTable(section), strings.Fields(diagram(section)), graph(t)
	for _, r := range rows {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(g)), r.covers) {
			bad = append(bad, fmt.Sprintf("%s: the row of %s matches no package", contributing, r.pkg))
		}
		if r.pkg != "." && !slices.Contains(drawn, r.pkg) {
			bad = append(bad, fmt.Sprintf("%s: the diagram does not name %s", contributing, r.pkg))
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(g)) {
		i := slices.IndexFunc(rows, func(r row) bool { return r.covers(dir) })
		if i < 0 {
			bad = append(bad, fmt.Sprintf("%s: %s has no row in the import table", contributing, dir))
			continue
		}
		for _, p := range slices.Sorted(maps.Keys(g[dir])) {
			if !rows[i].allows(p) {
				bad = append(bad, fmt.Sprintf("%s imports %s: its row in %s does not allow that", dir, p, contributing))
			}
		}
	}
	return bad
}

// allows reports whether a package of the row may import that path.
func (r row) allows(importPath string) bool {
	if dir, ok := ours(importPath); ok {
		return r.subtree && under(dir, r.pkg) || slices.ContainsFunc(r.ours, func(name string) bool {
			pkg, isTree := strings.CutSuffix(name, subtree)
			return row{pkg: pkg, subtree: isTree}.covers(dir)
		})
	}
	return isStandard(importPath) || slices.ContainsFunc(r.others, func(prefix string) bool { return under(importPath, prefix) })
}

// NeverImports follows the imports of each package through all of ours.
func NeverImports(t *Tree) []string {
	var bad []string
	g := graph(t)
	for _, dir := range slices.Sorted(maps.Keys(g)) {
		for _, rule := range never {
			if !under(dir, rule.from) {
				continue
			}
			for _, chain := range reach(g, dir, rule.to) {
				bad = append(bad, chain+": "+rule.why)
			}
		}
	}
	return bad
}

// reach returns the chains of imports by which the package in dir gets to one
// below the import path to. Its own subtree does not count.
func reach(g map[string]map[string]bool, dir, to string) []string {
	var chains []string
	seen := map[string]bool{dir: true}
	var walk func(at, via string)
	walk = func(at, via string) {
		for _, p := range slices.Sorted(maps.Keys(g[at])) {
			if under(p, to) && !under(p, Module+"/"+dir) {
				chains = append(chains, via+" imports "+p)
				continue
			}
			if next, ok := ours(p); ok && !seen[next] {
				seen[next] = true
				walk(next, via+" -> "+next)
			}
		}
	}
	walk(dir, dir)
	return chains
}

// Owners finds third-party packages that are imported outside the one folder
// that wraps them.
func Owners(t *Tree) []string {
	var bad []string
	g := graph(t)
	for _, dir := range slices.Sorted(maps.Keys(g)) {
		for _, p := range slices.Sorted(maps.Keys(g[dir])) {
			for _, o := range owners {
				if under(p, o.path) && !under(dir, o.owner) {
					bad = append(bad, fmt.Sprintf("%s imports %s: only %s may", dir, p, o.owner))
				}
			}
		}
	}
	return bad
}

// TestSupport finds packages for tests that the program itself imports.
func TestSupport(t *Tree) []string {
	var bad []string
	g := graph(t)
	for _, dir := range slices.Sorted(maps.Keys(g)) {
		for _, p := range slices.Sorted(maps.Keys(g[dir])) {
			if to, ok := ours(p); ok && isTestSupport(to) && !isTestSupport(dir) {
				bad = append(bad, fmt.Sprintf("%s imports %s: only tests may", dir, p))
			}
		}
	}
	return bad
}
