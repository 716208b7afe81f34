package messenger

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/msgid"
	"earshot/internal/store"
)

// snapshot copies a stopped node's home folder and returns how to bring the
// copy back. The epoch file lies beside the database in it, as in a real copy
// of the whole folder.
func (n *node) snapshot() (restore func()) {
	n.w.t.Helper()
	n.stop()
	saved := map[string][]byte{}
	err := filepath.WalkDir(n.dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		saved[p], err = os.ReadFile(p)
		return err
	})
	if err != nil {
		n.w.t.Fatal(err)
	}
	n.start()
	return func() {
		n.stop()
		old, _ := filepath.Glob(filepath.Join(n.dir, "*"))
		for _, p := range old {
			os.Remove(p)
		}
		for p, b := range saved {
			if err := os.WriteFile(p, b, 0o600); err != nil {
				n.w.t.Fatal(err)
			}
		}
		n.start()
	}
}

// meet makes two restarted nodes see each other again.
func meet(a, b *node) {
	a.sees(b)
	b.sees(a)
	settle()
}

func TestReceiverRestoredFromAnOldCopyGetsEverythingAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		a.send(b, "before the copy")
		settle()
		restore := b.snapshot()
		meet(a, b)
		a.send(b, "after the copy")
		settle()
		if a.waiting() != 0 {
			t.Fatal("not acknowledged before the copy came back")
		}
		restore()
		meet(a, b)
		want := []string{"< may I?", "< before the copy", "< after the copy"}
		if got := b.texts(a); !slices.Equal(got, want) {
			t.Errorf("bert sees %q, want %q", got, want)
		}
	})
}

func TestSenderRestoredFromAnOldCopyBeginsANewEpoch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		restore := a.snapshot()
		meet(a, b)
		a.send(b, "written after the copy")
		settle()
		epoch := a.db.Epoch()
		restore()
		if a.db.Epoch() != epoch {
			t.Fatal("the copy brought its own epoch: the test shows nothing")
		}
		// The same sequence number is given out a second time, for another text.
		a.send(b, "written on the copy")
		meet(a, b)
		if a.db.Epoch() == epoch {
			t.Error("no new epoch began")
		}
		want := []string{"< may I?", "< written after the copy", "< written on the copy"}
		if got := b.texts(a); !slices.Equal(got, want) {
			t.Errorf("bert sees %q, want %q", got, want)
		}
		if n := a.waiting(); n != 0 {
			t.Errorf("%d still wait", n)
		}
	})
}

// A number that was cancelled has no ID on the other side. The copy that gives
// it out again must notice all the same.
func TestACopyGivesOutACancelledNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		restore := a.snapshot()
		b.stop()
		cancelled := a.send(b, "cancelled")
		if _, err := a.m.Cancel(t.Context(), RefOf(cancelled)); err != nil {
			t.Fatal(err)
		}
		b.start()
		meet(a, b)
		restore()
		a.send(b, "written on the copy")
		meet(a, b)
		if got, want := b.texts(a), []string{"< may I?", "< written on the copy"}; !slices.Equal(got, want) {
			t.Errorf("bert sees %q, want %q", got, want)
		}
		if n := a.waiting(); n != 0 {
			t.Errorf("%d still wait", n)
		}
	})
}

// A contact can make a device begin an epoch every hour. Also when there are more
// of them than a Resume has room for, it says what came in the present one: a
// restored copy finds out by it.
func TestARestoredCopyIsFoundOutAmongManyEpochs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		var old []store.Incoming
		for i := range uint64(2 * store.MaxSeenEpochs) { // their numbers are the highest there are
			old = append(old, store.Incoming{Peer: a.id, ID: msgid.New(time.Now()), Epoch: 1<<63 - 1 - i, Seq: 1, Text: "old"})
		}
		if _, err := b.db.Receive(t.Context(), old); err != nil {
			t.Fatal(err)
		}
		if _, err := a.db.NewEpoch(t.Context()); err != nil {
			t.Fatal(err)
		}
		a.send(b, "in the present epoch")
		settle()
		restore := a.snapshot()
		meet(a, b)
		a.send(b, "after the copy")
		settle()
		restore()
		a.send(b, "of the copy")
		meet(a, b)
		if got := b.texts(a); !slices.Contains(got, "< after the copy") || !slices.Contains(got, "< of the copy") {
			t.Errorf("bert sees %q", got[len(got)-3:])
		}
	})
}

// The number of a message that was cancelled before it was ever sent is known to
// the peer by Gone: that is no sign of a restored copy.
func TestACancelledNumberBeginsNoEpoch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, a, b := friends(t)
		b.stop()
		settle()
		never := a.send(b, "never")
		if _, err := a.m.Cancel(t.Context(), RefOf(never)); err != nil {
			t.Fatal(err)
		}
		first := a.db.Epoch()
		b.start()
		for range 2 { // told on the first link, known on the second
			meet(a, b)
			a.cut()
		}
		if seen, err := b.db.Seen(t.Context(), a.id); err != nil || len(seen) != 1 || seen[0].Top() != never.Seq {
			t.Errorf("bert has seen %+v, want up to %d (%v)", seen, never.Seq, err)
		}
		if a.db.Epoch() != first {
			t.Error("a new epoch began")
		}
	})
}
