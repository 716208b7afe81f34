package repocheck

import (
	"fmt"
	"go/ast"
	"go/token"
	"io/fs"
	"path"
	"strings"
)

// Sleeps finds tests that wait for time to pass. Inside a bubble of
// testing/synctest time is not real, so there it is allowed: in what is handed
// to synctest.Test, or to a function of the same folder that calls it.
func Sleeps(t *Tree) []string {
	funcs := testFuncs(t)
	var bad []string
	for _, f := range t.goFiles() {
		if !f.IsTest() {
			continue
		}
		var bubbles []ast.Node
		ast.Inspect(f.AST, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if makesBubble(call, funcs[f.Dir()]) {
				bubbles = append(bubbles, call)
			}
			if calls(call, "time", "Sleep") && !inside(call.Pos(), bubbles) {
				bad = append(bad, t.at(call.Pos())+": a test waits for a condition, or runs in a bubble; it does not sleep")
			}
			return true
		})
	}
	return bad
}

// makesBubble reports whether call is synctest.Test, or one of funcs that
// calls it.
func makesBubble(call *ast.CallExpr, funcs map[string]*ast.FuncDecl) bool {
	if calls(call, "synctest", "Test") {
		return true
	}
	id, ok := call.Fun.(*ast.Ident)
	if !ok || funcs[id.Name] == nil {
		return false
	}
	found := false
	ast.Inspect(funcs[id.Name].Body, func(n ast.Node) bool {
		inner, ok := n.(*ast.CallExpr)
		found = found || ok && calls(inner, "synctest", "Test")
		return !found
	})
	return found
}

// testFuncs returns the functions of test files by folder and name.
func testFuncs(t *Tree) map[string]map[string]*ast.FuncDecl {
	funcs := map[string]map[string]*ast.FuncDecl{}
	for _, f := range t.goFiles() {
		if !f.IsTest() {
			continue
		}
		for _, d := range f.AST.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Body != nil {
				if funcs[f.Dir()] == nil {
					funcs[f.Dir()] = map[string]*ast.FuncDecl{}
				}
				funcs[f.Dir()][fn.Name.Name] = fn
			}
		}
	}
	return funcs
}

// calls reports whether call is pkg.name(...).
func calls(call *ast.CallExpr, pkg, name string) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == pkg
}

// inside reports whether pos lies in one of nodes.
func inside(pos token.Pos, nodes []ast.Node) bool {
	for _, n := range nodes {
		if n.Pos() <= pos && pos < n.End() {
			return true
		}
	}
	return false
}

// FuzzSeeds finds fuzz targets that start from nothing. A seed is added in the
// target, in a function of the same folder that it gives its *testing.F to, or
// kept below testdata/fuzz.
func FuzzSeeds(t *Tree) []string {
	funcs := testFuncs(t)
	var bad []string
	for _, f := range t.goFiles() {
		for _, d := range f.AST.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || !f.IsTest() || !strings.HasPrefix(fn.Name.Name, "Fuzz") || fn.Recv != nil || fn.Body == nil {
				continue
			}
			corpus, _ := fs.ReadDir(t.fsys, path.Join(f.Dir(), "testdata", "fuzz", fn.Name.Name))
			if len(corpus) == 0 && !addsSeed(fn, funcs[f.Dir()], true) {
				bad = append(bad, fmt.Sprintf("%s: %s has no seed", t.at(fn.Pos()), fn.Name.Name))
			}
		}
	}
	return bad
}

// addsSeed reports whether fn calls Add on its first parameter, itself or, if
// follow is set, in a function of funcs that it hands the parameter to.
func addsSeed(fn *ast.FuncDecl, funcs map[string]*ast.FuncDecl, follow bool) bool {
	f := parameter(fn)
	found := false
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || found {
			return !found
		}
		if calls(call, f, "Add") {
			found = true
		}
		helper, ok := call.Fun.(*ast.Ident)
		if !ok || !follow || len(call.Args) == 0 {
			return true
		}
		arg, ok := call.Args[0].(*ast.Ident)
		if to := funcs[helper.Name]; ok && arg.Name == f && to != nil {
			found = found || addsSeed(to, funcs, false)
		}
		return true
	})
	return found
}

// parameter is the name of the first parameter of fn, "_" when it has none.
func parameter(fn *ast.FuncDecl) string {
	if list := fn.Type.Params.List; len(list) > 0 && len(list[0].Names) > 0 {
		return list[0].Names[0].Name
	}
	return "_"
}
