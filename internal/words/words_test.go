package words

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

func texts(tokens []Token) []string {
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.Text
	}
	return out
}

func TestTokens(t *testing.T) {
	for _, c := range []struct{ what, in, want string }{
		{"empty", "", ""},
		{"words", "Hello, World! 42x", "hello world 42x"},
		{"punctuation", "foo.bar@x-y_z 'a' #1 <b>", "foo bar x y z a 1 b"},
		{"only punctuation", " \t\n.,;:!?()[]{}\"'$+<=>^`|~ …—«»。、", ""},
		{"accents", "café CAFÉ cafe\u0301 ÀÉÎÕÜ", "cafe cafe cafe aeiou"},
		{"sharp s", "Straße STRASSE STRAẞE", "strasse strasse strasse"},
		{"io", "ёлка Ёлка елка ПРИВЕТ", "елка елка елка привет"},
		{"turkish", "İstanbul ISTANBUL ıstanbul istanbul", "istanbul istanbul istanbul istanbul"},
		{"strokes", "Łódź Øl đường æther Œuvre", "lodz ol duong aether oeuvre"},
		{"greek", "ΟΔΥΣΣΕΎΣ Οδυσσεύς ᾳ", "οδυσσευσ οδυσσευσ α"},
		{"full width", "ＡＢＣ１２３ ﬁn", "abc123 fin"},
		{"compatibility", "x² ½ ™ Ⓜ ℡", "x2 1 2 tm m tel"},
		{"hebrew points", "שָׁלוֹם", "שלום"},
		{"arabic vowels", "مُحَمَّد أحمد كــتاب", "محمد احمد كتاب"},
		{"persian without joiner", "می\u200cخواهم", "میخواهم"},
		{"devanagari keeps its marks", "हिन्दी नमस्ते", "हिन्दी नमस्ते"},
		{"tamil", "தமிழ்", "தமிழ்"},
		{"hangul", "안녕하세요 한국어 \u1112\u1161\u11ab", "안녕하세요 한국어 한"},
		{"hangul compatibility letters", "ㅋㅋ", "ᄏᄏ"},
		{"han", "我爱北京abc天", "我 爱 北 京 abc 天"},
		{"kana", "カタカナ ひらがな ラーメン", "カ タ カ ナ ひ ら が な ラ ー メ ン"},
		{"half width kana", "ｶﾞｷﾞ", "ガ ギ"},
		{"one character for two", "㍻", "平 成"},
		{"thai", "กินข้าว", "กิ น ข้ า ว"},
		{"lao", "ກິນ", "ກິ ນ"},
		{"khmer", "ខ្មែរ", "ខ្ មែ រ"},
		{"myanmar", "မြန်မာ", "မြ န် မာ"},
		{"emoji", "ok👍no", "ok 👍 no"},
		{"emoji presentation", "❤️ ❤", "❤ ❤"},
		{"skin tone and family", "👍🏽👩‍👧‍👦", "👍🏽 👩‍👧‍👦"},
		{"flags", "🇩🇪🇫🇷🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇩🇪 🇫🇷 🏴󠁧󠁢󠁥󠁮󠁧󠁿"},
		{"keycap", "1️⃣", "1"},
		{"symbols", "5€ → ∑", "5 € → ∑"},
		{"soft hyphen", "Donau\u00addampf", "donaudampf"},
		{"direction marks", "a\u202eb\u2069c", "abc"},
		{"zero width space", "a\u200bb", "a b"},
		{"not text", "a\xffb\ufffdc\x00d", "a b c d"},
		{"control pictures", "a␛b", "a b"},
		{"mark alone", "\u0301 a", "a"},
		{"many accents", "a" + strings.Repeat("\u0301", 100) + "b", "ab"},
		{"many marks of one letter", "क" + strings.Repeat("\u0947", 20) + "ख", "क" + strings.Repeat("\u0947", maxMarks) + "ख"},
		{"long word", strings.Repeat("x", 200), strings.Repeat("x", MaxTokenRunes)},
	} {
		if got := strings.Join(texts(Tokens(c.in)), " "); got != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.what, c.in, got, c.want)
		}
	}
}

