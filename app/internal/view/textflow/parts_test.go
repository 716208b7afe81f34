package textflow

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// angled finds what stands between < and >, both with it.
func angled(text string) []Span {
	var out []Span
	for i := 0; ; {
		open := strings.IndexByte(text[i:], '<')
		if open < 0 {
			return out
		}
		n := strings.IndexByte(text[i+open:], '>')
		if n < 0 {
			return out
		}
		out = append(out, Span{i + open, i + open + n + 1})
		i += open + n + 1
	}
}

// marked is what is seen on the lines, the marked runs with their number.
func marked(b Block) []string {
	var out []string
	for _, l := range b.Lines {
		var s strings.Builder
		last, x := 0, float32(0)
		for _, r := range l.Runs {
			s.WriteString(strings.Repeat(" ", int(r.X-x)))
			x = r.X + r.Width
			if r.Part != last && r.Part != 0 {
				fmt.Fprintf(&s, "%d:", r.Part)
			}
			last = r.Part
			s.WriteString(r.Text)
		}
		out = append(out, s.String())
	}
	return out
}

func TestParts(t *testing.T) {
	for _, c := range []struct {
		name, text string
		width      float32
		want       []string
	}{
		{"none", "abc", 20, []string{"abc"}},
		{"one", "ab <cd> ef", 20, []string{"ab 1:<cd> ef"}},
		{"alone", "<cd>", 20, []string{"1:<cd>"}},
		{"side by side", "<a><b>", 20, []string{"1:<a>2:<b>"}},
		{"over lines", "ab <cdefghijklmnop> q", 8, []string{"ab", "1:<cdefghi", "1:jklmnop>", "q"}},
		{"paragraphs", "x <a>\n\n<b> y <c>", 20, []string{"x 1:<a>", "", "2:<b> y 3:<c>"}},
		{"over paragraphs", "<a\nb> <c>", 20, []string{"<a", "b> 2:<c>"}},
		{"behind controls and tabs", "\u202E\t<a\u2066b>\xff", 20, []string{"    1:<ab>\uFFFD"}},
		{"in hebrew", "אב <cd/> גד", 20, []string{"גד 1:<cd/> אב"}},
		{"hebrew in it stays inside", "<cd/א.b/ג> ה", 20, []string{"ה 1:<cd/א.b/ג>"}},
		{"digits behind hebrew", "א <1.2/3> ב", 20, []string{"ב 1:<1.2/3> א"}},
		{"between hebrew in latin", "x אב <cd> גד y", 20, []string{"x גד 1:<cd> אב y"}},
		{"the first word decides, not the part", "<abc> אב", 20, []string{"אב 1:<abc>"}},
		{"wrapped in hebrew", "אב <cdefghijklmnop> גד", 8, []string{"אב", "1:<cdefghi", "1:jklmnop>", "גד"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := marked(LayoutParts(c.text, c.width, mono, angled)); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestAPartBeginsAtTheLeft: nothing that is written in a part or around it puts
// something else where its beginning is read.
func TestAPartBeginsAtTheLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.StringOfN(rapid.SampledFrom([]rune("ab1. /(:שע\u05B8م,١")), 0, 12, -1)
		before, inside, after := piece.Draw(t, "before"), piece.Draw(t, "inside"), piece.Draw(t, "after")
		b := LayoutParts(before+"<x/"+inside+">"+after, 1000, mono, angled)
		var part []Run
		for _, r := range b.Lines[0].Runs {
			if r.Part == 1 {
				part = append(part, r)
			}
		}
		if len(part) == 0 || !strings.HasPrefix(part[0].Text, "<x") {
			t.Fatalf("the part is %+v", part)
		}
		for _, r := range b.Lines[0].Runs {
			if r.Part == 0 && r.X > part[0].X && r.X < part[len(part)-1].X {
				t.Fatalf("%+v stands in the part %+v", r, part)
			}
		}
	})
}

// TestPartsThatAreCut: what is not there whole is not marked.
func TestPartsThatAreCut(t *testing.T) {
	long := strings.Repeat("a ", MaxChars/2-5)
	for _, c := range []struct {
		name, text string
		want       int // marked parts
	}{
		{"whole at the limit of characters", long + "b<cdefghi>", 1},
		{"cut there", long + "bc<cdefghi>", 0},
		{"behind it", long + "b          <c>", 0},
		{"whole on the last line", strings.Repeat("\n", MaxLines-1) + strings.Repeat("x", 92) + "<abcdef>", 1},
		{"cut there", strings.Repeat("\n", MaxLines-1) + strings.Repeat("x", 93) + "<abcdef>", 0},
		{"whole before it", strings.Repeat("\n", MaxLines-1) + "<a>" + strings.Repeat("x", 93) + "<abcdef>", 1},
		{"behind the last line", strings.Repeat("\n", MaxLines) + "<a>", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			seen := make(map[int]string)
			for _, l := range LayoutParts(c.text, 100, mono, angled).Lines {
				for _, r := range l.Runs {
					if r.Part != 0 {
						seen[r.Part] += r.Text
					}
				}
			}
			for _, s := range seen {
				if s[0] != '<' || s[len(s)-1] != '>' {
					t.Errorf("%q is marked", s)
				}
			}
			if len(seen) != c.want {
				t.Errorf("marked: %v, want %d", seen, c.want)
			}
		})
	}
	LayoutParts(strings.Repeat("é", 64<<10), 100, mono, func(text string) []Span {
		if got := len(text) / 2; got != MaxChars+FindAhead {
			t.Errorf("find gets %d characters", got)
		}
		return nil
	})
}
