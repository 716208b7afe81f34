package weblink

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
)

func TestFind(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // what is written
	}{
		{"nothing", "", nil},
		{"words", "hello, how are you? mail me at anna@example.org", nil},
		{"one", "https://example.org", []string{"https://example.org"}},
		{"inside a sentence", "look at https://example.org/a?b=c#d now", []string{"https://example.org/a?b=c#d"}},
		{"two", "http://a.example and https://b.example", []string{"http://a.example", "https://b.example"}},
		{"lines", "http://a.example\nhttps://b.example\t", []string{"http://a.example", "https://b.example"}},
		{"other spaces", "http://a.example\u00A0x\u3000http://b.example\u2028y", []string{"http://a.example", "http://b.example"}},
		{"case of the scheme", "HTTPS://example.org hTTp://x.example", []string{"HTTPS://example.org", "hTTp://x.example"}},
		{"www", "www.example.org/path, WWW.example.org", []string{"www.example.org/path", "WWW.example.org"}},
		{"www without a name", "www.txt www. www.1.2 www.example.o1 www.a", []string{"www.example.o1"}},
		{"www with a person", "www.bank.example@evil.example", nil},
		{"mailto", "mailto:anna@example.org.", []string{"mailto:anna@example.org"}},
		{"mailto with a subject", "mailto:anna@example.org?subject=a%20b&body=c", []string{"mailto:anna@example.org?subject=a%20b&body=c"}},

		{"end of a sentence", "https://example.org. https://example.org/a, (https://example.org/b)!", []string{"https://example.org", "https://example.org/a", "https://example.org/b"}},
		{"marks inside stay", "https://example.org/a,b;c:d!e.html?", []string{"https://example.org/a,b;c:d!e.html"}},
		{"quotes", `"https://a.example" 'https://b.example' “https://c.example” «https://d.example» ‘https://e.example’`, []string{"https://a.example", "https://b.example", "https://c.example", "https://d.example", "https://e.example"}},
		{"angle brackets", "<https://a.example>; <a href=https://b.example>", []string{"https://a.example"}},
		{"stars", "*https://a.example/x*", []string{"https://a.example/x"}},
		{"balanced brackets", "https://en.example/wiki/Go_(game) (https://en.example/wiki/Go_(game))", []string{"https://en.example/wiki/Go_(game)", "https://en.example/wiki/Go_(game)"}},
		{"unbalanced brackets", "[https://a.example/b] {https://a.example/c}. https://a.example/d)) https://a.example/e(", []string{"https://a.example/b", "https://a.example/c", "https://a.example/d", "https://a.example/e"}},
		{"a slash and tildes stay", "https://a.example/ https://a.example/~x/~ https://a.example/b_", []string{"https://a.example/", "https://a.example/~x/~", "https://a.example/b_"}},
		{"ideographs", "见https://a.example。谢谢（https://b.example/c）、「https://d.example」", []string{"https://a.example", "https://b.example/c", "https://d.example"}},
		{"other writing", "ראה https://a.example/ב, и https://b.example/путь؟ x", []string{"https://a.example/ב", "https://b.example/путь"}},
		{"ellipsis", "look...https://a.example… https://b.example...", []string{"https://a.example", "https://b.example"}},
		{"behind a colon", "Here:https://a.example", []string{"https://a.example"}},

		{"no spaces between", "https://a.example,https://b.example;www.c.example|http://d.example:80", []string{"https://a.example", "https://b.example", "www.c.example", "http://d.example:80"}},
		{"brackets without spaces", "(https://a.example)(https://b.example)[https://c.example](https://c.example/x)", []string{"https://a.example", "https://b.example", "https://c.example", "https://c.example/x"}},
		{"a number in brackets", "http://[::1],http://[::2]:80", []string{"http://[::1]", "http://[::2]:80"}},
		{"dashes", "https://b.example\u2014dash www.c.example\u2013dash https://d.example.\u2014 https://e.example/\u2014x", []string{"https://b.example", "www.c.example", "https://d.example", "https://e.example/\u2014x"}},
		{"an ellipsis inside", "https://a.example\u2026and", []string{"https://a.example"}},
		{"Arabic comma", "https://a.example\u060Chttps://b.example", []string{"https://a.example", "https://b.example"}},
		{"marks in front of the host", "https://a.example,b@c.example https://a\u2014b@c.example", []string{"https://a.example,b@c.example"}},
		{"letters behind a host", "https://example.org吧", []string{"https://example.org吧"}},
		{"hidden parts of a mail", "mailto:a@b.example?subject=x%0D%0ABcc:c@d.example mailto:a@b.example?body=%00 mailto:a@b.example?body=%E2%80%AEx mailto:a@b.example%0A?body= mailto:a%0D@b.example", nil},
		{"fields of a mail", "mailto:a@b.example?subject=x&Subject=y mailto:a@b.example?%0Asubject=x mailto:a@b.example?cc=c@d.example", nil},
		{"an option", "mailto:-attach@b.example", nil},
		{"other schemes", "javascript:alert(1) file:///etc/passwd data:text/html,x earshot:x intent://x#Intent;end ftp://a.example vbscript:x tel:1", nil},
		{"schemes around them", "view-source+https://a.example xhttps://a.example file:/https://a.example git+http://a.example 1http://a.example", nil},
		{"letters that fold to s", "http\u017F://a.example", nil},
		{"no host", "https:// http:///x https://?x https://#x https://@ https://:80 mailto: mailto:@x.example mailto:x@ https:/a.example", nil},
		{"bad hosts", "https://a..b https://-x!y https://a.example:port https://a.example:99999 https://a.example:0 https://[::1 https://[1.2.3.4] https://[fe80::1%25eth0] https://a_b^c", nil},
		{"a label that is too long", "https://" + strings.Repeat("a", 64) + ".example https://" + strings.Repeat("a", 63) + ".example", []string{"https://" + strings.Repeat("a", 63) + ".example"}},
		{"bad numbers", "http://256.1.1.1 http://1.2.3.4.5 http://08.1 http://0x1ffffffff", nil},
		{"bad names", "https://xn--a https://%80 https://xn--0 https://a\uFF0Fb.example https://a\u2024b.example@ https://\u0301a.example", nil},
		{"mail with more", "mailto:a@b.example?attach=/etc/passwd mailto:a@b.example?subject=x&Cc=c@d.example mailto:a@b.example,c@d.example mailto:a@b.example#x mailto:a%40evil.example@b.example mailto:/a@b.example mailto:a@[::1]", nil},

		{"unseen inside", "https://bank.ex\u200Bample/ https://bank.example/\u202Egnp.exe https://a.example/\u2066x http://a\u00AD.example http://a.example/\u3164x http://a.example/\u2800/x http://a.example/\uFE0Fx http://a.example/\U000E0041x http://a.example/\x00x http://a.example/\xffx http://a.example/\u2400x", nil},
		{"unseen around", "\u2066https://a.example\u2069 \u200Fhttps://b.example\u200F", []string{"https://a.example", "https://b.example"}},
		{"too long", "https://a.example/" + strings.Repeat("x", MaxLen) + " https://a.example/" + strings.Repeat("x", MaxLen-18), []string{"https://a.example/" + strings.Repeat("x", MaxLen-18)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, l := range Find(c.text) {
				got = append(got, c.text[l.Start:l.End])
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestWhereLinksLead: what opens, where that is, and whether a person must be
// asked because what is written does not show it.
func TestWhereLinksLead(t *testing.T) {
	long := strings.Repeat("a", maxPlainHost-7)
	for _, c := range []struct {
		text, url, host string
		ask             bool
	}{
		{"https://example.org", "https://example.org", "example.org", false},
		{"HTTPS://example.org/A", "https://example.org/A", "example.org", false},
		{"http://printer:631/x?y=[1]&z=%20a+b#c", "http://printer:631/x?y=[1]&z=%20a+b#c", "printer:631", false},
		{"https://a_b.example./", "https://a_b.example./", "a_b.example.", false},
		{"www.example.org/a", "https://www.example.org/a", "www.example.org", false},
		{"www.example.org:8443?x", "https://www.example.org:8443?x", "www.example.org:8443", false},
		{"http://192.168.0.7:8080/", "http://192.168.0.7:8080/", "192.168.0.7:8080", false},
		{"http://[fe80::1]/", "http://[fe80::1]/", "[fe80::1]", false},
		{"https://a.example/path/%2Fb|c{d}\\e^f", "https://a.example/path/%2Fb%7Cc%7Bd%7D%5Ce%5Ef", "a.example", false},
		{"https://a.example//b/../c;d=1,2", "https://a.example//b/../c;d=1,2", "a.example", false},
		{"https://a.example/путь?q=ы#я", "https://a.example/%D0%BF%D1%83%D1%82%D1%8C?q=%D1%8B#%D1%8F", "a.example", false},
		{"https://a.example/100%/%zz?x=5%", "https://a.example/100%25/%25zz?x=5%25", "a.example", false},
		{"https://a.example/a#b#c", "https://a.example/a#b%23c", "a.example", false},
		{"https://a.example/redirect?to=https://evil.example", "https://a.example/redirect?to=https://evil.example", "a.example", false},
		{"https://" + long + ".example", "https://" + long + ".example", long + ".example", true},
		{"https://" + long[1:] + ".example", "https://" + long[1:] + ".example", long[1:] + ".example", false},

		{"https://bank.example@evil.example/", "https://bank.example@evil.example/", "evil.example", true},
		{"https://bank.example:443@evil.example:81/@x", "https://bank.example:443@evil.example:81/@x", "evil.example:81", true},
		{"https://@evil.example/", "https://evil.example/", "evil.example", true},
		{"https://bank.example%2F@evil.example/", "https://bank.example%2F@evil.example/", "evil.example", true},
		{"https://Paypa1.Example/", "https://paypa1.example/", "paypa1.example", false},
		{"https://GitHub.com/foo", "https://github.com/foo", "github.com", false},
		{"https://bank.example@GitHub.com", "https://bank.example@github.com", "github.com", true},
		{"https://1O.example", "https://1o.example", "1o.example", true},
		{"http://[FE80::1]:80/", "http://[fe80::1]:80/", "[fe80::1]:80", false},
		{"https://paypaI.example", "https://paypai.example", "paypai.example", true},
		{"Www.example.org", "https://www.example.org", "www.example.org", false},
		{"https://bücher.example/x", "https://xn--bcher-kva.example/x", "xn--bcher-kva.example", true},
		{"https://xn--bcher-kva.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example", true},
		{"https://аpple.example", "https://xn--pple-43d.example", "xn--pple-43d.example", true},
		{"https://\uFF45\uFF56\uFF49\uFF4C.example", "https://evil.example", "evil.example", true},
		{"https://\u212Aelvin.example", "https://kelvin.example", "kelvin.example", true},
		{"https://\u0130.example", "https://xn--i-9bb.example", "xn--i-9bb.example", true},
		{"https://example.org吧", "https://example.xn--org-s63e", "example.xn--org-s63e", true},
		{"https://אבג.example/א", "https://xn--4dbcd.example/%D7%90", "xn--4dbcd.example", true},
		{"https://bank.example\u2044a.evil.example", "https://bank.xn--examplea-k03d.evil.example", "bank.xn--examplea-k03d.evil.example", true},
		{"https://evil%2Eexample/", "https://evil.example/", "evil.example", true},
		{"https://b%C3%BCcher.example/", "https://xn--bcher-kva.example/", "xn--bcher-kva.example", true},
		{"http://0x7f.1/", "http://127.0.0.1/", "127.0.0.1", true},
		{"http://2130706433", "http://127.0.0.1", "127.0.0.1", true},
		{"http://017700000001", "http://127.0.0.1", "127.0.0.1", true},
		{"http://0x/", "http://0.0.0.0/", "0.0.0.0", true},
		{"http://10.1", "http://10.0.0.1", "10.0.0.1", true},
		{"http://\uFF11\uFF10.0.0.1", "http://10.0.0.1", "10.0.0.1", true},
		{"http://10.0.0.1./", "http://10.0.0.1/", "10.0.0.1", true},
		{"http://[0:0::1]/", "http://[::1]/", "[::1]", true},
		{"https://a.example:0443/", "https://a.example:443/", "a.example:443", true},
		{"https://a.example:/", "https://a.example/", "a.example", true},

		{"mailto:anna@example.org", "mailto:anna@example.org", "anna@example.org", false},
		{"MAILTO:Anna.B+c@example.org", "mailto:Anna.B+c@example.org", "Anna.B+c@example.org", false},
		{"mailto:anna@Example.org", "mailto:anna@example.org", "anna@example.org", false},
		{"mailto:Ina@example.org", "mailto:Ina@example.org", "Ina@example.org", false},
		{"mailto:anna@paypaI.example", "mailto:anna@paypai.example", "anna@paypai.example", true},
		{"mailto:anna@bücher.example", "mailto:anna@xn--bcher-kva.example", "anna@xn--bcher-kva.example", true},
		{"mailto:anna@example.org?subject=ы%20x", "mailto:anna@example.org?subject=%D1%8B%20x", "anna@example.org", true},
	} {
		t.Run(c.text, func(t *testing.T) {
			found := Find(c.text)
			if len(found) != 1 {
				t.Fatalf("found %+v", found)
			}
			l := found[0]
			if l.URL != c.url || l.Host != c.host || l.Ask != c.ask || l.End != len(c.text) || l.Mail != strings.HasPrefix(c.url, "mailto:") {
				t.Errorf("got  %+v\nwant %s %s ask %v", l, c.url, c.host, c.ask)
			}
		})
	}
}

// TestFullStopsOfOtherWriting: a browser takes them for one of the host.
func TestFullStopsOfOtherWriting(t *testing.T) {
	for _, c := range []struct {
		text string
		asks []bool // of each link
	}{
		{"https://example\u3002org", []bool{true}},
		{"https://example\uFF0Eorg/x", []bool{true}},
		{"https://www.bank\uFF61example", []bool{true}},
		{"www.bank.example\u30021", []bool{true}},
		{"https://example\u3002中国", []bool{true}},
		{"mailto:anna@example\u3002org", []bool{true}},
		{"https://a.example\u3002谢谢", []bool{false}},
		{"https://a.example\u3002", []bool{false}},
		{"https://a.example\u3002 b", []bool{false}},
		{"https://a.example/b\u3002c", []bool{false}},
		{"https://a.example\u3002https://b.example", []bool{false, false}},
		{"https://a.example，b", []bool{false}},
	} {
		var asks []bool
		for _, l := range Find(c.text) {
			asks = append(asks, l.Ask)
		}
		if !slices.Equal(asks, c.asks) {
			t.Errorf("%s: asks %v, want %v", c.text, asks, c.asks)
		}
	}
}

func TestSubject(t *testing.T) {
	for text, want := range map[string]string{
		"mailto:anna@example.org":                       "",
		"mailto:anna@example.org?body=x":                "",
		"mailto:anna@example.org?subject=a%20b+c&body=": "a b+c",
		"mailto:anna@example.org?body=x&Subject=ы":      "ы",
	} {
		if found := Find(text); len(found) != 1 || found[0].Subject != want {
			t.Errorf("%s: %+v, want subject %q", text, found, want)
		}
	}
}

// TestACutTextHasTheSameLinks: what begins far enough from the end of a part of
// a text is a link in the part if it is one in the whole.
func TestACutTextHasTheSameLinks(t *testing.T) {
	const from = "https://a.example/"
	for _, text := range []string{
		from + strings.Repeat(")", 3000) + "x", from + strings.Repeat("x", 3000), from + "x" + strings.Repeat(".", MaxLen),
	} {
		if whole, part := Find(text), Find(text[:MaxLen+1]); len(whole) != 0 || len(part) != 0 {
			t.Errorf("%.30q: %d links, in a part of it %d", text, len(whole), len(part))
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, s := range []string{
		"", "see https://example.org/a(b).", "www.example.org", "mailto:a@b.example?subject=c", "https://u:p@h.example:1/%2f?q#f",
		"http://0x7f.1", "https://bücher.example/ü", "http://[::1]:80/", "https://a.example/\u202Ex", "https://a%2eb/", "http://１.2.3.4。",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at := 0
		for _, l := range Find(text) {
			if l.Start < at || l.End <= l.Start || l.End > len(text) {
				t.Fatalf("%+v begins before %d or ends outside", l, at)
			}
			at = l.End
			checkLink(t, text[l.Start:l.End], l)
		}
	})
}

// checkLink tests what holds for every link.
func checkLink(t *testing.T, written string, l Link) {
	t.Helper()
	u, err := url.Parse(l.URL)
	if err != nil || u.String() != l.URL {
		t.Fatalf("%q opens as %q, not %q: %v", written, u, l.URL, err)
	}
	if strings.ContainsFunc(l.URL, func(r rune) bool { return r <= ' ' || r >= 0x7F }) {
		t.Fatalf("%q holds more than ASCII", l.URL)
	}
	if strings.ContainsFunc(written, unicode.IsControl) || strings.ContainsFunc(written, unicode.IsSpace) {
		t.Fatalf("%q hides something", written)
	}
	switch {
	case l.Mail && u.Scheme == "mailto" && u.Opaque == l.Host:
	case !l.Mail && (u.Scheme == "http" || u.Scheme == "https") && u.Host == l.Host && u.Hostname() != "":
		if !l.Ask && (u.User != nil || !strings.HasPrefix(strings.TrimPrefix(lowered(written)[strings.Index(written, ":")+1:], "//"), l.Host) && !strings.HasPrefix(lowered(written), l.Host)) {
			t.Fatalf("%q does not show that it leads to %q", written, l.Host)
		}
	default:
		t.Fatalf("%q opens as %q at %q", written, l.URL, l.Host)
	}
	again := Find(l.URL)
	sentence := trim(l.URL) != l.URL // it ends in what Find leaves to the words around it
	if len(l.URL) <= MaxLen && !sentence && (len(again) != 1 || again[0].URL != l.URL || again[0].Host != l.Host) {
		t.Fatalf("%q opens %q, in which there is %+v", written, l.URL, again)
	}
}
