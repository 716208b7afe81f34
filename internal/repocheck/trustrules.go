package repocheck

import (
	"fmt"
	"go/ast"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Words that mark what strangers reach before trust: in the comment of a parser,
// with the name of its fuzz target, and at the beginning of the comment of that
// target, where internal/tools/fuzzlist.sh reads them.
var (
	parserMark = regexp.MustCompile(`(?s)Before\s+trust:\s+(Fuzz\w+)`)
	targetMark = "Before trust. "
)

// BeforeTrust compares the functions that are marked as parsers of strangers'
// bytes with the fuzz targets of their folder: each names one that is marked too,
// and each marked target is named.
func BeforeTrust(t *Tree) []string {
	type place struct{ dir, name string }
	targets, parsers := map[place]string{}, map[place]string{}
	for _, f := range t.goFiles() {
		for _, d := range f.AST.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			at := fmt.Sprintf("%s: %s", t.at(fn.Pos()), fn.Name.Name)
			if f.IsTest() {
				if strings.HasPrefix(fn.Doc.Text(), targetMark) && strings.HasPrefix(fn.Name.Name, "Fuzz") {
					targets[place{f.Dir(), fn.Name.Name}] = at
				}
			} else if m := parserMark.FindStringSubmatch(fn.Doc.Text()); m != nil {
				parsers[place{f.Dir(), m[1]}] = at
			}
		}
	}
	var bad []string
	for p, at := range parsers {
		if targets[p] == "" {
			bad = append(bad, fmt.Sprintf("%s names %s, and %s has no such fuzz target whose comment begins with %q", at, p.name, p.dir, targetMark))
		}
	}
	for p, at := range targets {
		if parsers[p] == "" {
			bad = append(bad, fmt.Sprintf("%s is for bytes from before trust, and no function of %s says \"Before trust: %s.\"", at, p.dir, p.name))
		}
	}
	slices.Sort(bad)
	return bad
}

// securityPage tells which holes of other programs this one was tried against.
const securityPage = "docs/SECURITY.md"

// heldTest is how a test is named that holds such a row: after the product and
// the number or, where there is none, the commit.
var heldTest = regexp.MustCompile(`^Test[A-Z]\w*?(CVE\d{8,}|Commit[0-9a-f]{7,}|Issue\d+)`)

// Security compares the page about security with the tests, as Rows does with
// the page about reliability: each test that it names is there, and each that is
// named after a hole is on it.
func Security(t *Tree) []string {
	page := t.file(securityPage)
	if page == nil {
		return nil
	}
	named := map[string]bool{}
	for _, name := range testName.FindAllString(string(page.Data), -1) {
		named[name] = true
	}
	there := map[string]bool{}
	var bad []string
	for dir, funcs := range testFuncs(t) {
		for name := range funcs {
			there[name] = true
			if heldTest.MatchString(name) && !named[name] {
				bad = append(bad, dir+": "+name+" is not in "+securityPage)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !there[name] {
			bad = append(bad, securityPage+": there is no test "+name)
		}
	}
	slices.Sort(bad)
	return bad
}
