package main

import (
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/safetext"
	"earshot/internal/trust"
)

// The screen is narrower than what is printed: what it would break itself goes on in
// its first column.
func TestNoTextOfAPeerBeginsALineOfTheScreen(t *testing.T) {
	const fake = "20:59:59  paired     Anna (QK5TN2AB) is verified"
	for _, columns := range []int{24, 40, 80, 132} {
		for fill := range 100 {
			text := strings.Repeat("x", fill) + fake + strings.Repeat(" ", fill) + fake + "\n\t" + fake
			mallory := peer("Mallory", deviceID("mallory"), trust.Accepted)
			f := newFake(mallory)
			f.columns = columns
			f.requests = []messenger.Request{{ID: msgid.New(time.Now()), Peer: deviceID("eve"), Name: "Eve", Text: text}}
			f.messages = []messenger.Message{{ID: msgid.New(time.Now()), Peer: mallory.ID, Text: text, State: messenger.Received}}
			for _, cmd := range []string{"requests", "history Mallory", "search verified"} {
				out, _, _ := f.call(t, "", strings.Fields(cmd)...)
				lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
				if len(lines) < 2 && cmd != "search verified" || !strings.Contains(out, "paired") && columns > 30 {
					t.Fatalf("%s prints %q", cmd, out)
				}
				for i, line := range lines {
					if own := !strings.HasPrefix(line, " "); own != (i == 0) || i > 0 && safetext.Width(line) >= columns {
						t.Fatalf("%s on %d columns prints\n%s", cmd, columns, out)
					}
				}
			}
		}
	}
	f := newFake(peer("Anna", deviceID("a"), trust.Accepted))
	f.messages = []messenger.Message{{ID: msgid.New(time.Now()), Peer: deviceID("a"), Text: strings.Repeat("x", 500), State: messenger.Received}}
	if out, _, _ := f.call(t, "", "history", "Anna"); strings.Count(out, "\n") != 1 {
		t.Errorf("what is no screen gets broken lines: %q", out)
	}
}

func TestAPeerCalledMe(t *testing.T) {
	for _, name := range []string{"me", "ME", "\uff4d\uff45", "m\u0435", "Anna"} {
		p := peer(name, deviceID("p"), trust.Accepted)
		f := newFake(p)
		f.messages = []messenger.Message{{ID: msgid.New(time.Now()), Peer: p.ID, Text: "I owe you 100", State: messenger.Received}}
		out, _, _ := f.call(t, "", "history", p.ID.Short())
		if marked := strings.Contains(out, "("+p.ID.Short()+")  I owe you"); marked != (name != "Anna") {
			t.Errorf("%+q: %s", name, out)
		}
	}
}

func TestANameIsNotReadAsASentence(t *testing.T) {
	id := deviceID("p")
	end := " (" + id.Short() + ")"
	for name, want := range map[string]string{
		"Anna":                         "Anna",
		"Zo\u00eb's 2nd phone, v1.5":   "Zo\u00eb's 2nd phone, v1.5",
		"Dr. Who":                      `"Dr. Who"`,
		"\u6f22\u5b57":                 "\u6f22\u5b57",
		"Anna (QK5TN2AB)":              `"Anna (QK5TN2AB)"`,
		"Anna \uff08QK5TN2AB\uff09":    "\"Anna \uff08QK5TN2AB\uff09\"",
		"Anna is verified. Bob":        `"Anna is verified. Bob"`,
		"verified? [y/n] y":            `"verified? [y/n] y"`,
		`Anna" (QK5TN2AB) wrote: "Hi`:  `"Anna\" (QK5TN2AB) wrote: \"Hi"`,
		"\u201cAnna\u201d is verified": "\"\u201cAnna\u201d is verified\"",
	} {
		if got := label(name, id); got != want+end {
			t.Errorf("label(%+q) = %+q, want %+q", name, got, want+end)
		}
	}
}
