package peertext

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var rules = Rules{
	Door: "m/safetext", Through: []string{"m/safetext.Pad"},
	Sources: []string{"m/store.Message.Text", "m/store.Quote.Line"},
	Strict:  []string{"m/app/..."},
	Handing: []string{"strings", "slices", "fmt.Sprint*"},
	Ways:    Earshot.Ways,
	Widgets: []Widget{{"m/kit", "RichText", "rich"}},
	Allowed: []Allowed{{"m/app.Meant", "m/kit.Widget.SetText", "meant"}, {"m/app.Meant", "nowhere", "not needed"}},
}

// loader type-checks the small program of testdata. Its package kit stands for
// another module.
type loader struct {
	fset *token.FileSet
	std  types.Importer
	done map[string]*types.Package
	own  []Package
	text map[string]string // the files, where they are not as on the disk
}

func (l *loader) Import(path string) (*types.Package, error) {
	if p := l.done[path]; p != nil {
		return p, nil
	}
	name, ours := strings.CutPrefix(path, "m/")
	if !ours {
		return l.std.Import(path)
	}
	file := filepath.Join("testdata", "m", name, name+".go")
	var src any
	if text, ok := l.text[name]; ok {
		src = text
	}
	f, err := parser.ParseFile(l.fset, file, src, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	conf := types.Config{Importer: l}
	p, err := conf.Check(path, l.fset, []*ast.File{f}, info)
	if err != nil {
		return nil, err
	}
	l.done[path] = p
	if name != "kit" {
		l.own = append(l.own, Package{p, []*ast.File{f}, info})
	}
	return p, nil
}

// The standard library is read once for all.
var (
	fset = token.NewFileSet()
	std  = importer.ForCompiler(fset, "source", nil)
)

// find returns what is found in the program, as "file:line to", and the rows that
// were needed.
func find(t *testing.T, r Rules, text map[string]string) ([]string, map[Allowed]bool) {
	t.Helper()
	l := &loader{fset, std, map[string]*types.Package{}, nil, text}
	for _, name := range []string{"m/app", "m/inner"} {
		if _, err := l.Import(name); err != nil {
			t.Fatal(err)
		}
	}
	found, used, err := Check(fset, filepath.Join("testdata", "m"), l.own, r)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range found {
		lines = append(lines, f.Pos+" "+f.To)
	}
	slices.Sort(lines)
	return lines, used
}

// TestEveryWayOut compares what is found with what the lines of the program say
// after "out:".
func TestEveryWayOut(t *testing.T) {
	var want []string
	for _, name := range []string{"app", "inner"} {
		b, err := os.ReadFile(filepath.Join("testdata", "m", name, name+".go"))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			_, outs, ok := strings.Cut(line, "// out: ")
			if !ok {
				continue
			}
			for _, to := range regexp.MustCompile(`the function.*|\S+( \(.*\))?`).FindAllString(outs, -1) {
				if strings.HasPrefix(to, "kit.") {
					to = "m/" + to
				}
				want = append(want, fmt.Sprintf("%s/%s.go:%d %s", name, name, i+1, to))
			}
		}
	}
	slices.Sort(want)
	found, used := find(t, rules, nil)
	for _, w := range want {
		if !slices.Contains(found, w) {
			t.Errorf("not found: %s", w)
		}
	}
	for _, f := range found {
		if !slices.Contains(want, f) {
			t.Errorf("found: %s", f)
		}
	}
	if len(want) < 25 {
		t.Errorf("only %d ways out in the program", len(want))
	}
	if got := slices.Collect(maps.Keys(used)); len(got) != 1 || got[0].To != "m/kit.Widget.SetText" {
		t.Errorf("needed %v", got)
	}
}

// A table that names a field that is not there would hold nothing.
func TestTheTableNamesFieldsThatExist(t *testing.T) {
	r := rules
	r.Sources = append(slices.Clone(r.Sources), "m/store.Message.Body")
	l := &loader{fset, std, map[string]*types.Package{}, nil, nil}
	if _, err := l.Import("m/inner"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Check(fset, ".", l.own, r); err == nil || !strings.Contains(err.Error(), "m/store.Message.Body") {
		t.Error(err)
	}
}

// Each row of the table says why.
func TestEveryRowHasAReason(t *testing.T) {
	for _, row := range Earshot.Allowed {
		if row.In == "" || row.To == "" || len(row.Why) < 20 {
			t.Errorf("%+v", row)
		}
	}
}
