package repocheck

import (
	"go/ast"
	"maps"
	"regexp"
	"slices"
)

// reliabilityPage tells what the program was tried with, by the names of tests.
const reliabilityPage = "docs/RELIABILITY.md"

var (
	testName = regexp.MustCompile(`\bTest[A-Z]\w*`)
	rowTest  = regexp.MustCompile(`^TestR\d\d[A-Z]`)
)

// Rows compares the page about reliability with the tests: each that it names is
// there, and each that is named like a row is on it.
func Rows(t *Tree) []string {
	page := t.file(reliabilityPage)
	if page == nil {
		return nil
	}
	named := map[string]bool{}
	for _, name := range testName.FindAllString(string(page.Data), -1) {
		named[name] = true
	}
	there := map[string]bool{}
	var bad []string
	for _, f := range t.goFiles() {
		if !f.IsTest() {
			continue
		}
		for _, d := range f.AST.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil {
				continue
			}
			there[fn.Name.Name] = true
			if rowTest.MatchString(fn.Name.Name) && !named[fn.Name.Name] {
				bad = append(bad, f.Path+": "+fn.Name.Name+" is not in "+reliabilityPage)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(named)) {
		if !there[name] {
			bad = append(bad, reliabilityPage+": there is no test "+name)
		}
	}
	return bad
}
