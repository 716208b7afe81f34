package words

import (
	"errors"
	"strings"
	"testing"
)

// show writes a query as its terms: tokens with + between, * for a prefix.
func show(q Query) string {
	var out []string
	for _, t := range q.Terms() {
		s := strings.Join(t.Tokens, "+")
		if t.Prefix {
			s += "*"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestParseQuery(t *testing.T) {
	for _, c := range []struct{ what, in, want string }{
		{"words", "Hello  wor\tld\u3000x", "hello* wor* ld* x*"},
		{"twice", "a A b a", "a* b*"},
		{"phrase", `"to be" or`, "to+be or*"},
		{"phrase and beginning", `"be" be`, "be be*"},
		{"open quote", `x "to b`, "x* to+b*"},
		{"quote inside", `foo"bar"baz`, "foo* bar baz*"},
		{"smart quotes", "“to be” „nicht wahr“ «non plus»", "to+be nicht+wahr non+plus"},
		{"empty quotes", `"" x "."`, "x*"},
		{"punctuation inside", "foo.bar http://x.org", "foo+bar* http+x+org*"},
		{"han", "北京 天a", "北+京 天+a*"},
		{"kana", "ラー", "ラ+ー"},
		{"thai", "กิน", "กิ+น*"},
		{"hangul", "안녕", "안녕*"},
		{"emoji", "👍", "👍*"},
	} {
		q, err := ParseQuery(c.in)
		if got := show(q); got != c.want || err != nil {
			t.Errorf("%s: %q is %q, want %q (%v)", c.what, c.in, got, c.want, err)
		}
	}
}

func TestParseQueryRefuses(t *testing.T) {
	for what, c := range map[string]struct {
		in   string
		want error
	}{
		"empty":       {"", ErrNoWords},
		"blanks":      {" \u3000\n", ErrNoWords},
		"punctuation": {`"." ,; ("`, ErrNoWords},
		"invisible":   {"\u200d\ufe0f", ErrNoWords},
		"no text":     {"\xff\xfe", ErrNoWords},
		"long":        {strings.Repeat("a", MaxQueryBytes+1), ErrTooLong},
		"many":        {words(MaxTerms + 1), ErrTooLong},
	} {
		if q, err := ParseQuery(c.in); !errors.Is(err, c.want) || len(q.Terms()) != 0 {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
	if q, err := ParseQuery(words(MaxTerms)); err != nil || len(q.Terms()) != MaxTerms {
		t.Errorf("the most words: %d, %v", len(q.Terms()), err)
	}
	if _, err := ParseQuery(strings.Repeat("a", MaxQueryBytes)); err != nil {
		t.Errorf("the longest query: %v", err)
	}
}

// words are n different words.
func words(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" a" + strings.Repeat("b", i%10) + strings.Repeat("c", i/10))
	}
	return b.String()
}

// TestSpans marks what was found with brackets.
func TestSpans(t *testing.T) {
	for _, c := range []struct{ what, text, query, want string }{
		{"word", "Zum Café, das Cafe.", "cafe", "Zum [Café], das [Cafe]."},
		{"beginning", "Straßenbahn in der Strasse", "straße", "[Straßenbahn] in der [Strasse]"},
		{"not inside", "vacancy", "can", "vacancy"},
		{"two words", "red and blue red", "blue red", "[red] and [blue] [red]"},
		{"one of two", "only red", "blue red", "only [red]"},
		{"phrase", "to be, or not to be", `"to be"`, "[to be], or not [to be]"},
		{"phrase of whole words", "to been", `"to be"`, "to been"},
		{"phrase not turned", "be to", `"to be"`, "be to"},
		{"han", "我爱北京天安门", "北京", "我爱[北京]天安门"},
		{"han apart", "北的京", "北京", "北的京"},
		{"thai", "ผมกินข้าวแล้ว", "กินข้าว", "ผม[กินข้าว]แล้ว"},
		{"overlapping", "aa aa aa", `"aa aa"`, "[aa aa aa]"},
		{"address", "see http://foo.bar/x", "foo.bar", "see http://[foo.bar]/x"},
		{"cleaned copy", "a␛[1mcafe\nx", "café", "a␛[1mcafe\nx"},
		{"emoji", "fine 👍🏽!", "👍", "fine [👍🏽]!"},
		{"nothing", "", "x", ""},
	} {
		q, err := ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		end := 0
		for _, s := range Spans(c.text, q) {
			b.WriteString(c.text[end:s.Start] + "[" + c.text[s.Start:s.End] + "]")
			end = s.End
		}
		if got := b.String() + c.text[end:]; got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	if s := Spans("text", Query{}); len(s) != 0 {
		t.Errorf("no query: %v", s)
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		text, query string
		want        bool
	}{
		{"the quick brown fox", "fox quick", true},
		{"the quick brown fox", "fox slow", false},
		{"the quick brown fox", `"brown fox"`, true},
		{"the quick brown fox", `"quick fox"`, false},
		{"the quick brown fox", `"brown fo"`, false},
		{"the quick brown fox", "bro", true},
		{"the quick brown fox", "row", false},
	} {
		q, err := ParseQuery(c.query)
		if err != nil || q.Matches(c.text) != c.want {
			t.Errorf("%q in %q: not %v (%v)", c.query, c.text, c.want, err)
		}
	}
	if (Query{}).Matches("text") {
		t.Error("no query matches")
	}
}

func BenchmarkTokens(b *testing.B) {
	for what, text := range map[string]string{
		"ascii": strings.Repeat("the quick brown fox jumps, ", 10), "cyrillic": strings.Repeat("съешь ещё этих булок ", 10), "han": strings.Repeat("我爱北京天安门", 10),
	} {
		b.Run(what, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				Tokens(text)
			}
		})
	}
}
