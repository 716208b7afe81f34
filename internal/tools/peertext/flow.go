package peertext

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// walk follows the text through everything below n.
func (a *analysis) walk(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			outer := a.fn
			a.fn, a.lits[n] = n, a.info
			a.walk(n.Body)
			a.fn = outer
			return false
		case *ast.AssignStmt:
			a.assign(n.Lhs, n.Rhs)
		case *ast.ValueSpec:
			if len(n.Values) > 0 {
				names := make([]ast.Expr, len(n.Names))
				for i, name := range n.Names {
					names[i] = name
				}
				a.assign(names, n.Values)
			}
		case *ast.RangeStmt:
			if a.taint(n.X) {
				a.markAt(n.Key)
				a.markAt(n.Value)
			}
		case *ast.SendStmt:
			a.flow(n.Chan, n.Value)
		case *ast.ReturnStmt:
			a.returns(n)
		case *ast.CompositeLit:
			a.composite(n)
		case *ast.TypeSwitchStmt:
			a.typeSwitch(n)
		case *ast.CallExpr:
			a.call(n)
		case *ast.SelectorExpr:
			a.widget(n.Sel)
		case *ast.Ident:
			a.widget(n)
		}
		return true
	})
}

// widget reports what may not be used at all.
func (a *analysis) widget(id *ast.Ident) {
	o := a.info.Uses[id]
	if o == nil || o.Pkg() == nil {
		return
	}
	for _, w := range a.Widgets {
		if o.Pkg().Path() == w.Package && strings.Contains(o.Name(), w.Part) {
			a.out(id, w.Package+"."+o.Name()+" ("+w.Why+")")
		}
	}
}

func (a *analysis) assign(to, from []ast.Expr) {
	if len(to) == len(from) {
		for i := range to {
			a.flow(to[i], from[i])
		}
		return
	}
	for _, t := range to { // several results, or a value and whether it is there
		if a.taint(from[0]) || a.calledTainted(from[0]) {
			a.markAt(t)
		}
	}
}

// calledTainted reports whether e is a call whose results may hold text, of which
// taint does not know the one type.
func (a *analysis) calledTainted(e ast.Expr) bool {
	c, ok := ast.Unparen(e).(*ast.CallExpr)
	return ok && a.callResult(c)
}

// flow moves the value of an expression to a place.
func (a *analysis) flow(to, from ast.Expr) {
	if a.hands(from, a.info.TypeOf(to)) {
		a.markAt(to)
	}
	if o := a.objectOf(to); o != nil {
		a.link(o, o.Type(), from)
	}
}

// hands reports whether an expression hands a peer's text to something of type t.
func (a *analysis) hands(from ast.Expr, t types.Type) bool {
	if a.taint(from) {
		return true
	}
	return isAny(t) && a.carries(a.info.TypeOf(from))
}

func isAny(t types.Type) bool {
	if t == nil {
		return false
	}
	if _, ok := types.Unalias(t).(*types.TypeParam); ok {
		return false
	}
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.Empty()
}

// objectOf is the variable or field that an expression names, nil for none.
func (a *analysis) objectOf(e ast.Expr) types.Object {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		if o, ok := a.info.ObjectOf(e).(*types.Var); ok {
			return o.Origin()
		}
	case *ast.SelectorExpr:
		if o, ok := a.info.ObjectOf(e.Sel).(*types.Var); ok {
			return o.Origin()
		}
	}
	return nil
}

// markAt marks the place that an expression names; a place of another module is
// a way out.
func (a *analysis) markAt(e ast.Expr) {
	if e == nil {
		return
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident, *ast.SelectorExpr:
		o := a.objectOf(e)
		if v, ok := o.(*types.Var); ok && v.IsField() && !a.own[v.Pkg()] {
			if a.strict {
				a.out(e, a.fieldName(e.(*ast.SelectorExpr)))
			}
			return
		}
		if o != nil {
			a.mark(o)
		}
	case *ast.IndexExpr:
		a.markAt(e.X)
	case *ast.SliceExpr:
		a.markAt(e.X)
	case *ast.StarExpr:
		a.markAt(e.X)
	case *ast.UnaryExpr:
		a.markAt(e.X)
	}
}

// fieldName is "pkg.Type.Field".
func (a *analysis) fieldName(e *ast.SelectorExpr) string {
	t := a.info.TypeOf(e.X)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	return types.TypeString(t, nil) + "." + e.Sel.Name
}

// called reports whether a func-typed variable is called with a peer's text.
func (a *analysis) called(o any) bool {
	for at := range a.calls {
		if at.of == o {
			return true
		}
	}
	return false
}

