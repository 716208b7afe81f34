package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/internal/messenger"
	"earshot/internal/msgid"
	"earshot/internal/trust"
	"earshot/internal/words"
)

func TestSearch(t *testing.T) {
	anna, bob := deviceID("anna"), deviceID("bob")
	f := newFake(peer("Anna", anna, trust.Accepted), peer("Bob", bob, trust.Accepted))
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.Local)
	f.messages = []messenger.Message{
		{ID: msgid.Now(), Peer: bob, Text: "Hello\nto the station, Bob", SentAt: at, State: messenger.Received},
		{ID: msgid.Now(), Peer: anna, Text: "no", SentAt: at, State: messenger.Received},
		{ID: msgid.Now(), Peer: anna, Text: "\x1b to the station", SentAt: at, Outgoing: true},
	}
	first := "2026-03-02 09:30  to    Anna (" + anna.Short() + `)  \x1b to the station` + "\n"
	second := "2026-03-02 09:30  from  Bob (" + bob.Short() + ")   to the station, Bob\n"
	for _, tt := range []struct {
		args string
		code int
		says string
	}{
		{"search to the station", exitDone, first + second},
		{"search to the station --limit 1", exitDone, strings.Replace(first, "to    Anna", "to  Anna", 1)},
		{"search station --peer Bob", exitDone, strings.Replace(second, ")   to", ")  to", 1)},
		{"search station --ids --peer Bob", exitDone, "2026-03-02 09:30  " + shortID(f.self.ID, f.messages[0]) + "  from  Bob (" + bob.Short() + ")  to the station, Bob\n"},
		{"search nothing", exitDone, "nothing found\n"},
		{"search nothing --json", exitDone, ""},
		{"search ,", exitUsage, "earshotctl: " + messenger.ErrNoWords.Error() + "\n"},
		{"search " + strings.Repeat("x", words.MaxQueryBytes+1), exitUsage, "earshotctl: " + messenger.ErrLongQuery.Error() + "\n"},
		{"search station --peer Carla", exitNotFound, "earshotctl: nothing is known as \"Carla\"; the command peers lists the devices in earshot and the contacts\n"},
	} {
		if out, errs, code := f.call(t, "", strings.Fields(tt.args)...); code != tt.code || out+errs != tt.says {
			t.Errorf("%.40s: exit %d, %q; want %d, %q", tt.args, code, out+errs, tt.code, tt.says)
		}
	}
	out, _, _ := f.call(t, "", "search", "station", "--json", "--limit", "1")
	if !strings.HasPrefix(out, `{"id":"`+f.messages[2].ID.String()+`"`) || !strings.HasSuffix(out, `"state":"queued","name":"Anna","short_id":"`+anna.Short()+`"}`+"\n") {
		t.Errorf("JSON %s", out)
	}
}

func TestSearchReadsPages(t *testing.T) {
	f := newFake(peer("Anna", deviceID("anna"), trust.Accepted))
	for range 3 * messenger.MaxPage {
		f.messages = append(f.messages, messenger.Message{ID: msgid.Now(), Peer: deviceID("anna"), Text: "x"})
	}
	for limit, want := range map[int]int{1: 1, messenger.MaxPage: messenger.MaxPage, 600: 600, 9999: 3 * messenger.MaxPage} {
		out, _, _ := f.call(t, "", "search", "x", "--json", "--limit", fmt.Sprint(limit))
		lines := strings.Split(strings.TrimSpace(out), "\n")
		for i, l := range lines {
			if !strings.Contains(l, f.messages[len(f.messages)-1-i].ID.String()) {
				t.Fatalf("--limit %d: line %d is %s", limit, i, l)
			}
		}
		if len(lines) != want {
			t.Errorf("--limit %d: %d lines", limit, len(lines))
		}
	}
}

func TestExcerpt(t *testing.T) {
	long := strings.Repeat("lorem ipsum ", 50)
	for _, tt := range []struct{ text, query, want string }{
		{"At ten", "ten", "At [ten]"},
		{"At ten, at ten", "ten at", "[At] [ten], [at] [ten]"},
		{"Coffee?\nAt ten\nnot at eleven", "eleven", "not at [eleven]"},
		{"\n\r\nOne\nTwo three", `"one two"`, "One"},
		{"\tCafé\x1b[2J", "cafe", `\t[Café]\x1b[2J`},
		{"東京に行く", "京", "東[京]に行く"},
		{long + "here " + long, "here", "…lorem ipsum lorem ipsum lorem ipsum [here] " + strings.Repeat("lorem ipsum ", 9) + "lorem ipsum…"},
		{strings.Repeat("x", 100) + " here", "here", "…[here]"},
		{strings.Repeat("京", 500), "京", "[" + strings.Repeat("京", maxExcerpt) + "]…"},
		{"", "x", ""},
	} {
		q, err := words.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		p := &program{}
		got := p.marker()(excerpt(tt.text, q))
		plain := strings.NewReplacer("[", "", "]", "").Replace
		if plain(got) != plain(tt.want) {
			t.Errorf("%.40q for %q: %q, want %q", tt.text, tt.query, got, tt.want)
		}
		var marks strings.Builder
		for _, part := range excerpt(tt.text, q) {
			if part.hit {
				marks.WriteString("[" + part.text + "]")
			}
		}
		var want strings.Builder
		for _, hit := range all(strings.ReplaceAll(tt.want, "[2J", ""), `\[([^\]]+)\]`) {
			want.WriteString("[" + hit + "]")
		}
		if marks.String() != want.String() {
			t.Errorf("%.40q for %q: marks %q, want %q", tt.text, tt.query, marks.String(), want.String())
		}
	}
}

// TestMarker: bold is for terminals alone.
func TestMarker(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	device, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0) // is a character device, like a terminal
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	for _, tt := range []struct {
		out  *os.File
		term string
		want string
	}{{file, "xterm", `a\x1b`}, {device, "dumb", `a\x1b`}, {device, "xterm", "a\x1b[1m\\x1b\x1b[22m"}} {
		p := &program{stdio: stdio{out: tt.out, getenv: func(string) string { return tt.term }}}
		if got := p.marker()([]piece{{"a", false}, {"\x1b", true}}); got != tt.want {
			t.Errorf("%s in %s: %q, want %q", tt.out.Name(), tt.term, got, tt.want)
		}
	}
}
