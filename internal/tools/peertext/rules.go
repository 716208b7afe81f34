package peertext

import "strings"

// Rules say what is followed and what is allowed.
type Rules struct {
	// Sources are the fields that hold a peer's text: import path, type, field.
	Sources []string
	// Door is the package whose functions make text harmless; its functions in
	// Through hand on what they are given.
	Door    string
	Through []string
	// Strict are the import paths that face a person; one that ends in "/..." stands
	// for those below it too.
	Strict []string
	// Handing are the packages and functions of others that only hand text on.
	Handing []string
	// Ways are the packages and functions that are ways out everywhere.
	Ways []string
	// Widgets are names of other packages that may not be used at all, and why.
	Widgets []Widget
	// Allowed are the ways out that are meant.
	Allowed []Allowed
}

// Widget is a forbidden thing of another package: every name in the package that
// holds Part.
type Widget struct{ Package, Part, Why string }

// Allowed is a way out that is meant: in one function, to one target.
type Allowed struct {
	In  string // function or method, as Finding.In names it
	To  string // as Finding.To names it
	Why string
}

// Finding is a place where a peer's text gets out.
type Finding struct {
	Pos string // file:line
	In  string // the function it is in: "pkg.Func" or "pkg.Type.Method"; "pkg" outside of functions
	To  string // what it gets to: "pkg.Func", "pkg.Type.Method", "pkg.Type.Field"
}

// String is the finding as a line of output.
func (f Finding) String() string {
	return f.Pos + ": in " + f.In + " a peer's text gets to " + f.To + " without passing through safetext"
}

// matches reports whether path is one of the patterns.
func matches(path string, patterns []string) bool {
	for _, p := range patterns {
		above, all := strings.CutSuffix(p, "/...")
		if path == above || all && strings.HasPrefix(path, above+"/") {
			return true
		}
	}
	return false
}

// names reports whether a list of packages and functions holds the function
// called name of the package path.
func names(list []string, path, name string) bool {
	for _, l := range list {
		if l == path || l == name || strings.HasSuffix(l, "*") && strings.HasPrefix(name, l[:len(l)-1]) {
			return true
		}
	}
	return false
}
