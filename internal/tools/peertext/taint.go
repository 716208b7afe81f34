package peertext

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
)

// Package is one type-checked package of the program's own module.
type Package struct {
	Types *types.Package
	Files []*ast.File
	Info  *types.Info
}

// analysis follows text until nothing new is reached.
type analysis struct {
	Rules
	fset     *token.FileSet
	dir      string
	packages []Package
	own      map[*types.Package]bool

	tainted map[types.Object]bool        // variables, parameters and fields that may hold a peer's text
	results map[any]bool                 // *types.Func and *ast.FuncLit that may return it
	calls   map[argument]bool            // function values that are called with it
	links   map[any]map[any]bool         // what a function value may be: *types.Func, *ast.FuncLit, *types.Var, made
	lits    map[*ast.FuncLit]*types.Info // where a literal belongs
	methods map[string][]*types.Func     // own methods by name
	carry   map[types.Type]bool          // memory of carries
	used    map[Allowed]bool
	changed bool
	report  bool
	found   map[Finding]bool

	// The place that is looked at.
	info   *types.Info
	pkg    *types.Package
	fn     any // *types.Func or *ast.FuncLit whose body this is
	in     string
	strict bool
}

// argument is one of what a function value is called with.
type argument struct {
	of any // *types.Var or made
	n  int
}

// made is the function that another one returns.
type made struct{ by any }

// Check returns what breaks the rules in packages, which are the whole module,
// sorted by place, and the rows of Rules.Allowed that were needed. Paths are
// relative to dir. A source that does not exist is an error.
func Check(fset *token.FileSet, dir string, packages []Package, r Rules) ([]Finding, map[Allowed]bool, error) {
	a := &analysis{
		Rules: r, fset: fset, dir: dir, packages: packages, own: map[*types.Package]bool{},
		tainted: map[types.Object]bool{}, results: map[any]bool{}, calls: map[argument]bool{}, links: map[any]map[any]bool{},
		lits: map[*ast.FuncLit]*types.Info{}, methods: map[string][]*types.Func{}, used: map[Allowed]bool{}, found: map[Finding]bool{},
	}
	for _, p := range packages {
		a.own[p.Types] = true
	}
	if err := a.begin(); err != nil {
		return nil, nil, err
	}
	for a.changed = true; a.changed; {
		a.changed = false
		a.carry = map[types.Type]bool{}
		a.walkAll()
		a.spread()
	}
	a.report = true
	a.walkAll()
	found := make([]Finding, 0, len(a.found))
	for f := range a.found {
		found = append(found, f)
	}
	slices.SortFunc(found, func(x, y Finding) int { return cmp.Or(cmp.Compare(x.Pos, y.Pos), cmp.Compare(x.To, y.To)) })
	return found, a.used, nil
}

// begin marks the sources and collects the methods.
func (a *analysis) begin() error {
	want := map[string]bool{}
	for _, s := range a.Sources {
		want[s] = true
	}
	for _, p := range a.packages {
		for _, name := range p.Types.Scope().Names() {
			named, ok := p.Types.Scope().Lookup(name).Type().(*types.Named)
			if !ok || named.Obj().Name() != name {
				continue
			}
			for m := range named.Methods() {
				a.methods[m.Name()] = append(a.methods[m.Name()], m)
			}
			if s, ok := named.Underlying().(*types.Struct); ok {
				for f := range s.Fields() {
					if at := p.Types.Path() + "." + name + "." + f.Name(); want[at] {
						a.tainted[f] = true
						delete(want, at)
					}
				}
			}
		}
	}
	for s := range want {
		return fmt.Errorf("there is no field %s: correct the table of sources", s)
	}
	return nil
}

func (a *analysis) walkAll() {
	for _, p := range a.packages {
		if p.Types.Path() == a.Door {
			continue
		}
		a.info, a.pkg, a.strict = p.Info, p.Types, matches(p.Types.Path(), a.Strict)
		for _, f := range p.Files {
			for _, d := range f.Decls {
				a.fn, a.in = nil, p.Types.Path()
				if fn, ok := d.(*ast.FuncDecl); ok {
					obj := a.info.Defs[fn.Name].(*types.Func)
					a.fn, a.in = obj, funcName(obj)
				}
				a.walk(d)
			}
		}
	}
}

