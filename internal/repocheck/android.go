package repocheck

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/build"
	"io"
	"path"
	"slices"
	"strconv"
)

// refused are functions of the standard library that do not work in an Android
// app, and what to use instead.
var refused = []struct{ pkg, name, why string }{
	{"net", "Interfaces", refusedInterfaces},
	{"net", "InterfaceAddrs", refusedInterfaces},
	{"net", "InterfaceByIndex", refusedInterfaces},
	{"net", "InterfaceByName", refusedInterfaces},
	{"net", "ListenMulticastUDP", refusedInterfaces},
	{"os", "Hostname", "it is \"localhost\" on a phone; ask the system by app/internal/platform"},
	{"os", "UserHomeDir", "it is the memory card on a phone; the app names its own folder"},
	{"os", "UserConfigDir", "an Android app has none; the app names its own folder"},
	{"os", "UserCacheDir", "an Android app has none; use os.TempDir"},
	{"os/user", "Current", "an Android app has no user"},
}

const refusedInterfaces = "Android denies it to apps; use discovery/netif"

// refusedButAllowed are the places where a refusal is expected.
var refusedButAllowed = map[string]string{
	"discovery/netif/netif.go": "Interfaces", // to learn whether it is refused
}

// AndroidRefuses finds uses of functions that do not work in an Android app,
// in the files that are compiled for one. The programs for tests and tools are
// left out.
func AndroidRefuses(t *Tree) []string {
	var bad []string
	for dir, files := range t.packages() {
		if isTestSupport(dir) {
			continue
		}
		for _, f := range files {
			if f.IsTest() || !onAndroid(f) {
				continue
			}
			names := importNames(f)
			ast.Inspect(f.AST, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				id, ok := sel.X.(*ast.Ident)
				if !ok {
					return true
				}
				for _, r := range refused {
					if names[id.Name] == r.pkg && sel.Sel.Name == r.name && refusedButAllowed[f.Path] != r.name {
						bad = append(bad, fmt.Sprintf("%s: %s.%s: %s", t.at(sel.Pos()), r.pkg, r.name, r.why))
					}
				}
				return true
			})
		}
	}
	slices.Sort(bad)
	return bad
}

// onAndroid reports whether a file is compiled for Android, by its name and
// its build constraint.
func onAndroid(f *File) bool {
	c := build.Default
	c.GOOS, c.GOARCH, c.CgoEnabled = "android", "arm64", true
	c.OpenFile = func(string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(f.Data)), nil }
	ok, err := c.MatchFile(f.Dir(), path.Base(f.Path))
	return ok || err != nil
}

// importNames maps what a file calls its imports to their paths.
func importNames(f *File) map[string]string {
	names := map[string]string{}
	for _, s := range f.AST.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			continue
		}
		name := path.Base(p)
		if s.Name != nil {
			name = s.Name.Name
		}
		names[name] = p
	}
	return names
}
