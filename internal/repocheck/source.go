package repocheck

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/format"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// maxLines is the longest a Go file may be: what does not fit has more than
// one purpose. Generated files are exempt.
const maxLines = 600

// Formatting finds Go files that gofmt would change.
func Formatting(t *Tree) []string {
	var bad []string
	for _, f := range t.goFiles() {
		want, err := format.Source(f.Data)
		if err != nil || !bytes.Equal(want, f.Data) {
			bad = append(bad, f.Path+": gofmt -w is needed")
		}
	}
	return bad
}

// PackageDocs wants one package comment in each package, in one file, so that
// go doc shows one text. Folders that hold only tests need none.
func PackageDocs(t *Tree) []string {
	docs := map[string][]*File{}
	for _, f := range t.goFiles() {
		if f.IsTest() {
			continue
		}
		if docs[f.Dir()] == nil {
			docs[f.Dir()] = []*File{}
		}
		if f.AST.Doc != nil {
			docs[f.Dir()] = append(docs[f.Dir()], f)
		}
	}
	var bad []string
	for _, dir := range slices.Sorted(maps.Keys(docs)) {
		found := docs[dir]
		switch {
		case len(found) == 0:
			bad = append(bad, dir+": no file has a package comment")
		case len(found) > 1:
			var names []string
			for _, f := range found {
				names = append(names, path.Base(f.Path))
			}
			bad = append(bad, fmt.Sprintf("%s: %d files have a package comment: %s", dir, len(found), strings.Join(names, ", ")))
		default:
			name, text := found[0].AST.Name.Name, found[0].AST.Doc.Text()
			// A program's comment begins with the name of the program, which is
			// not written in the source.
			if name != "main" && !strings.HasPrefix(text, "Package "+name+" ") {
				bad = append(bad, fmt.Sprintf("%s: the package comment does not begin with %q", found[0].Path, "Package "+name))
			}
		}
	}
	return bad
}

// leftOver matches the words that mark unfinished work. They are put together
// here so that this file does not match itself.
var leftOver = regexp.MustCompile(`\b(` + "TO" + "DO|FIX" + "ME|XX" + "X" + `)\b`)

// LeftOvers finds marks of unfinished work: an issue is their place.
func LeftOvers(t *Tree) []string {
	var bad []string
	for _, f := range t.Files {
		n := 0
		for line := range bytes.Lines(f.Data) {
			n++
			if m := leftOver.Find(line); m != nil {
				bad = append(bad, fmt.Sprintf("%s:%d: %s: do it, or open an issue", f.Path, n, m))
			}
		}
	}
	return bad
}

// FileSizes finds Go files longer than maxLines.
func FileSizes(t *Tree) []string {
	var bad []string
	for _, f := range t.goFiles() {
		if n := bytes.Count(f.Data, []byte("\n")); n > maxLines && !ast.IsGenerated(f.AST) {
			bad = append(bad, fmt.Sprintf("%s: %d lines, at most %d", f.Path, n, maxLines))
		}
	}
	return bad
}
