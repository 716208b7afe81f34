package platform

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTableAndCode: the code names rows that there are, and there is no row
// that it does not name.
func TestTableAndCode(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || name == "members.go" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					used[s] = true
				}
			case *ast.CallExpr:
				for _, key := range keysOf(n) {
					if _, ok := members[key]; !ok {
						t.Errorf("%s: %q is not in the table", name, key)
					}
				}
			}
			return true
		})
	}
	// The locks are of one kind in the code: kind+".acquire" and so on.
	for _, lock := range []string{"MulticastLock", "WifiLock", "WakeLock"} {
		for _, suffix := range []string{".setReferenceCounted", ".acquire", ".release"} {
			if !used[lock] || !used[suffix] {
				t.Errorf("the code does not name %s%s", lock, suffix)
			}
			used[lock+suffix] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		if !used[key] {
			t.Errorf("nothing uses the row %q", key)
		}
	}
}

// keysOf returns the literal keys of the table in a call of a method of env.
func keysOf(call *ast.CallExpr) []string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 {
		return nil
	}
	if id, ok := sel.X.(*ast.Ident); !ok || id.Name != "e" {
		return nil
	}
	at := 0
	switch sel.Sel.Name {
	case "invoke", "call", "get", "find", "read", "number", "text", "service":
	case "is":
		at = 1
	default:
		return nil
	}
	if lit, ok := call.Args[at].(*ast.BasicLit); ok {
		if key, err := strconv.Unquote(lit.Value); err == nil {
			return []string{key}
		}
	}
	return nil
}

// TestTableAndC: the C code holds no name of Java, and can do what the rows
// need.
func TestTableAndC(t *testing.T) {
	for _, name := range []string{"primitives.c", "primitives.h"} {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		code := regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*|#include[^\n]*`).ReplaceAll(src, nil)
		if m := regexp.MustCompile(`"[^"]*"`).Find(code); m != nil {
			t.Errorf("%s holds the text %s; the table is the place for names", name, m)
		}
	}
	src, err := os.ReadFile("primitives.c")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`MAX_ARGUMENTS = (\d+)`).FindSubmatch(src)
	if m == nil {
		t.Fatal("no MAX_ARGUMENTS")
	}
	most, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	for key, m := range members {
		switch m.kind {
		case class:
			if m.name != "" || m.signature != "" {
				t.Errorf("%s: a class has no name and signature of its own", key)
			}
		case field, constant:
			if k := typeLetter(m.signature); k != 'I' && k != 'L' {
				t.Errorf("%s: the C code reads no field of kind %c", key, k)
			}
		default:
			args, result := m.kinds()
			if len(args) > most || strings.Trim(args, "LIJZ") != "" {
				t.Errorf("%s: the C code takes no arguments %q", key, args)
			}
			if !strings.ContainsRune("VZIL", rune(result)) || m.kind == constructor && result != 'V' {
				t.Errorf("%s: the C code returns no %c", key, result)
			}
		}
		if m.api < 1 || m.api > 36 {
			t.Errorf("%s: API level %d", key, m.api)
		}
	}
}
