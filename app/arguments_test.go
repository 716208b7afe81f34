package app

import (
	"bytes"
	"errors"
	"flag"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
)

func TestArguments(t *testing.T) {
	usual := usualPlace()
	for _, c := range []struct {
		args  string
		home  string
		place geometry
	}{
		{"", "", usual},
		{"--home /tmp/x", "/tmp/x", usual},
		{"--geometry 412x915", "", geometry{size: fyne.NewSize(412, 915)}},
		{"--geometry=400x700+0+40", "", geometry{fyne.NewSize(400, 700), true, 0, 40}},
	} {
		var out bytes.Buffer
		a, err := parse(strings.Fields(c.args), &out)
		if err != nil || a.home != c.home || a.place != c.place || out.Len() != 0 {
			t.Errorf("%q: %+v, %v, %q", c.args, a, err, out.String())
		}
	}
}

func TestArgumentsRefused(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"word", `unexpected "word"; the arguments are --home FOLDER and --geometry SIZE`},
		{"--colour red", "-colour"},
		{"--geometry big", "want WIDTHxHEIGHT"},
		{"--geometry 412", "want WIDTHxHEIGHT"},
		{"--geometry 319x700", "at least 320x480"},
		{"--geometry 99999x700", "want WIDTHxHEIGHT"},
		{"--geometry 412x915+1", "the corner is +X+Y"},
		{"--geometry 412x915+-1+5", "the corner is +X+Y"},
	} {
		var out bytes.Buffer
		if _, err := parse(strings.Fields(c.args), &out); err == nil || !strings.Contains(out.String(), c.want) {
			t.Errorf("%q: %v, written %q", c.args, err, out.String())
		}
	}
	var out bytes.Buffer
	if _, err := parse([]string{"--help"}, &out); !errors.Is(err, flag.ErrHelp) || !strings.Contains(out.String(), "(default 1000x700)") {
		t.Errorf("%v, written %q", err, out.String())
	}
}
