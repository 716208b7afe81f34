package e2e

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"earshot/internal/faultbench"
)

// pairing holds the fields of a pairing and an invitation that these tests look
// at (docs/CLI.md).
type pairing struct {
	Code   string
	Stage  string
	Reason string
	Link   string
}

// pairCall is `earshotctl pair --json` on one host.
type pairCall struct {
	t     *testing.T
	host  string
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func (d *device) pairs(t *testing.T, in string, args ...string) *pairCall {
	t.Helper()
	c := &pairCall{t: t, host: d.host, cmd: d.lan.Command(d.host, earshotctl(t), append([]string{"--home", d.home, "--json", "pair"}, args...)...)}
	c.cmd.Stdin = strings.NewReader(in)
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// next returns the next line for which ok is true.
func (c *pairCall) next(what string, ok func(pairing) bool) pairing {
	c.t.Helper()
	var passed []string
	for c.lines.Scan() {
		var p pairing
		if err := json.Unmarshal(c.lines.Bytes(), &p); err != nil {
			c.t.Fatalf("%q: %v", c.lines.Text(), err)
		}
		if ok(p) {
			return p
		}
		passed = append(passed, c.lines.Text())
	}
	c.t.Fatalf("%s: no %s, but %q", c.host, what, passed)
	return pairing{}
}

// ends waits for the end and checks exit code and last stage.
func (c *pairCall) ends(code int, stage, reason string) {
	c.t.Helper()
	last := c.next("end", func(p pairing) bool { return p.Stage == "verified" || p.Stage == "failed" })
	_ = c.cmd.Wait() // the code says it
	if got := c.cmd.ProcessState.ExitCode(); got != code || last.Stage != stage || last.Reason != reason {
		c.t.Errorf("%s: exit %d, %+v; want %d, %s %s", c.host, got, last, code, stage, reason)
	}
}

func compared(p pairing) bool { return p.Code != "" }

// level is what d has o for.
func (d *device) level(o *device) string {
	d.t.Helper()
	for line := range strings.Lines(d.must("--json", "peers", "--wait", "0")) {
		if p := parse(d.t, line); p.ID == o.id {
			return p.Level
		}
	}
	return "stranger"
}

// Two hosts become verified as docs/CLI.md says: with a device at work on one and
// none on the other, by a number and by a link; then numbers differ, and the
// contact is blocked, let in again and forgotten.
func TestPairing(t *testing.T) {
	lan := faultbench.NewLAN(t, "anna", "bert")
	a, b := newDevice(t, lan, "anna"), newDevice(t, lan, "bert")
	a.start()
	a.ready()

	// bert runs nothing else: its command takes the network, and must not leave it
	// before anna knows.
	byCode := func() (here, there *pairCall) {
		t.Helper()
		a.forget()
		here = b.pairs(t, "", a.id)
		a.wait("request to pair", func(e event) bool { return e.str("event") == "pair_request" && e.str("id") == b.id })
		there = a.pairs(t, "", "accept", b.short())
		one, two := here.next("code", compared), there.next("code", compared)
		if one.Code != two.Code || len(one.Code) != 6 {
			t.Fatalf("the codes are %q and %q", one.Code, two.Code)
		}
		return here, there
	}
	here, there := byCode()
	answer := a.pairs(t, "", "confirm", b.short())
	b.must("pair", "confirm", a.short())
	answer.ends(0, "verified", "")
	here.ends(0, "verified", "")
	there.ends(0, "verified", "")
	if a.level(b) != "verified" || b.level(a) != "verified" {
		t.Fatalf("paired by code, the levels are %s and %s", a.level(b), b.level(a))
	}

	here, there = byCode() // contacts dial each other: the pairing outlives the surplus link
	a.must("pair", "reject", b.short())
	here.ends(1, "failed", "they_differ")
	there.ends(1, "failed", "differ")

	b.start()
	b.ready()
	a.found(b)
	a.must("block", b.short())
	if out, code := b.ctl("send", a.short(), "hello", "--wait", "500ms"); code != 3 {
		t.Errorf("to a device that blocked it: exit %d: %s", code, out)
	}
	a.must("unblock", b.host) // by its name
	a.wait("what was written meanwhile", func(e event) bool { return e.str("event") == "message" && e.str("text") == "hello" })
	if got := a.level(b); got != "accepted" {
		t.Errorf("unblocked, bert is %s", got)
	}

	shown := a.pairs(t, "", "--qr")
	link := shown.next("link", func(p pairing) bool { return p.Link != "" }).Link
	b.pairs(t, link+"\n", "-", "--yes").ends(0, "verified", "")
	shown.ends(0, "verified", "")
	if a.level(b) != "verified" || b.level(a) != "verified" {
		t.Errorf("paired by link, the levels are %s and %s", a.level(b), b.level(a))
	}
	b.pairs(t, link, "-", "--yes").ends(0, "verified", "") // the answer could have been lost

	a.forget()
	a.must("forget", b.host, "--yes")
	if out, _ := a.ctl("--json", "history", b.id); a.level(b) != "stranger" || strings.Contains(out, "hello") {
		t.Errorf("forgotten, bert is %s, and of its conversation there is\n%s", a.level(b), out)
	}
	b.pairs(t, link, "-", "--yes").ends(1, "failed", "expired")
	if out, code := b.ctl("send", a.short(), "may I?", "--wait", "0s"); code != 3 {
		t.Errorf("after it was forgotten: exit %d: %s", code, out)
	}
	a.wait("a new request", func(e event) bool { return e.str("event") == "request" && e.str("text") == "may I?" })
}
