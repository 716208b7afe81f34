package main

import "testing"

func TestTidy(t *testing.T) {
	for _, c := range []struct{ name, svg, want string }{
		{
			"one line, no class, no comment",
			"<!-- @license -->\n<svg\n  class=\"lucide\"\n  width=\"24\"\n>\n  <path d=\"M5 12h14\" />\n</svg>\n",
			"<svg width=\"24\"><path d=\"M5 12h14\"/></svg>\n",
		},
		{
			"repeated arcs get their letter",
			`<path d="M4 4a1 2 0 0 1 3 4 5 6 0 1 0-7-8z"/>`,
			"<path d=\"M4 4a1 2 0 0 1 3 4a5 6 0 1 0 -7 -8z\"/>\n",
		},
		{
			"arcs at the end of a path",
			`<path d="M4 4a1 2 0 0 1 3 4 5 6 0 1 0-7-8"/>`,
			"<path d=\"M4 4a1 2 0 0 1 3 4a5 6 0 1 0 -7 -8\"/>\n",
		},
		{
			"one arc stays as it is",
			`<path d="M4 4A.5.5 0 0 1-3.5 4c1 2 3 4 5 6 7 8 9 10 11 12"/>`,
			"<path d=\"M4 4A.5.5 0 0 1-3.5 4c1 2 3 4 5 6 7 8 9 10 11 12\"/>\n",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := tidy(c.svg); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}
