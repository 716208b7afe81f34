package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/trust"
)

// paired brings the pairing of a fake through all stages that nobody here decides.
func paired(f *fakeDevice, ends func(*messenger.Pairing)) func() {
	return func() {
		f.stage(at(messenger.PairAsking))
		f.stage(at(messenger.PairJoining))
		f.stage(compared)
		f.stage(at(messenger.PairConfirming))
		f.stage(ends)
	}
}

func TestPairOutcomes(t *testing.T) { bubble(t, testPairOutcomes) }

func testPairOutcomes(t *testing.T) {
	anna := peer("Anna\x1b[2J", deviceID("anna"), trust.Accepted)
	for _, tt := range []struct {
		ends func(*messenger.Pairing)
		code int
		says string
	}{
		{at(messenger.PairVerified), exitDone, " is verified.\n"},
		{failed(messenger.PairCancelled), exitFailed, "was cancelled here"},
		{failed(messenger.PairDeclined), exitRefused, "declined to pair"},
		{failed(messenger.PairDiffer), exitFailed, "somebody may sit between the two devices"},
		{failed(messenger.PairTheyDiffer), exitFailed, "somebody may sit between the two devices"},
		{failed(messenger.PairTimeout), exitFailed, "nobody answered in time"},
		{failed(messenger.PairBusy), exitFailed, "busy with another pairing"},
		{failed(messenger.PairUnreachable), exitNotFound, "was not reached"},
		{failed(messenger.PairLost), exitFailed, "was lost"},
		{failed(messenger.PairForged), exitFailed, "does not fit"},
		{failed(messenger.PairExpired), exitFailed, "ask for a new one"},
		{failed(messenger.PairInternal), exitFailed, "could not be stored"},
		{failed("of a later version"), exitFailed, "has ended"},
	} {
		f := newFake(anna)
		f.pairs.then = paired(f, tt.ends)
		out, errs, code := f.call(t, "y\ny\n", "pair", anna.ID.Short())
		if code != tt.code || !strings.Contains(out+errs, tt.says) || !strings.Contains(out, "\n    482 916\n") {
			t.Errorf("exit %d, want %d, %q\n%s%s", code, tt.code, tt.says, out, errs)
		}
		if strings.Contains(out+errs, "\x1b") || len(f.did) != 1 {
			t.Errorf("did %q, printed %q", f.did, out+errs)
		}
	}
}

func TestPairJSON(t *testing.T) { bubble(t, testPairJSON) }

func testPairJSON(t *testing.T) {
	anna := peer("Anna", deviceID("anna"), trust.Accepted)
	f := newFake(anna)
	f.pairs.then = paired(f, failed(messenger.PairDeclined))
	out, _, code := f.call(t, "", "pair", "anna", "--json")
	rest := `"name":"Anna","id":"` + anna.ID.String() + `","short_id":"` + anna.ID.Short() + `","started_here":true,"by_link":false`
	want := `{"stage":"reaching",` + rest + "}\n" + `{"stage":"asking",` + rest + "}\n" + `{"stage":"joining",` + rest + "}\n" +
		`{"code":"482916","stage":"comparing",` + rest + "}\n" + `{"stage":"confirming",` + rest + "}\n" + `{"stage":"failed",` + rest + `,"reason":"declined"}` + "\n"
	if code != exitRefused || out != want {
		t.Errorf("exit %d\n%swant\n%s", code, out, want)
	}
}

func TestPairUsage(t *testing.T) { bubble(t, testPairUsage) }

func testPairUsage(t *testing.T) {
	const link = "Earshot://pair/1/SECRET"
	anna := peer("Anna", deviceID("anna"), trust.Accepted)
	for args, says := range map[string]string{
		"pair " + link:          "paste the link",
		"pair accept " + link:   "paste the link",
		"pair Anna --qr":        "say no PEER",
		"pair - --qr":           "say no PEER",
		"pair Anna --yes":       "pair - alone",
		"pair --yes":            "pair - alone",
		"pair --wait 1s":        "pair PEER alone",
		"pair - --wait 1s":      "pair PEER alone",
		"pair confirm - --yes":  "pair - alone",
		"pair decline Anna":     "usage: earshotctl pair",
		"pair confirm Anna Bob": "usage: earshotctl pair",
		"pair -":                "say --yes",
	} {
		f := newFake(anna)
		out, errs, code := f.call(t, link, strings.Fields(args)...)
		if code != exitUsage || !strings.Contains(errs, says) || len(f.opened) > 0 || strings.Contains(out+errs, "SECRET") {
			t.Errorf("%s: exit %d, %q; want %q", args, code, out+errs, says)
		}
	}
	for args, want := range map[string]int{
		"pair Nobody --wait 1ms":   exitNotFound,
		"pair ABCDEFGH --wait 1ms": exitNotFound,
		"pair accept Anna":         exitNotFound,
		"pair confirm Anna":        exitNotFound,
		"pair reject Anna":         exitNotFound,
	} {
		f := newFake(anna)
		if out, errs, code := f.call(t, "", strings.Fields(args)...); code != want || len(f.did) > 0 {
			t.Errorf("%s: exit %d, want %d; %q, %s%s", args, code, want, f.did, out, errs)
		}
	}
	for err, want := range map[error]struct {
		code int
		says string
	}{
		messenger.ErrPairBusy:    {exitFailed, "earshotctl pair shows it"},
		messenger.ErrBlocked:     {exitFailed, "is blocked here"},
		messenger.ErrUnreachable: {exitNotFound, "Anna (" + anna.ID.Short() + ") is not in earshot"},
	} {
		f := newFake(anna)
		f.pairs.failed = err
		if _, errs, code := f.call(t, "", "pair", "Anna"); code != want.code || !strings.Contains(errs, want.says) {
			t.Errorf("%v: exit %d, %q", err, code, errs)
		}
	}
}

