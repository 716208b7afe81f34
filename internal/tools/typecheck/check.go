package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"

	"earshot/internal/tools/peertext"
)

// maxErrors is how many errors of one package are reported: what follows is
// mostly a consequence of the first.
const maxErrors = 10

// checker holds the packages of one target that are checked already.
type checker struct {
	fset *token.FileSet
	done map[string]*types.Package
	errs []error
	ours []peertext.Package // with what is known of every expression, if wanted
	keep bool
}

// check type-checks packages, which come dependencies first, for t. What is wrong
// with them is in errs, nothing when the program is fine. With keep, ours holds
// the packages of the main module for another look.
func check(packages []*listed, t target, keep bool) *checker {
	c := &checker{fset: token.NewFileSet(), done: map[string]*types.Package{"unsafe": types.Unsafe}, keep: keep}
	sizes := types.SizesFor("gc", t.goarch)
	for _, p := range packages {
		if p.ImportPath != "unsafe" {
			c.checkPackage(p, sizes)
		}
	}
	return c
}

// checkPackage parses and checks p and remembers it for those that import it.
func (c *checker) checkPackage(p *listed, sizes types.Sizes) {
	var errs []error
	if p.Error != nil {
		errs = append(errs, errors.New(strings.TrimSpace(p.Error.Err)))
	}
	files, parseErrs := c.parse(p)
	errs = append(errs, parseErrs...)
	conf := types.Config{
		FakeImportC:      true,
		IgnoreFuncBodies: !p.ours(),
		Sizes:            sizes,
		Importer:         importer{c.done, p.ImportMap},
		Error:            func(err error) { errs = append(errs, err) },
	}
	if p.Module != nil && p.Module.GoVersion != "" {
		conf.GoVersion = "go" + p.Module.GoVersion
	}
	// Check reports through conf.Error and returns the package even when it is
	// incomplete, so that its importers can still be checked.
	var info *types.Info
	if c.keep && p.ours() {
		info = &types.Info{
			Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
			Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
		}
	}
	c.done[p.ImportPath], _ = conf.Check(p.ImportPath, c.fset, files, info)
	if info != nil {
		c.ours = append(c.ours, peertext.Package{Types: c.done[p.ImportPath], Files: files, Info: info})
	}
	if p.Standard {
		// The standard library is right by definition; what is found there is
		// what its cgo files leave to the cgo tool.
		return
	}
	for i, err := range errs {
		if i == maxErrors {
			c.errs = append(c.errs, fmt.Errorf("%s: and %d more", p.ImportPath, len(errs)-i))
			break
		}
		c.errs = append(c.errs, err)
	}
}

// parse reads the files of p, those that use cgo included.
func (c *checker) parse(p *listed) (files []*ast.File, errs []error) {
	for _, names := range [][]string{p.GoFiles, p.CgoFiles} {
		for _, name := range names {
			f, err := parser.ParseFile(c.fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			files = append(files, f)
		}
	}
	return files, errs
}

// importer finds the packages that one package imports among those that are
// checked already.
type importer struct {
	done    map[string]*types.Package
	renamed map[string]string
}

// Import implements types.Importer.
func (i importer) Import(path string) (*types.Package, error) {
	if to, ok := i.renamed[path]; ok {
		path = to
	}
	if p := i.done[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("package %s was not loaded", path)
}
