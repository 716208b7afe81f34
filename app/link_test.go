package app

import (
	"slices"
	"testing"
)

// TestLinksWait for somebody who can be asked, and each is passed on once.
func TestLinksWait(t *testing.T) {
	var l links
	var asked []string
	ask := func(text string) { asked = append(asked, text) }
	expect := func(what string, want ...string) {
		t.Helper()
		if !slices.Equal(asked, want) {
			t.Errorf("%s: asked about %q, want %q", what, asked, want)
		}
		asked = nil
	}
	l.to(ask)
	expect("nothing was opened")
	l.to(nil)
	l.open("one")
	l.open("two")
	l.open("")
	expect("nobody is there")
	l.to(ask)
	expect("the newest", "two")
	l.open("three")
	l.open("")
	expect("at once", "three")
	l.to(nil)
	l.to(ask)
	expect("no link twice")
}
