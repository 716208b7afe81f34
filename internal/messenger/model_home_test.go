package messenger

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
)

// homes makes the home folders of histories.
type homes struct {
	base    string
	made    int
	friends map[int][]folder // by the number of nodes: folders of nodes that have accepted each other
}

// folder is what a home folder held at some moment.
type folder map[string][]byte

// newHomes puts home folders into memory where the system has a place for that:
// what a crash of the process leaves does not depend on the disk.
func newHomes(t *testing.T) *homes {
	base, err := os.MkdirTemp("/dev/shm", "earshot-model-")
	if err != nil {
		base = t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	h := &homes{base: base, friends: map[int][]folder{}}
	for _, n := range []int{2, 3} {
		synctest.Test(t, func(t *testing.T) { h.befriend(t, n) })
	}
	return h
}

func (h *homes) befriend(t *testing.T, n int) {
	w := newWorld(t)
	var nodes []*node
	for i := range n {
		nodes = append(nodes, w.nodeIn(modelNames[i], h.dir()))
	}
	for i, a := range nodes {
		for _, b := range nodes[:i] {
			a.sees(b)
			b.sees(a)
			settle()
			a.send(b, "may I?")
			settle()
			b.allow(a)
			settle()
		}
	}
	for _, a := range nodes {
		a.stop()
		h.friends[n] = append(h.friends[n], copyHome(a.dir))
	}
}

var modelNames = []string{"anna", "bert", "cleo"}

// dir returns a new empty folder.
func (h *homes) dir() string {
	h.made++
	return filepath.Join(h.base, fmt.Sprint(h.made))
}

// copyHome reads a home folder as a crash at this moment would leave it: the
// database before its log, because a checkpoint moves pages from the log into
// it, and the epoch last, because it is written before its transaction ends.
func copyHome(dir string) folder {
	f := folder{}
	for _, name := range []string{"earshot.db", "earshot.db-wal", "epoch"} {
		if b, err := os.ReadFile(filepath.Join(dir, name)); err == nil {
			f[name] = b
		}
	}
	return f
}

// put makes a folder of what another one held.
func (h *homes) put(f folder) (dir string, err error) {
	dir = h.dir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for name, b := range f {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			return "", err
		}
	}
	return dir, nil
}
