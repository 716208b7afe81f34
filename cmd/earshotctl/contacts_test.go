package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/internal/identity"
	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

func TestContactCommands(t *testing.T) {
	anna, bert, carl := peer("Anna", deviceID("anna"), trust.Verified), peer("Bert", deviceID("bert"), trust.Blocked), peer("Carl", deviceID("carl"), trust.Stranger)
	anna.Said = "Annas Laptop"
	label := func(p messenger.Peer) string { return p.Name + " (" + p.ID.Short() + ")" }
	for _, tt := range []struct {
		args string
		code int
		did  string
		says string
	}{
		{"unblock Bert", exitDone, "unblock " + bert.ID.Short(), label(bert) + " is not blocked any more\n"},
		{"unblock Anna", exitDone, "unblock " + anna.ID.Short(), "nothing to do: " + label(anna) + " is not blocked\n"},
		{"unblock Carl", exitNotFound, "", "a stranger may claim any name"},
		{"allow Bert", exitDone, "allow " + bert.ID.Short(), label(bert) + " is a contact now\n"},
		{"forget Bert", exitDone, "forget " + bert.ID.Short(), label(bert) + " is forgotten; it has to ask again\n"},
		{"forget Bert --json", exitDone, "forget " + bert.ID.Short(), `"level":"blocked"}` + "\n"}, // the fake forgets nothing
		{"forget Anna", exitUsage, "", "in a script say --yes"},
		{"forget Anna --yes", exitDone, "forget " + anna.ID.Short(), label(anna) + " is forgotten"},
		{"send Bert hi", exitNotFound, "", "a stranger may claim any name"},
		{"block Bert", exitNotFound, "", "a stranger may claim any name"},
		{"rename Anna Mum", exitDone, "nick " + anna.ID.Short() + ` "Mum"`, label(anna) + " is now shown as Mum here; it is not told\n"},
		{"rename Anna --reset", exitDone, "nick " + anna.ID.Short() + ` ""`, "Annas Laptop (" + anna.ID.Short() + ") is shown by its own name\n"},
		{"rename Anna Mum --json", exitDone, "nick " + anna.ID.Short() + ` "Mum"`, `{"name":"Mum","id":"` + anna.ID.String()},
		{"rename Anna", exitUsage, "", "--reset"},
		{"rename Anna Mum --reset", exitUsage, "", "--reset"},
		{"rename " + carl.ID.Short() + " Karl", exitNotFound, "nick " + carl.ID.Short() + ` "Karl"`, "is not a contact"},
		{"replace Anna " + carl.ID.Short(), exitUsage, "", "in a script say --yes"},
		{"replace Anna " + carl.ID.Short() + " --yes", exitDone, "replace " + anna.ID.Short() + " " + carl.ID.Short(), label(carl) + " has taken the place of " + label(anna) + "\n"},
		{"replace Anna Carl --yes", exitNotFound, "", "a stranger may claim any name"},
	} {
		f := newFake(anna, bert, carl)
		f.messages = []messenger.Message{{ID: msgid.New(time.Now()), Peer: anna.ID, Text: "hi", State: messenger.Received}}
		out, errs, code := f.call(t, "yes\n", strings.Fields(tt.args)...)
		if code != tt.code || strings.Join(f.did, ",") != tt.did || !strings.Contains(out+errs, tt.says) {
			t.Errorf("%s: exit %d, did %q, %s%s", tt.args, code, f.did, out, errs)
		}
	}
	for err, says := range map[error]string{
		messenger.ErrNotVerified: label(carl) + " is not verified, so nothing says whose it is; earshotctl pair " + carl.ID.Short() + " first",
		messenger.ErrBlocked:     label(anna) + " is blocked here",
		messenger.ErrSameDevice:  "a device does not replace itself",
	} {
		f := newFake(anna, carl)
		f.failed = err
		if _, errs, code := f.call(t, "", "replace", "Anna", carl.ID.Short(), "--yes"); code != exitFailed || !strings.Contains(errs, says) {
			t.Errorf("%v: exit %d, %q", err, code, errs)
		}
	}
}

func TestNamesakesAreMarked(t *testing.T) {
	anna, twin, bert, old := peer("Anna", deviceID("anna"), trust.Verified), peer("ANNA\x1b", deviceID("twin"), trust.Stranger), peer("Bert", deviceID("bert"), trust.Blocked), peer("Old", deviceID("old"), trust.Stranger)
	bert.Knocks, old.ReplacedBy = 3, anna.ID
	f := newFake(anna, twin, bert, old)
	f.requests = []messenger.Request{{ID: msgid.New(time.Now()), Peer: twin.ID, Name: "Anna", Text: "It is me"}}
	who := "Anna (" + anna.ID.Short() + ")"
	note := "another device with the name of " + who + "; not Anna unless you pair"

	out, _, _ := f.call(t, "", "peers", "--wait", "1ms")
	_, notes, _ := strings.Cut(out, "\n\n")
	want := "ANNA (" + twin.ID.Short() + ") is " + note + "\n" +
		"Bert (" + bert.ID.Short() + ") is blocked and has tried to reach this device 3 times\n" +
		"Old (" + old.ID.Short() + ") is the old device that " + who + " took the place of\n"
	if lines := strings.Split(notes, "\n"); !slices.Equal(lines, strings.Split(want, "\n")) {
		t.Errorf("below the peers\n%swant\n%s", notes, want)
	}
	if out, _, _ = f.call(t, "", "requests"); !strings.Contains(out, "  ("+note+")\n") || !strings.HasSuffix(out, "  It is me\n") {
		t.Errorf("requests\n%s", out)
	}
	for cmd, ids := range map[string][]identity.DeviceID{"peers --wait 1ms": {twin.ID, old.ID}, "requests": {twin.ID}} {
		out, _, _ := f.call(t, "", append(strings.Fields(cmd), "--json")...)
		if n := strings.Count(out, `"namesake_of":"`+anna.ID.String()+`"`); n != 1 || strings.Count(out, `_by":"`+anna.ID.String()+`"`) != len(ids)-1 {
			t.Errorf("%s: %s", cmd, out)
		}
	}
	if out, _, _ := f.call(t, "", "peers", "--wait", "1ms", "--json"); strings.Count(out, `"knocks":3`) != 1 {
		t.Errorf("knocks: %s", out)
	}

	var printed bytes.Buffer
	w := newWatcher(&program{stdio: stdio{out: &printed, err: &printed, getenv: func(string) string { return "" }}}, f)
	if err := w.catchUp(t.Context()); err != nil || strings.Count(printed.String(), "("+note+")") != 2 {
		t.Errorf("run: %v\n%s", err, printed.String())
	}
}

func TestKeepingForATimeIsAsked(t *testing.T) {
	for args, code := range map[string]int{
		"keep-messages 30d": exitUsage, "keep-messages 30": exitUsage, "keep-messages 36500d": exitUsage, "two d --yes": exitUsage, "--yes": exitUsage,
		"keep-messages --yes": exitUsage, "keep-messages": exitNotFound, "keep-messages forever": exitNotFound, "keep-messages soon": exitNotFound, "keep-messages 30d --yes": exitNotFound,
	} {
		f := newFake() // which has no such setting
		if _, errs, got := f.call(t, "yes\n", append([]string{"settings"}, strings.Fields(args)...)...); got != code || (code == exitUsage) != (len(f.opened) == 0) {
			t.Errorf("%s: exit %d, want %d; %s", args, got, code, errs)
		}
	}
}
