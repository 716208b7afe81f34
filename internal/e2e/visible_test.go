package e2e

import (
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/control"
	"earshot/internal/faultbench"
)

// aWhile is how long something must not happen: an ear asks each second.
const aWhile = 4 * time.Second

// hears waits until an ear has heard something from a host, and returns all.
func hears(t *testing.T, e *ear, from, what string, ok func(record string) bool) []string {
	t.Helper()
	faultbench.WaitFor(t, what, func() bool { return slices.ContainsFunc(e.of(from), ok) })
	return e.of(from)
}

func named(record string) bool { return strings.Contains(record, "n=anna") }

func announced(record string) bool {
	return strings.Contains(record, "who=") && strings.Contains(record, "\t120\t")
}

// The record tells the name to everyone, or is for contacts alone, or there is
// none; a change counts at once, and a contact finds the device all the same.
func TestVisibilityOnTheNetwork(t *testing.T) {
	lan, ledger := faultbench.NewLAN(t, "anna", "bert", "carl", "ear"), faultbench.NewLedger()
	a, b, c := faultbench.NewDevice(t, lan, ledger, "anna", ""), faultbench.NewDevice(t, lan, ledger, "bert", ""), faultbench.NewDevice(t, lan, ledger, "carl", "")
	e, anna := listen(t, lan, "ear"), lan.Addr("anna").String()
	for _, d := range []*faultbench.Device{a, b, c} {
		d.Start()
		d.Ready()
	}
	faultbench.Befriend(a, b)
	c.Found(a)
	hears(t, e, anna, "the name", named)

	a.Must("settings", "visibility", "contacts")
	hears(t, e, anna, "a record without a name", func(r string) bool { return announced(r) && !named(r) })
	e.forget()
	a.Stop()
	b.Lost(a)
	c.Lost(a)
	b.Forget()
	c.Forget()
	a.Start()
	a.Ready()
	b.Found(a)
	a.Found(b)
	<-time.After(aWhile)
	if slices.ContainsFunc(c.Events(), func(e faultbench.Event) bool { return e.Str("id") == a.ID.String() }) {
		t.Error("a stranger sees a device that is for contacts only")
	}
	for _, r := range e.of(anna) {
		if strings.Contains(r, "n=") || strings.Contains(r, "k=") {
			t.Errorf("a record for contacts says:\n%s", r)
		}
	}
	for _, d := range []*faultbench.Device{a, b} {
		if out, code := d.Ctl("--json", "send", map[*faultbench.Device]string{a: "bert", b: "anna"}[d], "still here", "--wait", "20s"); code != 0 {
			t.Errorf("%s sends: exit %d, %s", d.Name, code, out)
		}
	}

	a.Must("settings", "visibility", "hidden")
	hears(t, e, anna, "a goodbye", func(r string) bool { return strings.Contains(r, "\t0\t") })
	<-time.After(time.Second) // three goodbyes, and what was on its way
	e.forget()
	a.Stop()
	b.Forget()
	a.Start()
	a.Ready()
	a.Found(b) // which is announced, and dialled
	b.Found(a)
	<-time.After(aWhile)
	if got := e.of(anna); len(got) != 0 {
		t.Errorf("a hidden device says:\n%s", strings.Join(got, "\n--\n"))
	}

	a.Must("settings", "visibility", "everyone")
	hears(t, e, anna, "the name again", named)
	c.Found(a)
}

// Who was blocked and who was forgotten by a device in contacts-only mode hears
// the same records: before, at that moment, after a restart, and at the end.
func TestRecordsOfABlockerAndOfOneThatForgets(t *testing.T) {
	lan, ledger := faultbench.NewLAN(t, "anna", "bert", "xaver"), faultbench.NewLedger()
	a, b, x := faultbench.NewDevice(t, lan, ledger, "anna", ""), faultbench.NewDevice(t, lan, ledger, "bert", ""), faultbench.NewDevice(t, lan, ledger, "xaver", "")
	for _, d := range []*faultbench.Device{a, b, x} {
		d.Start()
		d.Ready()
	}
	faultbench.Befriend(x, a)
	faultbench.Befriend(x, b)
	e := listen(t, lan, "xaver") // on its own host: it hears what the device hears
	for _, d := range []*faultbench.Device{a, b} {
		d.Must("settings", "visibility", "contacts")
	}
	same := func(when string) {
		t.Helper()
		var fromA, fromB []string
		faultbench.WaitFor(t, "records of both, "+when, func() bool {
			fromA, fromB = e.of(lan.Addr("anna").String()), e.of(lan.Addr("bert").String())
			slices.Sort(fromA)
			slices.Sort(fromB)
			return len(fromA) > 0 && slices.Equal(fromA, fromB)
		})
		t.Logf("%s: %d different responses of each", when, len(fromA))
	}
	<-time.After(aWhile) // the goodbyes of the records with names, too
	e.forget()
	<-time.After(aWhile)
	same("before")

	e.forget()
	a.Must("block", x.ID.String())
	if err := control.NewClient(filepath.Join(b.Home, "earshot.sock")).Forget(t.Context(), x.ID); err != nil {
		t.Fatal(err)
	}
	<-time.After(aWhile)
	same("when it happened")
	e.forget()
	a.Stop()
	b.Stop()
	<-time.After(aWhile)
	same("at the end")
	e.forget()
	a.Start()
	b.Start()
	a.Ready()
	b.Ready()
	<-time.After(aWhile)
	same("after a restart")
}

// Two contacts that hide, that both renewed their presence keys while the other
// one was away, and that both moved, find each other among strangers that hide.
func TestHidingContactsFindEachOther(t *testing.T) {
	lan, ledger := faultbench.NewLAN(t, "anna", "bert", "carl", "dora"), faultbench.NewLedger()
	var all []*faultbench.Device
	for _, host := range []string{"anna", "bert", "carl", "dora"} {
		d := faultbench.NewDevice(t, lan, ledger, host, "")
		d.Start()
		d.Ready()
		all = append(all, d)
	}
	a, b := all[0], all[1]
	faultbench.Befriend(a, b)
	stranger := all[2]
	b.Stop()
	a.Found(stranger)
	a.Must("block", stranger.ID.String())
	a.Stop()
	b.Forget()
	b.Start()
	b.Ready()
	b.Found(stranger)
	b.Must("block", stranger.ID.String())
	for _, d := range all {
		d.Must("settings", "visibility", "contacts")
	}
	b.Stop()
	for _, d := range []*faultbench.Device{a, b} {
		d.Forget()
	}
	lan.SetAddr("anna", netip.MustParsePrefix("10.77.0.101/24"))
	lan.SetAddr("bert", netip.MustParsePrefix("10.77.0.102/24"))
	began := a.Start()
	b.Start()
	a.Ready()
	b.Ready()
	t.Logf("found after %v", a.Found(b).At.Sub(began))
	b.Found(a)
	if out, code := a.Ctl("--json", "send", "bert", "here I am", "--wait", "20s"); code != 0 {
		t.Errorf("exit %d, %s", code, out)
	}
}
