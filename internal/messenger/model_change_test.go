package messenger

import (
	"context"
	"errors"
	"fmt"
)

// change does what a person can do to messages that exist.
func (h *history) change(s step, a, b *host) {
	ctx := context.Background()
	switch s.Do {
	case doClear:
		h.ledger.removing(a, b, func() error { _, err := a.m.Clear(ctx, b.id); return err })
		return
	case doForget:
		do := func() error { _, err := a.db.Forget(ctx, a.clock().Add(100*year)); return err }
		for _, p := range a.others() {
			inner := do
			do = func() error { h.ledger.removing(a, p, inner); return nil }
		}
		_ = do()
		return
	}
	m, found := h.pick(a, b, s.N, s.Do != doReact && s.Do != doRemove)
	if !found {
		return
	}
	l := h.ledger.byKey[a.key(m)]
	var err error
	switch s.Do {
	case doEdit:
		text := fmt.Sprintf("%s, %d", l.text(), len(l.texts))
		h.ledger.edited(l, text)
		_, err = a.m.Change(ctx, Change{Kind: KindEdit, Of: RefOf(m), Text: text})
	case doUnsay:
		if _, err = a.m.Change(ctx, Change{Kind: KindDelete, Of: RefOf(m)}); err == nil {
			l.free = true
		}
	case doReact:
		_, err = a.m.Change(ctx, Change{Kind: KindReact, Of: RefOf(m), Text: []string{"", "x", "y"}[len(h.ledger.letters)%3]})
	case doCancel:
		if _, err = a.m.Cancel(ctx, RefOf(m)); err == nil {
			l.free = true
		}
	case doRemove:
		h.ledger.removing(a, b, func() error { return a.m.Remove(ctx, RefOf(m)) })
	}
	for _, refused := range []error{nil, ErrBlocked, ErrDeleted, ErrCancelled, ErrWaits, ErrNotWaiting} {
		if errors.Is(err, refused) {
			return
		}
	}
	h.w.t.Errorf("%s: %s: %v", a.name, s.Do, err)
}

// pick finds the n-th message from the end.
func (h *history) pick(a, b *host, n int, own bool) (Message, bool) {
	list := a.rows(b).list
	for i := len(list) - 1; i >= 0; i-- {
		if own && !list[i].Outgoing {
			continue
		}
		if n == 0 {
			return list[i], true
		}
		n--
	}
	return Message{}, false
}

func (g *ledger) edited(l *letter, text string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	l.texts = append(l.texts, text)
}

// removing runs something that deletes on o's device alone, and notes what is
// no longer there.
func (g *ledger) removing(o, p *host, do func() error) {
	before := o.rows(p)
	if err := do(); err != nil && !errors.Is(err, ErrWaits) {
		o.w.t.Error(err)
	}
	after := o.rows(p)
	g.mu.Lock()
	defer g.mu.Unlock()
	for k := range before.place {
		if has(after.place, k) {
			continue
		}
		g.removed[o.index][k] = true
		if k.from == o.index {
			g.byKey[k].free = true
		}
	}
}

// sameLooks checks that o shows of p's messages and reactions what p shows,
// unless p has forgotten changes with an older copy.
func (g *ledger) sameLooks(o, p *host) {
	if g.lives[p.index] > 0 {
		return
	}
	here, there := o.rows(p), p.rows(o)
	for i, m := range here.list {
		j, found := there.place[o.key(m)]
		if !found || there.list[j].State == Failed {
			continue
		}
		t := there.list[j]
		if !m.Outgoing && (m.Text != t.Text || m.Deleted != t.Deleted || m.EditedAt.IsZero() != t.EditedAt.IsZero()) {
			g.fault("%s has %s, and %s, who wrote it, %s", o.name, appearance(here.list[i]), p.name, appearance(t))
		}
		if !m.Deleted && m.Theirs != t.Mine {
			g.fault("%s shows the reaction %q of %s, and %s itself %q to %q", o.name, m.Theirs, p.name, p.name, t.Mine, m.Text)
		}
	}
}
