package messenger

import (
	"context"
	"testing"
	"testing/synctest"

	"earshot/internal/store"
)

// A message that is being stored when its contact ends goes the way of the others.
func TestWhatIsBeingStoredWhenAContactEnds(t *testing.T) {
	for _, c := range []struct {
		name      string
		end       func(a, old, phone *node) error
		ofPhone   int
		stillKnow bool
	}{
		{"replaced", func(a, old, phone *node) error { return a.m.Replace(context.Background(), old.id, phone.id) }, 2, true},
		{"forgotten", func(a, old, _ *node) error { return a.m.Forget(context.Background(), old.id) }, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, a, old := friends(t)
				phone := w.node("phone")
				a.verify(phone)
				settle()
				really, enter, leave := a.m.receive, make(chan struct{}), make(chan struct{})
				a.m.receive = func(ctx context.Context, in []store.Incoming) ([]store.Receipt, error) {
					close(enter)
					<-leave
					return really(ctx, in)
				}
				old.send(a, "on its way")
				<-enter
				done := make(chan error, 1)
				go func() { done <- c.end(a, old, phone) }()
				synctest.Wait()
				close(leave)
				if err := <-done; err != nil {
					t.Fatal(err)
				}
				settle()
				if got := a.texts(old); len(got) != 0 {
					t.Errorf("the old conversation holds %q", got)
				}
				if got := a.texts(phone); len(got) != c.ofPhone {
					t.Errorf("the new conversation holds %q", got)
				}
			})
		})
	}
}

// What does not come to pass leaves the contact and its links as they were.
func TestReplaceThatIsRefusedChangesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, a, b := friends(t)
		phone := w.node("phone")
		a.verify(phone)
		settle()
		mend := a.refuse("UPDATE OF retired_by ON contact")
		if err := a.m.Replace(t.Context(), b.id, phone.id); err == nil {
			t.Fatal("the store took it")
		}
		mend()
		a.send(b, "one")
		b.send(a, "two")
		settle()
		if got := a.texts(b); len(got) != 3 || a.waiting()+b.waiting() != 0 {
			t.Errorf("texts %q, %d and %d wait", got, a.waiting(), b.waiting())
		}
	})
}
