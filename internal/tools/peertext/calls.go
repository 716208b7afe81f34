package peertext

import (
	"go/ast"
	"go/types"
	"slices"
)

// callee says what a call calls: *types.Func, *ast.FuncLit, a variable of a
// function type, *types.Builtin, a types.Type for a conversion, or nil.
func (a *analysis) callee(c *ast.CallExpr) any {
	fun := ast.Unparen(c.Fun)
	if tv := a.info.Types[fun]; tv.IsType() {
		return tv.Type
	}
	switch f := fun.(type) {
	case *ast.IndexExpr: // an instance of a generic function
		fun = ast.Unparen(f.X)
	case *ast.IndexListExpr:
		fun = ast.Unparen(f.X)
	}
	var o types.Object
	switch f := fun.(type) {
	case *ast.FuncLit:
		a.lits[f] = a.info
		return f
	case *ast.Ident:
		o = a.info.ObjectOf(f)
	case *ast.SelectorExpr:
		o = a.info.ObjectOf(f.Sel)
	}
	switch o := o.(type) {
	case *types.Func:
		return o.Origin()
	case *types.Builtin:
		return o
	case *types.Var:
		return o.Origin()
	}
	return nil
}

// receiver is the value that a method is called on, nil for none.
func (a *analysis) receiver(c *ast.CallExpr) ast.Expr {
	if s, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr); ok && a.info.Selections[s] != nil {
		return s.X
	}
	return nil
}

// paramType is the type that argument i is handed to.
func paramType(sig *types.Signature, i int, spread bool) types.Type {
	if sig == nil || sig.Params().Len() == 0 {
		return nil
	}
	n := sig.Params().Len()
	if sig.Variadic() && i >= n-1 {
		last := sig.Params().At(n - 1).Type()
		if s, ok := last.(*types.Slice); ok && !spread {
			return s.Elem()
		}
		return last
	}
	return sig.Params().At(min(i, n-1)).Type()
}

// call follows the arguments of a call.
func (a *analysis) call(c *ast.CallExpr) {
	switch f := a.callee(c).(type) {
	case types.Type:
		if n, ok := types.Unalias(f).(*types.Named); ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == a.Door && a.taint(c.Args[0]) {
			a.out(c, n.Obj().Pkg().Path()+"."+n.Obj().Name())
		}
	case *types.Builtin:
		if f.Name() == "copy" && a.taint(c.Args[1]) {
			a.markAt(c.Args[0])
		}
	case *types.Func:
		if f.Pkg() != nil && a.own[f.Pkg()] {
			a.callOwn(f, c)
		} else if f.Pkg() != nil {
			a.callOther(f, c)
		}
	case *ast.FuncLit:
		a.give(f, c)
	case *types.Var:
		a.give(f, c)
		if len(a.links[f]) == 0 && a.strict && a.handsAny(c, a.signature(f)) {
			a.out(c, "the function "+f.Name()+", which is not known")
		}
	default: // such as a function of C
		if a.strict && a.handsAny(c, nil) {
			a.out(c, types.ExprString(c.Fun))
		}
	}
}

func (a *analysis) callOwn(f *types.Func, c *ast.CallExpr) {
	if f.Pkg().Path() == a.Door {
		return
	}
	a.give(f, c)
	if recv := a.receiver(c); recv != nil && a.taint(recv) {
		a.mark(f.Signature().Recv())
	}
}

// give hands the arguments of a call to a function of our own or to a variable
// that holds one.
func (a *analysis) give(f any, c *ast.CallExpr) {
	sig := a.signature(f)
	if sig == nil || sig.Params().Len() == 0 {
		return
	}
	for i, arg := range c.Args {
		n := min(i, sig.Params().Len()-1)
		if a.hands(arg, paramType(sig, i, c.Ellipsis.IsValid())) || len(c.Args) == 1 && sig.Params().Len() > 1 && a.calledTainted(arg) {
			a.markParam(f, n)
		}
		if fn, ok := f.(*types.Func); ok {
			v := fn.Signature().Params().At(n).Origin()
			a.link(v, v.Type(), arg)
		}
		if lit, ok := f.(*ast.FuncLit); ok {
			v := a.signature(lit).Params().At(n)
			a.link(v, v.Type(), arg)
		}
	}
}

