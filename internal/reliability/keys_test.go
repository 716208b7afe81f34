//go:build e2e

package reliability

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"earshot/internal/control"
	"earshot/internal/faultbench"
	"earshot/internal/messenger"
)

// kinds returns what a running device has to say to its person.
func kinds(t *testing.T, d *faultbench.Device) []messenger.NoticeKind {
	t.Helper()
	notices, err := control.NewClient(filepath.Join(d.Home, "earshot.sock")).Notices(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", d.Name, err)
	}
	var out []messenger.NoticeKind
	for _, n := range notices {
		out = append(out, n.Kind)
	}
	return out
}

// linked reports whether d has a link to o.
func linked(t *testing.T, d, o *faultbench.Device) bool {
	t.Helper()
	peers, err := control.NewClient(filepath.Join(d.Home, "earshot.sock")).Peers(t.Context())
	if err != nil {
		t.Fatalf("%s: %v", d.Name, err)
	}
	return slices.ContainsFunc(peers, func(p messenger.Peer) bool { return p.ID == o.ID && p.Linked })
}

// A device that is killed, ended or stopped and starts or goes on again is one
// device, however often: nobody is told of a key that is used twice.
func TestARestartIsNoSecondDevice(t *testing.T) {
	t.Parallel()
	rnd := faultbench.Random(t)
	c := newCouple(t, "", "")
	for n := range 20 {
		faultbench.WaitFor(t, "a link", func() bool { return linked(t, c.a, c.b) && linked(t, c.b, c.a) })
		switch n % 5 {
		case 3:
			c.b.Stop()
			c.start(c.b)
		case 4:
			c.b.Freeze()
			aim(rnd)
			c.b.Thaw()
		default:
			c.b.Kill()
			c.start(c.b)
		}
	}
	faultbench.WaitFor(t, "a link", func() bool { return linked(t, c.a, c.b) })
	for _, d := range []*faultbench.Device{c.a, c.b} {
		if got := kinds(t, d); len(got) != 0 {
			t.Errorf("%s is told %v", d.Name, got)
		}
	}
	c.verify()
}

// A home folder that was copied to another host, where it runs beside the first:
// their contact is told, and one of the two at least.
func TestACopiedHomeIsNoticed(t *testing.T) {
	t.Parallel()
	c := &couple{t: t, lan: faultbench.NewLAN(t, "anna", "bert", "copy"), ledger: faultbench.NewLedger()}
	c.a = faultbench.NewDevice(t, c.lan, c.ledger, "anna", "")
	c.b = faultbench.NewDevice(t, c.lan, c.ledger, "bert", "")
	c.start(c.a, c.b)
	faultbench.Befriend(c.a, c.b)
	c.b.Stop()
	home := faultbench.ShortDir(t)
	if err := os.CopyFS(home, os.DirFS(c.b.Home)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(home, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files { // CopyFS widens what only the owner may read
		if info, err := os.Stat(f); err == nil && info.Mode().IsRegular() {
			if err := os.Chmod(f, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	copied := faultbench.NewDevice(t, c.lan, c.ledger, "copy", home)
	if copied.ID != c.b.ID {
		t.Fatal("the copy has a key of its own")
	}
	c.start(c.b, copied)
	faultbench.WaitFor(t, "anna to be told", func() bool { return slices.Contains(kinds(t, c.a), messenger.NoticeUsedTwice) })
	faultbench.WaitFor(t, "one of the two to be told", func() bool {
		return slices.Contains(kinds(t, c.b), messenger.NoticeOwnKey) || slices.Contains(kinds(t, copied), messenger.NoticeOwnKey)
	})
	if got := kinds(t, c.a); slices.Contains(got, messenger.NoticeOwnKey) {
		t.Errorf("anna is told %v", got)
	}
}