// comparison is a session at the question of the code, with a person who types.
type comparison struct {
	*pairSession
	f     *fakeDevice
	out   *bytes.Buffer
	typed chan string
	ended chan error
	stop  context.CancelFunc
}

func compare(t *testing.T, typedAhead ...string) comparison {
	t.Helper()
	anna := peer("Anna", deviceID("anna"), trust.Accepted)
	c := comparison{f: newFake(anna), out: &bytes.Buffer{}, typed: make(chan string), ended: make(chan error, 1)}
	p := &program{stdio: stdio{out: c.out, err: c.out, getenv: func(string) string { return "" }}}
	ctx, stop := context.WithCancel(t.Context())
	c.stop = stop
	var err error
	if c.pairSession, err = p.newPairSession(ctx, c.f); err != nil {
		t.Fatal(err)
	}
	c.hold, c.lines = true, c.typed
	n, err := c.f.Pair(ctx, anna.ID)
	if err != nil {
		t.Fatal(err)
	}
	go func() { c.ended <- c.follow(ctx, n) }()
	for _, line := range typedAhead {
		c.typed <- line
	}
	c.f.stage(compared)
	synctest.Wait()
	return c
}

func (c comparison) says(t *testing.T, line string) {
	t.Helper()
	select {
	case c.typed <- line:
	case <-time.After(time.Minute):
		t.Fatalf("nobody reads %q", line)
	}
	synctest.Wait()
}

func TestCompareNeedsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := compare(t, "y", "yes", "n")
		if len(c.f.did) != 1 || !strings.HasSuffix(c.out.String(), "show the same number? [y/n] ") {
			t.Fatalf("did %q, asked %q", c.f.did, c.out)
		}
		<-time.After(compareTime - 1)
		c.says(t, "y")
		c.says(t, "perhaps")
		if len(c.f.did) != 1 || !strings.Contains(c.out.String(), "That was fast") || !strings.Contains(c.out.String(), "Please type y or n") {
			t.Fatalf("did %q, said %q", c.f.did, c.out)
		}
		<-time.After(1)
		c.says(t, " Yes ")
		if c.f.did[1] != "answer match" {
			t.Fatalf("did %q", c.f.did)
		}
		c.f.stage(at(messenger.PairAsking)) // late
		c.f.stage(at(messenger.PairVerified))
		if err := <-c.ended; err != nil || !strings.HasSuffix(c.out.String(), "Waiting for the answer at Anna ("+deviceID("anna").Short()+")…\nAnna ("+deviceID("anna").Short()+") is verified.\n") {
			t.Errorf("%v, %q", err, c.out)
		}
	})
}

func TestCompareEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		do   func(comparison, *testing.T)
		did  string
		says string
	}{
		"differ at once": {func(c comparison, t *testing.T) { c.says(t, "N") }, "answer differ", "the numbers differ: "},
		"interrupt":      {func(c comparison, _ *testing.T) { c.stop() }, "answer cancel", "was cancelled here"},
		"end of input":   {func(c comparison, _ *testing.T) { close(c.typed) }, "answer cancel", "was cancelled here"},
		"there":          {func(c comparison, _ *testing.T) { c.f.stage(failed(messenger.PairTheyDiffer)) }, "", "found to differ: "},
		"lagged": {func(c comparison, _ *testing.T) {
			c.f.pairs.now.Stage, c.f.pairs.now.Reason = messenger.PairFailed, messenger.PairLost
			c.f.emit(messenger.Event{Kind: messenger.EventLagged})
		}, "", "was lost"},
		"owner gone": {func(c comparison, _ *testing.T) {
			c.f.pairs.now = messenger.Pairing{}
			for _, e := range c.f.events {
				close(e)
			}
		}, "", "the program that ran this device has ended"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := compare(t)
				defer c.stop()
				tt.do(c, t)
				err := <-c.ended
				if err == nil || !strings.Contains(err.Error(), tt.says) || errors.Is(err, errRefused) {
					t.Errorf("%v, want %q", err, tt.says)
				}
				if got := strings.Join(c.f.did[1:], ","); got != tt.did {
					t.Errorf("did %q, want %q", got, tt.did)
				}
			})
		})
	}
}

