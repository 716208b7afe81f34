package main

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestSplitWords(t *testing.T) {
	for line, want := range map[string][]string{
		"":                              nil,
		" \t\n":                         nil,
		"rev":                           {"rev"},
		" tr  a-z\tA-Z ":                {"tr", "a-z", "A-Z"},
		`echo 'a  b' "c d"`:             {"echo", "a  b", "c d"},
		`a'b'"c"d\ e`:                   {"abcd e"},
		`'' ""`:                         {"", ""},
		`'a\b' "a\b" a\b`:               {`a\b`, `a\b`, "ab"},
		`"\" \\ \$ \x" '"' "'"`:         {`" \ $ \x`, `"`, "'"},
		"a\\\nb \"c\\\nd\" \\\n":        {"ab", "cd"},
		`$HOME ~ * | > & ; # (x) {a,b}`: {"$HOME", "~", "*", "|", ">", "&", ";", "#", "(x)", "{a,b}"},
		"é\u2028日本 \xff":                {"é\u2028日本", "\xff"},
	} {
		if got, err := splitWords(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", line, got, err, want)
		}
	}
	for line, want := range map[string]error{
		`'a`: errOpenQuote, `"a`: errOpenQuote, `"a\"`: errOpenQuote, `a 'b\'c'`: errOpenQuote, `a\`: errOpenSlash, `\`: errOpenSlash,
	} {
		if got, err := splitWords(line); !errors.Is(err, want) {
			t.Errorf("%q: %q, %v; want %v", line, got, err, want)
		}
	}
}

// FuzzSplitWords: whatever is quoted in any of the three ways comes out again.
func FuzzSplitWords(f *testing.F) {
	f.Add("rev", "a b")
	f.Add("", "it's \"$HOME\" \\ `x`")
	f.Add("\n", "\\\n")
	f.Fuzz(func(t *testing.T, a, b string) {
		splitWords(a) // any line
		double := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`")
		var slashed strings.Builder
		for i := range len(b) {
			if b[i] == '\n' {
				slashed.WriteString("'\n'")
				continue
			}
			slashed.WriteString(`\` + b[i:i+1])
		}
		line := "'" + strings.ReplaceAll(a, "'", `'\''`) + "' \"" + double.Replace(b) + "\" x" + slashed.String()
		want := []string{a, b, "x" + b}
		if got, err := splitWords(line); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", line, got, err, want)
		}
	})
}