// TestOffsets: a token says where it was in the text as it was written.
func TestOffsets(t *testing.T) {
	text := "«Café» cafe\u0301, Straße 東京㍻ กิน ❤️! " + strings.Repeat("y", 100)
	var got []string
	for _, token := range Tokens(text) {
		got = append(got, text[token.Start:token.End])
	}
	want := []string{"Café", "cafe\u0301", "Straße", "東", "京", "㍻", "㍻", "กิ", "น", "❤️", strings.Repeat("y", 100)}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

const iotaBelow = '\u0345' // of ᾳ

// TestEveryRune holds for each character: its tokens are closed under folding,
// and a word is the same in every case and normal form.
func TestEveryRune(t *testing.T) {
	full := cases.Fold()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cc, unicode.Cf) {
			continue
		}
		s := string(r)
		check(t, s)
		base := texts(Tokens(s))
		if strings.ContainsRune(norm.NFD.String(s), iotaBelow) {
			continue // here an accent, in case folding a letter
		}
		for _, form := range []norm.Form{norm.NFC, norm.NFD, norm.NFKC, norm.NFKD} {
			if got := texts(Tokens(form.String(s))); !slices.Equal(got, base) {
				t.Errorf("%U: %q, in form %d %q", r, base, form, got)
			}
		}
		for o := unicode.SimpleFold(r); o != r && o != iotaBelow; o = unicode.SimpleFold(o) {
			if got := texts(Tokens(string(o))); !slices.Equal(got, base) && unicode.IsLetter(r) {
				t.Errorf("%U: %q, but %U: %q", r, base, o, got)
			}
		}
		if got := texts(Tokens(full.String(s))); !slices.Equal(got, base) && unicode.IsLetter(r) {
			t.Errorf("%U: %q, folded %q", r, base, got)
		}
	}
}

// check holds for the tokens of any text.
func check(t *testing.T, text string) {
	t.Helper()
	tokens := Tokens(text)
	start, end := 0, 0
	for _, token := range tokens {
		if token.Start < start || token.End < end || token.End <= token.Start || token.End > len(text) {
			t.Fatalf("%q: %q at %d to %d, behind %d to %d", text, token.Text, token.Start, token.End, start, end)
		}
		start, end = token.Start, token.End
		if !boundary(text, start) || !boundary(text, end) {
			t.Fatalf("%q: %q is cut at %d or %d", text, token.Text, start, end)
		}
		if token.Text == "" || !utf8.ValidString(token.Text) || strings.ContainsFunc(token.Text, isSeparatorOfIndex) {
			t.Fatalf("%q: token %q would be taken apart by an index", text, token.Text)
		}
		again := Tokens(token.Text)
		if len(again) != 1 || again[0].Text != token.Text {
			t.Fatalf("%q: %q becomes %q", text, token.Text, texts(again))
		}
		if q, err := ParseQuery(token.Text); err == nil && !q.Matches(text) {
			t.Fatalf("%q does not match its %q", text, token.Text)
		}
	}
}

// isSeparatorOfIndex: what an index that knows ASCII would split at or change.
func isSeparatorOfIndex(r rune) bool {
	return r < utf8.RuneSelf && !('a' <= r && r <= 'z') && !('0' <= r && r <= '9')
}

// boundary reports whether s[:i] ends with a whole character.
func boundary(s string, i int) bool {
	return i == len(s) || utf8.RuneStart(s[i]) || !utf8.ValidString(s)
}

func FuzzTokens(f *testing.F) {
	for _, s := range []string{"Café ß", "東京 กิน 안녕", "👩‍👧\u0301\u200d→\u0338", "a\xff\u0345ᾳ", "ｶﾞ\u3099", "\u1100\u1161\u11a8ㅏ", "½ﷺ㍻", "क\u093c\u0301\u0300"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		check(t, text)
		q, err := ParseQuery(query)
		if err != nil {
			if len(q.Terms()) != 0 {
				t.Fatalf("%q: a query beside %v", query, err)
			}
			return
		}
		end := 0
		for _, s := range Spans(text, q) {
			if s.Start < end || s.End <= s.Start || s.End > len(text) || !boundary(text, s.Start) || !boundary(text, s.End) {
				t.Fatalf("%q in %q: %v behind %d", query, text, s, end)
			}
			end = s.End
		}
		if q.Matches(text) && end == 0 {
			t.Fatalf("%q matches %q nowhere", query, text)
		}
		if !q.Matches(query) {
			t.Fatalf("%q does not find itself", query)
		}
	})
}
