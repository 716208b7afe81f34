package main

import (
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