func TestAnswerFromAnotherCall(t *testing.T) {
	id := deviceID("bert")
	asked := messenger.Pairing{Serial: 7, Peer: id, Name: "Bert"}
	who := "Bert (" + id.Short() + ")"
	for _, tt := range []struct {
		args  string
		stage func(*messenger.Pairing)
		did   string
		code  int
		says  string
	}{
		{"accept", at(messenger.PairAsked), "pair " + id.Short(), exitDone, who + " is verified.\n"},
		{"", at(messenger.PairAsked), "pair " + id.Short(), exitDone, who + " is verified.\n"},
		{"confirm", compared, "answer match", exitDone, who + " is verified.\n"},
		{"confirm", at(messenger.PairAsked), "", exitFailed, "no number to compare"},
		{"reject", at(messenger.PairAsked), "answer cancel", exitDone, "was cancelled here"},
		{"reject", compared, "answer differ", exitDone, "the numbers differ"},
		{"reject", at(messenger.PairVerified), "", exitNotFound, "no pairing is under way"},
		{"accept", at(messenger.PairVerified), "", exitNotFound, "nothing is known as"},
	} {
		bubble(t, func(t *testing.T) {
			f := newFake()
			f.pairs.now = asked
			tt.stage(&f.pairs.now)
			f.pairs.then = paired(f, at(messenger.PairVerified))
			began := time.Now()
			if tt.args == "confirm" {
				time.AfterFunc(time.Hour, func() { f.stage(at(messenger.PairVerified)) })
			}
			args := append(append([]string{"pair"}, strings.Fields(tt.args)...), id.Short())
			out, errs, code := f.call(t, "", args...)
			if code != tt.code || !strings.Contains(out+errs, tt.says) || strings.Join(f.did, ",") != tt.did {
				t.Errorf("%s: exit %d, did %q, %s%s", tt.args, code, f.did, out, errs)
			}
			if tt.did == "answer match" && f.pairs.said.Sub(began) < compareTime {
				t.Errorf("confirmed after %v", f.pairs.said.Sub(began))
			}
		})
	}
}

func TestPairShows(t *testing.T) {
	id := deviceID("bert")
	n := messenger.Pairing{Serial: 7, Peer: id, Name: "Bert"}
	for _, tt := range []struct {
		stage func(*messenger.Pairing)
		says  string
	}{
		{at(messenger.PairAsked), "Bert (" + id.Short() + ") wants to pair: earshotctl pair " + id.Short() + ", or earshotctl pair reject " + id.Short() + "\n"},
		{compared, "482 916"},
		{at(messenger.PairConfirming), "Waiting for the answer at Bert"},
		{at(messenger.PairVerified), "no pairing is under way; the last one ended with: Bert"},
		{failed(messenger.PairLost), "no pairing is under way; of the last one: the connection"},
		{func(n *messenger.Pairing) { *n = messenger.Pairing{} }, "no pairing is under way; earshotctl pair PEER begins one\n"},
	} {
		f := newFake()
		f.pairs.now = n
		tt.stage(&f.pairs.now)
		out, errs, code := f.call(t, "", "pair")
		if code != exitDone || !strings.Contains(out, tt.says) || !f.opened[0].offline {
			t.Errorf("exit %d, %q, %q; want %q", code, out, errs, tt.says)
		}
	}
}

func TestRunTellsOfPairing(t *testing.T) {
	f := newFake()
	w := watch(t, f)
	f.pairs.now = messenger.Pairing{Serial: 1, Peer: deviceID("bert"), Name: "Bert"}
	event := func(change func(*messenger.Pairing)) string {
		n := f.stage(change)
		return strings.Join(w.told(t, messenger.Event{Kind: messenger.EventPairing, Pairing: &n}), ",")
	}
	for i, tt := range []struct {
		change func(*messenger.Pairing)
		want   string
	}{
		{at(messenger.PairAsked), "pair_request Bert"}, {at(messenger.PairAsked), ""}, {compared, "pairing Bert"},
		{failed(messenger.PairLost), "pairing Bert"}, {at(messenger.PairAsked), "pair_request Bert"}, {at(messenger.PairVerified), "paired Bert"},
	} {
		if got := event(tt.change); got != tt.want {
			t.Errorf("step %d: %q, want %q", i, got, tt.want)
		}
	}
	lagged := messenger.Event{Kind: messenger.EventLagged}
	if got := w.told(t, lagged); len(got) > 0 {
		t.Errorf("told again: %q", got)
	}
	f.pairs.now.Serial, f.pairs.now.Stage = 2, messenger.PairAsked
	if got := strings.Join(w.told(t, lagged), ","); got != "pair_request Bert" {
		t.Errorf("after lost events: %q", got)
	}
	f.pairs.now.Stage = messenger.PairVerified
	if got := watch(t, f).told(t); len(got) > 0 {
		t.Errorf("an old pairing is news: %q", got)
	}
}
