package main

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
)

// There, escapes in the name of a file reached the terminal of who received it.
// Here no name, kind or text of another device does, in what is printed or in what
// is complained about.
func TestCrocCVE202343620(t *testing.T) {
	const clear = "\x1b[2J\x1b]0;owned\a\u009b31m\r"
	id := deviceID("s")
	p := peer("Bob"+clear, id, trust.Accepted)
	p.Kind = clear
	f := newFake(p)
	f.requests = []messenger.Request{{ID: msgid.New(time.Now()), Peer: deviceID("q"), Name: clear + "Eve", Kind: clear, Text: "hi" + clear}}
	f.messages = []messenger.Message{{ID: msgid.New(time.Now()), Peer: id, Text: "hi" + clear, Theirs: clear, State: messenger.Received, Quote: &messenger.Quote{Text: clear}}}
	seen := 0
	for _, args := range [][]string{
		{"peers", "--wait", "0"}, {"requests"}, {"history", id.Short()}, {"search", "hi"}, {"outbox"}, {"send", id.Short(), "x", "--wait", "0"},
		{"receipts", id.Short()}, {"clear", id.Short()}, {"allow", clear}, {"block", "Bob" + clear}, {"history", clear + "nobody"},
	} {
		for _, format := range [][]string{nil, {"--json"}} {
			out, errs, _ := f.call(t, "n\n", append(args, format...)...)
			if i := strings.IndexAny(out+errs, "\x1b\a\r\u009b"); i >= 0 {
				t.Errorf("%q prints %+q", args, (out + errs)[i:])
			}
			seen += strings.Count(out, "Bob") + strings.Count(out, "Eve")
		}
	}
	if seen < 6 {
		t.Errorf("the names were printed %d times only: this tests nothing", seen)
	}
}

// There, a secret was given on the command line, where every user of the machine
// can read it. Here no command takes a pairing link as a word, in any spelling:
// nothing is opened or dialled, and the link is not repeated in what is printed.
func TestCrocCVE202343621(t *testing.T) {
	link := trust.Invitation{ID: deviceID("s"), Token: trust.NewToken(), Addrs: []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:7342")}}.String()
	secret := strings.Split(link, "/")[5]
	for _, spelling := range []string{link, strings.ToUpper(link), " " + link + "\n"} {
		for _, args := range [][]string{{"pair"}, {"pair", "--yes"}, {"pair", "--json"}, {"pair", "accept"}, {"pair", "confirm"}, {"pair", "--"}} {
			f := newFake()
			out, errs, code := f.call(t, "", append(args, spelling)...)
			if code != exitUsage || len(f.opened) > 0 {
				t.Errorf("%q: exit %d, opened %v", args, code, f.opened)
			}
			if len(secret) < 20 || strings.Contains(strings.ToUpper(out+errs), strings.ToUpper(secret)) {
				t.Errorf("%q repeats the secret %q: %q", args, secret, out+errs)
			}
		}
	}
}
