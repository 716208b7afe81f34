package textflow

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/graphemes"
	"golang.org/x/text/unicode/bidi"
	"pgregory.net/rapid"
)

// mono measures one unit for each character that a person sees, two for
// ideographs.
func mono(s string) float32 {
	var w float32
	for it := graphemes.FromString(s); it.Next(); {
		w++
		if r, _ := utf8.DecodeRuneInString(it.Value()); isIdeographic(r) {
			w++
		}
	}
	return w
}

// seen is the text of a line as a reader of the screen meets it.
func seen(l Line) string {
	var b strings.Builder
	var x float32
	for _, r := range l.Runs {
		b.WriteString(strings.Repeat(" ", int(r.X-x)))
		b.WriteString(r.Text)
		x = r.X + r.Width
	}
	return b.String()
}

func seenAll(b Block) []string {
	var out []string
	for _, l := range b.Lines {
		out = append(out, seen(l))
	}
	return out
}

func TestLayoutWraps(t *testing.T) {
	for _, c := range []struct {
		name, text string
		width      float32
		want       []string
	}{
		{"empty", "", 10, []string{""}},
		{"short", "hello", 10, []string{"hello"}},
		{"exact", "hello worl", 10, []string{"hello worl"}},
		{"at a space", "hello world", 10, []string{"hello", "world"}},
		{"newlines", "a\n\nb\n", 10, []string{"a", "", "b", ""}},
		{"inner spaces stay", "a   b", 10, []string{"a   b"}},
		{"spaces at a break go", "aaaa    bbbb", 6, []string{"aaaa", "bbbb"}},
		{"indentation stays", "  x = 1", 10, []string{"  x = 1"}},
		{"only spaces", "   ", 10, []string{""}},
		{"tab", "a\tb", 10, []string{"a    b"}},
		{"long word", "abcdefghijkl", 5, []string{"abcde", "fghij", "kl"}},
		{"long word after a short one", "ab cdefghijk", 5, []string{"ab", "cdefg", "hijk"}},
		{"short word after a long one", "abcdefg hi", 5, []string{"abcde", "fg hi"}},
		{"an address breaks behind a joint", "example.org/abc/defghijk", 18, []string{"example.org/abc/", "defghijk"}},
		{"but not if that leaves half a line", "a/bcdefghijklm", 10, []string{"a/bcdefghi", "jklm"}},
		{"ideographs break anywhere", "你好世界你好", 7, []string{"你好世", "界你好"}},
		{"but not before a full stop", "你好世。界", 6, []string{"你好", "世。界"}},
		{"latin word before ideographs", "Wi-Fi 你好世界", 10, []string{"Wi-Fi 你好", "世界"}},
		{"emoji families are not torn", strings.Repeat("👨‍👩‍👧‍👦", 3), 2, []string{"👨‍👩‍👧‍👦👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"}},
		{"one character wider than the line", "界", 1, []string{"界"}},
		{"direction controls are not drawn", "a\u202Eb\u2066c\u200F", 10, []string{"abc"}},
		{"not UTF-8", "a\xffb", 10, []string{"a\uFFFDb"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := seenAll(Layout(c.text, c.width, mono)); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestLayoutOrdersBothDirections(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string
		rtl        bool
	}{
		{"latin", "abc 123", "abc 123", false},
		{"hebrew words go leftwards", "שלום עולם", "עולם שלום", true},
		{"digits keep their order", "שלום 123 סוף", "סוף 123 שלום", true},
		{"latin inside hebrew", "שלום abc def סוף", "סוף abc def שלום", true},
		{"hebrew inside latin", "the words שלום עולם mean hello", "the words עולם שלום mean hello", false},
		{"digits between hebrew inside latin", "The word שלום 123 עולם means", "The word עולם 123 שלום means", false},
		{"digits after hebrew inside latin", "x שלום 123 y", "x 123 שלום y", false},
		{"brackets turn around", "שלום (עולם)", "(עולם) שלום", true},
		{"brackets around latin in hebrew", "שלום (abc)", "(abc) שלום", true},
		{"full stop at the left end", "שלום עולם.", ".עולם שלום", true},
		{"full stop of a latin line", "say שלום.", "say שלום.", false},
		{"arabic number", "أرسلت 12 ملف", "ملف 12 أرسلت", true},
		{"emoji after hebrew", "שלום 👋", "👋 שלום", true},
		{"leading digits", "12 שלום", "שלום 12", true},
		{"accents stay with their letter", "שָׁלוֹם א", "א שָׁלוֹם", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := Layout(c.text, 100, mono)
			if got := seen(b.Lines[0]); got != c.want || b.Lines[0].RTL != c.rtl {
				t.Errorf("got %q (rtl %v), want %q (rtl %v)", got, b.Lines[0].RTL, c.want, c.rtl)
			}
		})
	}
}

// TestNoCharacterIsTorn: a skin tone behind a Hebrew letter has another
// direction than the letter, and is one character with it.
func TestNoCharacterIsTorn(t *testing.T) {
	if got := Layout("aש🏽b", 10, mono).Lines[0]; got.Width != 3 || len(got.Runs) != 3 {
		t.Errorf("got %+v", got)
	}
}

func TestLayoutKeepsTheOrderOfLines(t *testing.T) {
	got := seenAll(Layout("אחת שתיים שלוש ארבע", 10, mono))
	want := []string{"שתיים אחת", "ארבע שלוש"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLayoutLimits(t *testing.T) {
	for _, c := range []struct {
		name, text    string
		lines, hidden int
	}{
		{"at the limit", strings.Repeat("a", MaxChars), 40, 0},
		{"one above", strings.Repeat("a", MaxChars+1), 40, 1},
		{"64 KiB", strings.Repeat("a ", 32<<10), 40, 64<<10 - MaxChars},
		{"lines at the limit", strings.Repeat("\n", MaxLines-1), MaxLines, 0},
		{"lines above", strings.Repeat("a\n", MaxLines) + "bc", MaxLines, 2},
		{"long last line", strings.Repeat("a\n", MaxLines-1) + strings.Repeat("b", 101), MaxLines, 1},
		{"not ASCII", strings.Repeat("é", MaxChars+7), 40, 7},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := Layout(c.text, 100, mono)
			if len(b.Lines) != c.lines || b.Hidden != c.hidden {
				t.Errorf("got %d lines and %d hidden, want %d and %d", len(b.Lines), b.Hidden, c.lines, c.hidden)
			}
		})
	}
}

func TestOneLine(t *testing.T) {
	for _, c := range []struct {
		text  string
		width float32
		want  string
	}{
		{"", 5, ""},
		{"hello", 5, "hello"},
		{"hello!", 5, "hell…"},
		{"hell o", 5, "hell…"},
		{"a\nb", 5, "a b"},
		{"👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦", 2, "👨‍👩‍👧‍👦…"},
		{"שלום עולם", 20, "עולם שלום"},
		{"שלום עולם", 6, "…שלום"},
	} {
		if got := seen(OneLine(c.text, c.width, mono)); got != c.want {
			t.Errorf("OneLine(%q, %v) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

// TestNothingIsLost: every visible character gets a place, once, and no line is
// wider than asked unless it holds a single character.
func TestNothingIsLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab 1.,(שע\u05B8ملe\u0301你。👍🏽\n")), 0, 60, -1).Draw(t, "text")
		width := float32(rapid.IntRange(1, 12).Draw(t, "width"))
		b := Layout(text, width, mono)
		var got []rune
		for _, l := range b.Lines {
			if l.Width > width && mono(seen(l)) > 2 {
				t.Fatalf("line %q is wider than %v", seen(l), width)
			}
			for _, r := range l.Runs {
				got = append(got, []rune(r.Text)...)
			}
		}
		if want := sorted([]rune(text)); !slices.Equal(sorted(got), want) {
			t.Fatalf("placed %q of %q", string(sorted(got)), string(want))
		}
	})
}

// sorted is the visible part of a text in an order of its own; brackets may
// have turned around.
func sorted(rs []rune) []rune {
	rs = slices.DeleteFunc(slices.Clone(rs), func(r rune) bool { return r == ' ' || r == '\n' })
	for i, r := range rs {
		if r == ')' {
			rs[i] = '('
		}
	}
	slices.Sort(rs)
	return rs
}

// TestLevelsAgree compares the directions with those of x/text, which knows
// the same rules but not the order of the runs.
func TestLevelsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab 12+-,.$%!שעلم٣٤")), 1, 20, -1).Draw(t, "text")
		rs := []rune(text)
		base := baseLevel(rs)
		dir := bidi.LeftToRight
		if base == 1 {
			dir = bidi.RightToLeft
		}
		var p bidi.Paragraph
		if _, err := p.SetString(text, bidi.DefaultDirection(dir)); err != nil {
			t.Fatal(err)
		}
		order, err := p.Order()
		if err != nil {
			t.Fatal(err)
		}
		got := levels(rs, base)
		for i := range order.NumRuns() {
			run := order.Run(i)
			start, _ := run.Pos()
			for k := range []rune(run.String()) {
				if (got[start+k]%2 == 1) != (run.Direction() == bidi.RightToLeft) {
					t.Fatalf("%q: level %d at %d, x/text says %v", text, got[start+k], start+k, run.Direction())
				}
			}
		}
	})
}

func FuzzLayout(f *testing.F) {
	for _, s := range []string{"", "a b", "שלום (abc) 12", "\xff\u202E", "👨‍👩‍👧‍👦", "你好。", "ש<a/ש>\n<b>"} {
		f.Add(s, float32(5))
	}
	f.Fuzz(func(t *testing.T, s string, width float32) {
		b := Layout(s, width, mono)
		if len(b.Lines) == 0 || len(b.Lines) > MaxLines {
			t.Fatalf("%d lines", len(b.Lines))
		}
		OneLine(s, width, mono)
		if p := LayoutParts(s, width, mono, angled); len(p.Lines) != len(b.Lines) || p.Hidden != b.Hidden {
			t.Fatalf("with parts there are %d lines and %d hidden, not %d and %d", len(p.Lines), p.Hidden, len(b.Lines), b.Hidden)
		}
	})
}