// link notes what a function value may be: a variable, or what a function makes.
func (a *analysis) link(to any, t types.Type, from ast.Expr) {
	if _, ok := t.Underlying().(*types.Signature); !ok {
		return
	}
	var what any
	switch f := ast.Unparen(from).(type) {
	case *ast.FuncLit:
		what, a.lits[f] = f, a.info
	case *ast.CallExpr:
		what = made{a.callee(f)}
	case *ast.Ident:
		what = a.info.ObjectOf(f)
	case *ast.SelectorExpr:
		what = a.info.ObjectOf(f.Sel)
	}
	switch w := what.(type) {
	case *types.Func:
		what = w.Origin()
		if w.Pkg() != nil && !a.own[w.Pkg()] && a.strict && a.called(to) {
			a.out(from, funcName(w))
		}
	case *types.Var:
		what = w.Origin()
	case *ast.FuncLit, made:
	default:
		return
	}
	if a.links[to] == nil {
		a.links[to] = map[any]bool{}
	}
	if !a.links[to][what] {
		a.links[to][what] = true
		a.changed = true
	}
}

func (a *analysis) returns(n *ast.ReturnStmt) {
	sig := a.signature(a.fn)
	if sig == nil {
		return
	}
	for i, r := range n.Results {
		t := sig.Results().At(min(i, sig.Results().Len()-1)).Type()
		if a.textual(t) && a.hands(r, t) || len(n.Results) < sig.Results().Len() && a.calledTainted(r) {
			a.returned(a.fn)
		}
		a.link(made{a.fn}, t, r)
	}
	if len(n.Results) == 0 {
		for v := range sig.Results().Variables() {
			if a.isTainted(v) {
				a.returned(a.fn)
			}
		}
	}
}

// returned notes that a function may return a peer's text.
func (a *analysis) returned(fn any) {
	if !a.results[fn] {
		a.results[fn] = true
		a.changed = true
	}
}

func (a *analysis) signature(fn any) *types.Signature {
	switch f := fn.(type) {
	case *types.Func:
		return f.Signature()
	case *ast.FuncLit:
		return a.lits[f].TypeOf(f).(*types.Signature)
	case *types.Var:
		s, _ := f.Type().Underlying().(*types.Signature)
		return s
	}
	return nil
}

func (a *analysis) composite(n *ast.CompositeLit) {
	t := a.info.TypeOf(n)
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return
	}
	for i, e := range n.Elts {
		var field *types.Var
		value := e
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			field, _ = a.info.ObjectOf(kv.Key.(*ast.Ident)).(*types.Var)
			value = kv.Value
		} else if i < s.NumFields() {
			field = s.Field(i)
		}
		if field == nil {
			continue
		}
		if a.hands(value, field.Type()) {
			if a.own[field.Pkg()] {
				a.mark(field)
			} else if a.strict {
				a.out(value, types.TypeString(t, nil)+"."+field.Name())
			}
		}
		a.link(field.Origin(), field.Type(), value)
	}
}

func (a *analysis) typeSwitch(n *ast.TypeSwitchStmt) {
	as, ok := n.Assign.(*ast.AssignStmt)
	if !ok {
		return
	}
	if x := as.Rhs[0].(*ast.TypeAssertExpr).X; !a.taint(x) {
		return
	}
	for _, clause := range n.Body.List {
		if o := a.info.Implicits[clause]; o != nil {
			a.mark(o)
		}
	}
}

// element is the type of what a list or map of type t holds, nil for others.
func element(t types.Type) types.Type {
	if l, ok := t.Underlying().(interface{ Elem() types.Type }); ok {
		return l.Elem()
	}
	return nil
}

// taint reports whether an expression may hold a peer's text.
func (a *analysis) taint(e ast.Expr) bool {
	t := a.info.TypeOf(e)
	if t == nil || !a.textual(t) {
		return false
	}
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident, *ast.SelectorExpr:
		o := a.objectOf(e)
		return o != nil && a.isTainted(o)
	case *ast.BinaryExpr:
		return e.Op == token.ADD && (a.taint(e.X) || a.taint(e.Y))
	case *ast.CallExpr:
		return a.callResult(e)
	case *ast.IndexExpr:
		return a.taint(e.X)
	case *ast.SliceExpr:
		return a.taint(e.X)
	case *ast.StarExpr:
		return a.taint(e.X)
	case *ast.UnaryExpr:
		return a.taint(e.X)
	case *ast.TypeAssertExpr:
		return a.taint(e.X)
	case *ast.CompositeLit:
		if _, ok := t.Underlying().(*types.Struct); ok {
			return false
		}
		for _, el := range e.Elts {
			if kv, ok := el.(*ast.KeyValueExpr); ok {
				if a.taint(kv.Key) {
					return true
				}
				el = kv.Value
			}
			if a.hands(el, element(t)) {
				return true
			}
		}
	}
	return false
}
