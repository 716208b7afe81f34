package messenger

import (
	"sync"
	"testing"
	"testing/synctest"
)

// lookout is discovery as the messenger sees it.
type lookout struct {
	mu      sync.Mutex
	vouched map[string]bool
}

func (l *lookout) Suspect(string) {}
func (l *lookout) Vouch(label string, linked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.vouched == nil {
		l.vouched = map[string]bool{}
	}
	l.vouched[label] = linked
}

func (l *lookout) says(label string) (linked, said bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	linked, said = l.vouched[label]
	return linked, said
}

// Discovery is told of live links to contacts, whichever came first: the link,
// the sighting or the person's word; and of their end.
func TestVouchForLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		a, b := w.node("anna"), w.node("bert")
		var ofA, ofB lookout
		a.m.Connect(a, &ofA)
		b.m.Connect(b, &ofB)
		a.sees(b)
		b.sees(a)
		settle()
		if linked, _ := ofA.says("label-bert"); linked {
			t.Error("a stranger without a link is vouched for")
		}
		a.send(b, "may I?")
		settle()
		if linked, _ := ofA.says("label-bert"); !linked {
			t.Error("anna does not vouch for her contact")
		}
		if linked, _ := ofB.says("label-anna"); linked {
			t.Error("bert vouches for a stranger")
		}
		b.allow(a)
		settle()
		if linked, _ := ofB.says("label-anna"); !linked {
			t.Error("bert does not vouch for whom he has let in")
		}
		a.stop()
		settle()
		if linked, said := ofB.says("label-anna"); linked || !said {
			t.Error("bert vouches for a link that has ended")
		}
	})
}