// markParam marks parameter n of a function, and of all that it may stand for.
func (a *analysis) markParam(f any, n int) {
	switch f := f.(type) {
	case *types.Func:
		a.mark(f.Signature().Params().At(n))
		for _, m := range a.implementations(f) {
			a.mark(m.Signature().Params().At(n))
		}
	case *ast.FuncLit:
		a.mark(a.signature(f).Params().At(n))
	case *types.Var, made:
		if at := (argument{f, n}); !a.calls[at] {
			a.calls[at] = true
			a.changed = true
		}
	}
}

// spread marks the parameters of whatever the function values may be that are
// called with a peer's text.
func (a *analysis) spread() {
	for at := range a.calls {
		for what := range a.links[at.of] {
			if sig := a.signature(what); isMade(what) || sig != nil && at.n < sig.Params().Len() {
				a.markParam(what, at.n)
			}
		}
	}
}

func isMade(what any) bool {
	_, ok := what.(made)
	return ok
}

// implementations are our own methods that a method of an interface may stand
// for.
func (a *analysis) implementations(f *types.Func) []*types.Func {
	recv := f.Signature().Recv()
	if recv == nil {
		return nil
	}
	i, ok := recv.Type().Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var found []*types.Func
	for _, m := range a.methods[f.Name()] {
		t := m.Signature().Recv().Type()
		if m != f && !types.IsInterface(t) && (types.Implements(t, i) || types.Implements(types.NewPointer(t), i)) {
			found = append(found, m)
		}
	}
	return found
}

// handsAny reports whether an argument or the receiver of a call hands on a
// peer's text.
func (a *analysis) handsAny(c *ast.CallExpr, sig *types.Signature) bool {
	for i, arg := range c.Args {
		if a.hands(arg, paramType(sig, i, c.Ellipsis.IsValid())) {
			return true
		}
	}
	return false
}

// callOther follows a call of a function of another module.
func (a *analysis) callOther(f *types.Func, c *ast.CallExpr) {
	path, name := f.Pkg().Path(), funcName(f)
	recv := a.receiver(c)
	tainted := a.handsAny(c, f.Signature())
	switch {
	case tainted && names(a.Ways, path, name):
		a.out(c, name)
	case names(a.Handing, path, name):
	case tainted && a.strict:
		a.out(c, name)
	}
	if !tainted && (recv == nil || !a.taint(recv)) {
		return
	}
	handing := names(a.Handing, path, name)
	if tainted && recv != nil && handing {
		a.markAt(recv) // what is written to keeps it
	}
	for _, arg := range c.Args { // callbacks see it
		if lit, ok := ast.Unparen(arg).(*ast.FuncLit); ok {
			a.lits[lit] = a.info
			for p := range a.signature(lit).Params().Variables() {
				a.mark(p)
			}
		}
		if u, ok := ast.Unparen(arg).(*ast.UnaryExpr); ok && tainted && handing { // where the result is put
			a.markAt(u.X)
		}
	}
}

// callResult reports whether what a call returns may hold a peer's text.
func (a *analysis) callResult(c *ast.CallExpr) bool {
	switch f := a.callee(c).(type) {
	case types.Type:
		return len(c.Args) == 1 && a.taint(c.Args[0])
	case *types.Builtin:
		if f.Name() == "append" || f.Name() == "min" || f.Name() == "max" {
			if slices.ContainsFunc(c.Args, a.taint) {
				return true
			}
		}
	case *types.Func:
		if f.Pkg() == nil {
			return false
		}
		if a.own[f.Pkg()] && f.Pkg().Path() != a.Door {
			return a.resultOf(f)
		}
		if f.Pkg().Path() == a.Door && !names(a.Through, "", funcName(f)) {
			return false
		}
		recv := a.receiver(c)
		return a.handsAny(c, f.Signature()) || recv != nil && a.taint(recv)
	case *ast.FuncLit, *types.Var:
		return a.resultOf(f)
	}
	return false
}

// resultOf reports whether a function, or what a variable may stand for, returns
// a peer's text.
func (a *analysis) resultOf(f any) bool {
	if a.results[f] {
		return true
	}
	yes := false
	switch f := f.(type) {
	case *types.Func:
		for _, m := range a.implementations(f) {
			yes = yes || a.results[m]
		}
	case *types.Var, made:
		for what := range a.links[f] {
			yes = yes || a.results[what] || isMade(what) && what != f && a.resultOf(what)
		}
	}
	if yes {
		a.returned(f)
	}
	return yes
}
