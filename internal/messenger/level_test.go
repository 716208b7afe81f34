package messenger

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"testing/synctest"

	"earshot/internal/trust"
)

// refuse makes the store of n fail in one kind of change of one table, until mend
// is called.
func (n *node) refuse(change string) (mend func()) {
	n.w.t.Helper()
	run := func(statement string) {
		n.w.t.Helper()
		db, err := sql.Open("sqlite", "file:"+filepath.Join(n.dir, "earshot.db")+"?_pragma=busy_timeout(5000)")
		if err != nil {
			n.w.t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(statement); err != nil {
			n.w.t.Fatal(err)
		}
	}
	run(`CREATE TRIGGER refused BEFORE ` + change + ` BEGIN SELECT RAISE(ABORT, 'refused'); END`)
	return func() { run(`DROP TRIGGER refused`) }
}

// agrees compares the level of a device in the store with that in memory.
func (n *node) agrees(o *node, want trust.Level) {
	n.w.t.Helper()
	if stored, used := n.level(o), n.m.Level(o.id); stored != want || used != want {
		n.w.t.Errorf("%s: level of %s is %v in the store and %v in memory, want %v", n.name, o.name, stored, used, want)
	}
}

// What the store has taken of a decision holds, whatever it refuses then.
func TestLevelsAgreeWhenTheStoreFailsHalfway(t *testing.T) {
	for _, c := range []struct {
		name, change string
		want         trust.Level
		act          func(a, b *node)
	}{
		{"accept, no name", "UPDATE OF presence_key ON contact", trust.Accepted, func(a, b *node) { _ = a.m.Allow(context.Background(), b.id) }},
		{"block, no name", "UPDATE OF presence_key ON contact", trust.Blocked, func(a, b *node) { _ = a.m.Block(context.Background(), b.id) }},
		{"block, no presence key", "UPDATE ON setting", trust.Blocked, func(a, b *node) { _ = a.m.Block(context.Background(), b.id) }},
		{"verify, no address", "INSERT ON address", trust.Verified, pairThem},
		{"verify, no name", "UPDATE OF presence_key ON contact", trust.Verified, pairThem},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, a, b := strangers(t)
				b.send(a, "please")
				settle()
				mend := a.refuse(c.change)
				c.act(a, b)
				settle()
				a.agrees(b, c.want)
				mend()
				if c.want == trust.Blocked {
					return
				}
				a.send(b, "answer")
				settle()
				if got := b.texts(a); len(got) != 2 || a.waiting() != 0 {
					t.Errorf("texts %q, %d wait", got, a.waiting())
				}
			})
		})
	}
}

// pairThem is both persons pairing, a having begun.
func pairThem(a, b *node) {
	a.press(b)
	settle()
	b.says(PairContinue)
	a.says(PairMatch)
	b.says(PairMatch)
}

// A look at the row that began before a decision does not undo it in memory.
func TestLevelsAgreeWhileAContactTalks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		ctx := t.Context()
		stop := make(chan struct{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for {
				select {
				case <-stop:
					return
				default:
					_ = a.m.reload(ctx, b.id)
				}
			}
		}()
		for range 25 {
			if err := a.m.Block(ctx, b.id); err != nil {
				t.Fatal(err)
			}
			if a.agrees(b, trust.Blocked); t.Failed() {
				break
			}
			if err := a.m.Unblock(ctx, b.id); err != nil {
				t.Fatal(err)
			}
			if a.agrees(b, trust.Accepted); t.Failed() {
				break
			}
		}
		close(stop)
		<-done
	})
}
