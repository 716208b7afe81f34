// Package repocheck holds the rules of this repository as tests: who may
// import whom, what a source file must look like, and which facts that are
// written down twice must agree.
//
// The sources are parsed, not asked for with "go list": so the go command sees
// which files the test has read and never serves a stale pass from its cache,
// and files under every build tag are seen. Each rule is a function over a
// Tree, so that its own test can show it failing on a tree made up for that.
package repocheck

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Module is the import path of the repository's main module.
const Module = "earshot"

// File is one text file of the tree.
type File struct {
	// Path is slash-separated and relative to the root.
	Path string
	Data []byte
	// AST is set for Go files.
	AST *ast.File
}

// Dir is the folder of the file, "." for the root.
func (f *File) Dir() string { return path.Dir(f.Path) }

// IsTest reports whether the file is compiled for tests only.
func (f *File) IsTest() bool { return strings.HasSuffix(f.Path, "_test.go") }

// Tree is what the rules look at. It is read once and not changed.
type Tree struct {
	fsys fs.FS
	fset *token.FileSet
	// Files are the text files in order of their paths, without the folders
	// testdata: what lies there is often wrong on purpose.
	Files []*File
	// nested are the roots of modules below the main one.
	nested []string
}

// Load reads and parses the tree. A Go file that cannot be parsed is an error:
// nothing could be said about it.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{fsys: fsys, fset: token.NewFileSet()}
	err := fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if skipped(p) {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular() || !isText(p):
			return nil
		}
		return t.read(p)
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// skipped reports whether the folder p is not looked at.
func skipped(p string) bool {
	return p == ".git" || p == "build" || path.Base(p) == "testdata"
}

// isText reports whether the file p is written by hand and made of lines.
func isText(p string) bool {
	switch path.Ext(p) {
	case ".go", ".md", ".mod", ".toml", ".yml", ".sh", ".txt", ".py", ".xml", ".conf":
		return true
	}
	return slices.Contains(scripts, p)
}

// read adds the file p.
func (t *Tree) read(p string) error {
	data, err := fs.ReadFile(t.fsys, p)
	if err != nil {
		return err
	}
	f := &File{Path: p, Data: data}
	if path.Ext(p) == ".go" {
		f.AST, err = parser.ParseFile(t.fset, p, data, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
	}
	if path.Base(p) == "go.mod" && p != "go.mod" {
		t.nested = append(t.nested, f.Dir())
	}
	t.Files = append(t.Files, f)
	return nil
}

// file returns the file at p, nil when there is none.
func (t *Tree) file(p string) *File {
	i := slices.IndexFunc(t.Files, func(f *File) bool { return f.Path == p })
	if i < 0 {
		return nil
	}
	return t.Files[i]
}

// goFiles returns the Go files of the whole tree.
func (t *Tree) goFiles() []*File {
	return slices.DeleteFunc(slices.Clone(t.Files), func(f *File) bool { return f.AST == nil })
}

// packages returns the Go files of the main module by folder.
func (t *Tree) packages() map[string][]*File {
	found := map[string][]*File{}
	for _, f := range t.goFiles() {
		if !slices.ContainsFunc(t.nested, func(dir string) bool { return under(f.Path, dir) }) {
			found[f.Dir()] = append(found[f.Dir()], f)
		}
	}
	return found
}

// at says where in a file something was found.
func (t *Tree) at(pos token.Pos) string {
	p := t.fset.Position(pos)
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}

// under reports whether the path p is prefix or lies below it.
func under(p, prefix string) bool { return p == prefix || strings.HasPrefix(p, prefix+"/") }
