package app

import (
	"bytes"
	"errors"
	"flag"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

// someLink has the form of a pairing link.
const someLink = "earshot://pair/1/DEVICE/SECRET/4711/192.0.2.1"

func TestArguments(t *testing.T) {
	usual := usualPlace()
	for _, c := range []struct {
		args  string
		home  string
		place geometry
		link  string
	}{
		{"", "", usual, ""},
		{"--home /tmp/x", "/tmp/x", usual, ""},
		{"--geometry 412x915", "", geometry{size: fyne.NewSize(412, 915)}, ""},
		{"--geometry=400x700+0+40", "", geometry{fyne.NewSize(400, 700), true, 0, 40}, ""},
		{someLink, "", usual, someLink},
		{"--home /tmp/x " + someLink, "/tmp/x", usual, someLink},
		{"-- " + strings.ToUpper(someLink), "", usual, strings.ToUpper(someLink)},
		{"earshot://else", "", usual, "earshot://else"}, // the window says what is wrong with it
	} {
		var out bytes.Buffer
		a, err := parse(strings.Fields(c.args), &out)
		if err != nil || a.home != c.home || a.place != c.place || a.link != c.link || out.Len() != 0 {
			t.Errorf("%q: %+v, %v, %q", c.args, a, err, out.String())
		}
	}
}

func TestArgumentsRefused(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"word", `unexpected "word"; the arguments are --home FOLDER, --geometry SIZE and a pairing link (earshot://pair/…)`},
		{"https://example.org", `unexpected "https://example.org"`},
		{someLink + " " + someLink, "comes last and alone"},
		{someLink + " --home /tmp/x", "comes last and alone"},
		{"word " + someLink, "comes last and alone"},
		{"<" + someLink + ">", "comes last and alone"},
		{"--colour red", "-colour"},
		{"--geometry big", "want WIDTHxHEIGHT"},
		{"--geometry 412", "want WIDTHxHEIGHT"},
		{"--geometry 319x700", "at least 320x480"},
		{"--geometry 99999x700", "want WIDTHxHEIGHT"},
		{"--geometry 412x915+1", "the corner is +X+Y"},
		{"--geometry 412x915+-1+5", "the corner is +X+Y"},
	} {
		var out bytes.Buffer
		if _, err := parse(strings.Fields(c.args), &out); err == nil || !strings.Contains(out.String(), c.want) || strings.Contains(out.String(), "SECRET") {
			t.Errorf("%q: %v, written %q", c.args, err, out.String())
		}
	}
	var out bytes.Buffer
	if _, err := parse([]string{"--help"}, &out); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), "(default 1000x700)") || !strings.Contains(out.String(), "[LINK]") {
		t.Errorf("%v, written %q", err, out.String())
	}
}