// funcName is "pkg.Func" or "pkg.Type.Method".
func funcName(f *types.Func) string {
	name := f.Name()
	if recv := f.Signature().Recv(); recv != nil {
		t := recv.Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		if n, ok := types.Unalias(t).(*types.Named); ok {
			name = n.Obj().Name() + "." + name
		}
	}
	if f.Pkg() == nil {
		return name
	}
	return f.Pkg().Path() + "." + name
}

// out reports a way out at a node.
func (a *analysis) out(at ast.Node, to string) {
	if !a.report {
		return
	}
	for _, row := range a.Allowed {
		if row.In == a.in && row.To == to {
			a.used[row] = true
			return
		}
	}
	p := a.fset.Position(at.Pos())
	if rel, err := filepath.Rel(a.dir, p.Filename); err == nil {
		p.Filename = filepath.ToSlash(rel)
	}
	a.found[Finding{fmt.Sprintf("%s:%d", p.Filename, p.Line), a.in, to}] = true
}

// mark notes that a variable, parameter or field may hold a peer's text.
func (a *analysis) mark(o types.Object) {
	if v, ok := o.(*types.Var); ok {
		o = v.Origin()
	}
	if o != nil && !a.tainted[o] && a.textual(o.Type()) {
		a.tainted[o] = true
		a.changed = true
	}
}

func (a *analysis) isTainted(o types.Object) bool {
	if v, ok := o.(*types.Var); ok {
		o = v.Origin()
	}
	return a.tainted[o]
}

// textual reports whether a value of type t may be, or hold, text that no field
// names: strings, bytes, runes, lists and maps of them, and any.
func (a *analysis) textual(t types.Type) bool {
	t = types.Unalias(t)
	if n, ok := t.(*types.Named); ok {
		if n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == a.Door {
			return false
		}
		if _, ok := n.Underlying().(*types.Struct); ok { // such as strings.Builder
			return n.Obj().Pkg() != nil && !a.own[n.Obj().Pkg()]
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.String || u.Kind() == types.Byte || u.Kind() == types.Rune || u.Kind() == types.UntypedString || u.Kind() == types.UntypedRune
	case *types.Slice:
		return a.textual(u.Elem())
	case *types.Array:
		return a.textual(u.Elem())
	case *types.Pointer:
		return a.textual(u.Elem())
	case *types.Chan:
		return a.textual(u.Elem())
	case *types.Map:
		return a.textual(u.Key()) || a.textual(u.Elem())
	case *types.Interface:
		return u.Empty() || reads(u)
	case *types.TypeParam:
		return true
	case *types.Signature: // an iterator
		for v := range u.Params().Variables() {
			if s, ok := v.Type().Underlying().(*types.Signature); ok && u.Params().Len() == 1 {
				for p := range s.Params().Variables() {
					if a.textual(p.Type()) {
						return true
					}
				}
			}
		}
	}
	return false
}

// reads reports whether an interface lets its holder read what it holds.
func reads(i *types.Interface) bool {
	for m := range i.Methods() {
		if m.Name() == "Read" || m.Name() == "String" || m.Name() == "ReadString" {
			return true
		}
	}
	return false
}

// carries reports whether a value of type t holds a field that may hold a peer's
// text, so that who gets it as any gets that too.
func (a *analysis) carries(t types.Type) bool {
	t = types.Unalias(t)
	if known, ok := a.carry[t]; ok {
		return known
	}
	a.carry[t] = false // what holds itself holds no more by that
	yes := false
	switch u := t.Underlying().(type) {
	case *types.Struct:
		for f := range u.Fields() {
			yes = yes || a.isTainted(f) || a.carries(f.Type())
		}
	case *types.Slice:
		yes = a.carries(u.Elem())
	case *types.Array:
		yes = a.carries(u.Elem())
	case *types.Pointer:
		yes = a.carries(u.Elem())
	case *types.Map:
		yes = a.carries(u.Key()) || a.carries(u.Elem())
	}
	a.carry[t] = yes
	return yes
}
